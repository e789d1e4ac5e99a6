// SPDX-License-Identifier: Apache-2.0
// Which expression is this? The whole grammar of CEL, with its macros (has, all, exists, …) already seen as what they
// mean.
//
// Bounded: 100,000 characters, 250 levels of nesting, 1,000 levels of the tree (a + b + c … counts one per operator).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "sandbox/cel/diagnostic.hpp"
#include "sandbox/cel/syntax.hpp"

namespace cel {

inline constexpr std::size_t kMostCharacters = 100'000;
inline constexpr std::uint32_t kMostNesting = 250;
inline constexpr std::uint32_t kMostDepth = 1'000;

struct ParseOptions {
  // a.`b-c`: Kubernetes has it not; property names are escaped there (escape.hpp).
  bool quoted_fields = false;
};

struct Parsed {
  std::optional<Syntax> syntax;  // unless there are diagnostics
  std::vector<Diagnostic> diagnostics;
};

Parsed parse(std::string_view source, ParseOptions options = {});

}  // namespace cel
