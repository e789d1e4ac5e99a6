// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/key_deriver.hpp"

#include <algorithm>

#include "operators/mongodb/wire/scram_keys.hpp"

namespace mongo {
namespace {

// More members than one operator has connections to; each entry is about 200 bytes.
constexpr std::size_t kMostKnown = 4096;

std::string key_of(const SaltRequest& request) {
  // Every part but the last has a size of its own, so different requests cannot read the same.
  std::string all = hash(Mechanism::scram_sha_256, request.prepared_password.expose());
  all += hash(Mechanism::scram_sha_256, request.salt);
  all += std::to_string(request.iterations);
  all += name(request.mechanism);
  return hash(Mechanism::scram_sha_256, all);
}

}  // namespace

KeyDeriver::~KeyDeriver() {
  for (const auto& [key, work] : under_way_) pool_.cancel(work.work);
}

KeyDeriver::Ticket KeyDeriver::derive(const SaltRequest& request, Callback callback) {
  const Ticket ticket = ++last_;
  const Key key = key_of(request);
  if (const auto known = known_.find(key); known != known_.end()) {
    known->second.last_used = ++uses_;
    const k8s::Result<k8s::SecretBytes> result = known->second.salted_password;
    callback(result);
    return ticket;
  }
  const auto [work, is_new] = under_way_.try_emplace(key);
  work->second.waiting.push_back(Waiting{.ticket = ticket, .callback = std::move(callback)});
  if (is_new) {
    ++derivations_;
    work->second.work = pool_.run([request] { return salt_password(request); },
                                  [this, key](const k8s::Result<k8s::SecretBytes>& result) { finished(key, result); });
  }
  return ticket;
}

void KeyDeriver::cancel(Ticket ticket) {
  for (auto& [key, work] : under_way_) {
    work.waiting.remove_if([ticket](const Waiting& waiting) { return waiting.ticket == ticket; });
  }
}

void KeyDeriver::finished(const Key& key, const k8s::Result<k8s::SecretBytes>& result) {
  if (result) remember(key, *result);
  // One callback may cancel another, so each is taken out just before it is called and the entry goes last.
  const auto work = under_way_.find(key);
  while (!work->second.waiting.empty()) {
    const Callback callback = std::move(work->second.waiting.front().callback);
    work->second.waiting.pop_front();
    callback(result);
  }
  under_way_.erase(work);
}

void KeyDeriver::remember(const Key& key, const k8s::SecretBytes& salted_password) {
  if (known_.size() >= kMostKnown) {
    known_.erase(std::ranges::min_element(known_, {}, [](const auto& entry) { return entry.second.last_used; }));
  }
  known_.insert_or_assign(key, Known{.salted_password = salted_password, .last_used = ++uses_});
}

}  // namespace mongo
