// SPDX-License-Identifier: Apache-2.0
// What does quantity("1.5Gi") know of itself? A resource.Quantity with the arithmetic that CEL rules ask for.
//
// libk8s/api/quantity keeps a text and 64 bits of thousandths, which is what operators read; rules may add, subtract
// and name any suffix down to nano, so the value here is exact in 128 bits of nanos, up to 10^28. With a binary suffix
// it is capped where Kubernetes caps it (2^63-1).
//
// isInteger() follows the API server to the letter: it asks how the number is stored, not what it is worth. "1.0",
// "1000m" and "100Ti" are no integers there, and so they are none here.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cel {

class Quantity {
 public:
  Quantity() = default;
  static std::optional<Quantity> parse(std::string_view text);
  static Quantity of(std::int64_t value);

  int sign() const;
  // Nothing where the API server finds no integer.
  std::optional<std::int64_t> integer() const;
  double approximate() const;
  int compare(const Quantity& other) const;
  Quantity plus(const Quantity& other) const;
  Quantity minus(const Quantity& other) const;

  bool operator==(const Quantity& other) const { return nanos_ == other.nanos_; }

 private:
  __extension__ typedef __int128 Wide;

  static constexpr Wide kNano = 1'000'000'000;

  bool fits(int scale) const;

  Wide nanos_ = 0;
  // How Kubernetes stores it: 64 bits times 10^scale, or, when not scaled_, an arbitrary decimal.
  int scale_ = 0;
  bool scaled_ = true;
};

}  // namespace cel
