// SPDX-License-Identifier: Apache-2.0
#include "libk8s/election/election.hpp"

#include <algorithm>

#include "libk8s/base/check.hpp"

namespace k8s {
namespace {

using namespace election_action;

// client-go's JitterFactor: a retry comes after up to 2.2 periods.
constexpr double kRetryJitter = 1.2;

std::int64_t whole_seconds(Millis duration) {
  return std::chrono::duration_cast<Seconds>(duration).count();
}

}  // namespace

Election::Election(ElectionConfig config, Random& random) : config_(std::move(config)), random_(random) {
  check(config_.lease_duration > config_.renew_deadline, "a lease must outlive its renew deadline");
  check(static_cast<double>(config_.renew_deadline.count()) >
            kRetryJitter * static_cast<double>(config_.retry_period.count()),
        "a renew deadline must leave time for a retry");
  check(!config_.identity.empty(), "an identity is needed to hold a lease");
}

ElectionAction Election::start(Monotonic, Wall) {
  return Get{};
}

std::string Election::holder() const {
  return seen_ ? seen_->spec.holder_identity.value_or("") : std::string{};
}

void Election::saw(const Lease& lease, Monotonic now) {
  const bool same = seen_ && seen_->spec == lease.spec && seen_->metadata.uid == lease.metadata.uid;
  seen_ = lease;
  if (!same) seen_at_ = now;
}

bool Election::others_lease_is_live(Monotonic now) const {
  if (holder().empty() || holder() == config_.identity) return false;
  // How long it is good for is the holder's to say; when we first saw it is ours.
  const Millis theirs = Seconds{std::clamp<std::int64_t>(seen_->spec.lease_duration_seconds.value_or(0), 0, 3600)};
  return now < seen_at_ + std::max(theirs, config_.lease_duration);
}

ElectionAction Election::got(const Lease& lease, Monotonic now, Wall wall) {
  saw(lease, now);
  if (releasing_) return holder() == config_.identity ? write(now, wall) : ElectionAction{Nothing{}};
  if (role(now) == ElectionRole::lost || role_ == ElectionRole::released) return Nothing{};
  if (role_ == ElectionRole::leading && holder() != config_.identity) {
    role_ = ElectionRole::lost;
    return Nothing{};
  }
  if (others_lease_is_live(now)) return sleep(now);
  return write(now, wall);
}

ElectionAction Election::write(Monotonic now, Wall wall) {
  write_began_ = now;
  Lease lease = seen_.value_or(Lease{});
  const bool ours = seen_ && holder() == config_.identity;
  LeaseSpec& spec = lease.spec;
  if (releasing_) {
    spec.holder_identity = "";
    spec.lease_duration_seconds = 1;
    spec.renew_time = wall;
    spec.acquire_time = wall;
    return Put{std::move(lease)};
  }
  spec.holder_identity = config_.identity;
  spec.lease_duration_seconds = whole_seconds(config_.lease_duration);
  spec.renew_time = wall;
  if (!ours || !spec.acquire_time) spec.acquire_time = wall;
  if (!seen_) {
    lease.metadata.ns = config_.lease.ns;
    lease.metadata.name = config_.lease.name;
    spec.lease_transitions = 0;
    return Create{std::move(lease)};
  }
  if (!ours) spec.lease_transitions = spec.lease_transitions.value_or(0) + 1;
  return Put{std::move(lease)};
}

ElectionAction Election::written(const Lease& lease, Monotonic now, Wall) {
  saw(lease, now);
  if (role(now) == ElectionRole::lost || role_ == ElectionRole::released) return Nothing{};
  // An answer that took longer than the renew deadline proves too little.
  if (now >= write_began_ + config_.renew_deadline) return Get{};
  renewed_at_ = write_began_;
  role_ = ElectionRole::leading;
  return Sleep{std::max(now, renewed_at_ + config_.retry_period)};
}

ElectionAction Election::failed(const Error& error, Monotonic now, Wall wall) {
  if (releasing_) {
    // Somebody moved the record, perhaps our own lost renewal: look once more. Otherwise it runs out by itself.
    if (error.code != Code::conflict) return Nothing{};
    ++slow_paths_;
    return Get{};
  }
  if (role(now) == ElectionRole::lost || role_ == ElectionRole::released) return Nothing{};
  if (error.code == Code::not_found) {
    // Deleted while we held it: nobody else's, make it again.
    seen_.reset();
    return write(now, wall);
  }
  if (error.code == Code::conflict || error.code == Code::already_exists) {
    ++slow_paths_;
    return Get{};
  }
  return sleep(now);
}

ElectionAction Election::timer_fired(Monotonic now, Wall wall) {
  switch (role(now)) {
    case ElectionRole::standing_by: return Get{};
    // The fast path: PUT under the resourceVersion of the last answer. A conflict leads back to Get.
    case ElectionRole::leading: return write(now, wall);
    case ElectionRole::lost:
    case ElectionRole::released: return Nothing{};
  }
  return Nothing{};
}

ElectionAction Election::release(Monotonic now, Wall wall) {
  if (role_ != ElectionRole::leading) {
    role_ = ElectionRole::released;
    return Nothing{};
  }
  releasing_ = true;
  // From here on nothing may be done in the lease's name.
  role_ = ElectionRole::released;
  return write(now, wall);
}

ElectionAction Election::sleep(Monotonic now) const {
  const auto period = static_cast<double>(config_.retry_period.count());
  // Leading: a failed renewal is retried soon, there is a deadline. Standing by: client-go's jitter, so that candidates
  // spread out.
  const double factor =
      role_ == ElectionRole::leading ? 0.25 + 0.25 * random_.unit() : 1.0 + kRetryJitter * random_.unit();
  return Sleep{now + Millis{static_cast<Millis::rep>(period * factor)}};
}

ElectionRole Election::role(Monotonic now) {
  if (role_ == ElectionRole::leading && now >= renewed_at_ + config_.renew_deadline) role_ = ElectionRole::lost;
  return role_;
}

std::optional<Millis> Election::remaining(Monotonic now) const {
  if (role_ != ElectionRole::leading) return std::nullopt;
  const Monotonic end = renewed_at_ + config_.lease_duration;
  if (now >= renewed_at_ + config_.renew_deadline) return std::nullopt;
  return end - now;
}

std::optional<Monotonic> Election::renew_deadline() const {
  if (role_ != ElectionRole::leading) return std::nullopt;
  return renewed_at_ + config_.renew_deadline;
}

}  // namespace k8s
