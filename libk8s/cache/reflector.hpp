// SPDX-License-Identifier: Apache-2.0
// How does a store stay current? Drives the list–watch machine over HTTP: lists page by page, follows the watch,
// decodes into the store.
//
// Owns its requests and timers; destroying it, at any moment but from inside a callback of its store, cancels them. The
// store must outlive it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "libk8s/base/log.hpp"
#include "libk8s/cache/live_reads.hpp"
#include "libk8s/cache/loop.hpp"
#include "libk8s/cache/scope.hpp"
#include "libk8s/cache/store_base.hpp"
#include "libk8s/cache/watch_machine.hpp"
#include "libk8s/transport/http_client.hpp"
#include "libk8s/transport/line_framer.hpp"

namespace k8s {

class Reflector {
 public:
  struct World {
    Loop& loop;
    HttpClient& http;
    Random& random;
    Log& log;
  };

  Reflector(World world, StoreBase& store, WatchScope scope, WatchConfig config = {});
  Reflector(const Reflector&) = delete;
  Reflector& operator=(const Reflector&) = delete;

  void start();

  StoreBase& store() { return store_; }
  const StoreBase& store() const { return store_; }
  const WatchScope& scope() const { return scope_; }
  WatchPhase phase() const { return machine_.phase(); }
  // True when this server did not finish a streaming list: from then on this reflector lists.
  bool fell_back_to_list() const { return machine_.fell_back(); }
  // Requests that failed, since the start, and the last one's words; empty once things go well again.
  std::uint64_t failures() const { return failures_; }
  const std::string& trouble() const { return trouble_; }

  // Freshness on demand: a quorum list, merged in place while the watch goes on. `done` runs once on the loop: success
  // means that every fact in the store is at least as new as the moment of this call. Calls that come before that list
  // is sent share it. Destroying the returned handle drops `done` only. Code::unavailable while the store is being
  // listed anyway.
  [[nodiscard]] std::unique_ptr<HttpClient::Call> refresh(std::function<void(Result<void>)> done) {
    return live_.refresh(std::move(done));
  }
  // A live GET of one object, laid into the store by resolve(). Not found is a success.
  [[nodiscard]] std::unique_ptr<HttpClient::Call> fetch(const ObjectKey& key, std::function<void(Result<void>)> done) {
    return live_.fetch(key, std::move(done));
  }

 private:
  void perform(const WatchMachine::Actions& actions);
  void act(const watch_action::List& list);
  void act(const watch_action::Watch& watch);
  void act(const watch_action::Cancel&);
  void act(const watch_action::SetTimer& timer);
  void act(const watch_action::BeginGeneration&);
  void act(const watch_action::Sweep& sweep);
  void act(const watch_action::Advance& advance);
  void act(const watch_action::Note& note);

  void on_page(const Result<Reply>& reply);
  void on_head(const Reply& head);
  void on_bytes(std::string_view bytes);
  void on_line(std::string_view line);
  void on_end(const Result<void>& end);
  void on_event(std::string_view type, const json::Node& object);
  // Objects of a streaming list count as listed.
  enum class Origin { list, watch };
  void take(const json::Node& object, Origin origin);
  void failed(const Error& error);
  void drop_call();

  World world_;
  StoreBase& store_;
  WatchScope scope_;
  WatchMachine machine_;
  LiveReads live_;
  LineFramer framer_;
  json::Parser parser_;
  std::uint64_t attempt_ = 0;  // callbacks of an earlier one are ignored
  Reply refused_;              // the head of a stream whose body is an error
  std::unique_ptr<HttpClient::Call> call_;
  std::vector<std::unique_ptr<HttpClient::Call>> retired_;
  std::unique_ptr<Loop::Timer> sweep_retired_;
  std::unique_ptr<Loop::Timer> timer_;
  std::uint64_t failures_ = 0;
  std::string trouble_;
};

}  // namespace k8s
