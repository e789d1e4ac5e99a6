// SPDX-License-Identifier: Apache-2.0
#include "libk8s/base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace k8s {

void check_failed(std::string_view sentence, std::source_location where) {
  std::fprintf(stderr, "%s:%u: broken invariant: %.*s\n", where.file_name(), where.line(),
               static_cast<int>(sentence.size()), sentence.data());
  std::abort();
}

}  // namespace k8s
