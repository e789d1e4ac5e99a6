// SPDX-License-Identifier: Apache-2.0
// Does a text match a pattern? RE2's syntax and its linear time, which is what rules are written for.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "libk8s/base/result.hpp"

namespace re2 {
class RE2;
}

namespace cel {

class Regex {
 public:
  // Code::invalid with a sentence for what is no pattern, or one that would take too much memory.
  static k8s::Result<std::shared_ptr<const Regex>> compile(std::string_view pattern);
  explicit Regex(std::unique_ptr<re2::RE2> engine);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  // Anywhere in the text.
  bool matches(std::string_view text) const;

  struct Match {
    std::size_t begin = 0, end = 0;
  };
  // The leftmost one that begins at `from` or later.
  std::optional<Match> find(std::string_view text, std::size_t from) const;

 private:
  std::unique_ptr<re2::RE2> engine_;
};

}  // namespace cel
