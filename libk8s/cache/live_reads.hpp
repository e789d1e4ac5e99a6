// SPDX-License-Identifier: Apache-2.0
// What does the server say right now? Quorum lists and GETs, laid into a store while its watch goes on.
//
// Owns its requests; the handles that callers get only say whether they still want to hear of the end.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "libk8s/cache/loop.hpp"
#include "libk8s/cache/scope.hpp"
#include "libk8s/cache/store_base.hpp"
#include "libk8s/transport/http_client.hpp"

namespace k8s {

class LiveReads {
 public:
  using Done = std::function<void(Result<void>)>;
  using Handle = std::unique_ptr<HttpClient::Call>;
  struct Hooks {
    // May a list be merged now? Not while the watcher itself is listing.
    std::function<bool()> may_merge;
    // A list of that version is complete. False when it shows that versions went back: then it must not be swept.
    std::function<bool(const ResourceVersion&)> listed_at;
    std::function<void(const json::Node&)> take;
  };

  LiveReads(Loop& loop, HttpClient& http, StoreBase& store, const WatchScope& scope, Hooks hooks);

  // See Reflector.
  Handle refresh(Done done);
  Handle fetch(const ObjectKey& key, Done done);
  // The watcher begins a list of its own: what is being merged fails as unavailable.
  void abandon();

 private:
  struct Waiter {
    Done done;
  };
  class Ticket;
  using Waiters = std::vector<std::shared_ptr<Waiter>>;

  Handle join(Waiters& waiters, Done done);
  void begin();
  void request_page(const std::string& continue_token);
  void on_page(const Result<Reply>& reply);
  void on_object(std::uint64_t id, const ObjectKey& key, const Result<Reply>& reply);
  void finish(const Result<void>& result);
  void retire(Handle call);

  Loop& loop_;
  HttpClient& http_;
  StoreBase& store_;
  const WatchScope& scope_;
  Hooks hooks_;
  Waiters queued_;
  Waiters active_;
  Handle list_;
  bool merging_ = false;
  struct Fetch {
    Handle call;
    std::shared_ptr<Waiter> waiter;
  };
  std::map<std::uint64_t, Fetch> fetches_;
  std::uint64_t next_fetch_ = 0;
  std::vector<Handle> retired_;
  std::unique_ptr<Loop::Timer> begin_;
  std::unique_ptr<Loop::Timer> sweep_retired_;
};

}  // namespace k8s
