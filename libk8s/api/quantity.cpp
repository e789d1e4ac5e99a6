// SPDX-License-Identifier: Apache-2.0
#include "libk8s/api/quantity.hpp"

#include <array>
#include <charconv>

namespace k8s {
namespace {

// Products of 64-bit values must not wrap before they are checked.
__extension__ typedef __int128 Wide;

// How many thousandths one unit of each suffix is. "E" for exa is told from an exponent by what follows it.
struct Suffix {
  std::string_view text;
  Wide milli;
};
constexpr Wide kKi = 1024;
constexpr std::array kSuffixes{
    Suffix{"", 1000},
    Suffix{"m", 1},
    Suffix{"k", 1'000'000},
    Suffix{"M", 1'000'000'000},
    Suffix{"G", 1'000'000'000'000},
    Suffix{"T", 1'000'000'000'000'000},
    Suffix{"P", 1'000'000'000'000'000'000},
    Suffix{"Ki", kKi * 1000},
    Suffix{"Mi", kKi* kKi * 1000},
    Suffix{"Gi", kKi* kKi* kKi * 1000},
    Suffix{"Ti", kKi* kKi* kKi* kKi * 1000},
    Suffix{"Pi", kKi* kKi* kKi* kKi* kKi * 1000},
};

struct Decimal {
  Wide digits = 0;
  int fraction_digits = 0;
  std::size_t length = 0;  // characters read; 0 when there is no number
};

Decimal read_decimal(std::string_view text) {
  Decimal number;
  bool in_fraction = false;
  bool any_digit = false;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && !in_fraction) {
      in_fraction = true;
    } else if (c >= '0' && c <= '9') {
      any_digit = true;
      number.digits = number.digits * 10 + (c - '0');
      if (in_fraction) ++number.fraction_digits;
      if (number.digits > static_cast<Wide>(1) << 90) return {};
    } else {
      break;
    }
  }
  if (any_digit) number.length = at;
  return number;
}

std::optional<Wide> scale_of(std::string_view rest) {
  for (const Suffix& suffix : kSuffixes) {
    if (rest == suffix.text) return suffix.milli;
  }
  if (rest.empty() || (rest.front() != 'e' && rest.front() != 'E')) return std::nullopt;
  std::string_view digits = rest.substr(1);
  if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
  int exponent = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (error != std::errc{} || end != digits.data() + digits.size() || exponent < -3 || exponent > 15)
    return std::nullopt;
  Wide scale = 1;
  for (int i = -3; i < exponent; ++i) scale *= 10;
  return scale;
}

}  // namespace

std::optional<Quantity> Quantity::parse(std::string_view text) {
  std::string_view rest = text;
  bool negative = false;
  if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
    negative = rest.front() == '-';
    rest.remove_prefix(1);
  }
  const Decimal number = read_decimal(rest);
  if (number.length == 0 || number.fraction_digits > 12) return std::nullopt;
  const std::optional<Wide> scale = scale_of(rest.substr(number.length));
  if (!scale) return std::nullopt;

  Wide divisor = 1;
  for (int i = 0; i < number.fraction_digits; ++i) divisor *= 10;
  if (number.digits > (static_cast<Wide>(1) << 124) / *scale) return std::nullopt;
  const Wide scaled = number.digits * *scale;
  const Wide milli = (scaled + divisor - 1) / divisor;  // below one thousandth rounds up, as Kubernetes does
  if (milli > INT64_MAX) return std::nullopt;

  Quantity quantity;
  quantity.text_ = text;
  quantity.milli_ = static_cast<std::int64_t>(negative ? -milli : milli);
  return quantity;
}

std::int64_t Quantity::whole() const {
  return milli_ >= 0 ? milli_ / 1000 + (milli_ % 1000 != 0 ? 1 : 0) : milli_ / 1000;
}

bool from_text(std::string_view text, Quantity& out) {
  const std::optional<Quantity> parsed = Quantity::parse(text);
  if (parsed) out = *parsed;
  return parsed.has_value();
}

}  // namespace k8s
