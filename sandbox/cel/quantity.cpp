// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/quantity.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace cel {
namespace {

__extension__ typedef __int128 Wide;

// Kubernetes caps what has a binary suffix; decimals are capped here, where 128 bits of nanos end: 10^28.
constexpr Wide kMostBinary = static_cast<Wide>(INT64_MAX) * 1'000'000'000;
constexpr Wide kMostDecimal = static_cast<Wide>(1'000'000'000'000'000'000) * 1'000'000'000'000'000'000 * 10;
constexpr int kMostDigits = 18;  // that surely fit 64 bits

struct Suffix {
  std::string_view text;
  int base;
  int exponent;
};
constexpr std::array kSuffixes{
    Suffix{"", 10, 0},   Suffix{"n", 10, -9}, Suffix{"u", 10, -6}, Suffix{"m", 10, -3},
    Suffix{"k", 10, 3},  Suffix{"M", 10, 6},  Suffix{"G", 10, 9},  Suffix{"T", 10, 12},
    Suffix{"P", 10, 15}, Suffix{"E", 10, 18}, Suffix{"Ki", 2, 10}, Suffix{"Mi", 2, 20},
    Suffix{"Gi", 2, 30}, Suffix{"Ti", 2, 40}, Suffix{"Pi", 2, 50}, Suffix{"Ei", 2, 60},
};

std::optional<Suffix> suffix_of(std::string_view text) {
  for (const Suffix& suffix : kSuffixes) {
    if (text == suffix.text) return suffix;
  }
  if (text.empty() || (text.front() != 'e' && text.front() != 'E')) return std::nullopt;
  std::string_view digits = text.substr(1);
  if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
  int exponent = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return Suffix{text, 10, std::clamp(exponent, -1000, 1000)};
}

// digits * 10^exponent, or * 2^exponent, in nanos: rounded up, capped.
Wide scaled(Wide digits, int fraction_digits, const Suffix& suffix) {
  const Wide most = suffix.base == 2 ? kMostBinary : kMostDecimal;
  if (suffix.base == 2) {
    for (; fraction_digits > 0 && digits > INT64_MAX; --fraction_digits) digits /= 10;
    if (digits > INT64_MAX) return most;
    digits <<= suffix.exponent;  // at most 2^63 << 60: fits
  }
  int decimal = 9 - fraction_digits;
  if (suffix.base == 10) decimal += suffix.exponent;
  for (; decimal > 0 && digits != 0; --decimal) {
    if (digits > most / 10) return most;
    digits *= 10;
  }
  bool rest = false;
  for (; decimal < 0 && digits != 0; ++decimal) {
    rest = rest || digits % 10 != 0;
    digits /= 10;
  }
  return std::min(most, digits + (rest ? 1 : 0));
}

}  // namespace

std::optional<Quantity> Quantity::parse(std::string_view text) {
  const bool is_empty = text.empty();
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  Wide digits = 0;
  int whole_digits = 0, fraction_digits = 0;
  bool in_fraction = false, huge = false;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && !in_fraction) {
      in_fraction = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    if (digits > kMostDecimal / kNano) {
      // Beyond what is kept exactly: a whole digit more is beyond the cap anyway, a fraction digit is below a nano.
      huge = huge || !in_fraction;
      continue;
    }
    digits = digits * 10 + (c - '0');
    if (in_fraction) ++fraction_digits;
    if (!in_fraction && digits != 0) ++whole_digits;
  }
  // No digits are zero, as in Kubernetes, which takes even "." and "+".
  const auto suffix = suffix_of(text.substr(at));
  if (is_empty || !suffix) return std::nullopt;

  Quantity quantity;
  quantity.nanos_ = huge ? (suffix->base == 2 ? kMostBinary : kMostDecimal) : scaled(digits, fraction_digits, *suffix);
  if (negative) quantity.nanos_ = -quantity.nanos_;
  int spare = kMostDigits - whole_digits - fraction_digits;
  if (suffix->base == 10) {
    quantity.scale_ = suffix->exponent - fraction_digits;
  } else {
    spare = fraction_digits == 0 ? 15 - whole_digits - suffix->exponent * 3 / 10 - 1 : -1;
  }
  quantity.scaled_ = !huge && spare >= 0 && quantity.scale_ >= -9;
  return quantity;
}

Quantity Quantity::of(std::int64_t value) {
  Quantity quantity;
  quantity.nanos_ = static_cast<Wide>(value) * kNano;
  return quantity;
}

int Quantity::sign() const {
  return nanos_ == 0 ? 0 : nanos_ < 0 ? -1 : 1;
}

std::optional<std::int64_t> Quantity::integer() const {
  const Wide whole = nanos_ / kNano;
  if (!scaled_ || scale_ < 0 || whole > INT64_MAX || whole < INT64_MIN) return std::nullopt;
  return static_cast<std::int64_t>(whole);
}

double Quantity::approximate() const {
  return static_cast<double>(static_cast<long double>(nanos_) / 1e9L);
}

int Quantity::compare(const Quantity& other) const {
  return nanos_ == other.nanos_ ? 0 : nanos_ < other.nanos_ ? -1 : 1;
}

// Whether the value, counted in units of 10^scale, fits 64 bits.
bool Quantity::fits(int scale) const {
  Wide units = nanos_;
  for (int i = -9; i < scale; ++i) units /= 10;
  return units <= INT64_MAX && units >= INT64_MIN;
}

Quantity Quantity::plus(const Quantity& other) const {
  Quantity sum = *this;
  sum.nanos_ = std::clamp(nanos_ + other.nanos_, -kMostDecimal, kMostDecimal);
  sum.scaled_ = scaled_ && other.scaled_;
  if (nanos_ == 0) sum.scale_ = other.scale_;
  if (nanos_ != 0 && other.nanos_ != 0) sum.scale_ = std::min(scale_, other.scale_);
  sum.scaled_ = sum.scaled_ && sum.fits(sum.scale_);
  return sum;
}

Quantity Quantity::minus(const Quantity& other) const {
  Quantity negative = other;
  negative.nanos_ = -negative.nanos_;
  return plus(negative);
}

}  // namespace cel
