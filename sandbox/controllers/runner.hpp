// SPDX-License-Identifier: Apache-2.0
// Who looks at what next? Every controller's queue of keys, fed by changes, run in one fixed order.
//
//   runner.notify(api, change);                    // after every write, also those of the controllers themselves
//   while (runner.step(api, now)) {}               // everything that is due
//   runner.next_wake();                            // when to come back though nothing changes
//
// A key is in a queue at most once; the earliest moment asked for wins. Keys that are due run by that moment and then
// in the order in which they came. A look that fails is repeated after 10 ms, 20 ms … 60 s; a change brings it forward
// no further than that, a success forgets it. A conflict is a failure like any other: the next look sees what changed.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "libk8s/base/backoff.hpp"
#include "sandbox/controllers/controller.hpp"

namespace controllers {

class Runner {
 public:
  // What one step did, for logs and traces.
  struct Step {
    std::string_view controller;
    Key key;
    std::optional<k8s::Error> failure = {};
  };

  explicit Runner(std::vector<Controller> controllers);

  // May be called from inside a reconcile, through the Api. The change is not kept.
  void notify(const Api& api, const Change& change);
  // Looks at the first key that is due; nothing when none is.
  std::optional<Step> step(Api& api, const Now& now);
  // When the next key is due; in the past when it is due already; nothing when all queues are empty.
  std::optional<k8s::Monotonic> next_wake() const;
  std::size_t queued() const { return order_.size(); }

 private:
  using Place = std::tuple<std::size_t, Key>;  // controller, key
  struct Waiting {
    k8s::Monotonic due{};
    std::uint64_t turn = 0;
  };
  void enqueue(const Place& place, k8s::Monotonic due);

  std::vector<Controller> controllers_;
  std::map<std::string, std::vector<std::pair<std::size_t, std::size_t>>, std::less<>> wakes_;  // kind -> places
  std::map<Place, Waiting> waiting_;
  std::set<std::tuple<k8s::Monotonic, std::uint64_t, Place>> order_;
  struct Trouble {
    int failures = 0;
    k8s::Monotonic not_before{};
  };
  std::map<Place, Trouble> trouble_;
  k8s::Backoff backoff_{.initial = k8s::Millis{10}, .max = k8s::Millis{60'000}};
  std::uint64_t turns_ = 0;
};

}  // namespace controllers
