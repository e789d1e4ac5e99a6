// SPDX-License-Identifier: Apache-2.0
// From the text of an expression to steps.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "sandbox/objects/pattern.hpp"
#include "sandbox/objects/pattern_classes.hpp"

namespace objects {
namespace {

using What = PatternStep::What;
using Steps = std::vector<PatternStep>;
constexpr std::size_t kMostSteps = 50'000;
constexpr std::uint32_t kMostRepeats = 1000;
constexpr int kDeepest = 200;

}  // namespace

class PatternCompiler {
 public:
  explicit PatternCompiler(std::string_view expression) : all_(expression), rest_(expression) {}

  k8s::Result<Pattern> run() {
    std::optional<Steps> steps = alternatives();
    if (steps && !rest_.empty()) fail(fmt::format("unexpected ): `{}`", all_));
    if (!bad_.empty() || !steps)
      return k8s::Error{.code = k8s::Code::invalid, .message = "error parsing regexp: " + bad_};
    out_.steps_ = std::move(*steps);
    out_.steps_.push_back({What::match, 0});
    return std::move(out_);
  }

 private:
  using Part = std::optional<Steps>;

  Part fail(std::string why) {
    if (bad_.empty()) bad_ = std::move(why);
    return std::nullopt;
  }
  bool at(char c) const { return rest_.starts_with(c); }
  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  // Relative targets until a part is placed: split and jump count from their own step.
  static void append(Steps& to, const Steps& more) { to.insert(to.end(), more.begin(), more.end()); }
  static PatternStep split(std::size_t ahead) { return {What::split, static_cast<std::uint32_t>(ahead)}; }
  static PatternStep jump_back(std::size_t behind) {
    return {What::jump, static_cast<std::uint32_t>(-static_cast<std::int32_t>(behind))};
  }
  static PatternStep jump(std::size_t ahead) { return {What::jump, static_cast<std::uint32_t>(ahead)}; }

  Part alternatives() {
    if (++depth_ > kDeepest) return fail("expression nests too deeply");
    const Flags saved = flags_;
    Part left = sequence();
    while (left && take("|")) {
      Part right = sequence();
      if (!right) return std::nullopt;
      Steps both{split(left->size() + 2)};
      append(both, *left);
      both.push_back(jump(right->size() + 1));
      append(both, *right);
      left = std::move(both);
    }
    flags_ = saved;
    --depth_;
    return left;
  }

  Part sequence() {
    Steps out;
    while (!rest_.empty() && !at('|') && !at(')')) {
      Part atom = single();
      if (atom) atom = repeated(std::move(*atom));
      if (!atom) return std::nullopt;
      append(out, *atom);
      if (out.size() > kMostSteps) return fail("expression too large");
    }
    return out;
  }

  Part repeated(Steps atom) {
    for (;;) {
      if (take("*")) {
        atom = star(atom);
      } else if (take("+")) {
        Steps out = atom;
        append(out, star(atom));
        atom = std::move(out);
      } else if (take("?")) {
        atom = optional(atom);
      } else if (!at('{') || !counted(atom)) {
        break;
      }
      take("?");  // lazy: the same texts match
      if (atom.size() > kMostSteps) return fail("expression too large");
      if (at('*') || at('+') || at('?')) return fail("invalid nested repetition operator");
    }
    if (!bad_.empty()) return std::nullopt;
    return atom;
  }

  static Steps star(const Steps& atom) {
    Steps out{split(atom.size() + 2)};
    append(out, atom);
    out.push_back(jump_back(atom.size() + 1));
    return out;
  }
  static Steps optional(const Steps& atom) {
    Steps out{split(atom.size() + 1)};
    append(out, atom);
    return out;
  }

  std::optional<std::uint32_t> number(std::string_view& text) {
    std::uint32_t out = 0;
    bool any = false;
    while (!text.empty() && text[0] >= '0' && text[0] <= '9' && out <= kMostRepeats) {
      out = out * 10 + static_cast<std::uint32_t>(text[0] - '0');
      text.remove_prefix(1);
      any = true;
    }
    if (!any) return std::nullopt;
    return out;
  }

