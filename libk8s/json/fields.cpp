// SPDX-License-Identifier: Apache-2.0
#include "libk8s/json/fields.hpp"

namespace k8s::json {

void Decoder::expected(std::string_view what, const Node& node) {
  if (!problem_.empty()) return;
  const std::optional<std::string_view> text = node.string();
  const std::string got = text ? fmt::format("\"{}\"", text->substr(0, 80)) : std::string{name(node.kind())};
  problem_ = fmt::format("{}: expected {}, got {}", path_.empty() ? "document" : path_, what, got);
}

}  // namespace k8s::json
