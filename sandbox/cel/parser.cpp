// SPDX-License-Identifier: Apache-2.0
// Recursive descent, one function per level of precedence; loops where the grammar is left-recursive.
#include "sandbox/cel/parser.hpp"

#include <fmt/format.h>

#include <array>

#include "sandbox/cel/escape.hpp"
#include "sandbox/cel/lexer.hpp"
#include "sandbox/cel/node_builder.hpp"
#include "sandbox/cel/number_literal.hpp"
#include "sandbox/cel/utf8.hpp"

namespace cel {
namespace {

struct Operator {
  std::string_view text;
  std::string_view name;
};
constexpr std::array kRelations{Operator{"==", op::kEquals}, Operator{"!=", op::kNotEquals},
                                Operator{"<", op::kLess},    Operator{"<=", op::kLessEquals},
                                Operator{">", op::kGreater}, Operator{">=", op::kGreaterEquals},
                                Operator{"in", op::kIn}};
constexpr std::array kAdditions{Operator{"+", op::kAdd}, Operator{"-", op::kSubtract}};
constexpr std::array kMultiplications{Operator{"*", op::kMultiply}, Operator{"/", op::kDivide},
                                      Operator{"%", op::kModulo}};

class Parser {
 public:
  Parser(std::vector<Token> tokens, ParseOptions options) : tokens_(std::move(tokens)), options_(options) {}

  NodeId whole() {
    const NodeId root = expression();
    if (!builder_.failed() && peek().kind != TokenKind::end) unexpected();
    return root;
  }
  NodeBuilder& builder() { return builder_; }

 private:
  const Token& peek(std::size_t ahead = 0) const { return tokens_[std::min(at_ + ahead, tokens_.size() - 1)]; }
  bool is(std::string_view text) const {
    const Token& token = peek();
    return token.text == text && (token.kind == TokenKind::punctuation || token.kind == TokenKind::identifier);
  }
  bool take(std::string_view text) {
    if (!is(text)) return false;
    ++at_;
    return true;
  }
  void expect(std::string_view text) {
    if (!builder_.failed() && !take(text))
      builder_.fail(peek().offset, fmt::format("Syntax error: mismatched input '{}' expecting '{}'", shown(), text));
  }
  std::string_view shown() const { return peek().kind == TokenKind::end ? "<EOF>" : peek().text; }
  NodeId unexpected() {
    builder_.fail(peek().offset, fmt::format("Syntax error: unexpected '{}'", shown()));
    return nothing();
  }
  // A node that stands for what could not be read: the problem is noted already.
  NodeId nothing() { return builder_.literal(peek().offset, Value()); }

  NodeId expression() {
    if (++nesting_ > kMostNesting) {
      builder_.fail(peek().offset, "Syntax error: the expression is nested too deeply");
      return nothing();
    }
    NodeId left = logical(false);
    const std::size_t offset = peek().offset;
    if (take("?")) {
      const NodeId yes = logical(false);
      expect(":");
      const NodeId no = builder_.failed() ? nothing() : expression();
      left = builder_.call(offset, op::kConditional, {left, yes, no});
    }
    --nesting_;
    return left;
  }

  // a || b || c and a && b && c are one node each, however long.
  NodeId logical(bool is_and) {
    const std::string_view text = is_and ? "&&" : "||";
    const NodeId first = is_and ? relation() : logical(true);
    if (!is(text)) return first;
    const std::size_t offset = peek().offset;
    std::vector<NodeId> parts{first};
    while (!builder_.failed() && take(text)) parts.push_back(is_and ? relation() : logical(true));
    return builder_.call(offset, is_and ? op::kAnd : op::kOr, std::move(parts));
  }