  // False when `{` is a literal here.
  bool counted(Steps& atom) {
    std::string_view look = rest_.substr(1);
    const auto least = number(look);
    if (!least) return false;
    std::optional<std::uint32_t> most = least;
    bool open = false;
    if (look.starts_with(',')) {
      look.remove_prefix(1);
      most = number(look);
      open = !most;
    }
    if (!look.starts_with('}')) return false;
    rest_ = look.substr(1);
    if (*least > kMostRepeats || (most && (*most > kMostRepeats || *most < *least)) ||
        atom.size() * std::max<std::size_t>(most.value_or(*least), 1) > kMostSteps) {
      fail("invalid repeat count");
      return false;
    }
    Steps out;
    for (std::uint32_t i = 0; i < *least; ++i) append(out, atom);
    if (open) append(out, star(atom));
    Steps tail;
    for (std::uint32_t i = *least; !open && i < *most; ++i) {
      Steps inner = atom;
      append(inner, tail);
      tail = optional(inner);
    }
    append(out, tail);
    atom = std::move(out);
    return true;
  }

  Part single() {
    if (take("(")) return group();
    if (take("[")) return bracket();
    if (take("^")) return Steps{{flags_.lines ? What::line_begin : What::text_begin, 0}};
    if (take("$")) return Steps{{flags_.lines ? What::line_end : What::text_end, 0}};
    if (take(".")) {
      CodeSet set;
      if (flags_.dot_all) {
        add(set, 0, 0x10FFFF);
      } else {
        set.ranges = {{0, '\n' - 1}, {'\n' + 1, 0x10FFFF}};
      }
      return one_of(std::move(set));
    }
    if (at('*') || at('+') || at('?')) {
      return fail(fmt::format("missing argument to repetition operator: `{}`", rest_[0]));
    }
    if (take("\\")) return escape();
    const char32_t code = next_code(rest_);
    return literal(code);
  }

  Part literal(char32_t code) {
    CodeSet set;
    add(set, code, code);
    if (flags_.fold) fold_case(set);
    return one_of(std::move(set));
  }

  Part one_of(CodeSet set) {
    std::ranges::sort(set.ranges);
    out_.sets_.push_back(std::move(set));
    return Steps{{What::range, static_cast<std::uint32_t>(out_.sets_.size() - 1)}};
  }

  Part group() {
    if (take("?")) {
      if (take("P<") || take("<")) {
        const auto end = rest_.find('>');
        if (end == std::string_view::npos) return fail("invalid named capture");
        rest_.remove_prefix(end + 1);
      } else if (!options()) {
        return bad_.empty() ? Part(Steps{}) : std::nullopt;
      }
    }
    const Flags outer = std::exchange(saved_outer_, std::nullopt).value_or(flags_);
    Part inner = alternatives();
    flags_ = outer;
    if (!inner) return std::nullopt;
    if (!take(")")) return fail(fmt::format("missing closing ): `{}`", all_));
    return inner;
  }

  // (?i) changes what follows: false. (?i:…) opens a group: true.
  bool options() {
    Flags changed = flags_;
    bool on = true;
    while (!rest_.empty()) {
      const char c = rest_[0];
      rest_.remove_prefix(1);
      if (c == 'i')
        changed.fold = on;
      else if (c == 's')
        changed.dot_all = on;
      else if (c == 'm')
        changed.lines = on;
      else if (c == 'U')
        continue;
      else if (c == '-')
        on = false;
      else if (c == ')') {
        flags_ = changed;
        return false;
      } else if (c == ':') {
        saved_outer_ = flags_;
        flags_ = changed;
        return true;
      } else {
        break;
      }
    }
    fail("invalid or unsupported Perl syntax");
    return false;
  }

