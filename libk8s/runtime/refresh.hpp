// SPDX-License-Identifier: Apache-2.0
// Which facts were asked to be renewed, and have they been? Bookkeeping of Refresh{purpose} per key, as facts for the
// next Observed.
//
// A request opens an epoch, and all its stores are asked in one batch. It is complete when every one of them has
// answered; observed_at is the moment of the request, so every fact of the batch is at least as new. Any destructive
// effect that was attempted consumes all answers of its key: what was true before it proves nothing afterwards.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "libk8s/api/object_key.hpp"
#include "libk8s/apply/effect.hpp"

namespace k8s {

struct RefreshState {
  std::string purpose;
  std::uint64_t epoch = 0;  // of the newest request
  Monotonic observed_at{};
  bool complete = false;
  bool pending = false;
  // Requests in a row without a complete answer, this one included; 0 once complete.
  int attempts = 0;
  std::string problem;  // why the last one was not complete

  bool operator==(const RefreshState&) const = default;
  template <class Self, class Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("purpose", self.purpose);
    visit("epoch", self.epoch);
    visit("observedAtMs", self.observed_at);
    visit("complete", self.complete);
    visit("pending", self.pending);
    visit("attempts", self.attempts);
    visit("problem", self.problem);
  }
};

// What a destructive effect built on that answer carries; nothing while there is no complete answer.
std::optional<Grounds> grounds_of(const std::vector<RefreshState>& refreshes, const std::string& purpose,
                                  Millis valid_for);

class RefreshBook {
 public:
  // A new epoch; nothing while an answer to the same purpose is still pending, which is then waited for.
  std::optional<std::uint64_t> request(const ObjectKey& key, const std::string& purpose, Monotonic now);
  // An answer to another request than the newest, or to one that was consumed, is ignored.
  void complete(const ObjectKey& key, const std::string& purpose, std::uint64_t epoch);
  void failed(const ObjectKey& key, const std::string& purpose, std::uint64_t epoch, std::string problem);
  // A destructive effect was attempted, or the object is gone: forgets everything of the key, what is pending too.
  void consume(const ObjectKey& key);

  // Ordered by purpose.
  std::vector<RefreshState> of(const ObjectKey& key) const;

 private:
  RefreshState* pending(const ObjectKey& key, const std::string& purpose, std::uint64_t epoch);

  std::uint64_t last_epoch_ = 0;
  std::map<ObjectKey, std::map<std::string, RefreshState>> keys_;
};

}  // namespace k8s
