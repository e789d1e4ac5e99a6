// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sandbox/cel/utf8.hpp"

namespace cel {
namespace {

std::string render_one(std::string_view source, const Diagnostic& diagnostic) {
  const std::size_t offset = std::min(diagnostic.offset, source.size());
  const std::string_view before = source.substr(0, offset);
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t newline = before.rfind('\n');
  const std::size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  const std::string_view snippet = source.substr(start, source.find('\n', start) - start);
  const std::size_t column = code_points(before.substr(start));
  return fmt::format("ERROR: <input>:{}:{}: {}\n | {}\n | {}^", line, column + 1, diagnostic.sentence, snippet,
                     std::string(column, '.'));
}

}  // namespace

std::string render(std::string_view source, std::vector<Diagnostic> diagnostics) {
  std::stable_sort(diagnostics.begin(), diagnostics.end(),
                   [](const Diagnostic& a, const Diagnostic& b) { return a.offset < b.offset; });
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (!out.empty()) out += '\n';
    out += render_one(source, diagnostic);
  }
  return out;
}

}  // namespace cel
