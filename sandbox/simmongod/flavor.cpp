// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/flavor.hpp"

#include <charconv>

namespace simmongod {
namespace {

struct Release {
  int major;
  int minor;
  int wire;
  std::string_view previous;
};
// docs: the wire protocol's maxWireVersion per release.
constexpr std::array kReleases{
    Release{4, 4, 9, "4.2"},  Release{5, 0, 13, "4.4"}, Release{6, 0, 17, "5.0"},
    Release{7, 0, 21, "6.0"}, Release{8, 0, 25, "7.0"}, Release{8, 2, 27, "8.0"},
};

std::optional<std::array<int, 3>> numbers_of(std::string_view text) {
  std::array<int, 3> numbers{};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (i > 0) {
      if (at == end || *at != '.') return i == 2 ? std::optional(numbers) : std::nullopt;
      ++at;
    }
    const auto [next, error] = std::from_chars(at, end, numbers[i]);
    if (error != std::errc{}) return std::nullopt;
    at = next;
  }
  return numbers;
}

}  // namespace

std::optional<Flavor> flavor_of(std::string_view version) {
  const auto numbers = numbers_of(version);
  if (!numbers) return std::nullopt;
  const Release* found = nullptr;
  for (const Release& release : kReleases) {
    if (release.major == (*numbers)[0] && release.minor <= (*numbers)[1]) found = &release;
  }
  if (found == nullptr) return std::nullopt;
  const std::string own = std::to_string(found->major) + "." + std::to_string(found->minor);
  return Flavor{.version = std::string(version),
                .numbers = *numbers,
                .max_wire_version = found->wire,
                .feature_versions = {own, std::string(found->previous)},
                .delay_field = found->major >= 5 ? "secondaryDelaySecs" : "slaveDelay",
                .implicit_majority = found->major >= 5,
                .timeout_has_new_name = found->major >= 8};
}

Flavor recorded_flavor() {
  return Flavor{.version = "4.4.18",
                .numbers = {4, 4, 18},
                .max_wire_version = 12,
                .feature_versions = {"4.9", "4.8", "4.4"},
                .delay_field = "slaveDelay",
                .implicit_majority = false,
                .development_49 = true};
}

}  // namespace simmongod
