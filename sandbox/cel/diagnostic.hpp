// SPDX-License-Identifier: Apache-2.0
// Where is an expression wrong, and how is the user told?
//
//   ERROR: <input>:1:6: undefined field 'foo'
//    | self.foo
//    | .....^
//
// This is what kubectl prints for a rule that does not compile, after the API server's "compilation failed: ".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cel {

struct Diagnostic {
  std::size_t offset = 0;  // byte of the source
  std::string sentence;
};

// In the order of their place; one per line group.
std::string render(std::string_view source, std::vector<Diagnostic> diagnostics);

}  // namespace cel
