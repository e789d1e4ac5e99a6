// SPDX-License-Identifier: Apache-2.0
// Does a text match a regular expression in the syntax of RE2, which is what schemas and rules are written in?
//
// Time is linear in the text whatever the expression: all alternatives are followed at once, nothing is tried again.
// Known: . [] [^] [[:alpha:]] \d \w \s \D \W \S () (?:) (?i) (?s) (?m) (?P<n>) | * + ? {n,m} and
// their lazy forms, ^ $ \A \z \b \B, \n \t \r \f \v \a \xHH \x{H} and escaped punctuation. Anything else is an error.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libk8s/base/result.hpp"

namespace objects {

// One step of a compiled expression.
struct PatternStep {
  enum class What : std::uint8_t {
    range,
    split,
    jump,
    text_begin,
    text_end,
    line_begin,
    line_end,
    word,
    no_word,
    match
  };
  What what = What::match;
  // Of a range: which of Pattern's sets. Of a split: the other way. Of a jump: where to.
  std::uint32_t target = 0;
};

// Code points, as sorted pairs of first and last.
struct CodeSet {
  std::vector<std::pair<char32_t, char32_t>> ranges;
  bool negated = false;

  bool has(char32_t code) const;
};

class Pattern {
 public:
  // Code::invalid for what is no expression.
  static k8s::Result<Pattern> compile(std::string_view expression);
  // True when any part of the text matches, as MatchString does.
  bool matches(std::string_view text) const;

 private:
  friend class PatternCompiler;
  friend class PatternRun;
  std::vector<PatternStep> steps_;
  std::vector<CodeSet> sets_;
};

}  // namespace objects
