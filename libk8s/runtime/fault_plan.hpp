// SPDX-License-Identifier: Apache-2.0
// `--fault N:before|after|lost|error`: what should go wrong at the N-th effect of this process?
#pragma once

#include <optional>
#include <string_view>

#include "libk8s/runtime/executor.hpp"

namespace k8s {

class FaultPlan final : public EffectHook {
 public:
  // Nothing when the text is not of that form; N counts from 1.
  static std::optional<FaultPlan> parse(std::string_view text);

  Fault before(std::uint64_t number, const Step& step) override;
  void after(const Outcome& outcome) override;

 private:
  FaultPlan(std::uint64_t at, Fault fault) : at_(at), fault_(fault) {}

  std::uint64_t at_;
  Fault fault_;
};

}  // namespace k8s
