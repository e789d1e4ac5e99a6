// SPDX-License-Identifier: Apache-2.0
// How does a whole replica set run in one process, on a clock that somebody turns? Members that exchange messages
// through an event queue, with a latency; they can be killed, restarted from their journals, stopped and cut off.
//
//   World world;
//   world.add("a:1", options);  world.start("a:1");
//   world.command("a:1", "admin", Document{{"replSetInitiate", …}});     runs until the reply is there
//   world.run_for(k8s::Seconds(20));
//
// The same seed gives the same run, message by message.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sandbox/simmongod/mongod.hpp"

namespace simmongod {

class SeededRandom final : public k8s::Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  // splitmix64
  std::uint64_t next() override {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

class World {
 public:
  explicit World(std::uint64_t seed = 1) : random_(seed) {}

  void add(const std::string& host, Options options);
  void start(const std::string& host);
  // SIGKILL: what was not in its journal is gone. The journal stays.
  void kill(const std::string& host);
  void restart(const std::string& host);
  // An empty data directory.
  void wipe(const std::string& host);
  // What a process does with a long journal before it starts.
  void shorten_journal(const std::string& host);
  void terminate(const std::string& host);
  // SIGSTOP, SIGCONT.
  void pause(const std::string& host);
  void resume(const std::string& host);
  // Messages between the two are lost in both directions.
  void cut(const std::string& a, const std::string& b);
  void heal();

  bool has(const std::string& host) const { return nodes_.contains(host); }
  bool is_running(const std::string& host) const;
  std::optional<int> exit_code(const std::string& host) const;
  const Member& member(const std::string& host) const;
  const std::vector<std::string>& log_of(const std::string& host) const;

  // A client's connection, over loopback; 0 is opened by itself.
  ConnectionId connect(const std::string& host);
  // Sent now, answered later; taken once.
  using Ticket = std::uint64_t;
  Ticket send(const std::string& host, ConnectionId connection, const std::string& db, const bson::Document& command);
  std::optional<bson::Document> take(Ticket ticket);
  // Sends and runs until the answer is there; empty after a minute without one.
  bson::Document command(const std::string& host, const std::string& db, const bson::Document& command,
                         ConnectionId connection = 0);
  // SCRAM over the wire commands; the last answer (ok: 1 and done, or the refusal).
  bson::Document log_in(const std::string& host, ConnectionId connection, const AuthenticatedUser& user,
                        const std::string& password, mongo::Mechanism mechanism);

  void run_for(k8s::Millis time);
  // False when it did not come true in time.
  bool run_until(const std::function<bool()>& holds, k8s::Millis at_most = k8s::Millis(60000));
  Now now() const;

  k8s::Millis latency{1};

 private:
  // Where the answer to a request goes, and the news that there will be none.
  struct Awaited {
    std::function<void(const bson::Document&)> replied;
    std::function<void()> lost;
  };
  struct Node {
    std::string host;
    Options options;
    std::unique_ptr<SeededRandom> random;
    std::unique_ptr<Mongod> mongod;
    std::vector<bson::Document> journal;
    std::vector<std::string> log;
    bool paused = false;
    std::deque<std::function<void()>> held;
    std::optional<int> exit_code;
    std::uint64_t life = 0;
    std::optional<k8s::Monotonic> wakeup;
    std::map<std::pair<ConnectionId, std::int32_t>, Awaited> answers;
    std::map<std::pair<std::string, Channel>, ConnectionId> peers;
    ConnectionId default_connection = 0;
  };

  Node& node(const std::string& host) { return nodes_.at(host); }
  void at(k8s::Millis delay, std::function<void()> action);
  void feed(const std::string& host, std::uint64_t life, std::function<void(Mongod&)> input);
  void perform(Node& node);
  void deliver(Node& from, const output::PeerRequest& request);
  void arrived(const std::string& from, const std::string& to, const output::PeerRequest& request,
               const std::function<void(const PeerAnswer&)>& answered);
  bool step(k8s::Monotonic until);
  bool is_cut(const std::string& a, const std::string& b) const;

  std::map<std::string, Node> nodes_;
  std::map<std::pair<k8s::Monotonic, std::uint64_t>, std::function<void()>> events_;
  std::set<std::pair<std::string, std::string>> cuts_;
  std::map<Ticket, bson::Document> replies_;
  k8s::Monotonic now_{k8s::Millis(1000)};
  SeededRandom random_;
  std::uint64_t last_event_ = 0;
  Ticket last_ticket_ = 0;
  ConnectionId last_connection_ = 0;
};

}  // namespace simmongod