  Part escape() {
    if (take("A")) return Steps{{What::text_begin, 0}};
    if (take("z")) return Steps{{What::text_end, 0}};
    if (take("b")) return Steps{{What::word, 0}};
    if (take("B")) return Steps{{What::no_word, 0}};
    CodeSet set;
    if (escaped_class(set)) return one_of(std::move(set));
    const auto code = escaped_code();
    if (!code) return fail("invalid escape sequence");
    return literal(*code);
  }

  // After the backslash.
  bool escaped_class(CodeSet& into) {
    if (rest_.empty() || std::string_view("dswDSW").find(rest_[0]) == std::string_view::npos) return false;
    const char which = rest_[0];
    rest_.remove_prefix(1);
    if (which >= 'a') {
      const CodeSet set = perl_class(which);
      into.ranges.insert(into.ranges.end(), set.ranges.begin(), set.ranges.end());
    } else {
      add_all_but(into, perl_class(static_cast<char>(which + 32)));
    }
    return true;
  }

  std::optional<char32_t> escaped_code() {
    if (rest_.empty()) return std::nullopt;
    const char c = rest_[0];
    rest_.remove_prefix(1);
    constexpr std::string_view kLetters = "ntrfva", kCodes = "\n\t\r\f\v\a";
    if (const auto found = kLetters.find(c); found != std::string_view::npos) {
      return static_cast<char32_t>(kCodes[found]);
    }
    if (c == 'x') return hex();
    const bool alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (alnum || static_cast<unsigned char>(c) >= 0x80) return std::nullopt;
    return static_cast<char32_t>(c);
  }

  std::optional<char32_t> hex() {
    const bool braces = take("{");
    std::size_t digits = 0;
    char32_t code = 0;
    while (digits < (braces ? 6u : 2u) && !rest_.empty()) {
      const auto value = std::string_view("0123456789abcdef").find(static_cast<char>(rest_[0] | 0x20));
      if (value == std::string_view::npos) break;
      code = code * 16 + static_cast<char32_t>(value);
      rest_.remove_prefix(1);
      ++digits;
    }
    if (digits == 0 || (braces && !take("}")) || (!braces && digits != 2)) return std::nullopt;
    return code;
  }

  Part bracket() {
    const std::string_view whole = all_.substr(all_.size() - rest_.size() - 1);
    CodeSet set;
    const bool negated = take("^");
    for (bool first = true; first || !at(']'); first = false) {
      if (rest_.empty()) return fail(fmt::format("missing closing ]: `{}`", whole));
      if (!bracket_item(set)) return std::nullopt;
    }
    take("]");
    if (flags_.fold) fold_case(set);
    set.negated = negated;
    return one_of(std::move(set));
  }

  bool bracket_item(CodeSet& set) {
    if (take("[:")) {
      const auto end = rest_.find(":]");
      const auto named = end == std::string_view::npos ? std::nullopt : posix_class(rest_.substr(0, end));
      if (!named) return fail("invalid character class range").has_value();
      rest_.remove_prefix(end + 2);
      set.ranges.insert(set.ranges.end(), named->ranges.begin(), named->ranges.end());
      return true;
    }
    const std::string_view before = rest_;
    if (take("\\") && escaped_class(set)) return true;
    rest_ = before;
    const auto first = bracket_code();
    if (!first) return fail("invalid escape sequence").has_value();
    std::optional<char32_t> last = first;
    if (at('-') && rest_.size() > 1 && rest_[1] != ']') {
      take("-");
      last = bracket_code();
    }
    if (!last || *last < *first) return fail("invalid character class range").has_value();
    add(set, *first, *last);
    return true;
  }

  std::optional<char32_t> bracket_code() {
    if (take("\\")) return escaped_code();
    if (rest_.empty()) return std::nullopt;
    return next_code(rest_);
  }

  struct Flags {
    bool fold = false, dot_all = false, lines = false;
  };
  std::string_view all_, rest_;
  Flags flags_;
  std::optional<Flags> saved_outer_;
  int depth_ = 0;
  std::string bad_;
  Pattern out_;
};

k8s::Result<Pattern> Pattern::compile(std::string_view expression) {
  return PatternCompiler(expression).run();
}

}  // namespace objects
