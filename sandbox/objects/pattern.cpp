// SPDX-License-Identifier: Apache-2.0
// All the ways through an expression, followed side by side along a text.
#include "sandbox/objects/pattern.hpp"

#include "sandbox/objects/pattern_classes.hpp"

namespace objects {

bool CodeSet::has(char32_t code) const {
  bool found = false;
  for (const auto& [first, last] : ranges) {
    if (code >= first && code <= last) found = true;
  }
  return found != negated;
}

class PatternRun {
 public:
  explicit PatternRun(const Pattern& pattern) : pattern_(pattern), seen_(pattern.steps_.size(), 0) {}

  bool run(std::string_view text) {
    char32_t before = kNone;
    for (;;) {
      std::string_view rest = text;
      const char32_t here = text.empty() ? kNone : next_code(rest);
      ++round_;
      for (const std::uint32_t at : std::exchange(waiting_, {})) {
        if (follow(at, before, here)) return true;
      }
      if (follow(0, before, here)) return true;
      if (here == kNone) return false;
      advance(here);
      before = here;
      text = rest;
    }
  }

 private:
  static constexpr char32_t kNone = 0xFFFFFFFF;

  static bool is_word(char32_t code) {
    return (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') || code == '_' || (code >= 'a' && code <= 'z');
  }

  bool holds(PatternStep::What what, char32_t before, char32_t here) const {
    switch (what) {
      case PatternStep::What::text_begin: return before == kNone;
      case PatternStep::What::text_end: return here == kNone;
      case PatternStep::What::line_begin: return before == kNone || before == '\n';
      case PatternStep::What::line_end: return here == kNone || here == '\n';
      case PatternStep::What::word: return is_word(before) != is_word(here);
      case PatternStep::What::no_word: return is_word(before) == is_word(here);
      default: return true;
    }
  }

  // Everything reachable without taking a character; true on a match.
  bool follow(std::uint32_t start, char32_t before, char32_t here) {
    stack_.push_back(start);
    while (!stack_.empty()) {
      const std::uint32_t at = stack_.back();
      stack_.pop_back();
      if (seen_[at] == round_) continue;
      seen_[at] = round_;
      const PatternStep& step = pattern_.steps_[at];
      if (step.what == PatternStep::What::match) return true;
      if (step.what == PatternStep::What::range) {
        ready_.push_back(at);
      } else if (step.what == PatternStep::What::jump) {
        stack_.push_back(at + step.target);
      } else if (holds(step.what, before, here)) {
        stack_.push_back(at + 1);
        if (step.what == PatternStep::What::split) stack_.push_back(at + step.target);
      }
    }
    return false;
  }

  void advance(char32_t here) {
    for (const std::uint32_t at : std::exchange(ready_, {})) {
      if (pattern_.sets_[pattern_.steps_[at].target].has(here)) waiting_.push_back(at + 1);
    }
  }

  const Pattern& pattern_;
  std::vector<std::uint32_t> seen_, waiting_, ready_, stack_;
  std::uint32_t round_ = 0;
};

bool Pattern::matches(std::string_view text) const {
  return PatternRun(*this).run(text);
}

}  // namespace objects
