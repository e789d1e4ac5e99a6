// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/regex.hpp"

#include <re2/re2.h>

#include "sandbox/cel/functions.hpp"
#include "sandbox/cel/utf8.hpp"

namespace cel {
namespace {

constexpr std::int64_t kMostMemory = 8 << 20;

// \C, a single byte, is in RE2's C++ library alone.
bool has_byte_escape(std::string_view pattern) {
  for (std::size_t i = 0; i + 1 < pattern.size(); ++i) {
    if (pattern[i] != '\\') continue;
    if (pattern[i + 1] == 'C') return true;
    ++i;
  }
  return false;
}

// The pattern of argument 1: compiled with the rule when it is a literal, now otherwise.
class Pattern {
 public:
  explicit Pattern(const Call& call) : regex_(call.regex) {
    if (regex_ != nullptr) return;
    auto compiled = Regex::compile(call.text(1));
    if (compiled) {
      own_ = *compiled;
      regex_ = own_.get();
    } else {
      problem_ = compiled.error().message;
    }
  }
  const Regex* operator->() const { return regex_; }
  explicit operator bool() const { return regex_ != nullptr; }
  Value failure() const { return Value::failure(problem_); }

 private:
  std::shared_ptr<const Regex> own_;
  const Regex* regex_;
  std::string problem_;
};

bool charge_match(const Call& call) {
  return call.budget.charge((call.text(0).size() / 10 + 1) * (call.text(1).size() / 4 + 1));
}

Value matches(const Call& call) {
  if (!charge_match(call)) return out_of_budget();
  const Pattern pattern(call);
  return pattern ? Value::boolean(pattern->matches(call.text(0))) : pattern.failure();
}

Value find(const Call& call) {
  if (!charge_match(call)) return out_of_budget();
  const Pattern pattern(call);
  if (!pattern) return pattern.failure();
  const auto match = pattern->find(call.text(0), 0);
  return Value::string(match ? std::string(call.text(0).substr(match->begin, match->end - match->begin)) : "");
}

// As Go's FindAllString: an empty match right behind another match is none.
Value find_all(const Call& call) {
  if (!charge_match(call)) return out_of_budget();
  const Pattern pattern(call);
  if (!pattern) return pattern.failure();
  const std::int64_t most = call.arguments.size() > 2 ? call.integer(2) : -1;
  const std::string_view text = call.text(0);
  std::vector<Value> found;
  std::optional<std::size_t> last_end;
  for (std::size_t at = 0; at <= text.size() && (most < 0 || static_cast<std::int64_t>(found.size()) < most);) {
    if (!charge_match(call)) return out_of_budget();
    const auto match = pattern->find(text, at);
    if (!match) break;
    const bool empty = match->begin == match->end;
    if (!empty || match->begin != last_end)
      found.push_back(Value::string(std::string(text.substr(match->begin, match->end - match->begin))));
    last_end = match->end;
    at = match->end;
    if (empty) at += at < text.size() ? byte_of(text.substr(at), 1) : 1;
  }
  return Value::list(std::move(found));
}

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

k8s::Result<std::shared_ptr<const Regex>> Regex::compile(std::string_view pattern) {
  if (has_byte_escape(pattern))
    return k8s::Error{.code = k8s::Code::invalid, .message = "error parsing regexp: invalid escape sequence: `\\C`"};
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostMemory);
  auto engine = std::make_unique<re2::RE2>(piece(pattern), options);
  if (!engine->ok())
    return k8s::Error{.code = k8s::Code::invalid, .message = "error parsing regexp: " + engine->error()};
  return std::shared_ptr<const Regex>(std::make_shared<Regex>(std::move(engine)));
}

Regex::Regex(std::unique_ptr<re2::RE2> engine) : engine_(std::move(engine)) {}
Regex::~Regex() = default;

bool Regex::matches(std::string_view text) const {
  return re2::RE2::PartialMatch(piece(text), *engine_);
}

std::optional<Regex::Match> Regex::find(std::string_view text, std::size_t from) const {
  re2::StringPiece found;
  if (!engine_->Match(piece(text), from, text.size(), re2::RE2::UNANCHORED, &found, 1)) return std::nullopt;
  const auto begin = static_cast<std::size_t>(found.data() - text.data());
  return Match{begin, begin + found.size()};
}

void add_regex(FunctionTable& table) {
  table.add("matches", "string.(string)->bool", matches);
  table.add("matches", "(string, string)->bool", matches);
  table.add("find", "string.(string)->string", find);
  table.add("findAll", "string.(string)->list(string)", find_all);
  table.add("findAll", "string.(string, int)->list(string)", find_all);
}

}  // namespace cel
