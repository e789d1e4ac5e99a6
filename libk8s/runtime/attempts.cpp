// SPDX-License-Identifier: Apache-2.0
#include "libk8s/runtime/attempts.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "libk8s/base/hash.hpp"

namespace k8s {
namespace {

constexpr Backoff kTransient{.initial = Millis{5}, .max = Millis{1'000'000}, .jitter = 0};
constexpr Backoff kLasting{.initial = Millis{1'000}, .max = Millis{1'000'000}, .jitter = 0};

Millis wait_after(const Error& error, int failures_before) {
  const Backoff& backoff = is_transient(error.code) ? kTransient : kLasting;
  return std::max(backoff.delay(failures_before), error.retry_after.value_or(Millis{0}));
}

std::string digest(const json::Value& value) {
  return fmt::format("{:016x}", fnv1a(json::print(value)));
}

}  // namespace

bool is_unknown(const Result<void>& result) {
  return !result && (result.error().code == Code::unknown_outcome || result.error().code == Code::timeout);
}

bool Outcome::is_unknown() const {
  return k8s::is_unknown(result);
}

std::string target_name(const ResourceType& type, const ObjectKey& key) {
  return fmt::format("{} {}", type.kind, to_string(key));
}

std::string digest_of_object(json::Value object) {
  if (!object.is_object()) return {};
  object.erase("status");
  if (const auto metadata = object.find("metadata"); metadata != object.end() && metadata->is_object()) {
    for (const char* member : {"resourceVersion", "generation", "managedFields"}) metadata->erase(member);
  }
  return digest(object);
}

std::string digest_of_manifest(const Manifest& manifest) {
  return digest(manifest.body);
}

bool was_applied(const AppliedByTarget& applied, const Manifest& manifest, const json::Value& live) {
  const auto at = applied.find(target_name(manifest.type, manifest.key()));
  return at != applied.end() && at->second.manifest == digest_of_manifest(manifest) &&
         at->second.live == digest_of_object(live);
}

void Attempts::look(const ObjectKey& key, const Incarnation& now_is) {
  Memory& memory = keys_[key];
  if (memory.incarnation != now_is) memory = Memory{.incarnation = now_is, .failures = {}, .applied = {}};
}

int Attempts::note(const ObjectKey& key, const Outcome& outcome, Monotonic now) {
  if (!outcome.attempted && outcome.result) return 0;
  auto& failures = keys_[key].failures;
  const std::pair<std::string, std::string> what{outcome.effect, outcome.target};
  if (outcome.result) {
    failures.erase(what);
    return 0;
  }
  Attempt& attempt = failures[what];
  if (attempt.count == 0) attempt.first = outcome.at;
  const Error& error = outcome.result.error();
  attempt.effect = outcome.effect;
  attempt.target = outcome.target;
  attempt.code = name(error.code);
  attempt.message = error.message;
  attempt.unknown = outcome.is_unknown();
  attempt.last = outcome.at;
  attempt.retry_at = now + wait_after(error, attempt.count);
  return ++attempt.count;
}

void Attempts::note_applied(const ObjectKey& key, const std::string& target, Applied applied) {
  keys_[key].applied[target] = std::move(applied);
}

std::vector<Attempt> Attempts::of(const ObjectKey& key) const {
  std::vector<Attempt> all;
  if (const auto at = keys_.find(key); at != keys_.end()) {
    for (const auto& [what, attempt] : at->second.failures) all.push_back(attempt);
  }
  return all;
}

AppliedByTarget Attempts::applied(const ObjectKey& key) const {
  const auto at = keys_.find(key);
  return at == keys_.end() ? AppliedByTarget{} : at->second.applied;
}

}  // namespace k8s