  template <class Operators, class Next>
  NodeId left_to_right(const Operators& operators, Next next) {
    NodeId left = next();
    for (bool more = true; more && !builder_.failed();) {
      more = false;
      for (const Operator& candidate : operators) {
        const std::size_t offset = peek().offset;
        if (!take(candidate.text)) continue;
        const NodeId right = next();
        left = builder_.call(offset, candidate.name, {left, right});
        more = true;
        break;
      }
    }
    return left;
  }
  NodeId relation() {
    return left_to_right(kRelations, [this] { return addition(); });
  }
  NodeId addition() {
    return left_to_right(kAdditions, [this] { return multiplication(); });
  }
  NodeId multiplication() {
    return left_to_right(kMultiplications, [this] { return unary(); });
  }

  NodeId unary() {
    const std::size_t offset = peek().offset;
    if (is("-") && peek(1).kind == TokenKind::number) {
      ++at_;
      return members(number(true, offset));
    }
    for (const Operator& sign : {Operator{"!", op::kNot}, Operator{"-", op::kNegate}}) {
      std::size_t count = 0;
      while (take(sign.text)) ++count;
      if (count == 0) continue;
      const NodeId operand = member();
      // Two of them undo each other.
      return count % 2 == 0 ? operand : builder_.call(offset, sign.name, {operand});
    }
    return member();
  }

  NodeId member() { return members(primary()); }

  NodeId members(NodeId left) {
    while (!builder_.failed()) {
      const std::size_t offset = peek().offset;
      if (take(".")) {
        left = dotted(left, offset);
      } else if (take("[")) {
        const bool optional = take("?");
        const NodeId index = expression();
        expect("]");
        left = builder_.call(offset, optional ? op::kOptionalIndex : op::kIndex, {left, index});
      } else {
        break;
      }
    }
    return left;
  }

  NodeId dotted(NodeId target, std::size_t offset) {
    const bool optional = take("?");
    const Token name = peek();
    const bool quoted = name.kind == TokenKind::quoted_identifier;
    if (quoted && !options_.quoted_fields) builder_.fail(name.offset, "unsupported syntax: '`'");
    const bool word = name.text == "in" || name.text == "true" || name.text == "false" || name.text == "null";
    if (!quoted && (name.kind != TokenKind::identifier || word)) return unexpected();
    ++at_;
    if (!quoted && !optional && is("(")) return call(name, target);
    return builder_.add({.kind = NodeKind::select,
                         .offset = offset,
                         .name = std::string(name.text),
                         .parts = {target},
                         .is_optional = optional});
  }

  // A call is where its parenthesis opens.
  NodeId call(const Token& name, std::optional<NodeId> target) {
    Node node{.kind = NodeKind::call, .offset = peek().offset, .name = std::string(name.text)};
    expect("(");
    node.parts = elements(")", nullptr);
    node.is_member = target.has_value();
    if (target) node.parts.insert(node.parts.begin(), *target);
    if (builder_.failed()) return nothing();
    if (const auto macro = expand_macro(builder_, node)) return *macro;
    return builder_.add(std::move(node));
  }

  // Expressions between commas up to `closing`, which is taken. A comma may stand before it; `optional` collects
  // question marks.
  std::vector<NodeId> elements(std::string_view closing, std::vector<bool>* optional) {
    std::vector<NodeId> parts;
    if (take(closing)) return parts;
    while (!builder_.failed()) {
      if (optional != nullptr) optional->push_back(take("?"));
      parts.push_back(expression());
      if (!take(",")) break;
      if (optional != nullptr && is(closing)) break;
    }
    expect(closing);
    return parts;
  }

  NodeId primary() {
    const Token token = peek();
    if (token.kind == TokenKind::number) return number(false, token.offset);
    if (token.kind == TokenKind::string) {
      ++at_;
      return builder_.literal(token.offset, token.literal);
    }
    if (token.kind == TokenKind::identifier) return identifier(false);
    if (take("(")) {
      const NodeId inside = expression();
      expect(")");
      return inside;
    }
    if (take("[")) {
      Node node{.kind = NodeKind::list, .offset = token.offset};
      node.parts = elements("]", &node.optional_parts);
      return builder_.add(std::move(node));
    }
    if (take("{")) return map(token.offset);
    if (take(".")) return peek().kind == TokenKind::identifier ? identifier(true) : unexpected();
    return unexpected();
  }

