// SPDX-License-Identifier: Apache-2.0
// Which words is an expression made of?
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/cel/diagnostic.hpp"
#include "sandbox/cel/value.hpp"

namespace cel {

enum class TokenKind {
  end,
  identifier,         // `text`; reserved words too, the parser tells
  quoted_identifier,  // `a-b` in backticks, text without them
  number,             // int, uint or double: text as written
  string,             // literal is the string or the bytes
  punctuation,        // text: one of ( ) [ ] { } . , : ? ! - + * / % < <= > >= == != && || =
};

struct Token {
  TokenKind kind = TokenKind::end;
  std::size_t offset = 0;
  std::string_view text = {};
  Value literal = {};
};

// The tokens, the last of which is `end`; or, when the source is wrong, what is wrong with it first.
struct Tokens {
  std::vector<Token> tokens;
  std::vector<Diagnostic> diagnostics;
};

// The source must outlive the tokens.
Tokens tokenize(std::string_view source);

}  // namespace cel
