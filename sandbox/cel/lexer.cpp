// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/lexer.hpp"

#include <array>
#include <optional>

#include "sandbox/cel/string_literal.hpp"
#include "sandbox/cel/utf8.hpp"

namespace cel {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool begins_identifier(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  Tokens run() {
    if (!is_utf8(source_)) return {{}, {{0, "Syntax error: the expression is not UTF-8"}}};
    while (out_.diagnostics.empty()) {
      skip_space();
      if (at_ >= source_.size()) break;
      next();
    }
    out_.tokens.push_back({TokenKind::end, source_.size(), {}, {}});
    return std::move(out_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0'; }

  void skip_space() {
    while (at_ < source_.size()) {
      const char c = source_[at_];
      if (source_.substr(at_, 2) == "//") {
        at_ = std::min(source_.find('\n', at_), source_.size());
      } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
        ++at_;
      } else {
        return;
      }
    }
  }

  void next() {
    const char c = peek();
    if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return number();
    if (const std::size_t length = string_literal_prefix(source_.substr(at_)); length > 0 || c == '"' || c == '\'')
      return string();
    if (begins_identifier(c)) return identifier();
    if (c == '`') return quoted_identifier();
    punctuation();
  }

  void push(TokenKind kind, std::size_t length) {
    out_.tokens.push_back({kind, at_, source_.substr(at_, length), {}});
    at_ += length;
  }

  void fail(std::size_t offset, std::string sentence) {
    out_.diagnostics.push_back({offset, "Syntax error: " + std::move(sentence)});
  }

  std::size_t digits(std::size_t from) const {
    std::size_t end = from;
    while (end < source_.size() && is_digit(source_[end])) ++end;
    return end;
  }

  void number() {
    std::size_t end = at_;
    if (peek() == '0' && (peek(1) == 'x' || peek(1) == 'X')) {
      end += 2;
      while (end < source_.size() && is_hex(source_[end])) ++end;
      if (end == at_ + 2) return fail(at_, "a hexadecimal number without digits");
    } else {
      end = digits(end);
      if (end + 1 < source_.size() && source_[end] == '.' && is_digit(source_[end + 1])) end = digits(end + 1);
      end = exponent(end);
    }
    if (end < source_.size() && (source_[end] == 'u' || source_[end] == 'U')) ++end;
    push(TokenKind::number, end - at_);
  }

  // The end of "e+10" at `end`, or `end` where there is none.
  std::size_t exponent(std::size_t end) const {
    if (end >= source_.size() || (source_[end] != 'e' && source_[end] != 'E')) return end;
    std::size_t at = end + 1;
    if (at < source_.size() && (source_[at] == '+' || source_[at] == '-')) ++at;
    return at < source_.size() && is_digit(source_[at]) ? digits(at) : end;
  }

  void string() {
    StringLiteral literal = read_string_literal(source_.substr(at_));
    if (!literal.problem.empty()) return fail(at_ + literal.length, std::move(literal.problem));
    push(TokenKind::string, literal.length);
    out_.tokens.back().literal = std::move(literal.value);
  }

  void identifier() {
    std::size_t end = at_;
    while (end < source_.size() && (begins_identifier(source_[end]) || is_digit(source_[end]))) ++end;
    push(TokenKind::identifier, end - at_);
  }

  void quoted_identifier() {
    std::size_t end = at_ + 1;
    while (end < source_.size() && (begins_identifier(source_[end]) || is_digit(source_[end]) || source_[end] == '-' ||
                                    source_[end] == '.' || source_[end] == '/' || source_[end] == ' '))
      ++end;
    if (end == at_ + 1 || end >= source_.size() || source_[end] != '`')
      return fail(at_, "a quoted identifier holds letters, digits, '_', '.', '-', '/' and spaces, and ends with '`'");
    push(TokenKind::quoted_identifier, end + 1 - at_);
    std::string_view& text = out_.tokens.back().text;
    text = text.substr(1, text.size() - 2);
  }

  void punctuation() {
    constexpr std::array<std::string_view, 6> kTwo{"==", "!=", "<=", ">=", "&&", "||"};
    for (const std::string_view two : kTwo) {
      if (source_.substr(at_, 2) == two) return push(TokenKind::punctuation, 2);
    }
    if (std::string_view("()[]{}.,:?!-+*/%<>").find(peek()) != std::string_view::npos)
      return push(TokenKind::punctuation, 1);
    const std::size_t length = std::max<std::size_t>(1, decode_utf8(source_, at_).length);
    fail(at_, "token recognition error at: '" + std::string(source_.substr(at_, length)) + "'");
  }

  std::string_view source_;
  std::size_t at_ = 0;
  Tokens out_;
};

}  // namespace

Tokens tokenize(std::string_view source) {
  return Lexer(source).run();
}

}  // namespace cel