  NodeId number(bool negative, std::size_t offset) {
    const NumberLiteral literal = read_number(peek().text, negative);
    if (!literal.problem.empty()) builder_.fail(offset, literal.problem);
    ++at_;
    return builder_.literal(offset, literal.value);
  }

  NodeId identifier(bool absolute) {
    const Token token = peek();
    if (token.text == "in") return unexpected();
    ++at_;
    if (!absolute && (token.text == "true" || token.text == "false"))
      return builder_.literal(token.offset, Value::boolean(token.text == "true"));
    if (!absolute && token.text == "null") return builder_.literal(token.offset, Value());
    if (is_reserved(token.text)) builder_.fail(token.offset, fmt::format("reserved identifier: {}", token.text));
    if (const auto fields = message_name()) return message(token, *fields);
    if (is("(")) return call(token, std::nullopt);
    return builder_.add({.kind = NodeKind::identifier,
                         .offset = token.offset,
                         .name = (absolute ? "." : "") + std::string(token.text)});
  }

  // After the first word of "a.b.C{": the place behind the brace. Nothing when this is no message literal.
  std::optional<std::size_t> message_name() const {
    std::size_t ahead = 0;
    while (peek(ahead).text == "." && peek(ahead).kind == TokenKind::punctuation &&
           peek(ahead + 1).kind == TokenKind::identifier)
      ahead += 2;
    const Token& next = peek(ahead);
    return next.kind == TokenKind::punctuation && next.text == "{" ? std::optional(at_ + ahead + 1) : std::nullopt;
  }

  NodeId message(const Token& first, std::size_t fields) {
    Node node{.kind = NodeKind::message, .name = std::string(first.text)};
    for (; at_ + 1 < fields; ++at_) node.name += peek().text;
    node.offset = peek().offset;
    expect("{");
    while (!builder_.failed() && !is("}")) {
      take("?");
      if (peek().kind != TokenKind::identifier && peek().kind != TokenKind::quoted_identifier) unexpected();
      ++at_;
      expect(":");
      if (!builder_.failed()) node.parts.push_back(expression());
      if (!take(",")) break;
    }
    expect("}");
    return builder_.add(std::move(node));
  }

  NodeId map(std::size_t offset) {
    Node node{.kind = NodeKind::map, .offset = offset};
    while (!builder_.failed() && !is("}")) {
      node.optional_parts.push_back(take("?"));
      node.parts.push_back(expression());
      expect(":");
      node.parts.push_back(builder_.failed() ? nothing() : expression());
      if (!take(",")) break;
    }
    expect("}");
    return builder_.add(std::move(node));
  }

  std::vector<Token> tokens_;
  ParseOptions options_;
  std::size_t at_ = 0;
  std::uint32_t nesting_ = 0;
  NodeBuilder builder_;
};

}  // namespace

Parsed parse(std::string_view source, ParseOptions options) {
  if (source.size() > kMostCharacters && code_points(source) > kMostCharacters)
    return {std::nullopt,
            {{0, fmt::format("expression code point size exceeds limit: size: {}, limit {}", code_points(source),
                             kMostCharacters)}}};
  Syntax syntax{.source = std::string(source), .nodes = {}};
  Tokens tokens = tokenize(syntax.source);
  if (!tokens.diagnostics.empty()) return {std::nullopt, std::move(tokens.diagnostics)};
  Parser parser(std::move(tokens.tokens), options);
  syntax.root = parser.whole();
  if (parser.builder().problem()) return {std::nullopt, {*parser.builder().problem()}};
  syntax.nodes = parser.builder().take();
  return {std::move(syntax), {}};
}

}  // namespace cel
