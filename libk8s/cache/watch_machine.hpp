// SPDX-License-Identifier: Apache-2.0
// What does a watcher do next? The list–watch protocol as explicit states; the driver (reflector.hpp) only carries
// its actions out.
//
//   idle ──start──> watch_listing ──initial-events-end──> watching ──clean end──> watching (same resourceVersion)
//                     │ no progress, 400, 422                │ 410: list at the last rv, then at ""
//                     v                                      │ refused, 429: waiting, then watch at the same rv
//                   listing ──last page──────────────────────┘ anything else: waiting, then list again
//
// Rules and numbers: client-go's reflector (research/k8s-client-libs.md §2.1), with two differences: a streaming list
// has a deadline from its last progress (client-go waits for ever when the closing bookmark is lost), and relists
// replace in place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "libk8s/base/backoff.hpp"
#include "libk8s/base/error.hpp"
#include "libk8s/base/strong.hpp"

namespace k8s {

struct WatchConfig {
  Backoff backoff{.initial = Millis{800}, .max = Millis{30'000}, .jitter = 1.0};
  // A quiet time after which failures count from nought again.
  Millis backoff_reset{120'000};
  Seconds watch_least{300};
  Seconds watch_most{600};
  // A streaming list must bring something this often, and end within the total.
  Millis streaming_idle{30'000};
  Millis streaming_total{600'000};
  // A watch that ends sooner without an event is a failure.
  Millis very_short{1'000};
  int page_size = 500;
  bool streaming_list = true;
};

namespace watch_action {
// GET …?limit=&continue=&resourceVersion=&resourceVersionMatch=
struct List {
  ResourceVersion rv;
  std::string match;
  std::string continue_token;
  int limit = 0;
  bool operator==(const List&) const = default;
};
// GET …?watch=1&allowWatchBookmarks=true&resourceVersion=&timeoutSeconds=, and for send_initial
// sendInitialEvents=true with resourceVersionMatch=NotOlderThan.
struct Watch {
  ResourceVersion rv;
  bool send_initial = false;
  Seconds timeout{0};
  bool operator==(const Watch&) const = default;
};
// Drop the request or stream that is under way.
struct Cancel {
  bool operator==(const Cancel&) const = default;
};
// Call timer_fired at that time; replaces the timer set before.
struct SetTimer {
  Monotonic at{};
  bool operator==(const SetTimer&) const = default;
};
struct BeginGeneration {
  bool operator==(const BeginGeneration&) const = default;
};
// The list is whole: drop what it did not name. new_epoch: its rv is older than what was known before.
struct Sweep {
  ResourceVersion rv;
  bool new_epoch = false;
  bool operator==(const Sweep&) const = default;
};
// Everything up to rv is in the store.
struct Advance {
  ResourceVersion rv;
  bool operator==(const Advance&) const = default;
};
// For the log: something people should know.
struct Note {
  std::string sentence;
  bool operator==(const Note&) const = default;
};
}  // namespace watch_action

using WatchAction =
    std::variant<watch_action::List, watch_action::Watch, watch_action::Cancel, watch_action::SetTimer,
                 watch_action::BeginGeneration, watch_action::Sweep, watch_action::Advance, watch_action::Note>;

enum class WatchedKind { added, modified, deleted };
enum class WatchPhase { idle, watch_listing, listing, watching, waiting };
std::string_view name(WatchPhase phase);

class WatchMachine {
 public:
  using Actions = std::vector<WatchAction>;

  WatchMachine(WatchConfig config, Random& random) : config_(config), random_(random) {}

  // Inputs. The driver has put objects into the store before it says so here.
  Actions start(Monotonic now);
  Actions page(const ResourceVersion& rv, const std::string& continue_token, Monotonic now);
  Actions opened(Monotonic now);
  Actions event(WatchedKind kind, const ResourceVersion& rv, Monotonic now);
  Actions bookmark(const ResourceVersion& rv, bool initial_events_end, Monotonic now);
  // A request was refused or broke off, a stream broke off, or an ERROR event came.
  Actions failed(const Error& error, Monotonic now);
  // The server ended the stream in good order.
  Actions ended(Monotonic now);
  Actions timer_fired(Monotonic now);
  // A live list at `rv` was merged into the store: never list or watch from before it.
  void refreshed(const ResourceVersion& rv);
  // Something showed that resourceVersions went back: start over, consistently.
  Actions distrust(Monotonic now);

  WatchPhase phase() const { return phase_; }
  bool synced() const { return synced_; }
  bool fell_back() const { return !config_.streaming_list; }
  const ResourceVersion& resource_version() const { return rv_; }

 private:
  // What to do once the wait is over.
  enum class Next { relist, rewatch };

  Actions relist(Monotonic now);
  Actions rewatch(Monotonic now);
  Actions finish_list(const ResourceVersion& rv, Monotonic now);
  Actions wait(Next next, const Error& error, Monotonic now);
  Actions list_failed(const Error& error, Monotonic now);
  Actions watch_failed(const Error& error, Monotonic now);
  Actions fall_back(std::string_view why, Monotonic now);
  int failures_lately(Monotonic now) const;
  ResourceVersion start_version() const;
  Seconds timeout();

  WatchConfig config_;
  Random& random_;
  WatchPhase phase_ = WatchPhase::idle;
  Next next_ = Next::relist;
  ResourceVersion rv_;          // everything up to here is in the store
  ResourceVersion refreshed_;   // and, by a live list, up to here
  bool rv_expired_ = false;     // the last rv was refused: ask for any that is consistent
  bool without_pages_ = false;  // a continue token expired: list in one piece
  bool in_pages_ = false;
  bool synced_ = false;
  bool heard_ = false;  // since the stream was asked for
  int failures_ = 0;
  Monotonic last_failure_{};
  Monotonic last_progress_{};
  Monotonic deadline_{};  // of the streaming list, or of the watch
};

}  // namespace k8s
