// SPDX-License-Identifier: Apache-2.0
// Who may act? client-go's leader election on a Lease, as a pure machine: 15 s lease, 10 s renew deadline, 2 s retry.
//
// Another's record is taken over only when it has not changed for the lease duration on our own monotonic clock since
// we first saw it: remote times are never trusted, so skewed clocks and paused processes cannot make two leaders.
// Leading ends, without asking anybody, lease_duration after the *start* of the last renewal that succeeded, and is
// given up at the renew deadline, well before.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "libk8s/api/coordination/lease.hpp"
#include "libk8s/base/error.hpp"
#include "libk8s/base/random.hpp"

namespace k8s {

struct ElectionConfig {
  ObjectKey lease;
  std::string identity;
  Millis lease_duration{15'000};
  Millis renew_deadline{10'000};
  Millis retry_period{2'000};
};

namespace election_action {
struct Get {
  bool operator==(const Get&) const = default;
};
struct Create {
  Lease lease;
  bool operator==(const Create&) const = default;
};
// PUT under lease.metadata.resourceVersion.
struct Put {
  Lease lease;
  bool operator==(const Put&) const = default;
};
// Call timer_fired then.
struct Sleep {
  Monotonic until{};
  bool operator==(const Sleep&) const = default;
};
// The machine is at rest: released, or lost.
struct Nothing {
  bool operator==(const Nothing&) const = default;
};
}  // namespace election_action
// Exactly one thing to do at a time.
using ElectionAction = std::variant<election_action::Get, election_action::Create, election_action::Put,
                                    election_action::Sleep, election_action::Nothing>;

enum class ElectionRole { standing_by, leading, lost, released };

class Election {
 public:
  Election(ElectionConfig config, Random& random);

  // Each input is the answer to the last action and returns the next one.
  ElectionAction start(Monotonic now, Wall wall);
  ElectionAction got(const Lease& lease, Monotonic now, Wall wall);
  // Code::not_found after a Get: the lease does not exist yet.
  ElectionAction failed(const Error& error, Monotonic now, Wall wall);
  // The answer to Create or Put: the lease as stored.
  ElectionAction written(const Lease& lease, Monotonic now, Wall wall);
  ElectionAction timer_fired(Monotonic now, Wall wall);
  // Give the lease back; call it when nothing is under way, or after cancelling what is.
  ElectionAction release(Monotonic now, Wall wall);

  // To be asked at remaining == 0 and at the renew deadline: turns leading into lost.
  ElectionRole role(Monotonic now);
  // How long leading is still certain; nothing when not leading.
  std::optional<Millis> remaining(Monotonic now) const;
  // When leading is lost unless a renewal succeeds first.
  std::optional<Monotonic> renew_deadline() const;
  // Who holds it, as last seen; empty: nobody.
  std::string holder() const;
  // Writes that met a conflict and needed a GET first.
  int slow_paths() const { return slow_paths_; }

 private:
  ElectionAction write(Monotonic now, Wall wall);
  ElectionAction sleep(Monotonic now) const;
  void saw(const Lease& lease, Monotonic now);
  bool others_lease_is_live(Monotonic now) const;

  ElectionConfig config_;
  Random& random_;
  ElectionRole role_ = ElectionRole::standing_by;
  std::optional<Lease> seen_;
  Monotonic seen_at_{};  // when `seen_` was first seen as it is
  Monotonic write_began_{};
  Monotonic renewed_at_{};  // start of the last renewal that succeeded
  bool releasing_ = false;
  int slow_paths_ = 0;
};

}  // namespace k8s
