// SPDX-License-Identifier: Apache-2.0
// resource.Quantity: "10Gi", "500m", "1.5", "2e3". Kept as written, compared by value.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace k8s {

class Quantity {
 public:
  Quantity() = default;
  // Nothing when the text is no quantity, or its value does not fit 64 bits of thousandths.
  static std::optional<Quantity> parse(std::string_view text);

  const std::string& text() const { return text_; }
  // Rounded up, as Kubernetes rounds.
  std::int64_t whole() const;
  std::int64_t milli() const { return milli_; }

  bool operator==(const Quantity& other) const { return milli_ == other.milli_; }
  std::strong_ordering operator<=>(const Quantity& other) const { return milli_ <=> other.milli_; }

 private:
  std::string text_;
  std::int64_t milli_ = 0;
};

inline std::string to_text(const Quantity& quantity) {
  return quantity.text();
}
bool from_text(std::string_view text, Quantity& out);

}  // namespace k8s
