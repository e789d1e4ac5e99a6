// SPDX-License-Identifier: Apache-2.0
// The keyfile Secrets: read by GET (the Role allows no list and no watch of Secrets), kept as facts for decide and as
// an identity for the wire client. The bytes leave this room only as an Identity.
//
// At rest a Secret is read again every ten minutes; while it is missing, every second; at once when somebody asks to.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "libk8s/cache/loop.hpp"
#include "libk8s/client/client.hpp"
#include "operators/mongodb/replica_set/observed.hpp"
#include "operators/mongodb/wire/identity.hpp"

namespace mongodb {

class Keyfiles {
 public:
  // `changed` runs on the loop when the fact of a set has changed. Loop and client outlive this.
  Keyfiles(k8s::Loop& loop, k8s::Client& client, std::function<void(const k8s::ObjectKey& set)> changed);

  // Starts to read this set's Secret, if that is not done yet.
  void ensure(const k8s::ObjectKey& set);
  void forget(const k8s::ObjectKey& set) { sets_.erase(set); }
  // It may have been made just now.
  void look_again(const k8s::ObjectKey& set);

  SecretFact fact(const k8s::ObjectKey& set) const;
  // How we present ourselves to the members; nothing while the keyfile is not known.
  std::optional<mongo::Identity> identity(const k8s::ObjectKey& set) const;

 private:
  struct Entry {
    SecretFact fact;
    std::optional<mongo::Identity> identity;
    k8s::Client::CallPtr call;
    std::unique_ptr<k8s::Loop::Timer> timer;
  };

  void read(const k8s::ObjectKey& set);
  void answered(const k8s::ObjectKey& set, const k8s::Result<std::string>& body);

  k8s::Loop& loop_;
  k8s::Client& client_;
  std::function<void(const k8s::ObjectKey&)> changed_;
  std::map<k8s::ObjectKey, Entry> sets_;
};

}  // namespace mongodb
