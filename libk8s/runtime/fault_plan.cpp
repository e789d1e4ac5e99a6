// SPDX-License-Identifier: Apache-2.0
#include "libk8s/runtime/fault_plan.hpp"

#include <charconv>

namespace k8s {

std::optional<FaultPlan> FaultPlan::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::uint64_t at = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + colon, at);
  if (error != std::errc{} || end != text.data() + colon || at == 0) return std::nullopt;
  const std::string_view word = text.substr(colon + 1);
  if (word == "before") return FaultPlan{at, Fault::crash_before};
  if (word == "after") return FaultPlan{at, Fault::crash_after};
  if (word == "lost") return FaultPlan{at, Fault::reply_lost};
  if (word == "error") return FaultPlan{at, Fault::error};
  return std::nullopt;
}

Fault FaultPlan::before(std::uint64_t number, const Step&) {
  return number == at_ ? fault_ : Fault::none;
}

void FaultPlan::after(const Outcome&) {}

}  // namespace k8s
