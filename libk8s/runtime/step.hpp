// SPDX-License-Identifier: Apache-2.0
// One effect, ready to be performed, and what became of it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "libk8s/api/object_key.hpp"
#include "libk8s/apply/effect.hpp"
#include "libk8s/base/result.hpp"
#include "libk8s/transport/http_client.hpp"

namespace k8s {

// Something under way: destroying it cancels it, and its callback does not run any more; it may be destroyed once its
// callback has begun. Effects that are no HTTP request derive from it.
using Pending = HttpClient::Call;
using Performed = std::function<void(Result<void>)>;

// A destructive step can cost data or availability when the facts were stale: it is fenced by its grounds and by the
// lease.
enum class Nature { safe, destructive };

struct Step {
  std::string effect;   // the effect's kName: "evict". A label of metrics, so of few values
  std::string target;   // "Pod databases/orders-1-0"
  std::string because;  // one sentence
  Nature nature = Nature::safe;
  std::optional<Grounds> grounds = {};
  // The executor gives up then: the outcome is unknown.
  Millis deadline{30'000};
  // Starts it. `done` may be called at once or later, at most once. Null is returned when nothing is left to cancel.
  std::function<std::unique_ptr<Pending>(Performed done)> perform;
  // Called by the executor once the result stands: here the stores are told of own writes. Not called for refusals and
  // dry runs. May be empty.
  std::function<void(const Result<void>& result)> learn = {};
};

struct Outcome {
  std::string effect;
  std::string target;
  std::string because;
  // unknown_outcome and timeout mean: sent, reply lost.
  Result<void> result;
  // False for a dry run and for a refusal: nothing was attempted.
  bool attempted = false;
  Nature nature = Nature::safe;
  std::uint64_t number = 0;  // of this process, from 1
  Wall at{};
  // How many times in a row this effect on this target has failed by now; filled in by the reconcile loop.
  int repeats = 0;

  // Neither success nor failure: look before doing it again.
  bool is_unknown() const;
};

// Sent, reply lost.
bool is_unknown(const Result<void>& result);

}  // namespace k8s
