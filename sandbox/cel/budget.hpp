// SPDX-License-Identifier: Apache-2.0
// How much may a rule cost? Steps, counted as cel-go counts its runtime cost: about one per operation, a tenth per
// character.
//
// One budget may be handed to many rules, one after the other: Kubernetes gives each call 1,000,000 and all rules of
// one object 10,000,000 together. Nothing is allocated before it is paid for.
#pragma once

#include <cstdint>

namespace cel {

class Budget {
 public:
  static constexpr std::int64_t kPerCall = 1'000'000;
  static constexpr std::int64_t kPerObject = 10'000'000;

  explicit Budget(std::int64_t steps) : remaining_(steps) {}

  // False once there is nothing left; then the evaluation ends with an error, whatever || and && would absorb.
  bool charge(std::uint64_t steps) {
    if (steps > static_cast<std::uint64_t>(remaining_)) {
      exhausted_ = true;
      remaining_ = 0;
    } else {
      remaining_ -= static_cast<std::int64_t>(steps);
    }
    return !exhausted_;
  }
  bool charge_text(std::size_t bytes) { return charge(bytes / 10 + 1); }

  bool exhausted() const { return exhausted_; }
  std::int64_t remaining() const { return remaining_; }

 private:
  std::int64_t remaining_;
  bool exhausted_ = false;
};

}  // namespace cel
