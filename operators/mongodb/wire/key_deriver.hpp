// SPDX-License-Identifier: Apache-2.0
// How are salted passwords had without stalling the loop and without doing the same work twice? PBKDF2 on the worker
// pool, results cached by (mechanism, password, salt, iterations), equal requests that are under way joined.
//
// A server keeps a user's salt until the password changes, so a reconnect finds its key here; `__system` has a new salt
// per server start.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <string>

#include "operators/mongodb/wire/scram.hpp"
#include "operators/mongodb/wire/worker_pool.hpp"

namespace mongo {

class KeyDeriver {
 public:
  using Ticket = std::uint64_t;
  using Callback = std::function<void(const k8s::Result<k8s::SecretBytes>&)>;

  // `pool` outlives this.
  explicit KeyDeriver(WorkerPool& pool) : pool_(pool) {}
  ~KeyDeriver();
  KeyDeriver(const KeyDeriver&) = delete;
  KeyDeriver& operator=(const KeyDeriver&) = delete;

  // Calls back once: at once, before it returns, when the key is known; else later on the loop.
  Ticket derive(const SaltRequest& request, Callback callback);
  // The callback will not be called. Harmless when it has been.
  void cancel(Ticket ticket);

  // How often PBKDF2 was really asked for.
  std::uint64_t derivations() const { return derivations_; }

 private:
  // Which request: never the password itself, but its hash together with everything else.
  using Key = std::string;
  struct Known {
    k8s::SecretBytes salted_password;
    std::uint64_t last_used = 0;
  };
  struct Waiting {
    Ticket ticket = 0;
    Callback callback;
  };
  struct UnderWay {
    WorkerPool::Ticket work = 0;
    std::list<Waiting> waiting;
  };

  void finished(const Key& key, const k8s::Result<k8s::SecretBytes>& result);
  void remember(const Key& key, const k8s::SecretBytes& salted_password);

  WorkerPool& pool_;
  std::map<Key, Known> known_;
  std::map<Key, UnderWay> under_way_;
  Ticket last_ = 0;
  std::uint64_t uses_ = 0;
  std::uint64_t derivations_ = 0;
};

}  // namespace mongo
