// SPDX-License-Identifier: Apache-2.0
// Invariants: a broken one is a bug in this program, so it stops with a sentence. Never used for anything that input
// can cause.
#pragma once

#include <source_location>
#include <string_view>

namespace k8s {

[[noreturn]] void check_failed(std::string_view sentence, std::source_location where);

inline void check(bool holds, std::string_view sentence, std::source_location where = std::source_location::current()) {
  if (!holds) [[unlikely]]
    check_failed(sentence, where);
}

}  // namespace k8s
