// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/world/world.hpp"

#include <algorithm>

#include "libk8s/base/check.hpp"

namespace simmongod {
namespace {

// 2026-11-21T13:28:00Z, about when the facts were recorded.
constexpr std::int64_t kEpochSeconds = 1'795'267'680;

}  // namespace

Now World::now() const {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(now_.time_since_epoch());
  return Now{.monotonic = now_, .wall = k8s::Wall(k8s::Seconds(kEpochSeconds)) + since};
}

void World::add(const std::string& host, Options options) {
  Node& made = nodes_[host];
  made.host = host;
  made.options = std::move(options);
}

void World::start(const std::string& host) {
  Node& one = node(host);
  k8s::check(one.mongod == nullptr, "a member that runs is not started");
  ++one.life;
  one.exit_code.reset();
  one.paused = false;
  one.random = std::make_unique<SeededRandom>(random_.next());
  one.mongod = std::make_unique<Mongod>(one.options, *one.random);
  for (const bson::Document& record : one.journal) one.mongod->replay(record);
  one.mongod->start(now());
  perform(one);
}

void World::kill(const std::string& host) {
  Node& one = node(host);
  ++one.life;
  one.mongod.reset();
  one.held.clear();
  one.peers.clear();
  one.wakeup.reset();
  one.default_connection = 0;
  // Whoever waits for an answer sees the connection close.
  for (const auto& [request, awaited] : one.answers) at(latency, awaited.lost);
  one.answers.clear();
}

void World::restart(const std::string& host) {
  if (is_running(host)) kill(host);
  start(host);
}

void World::wipe(const std::string& host) {
  node(host).journal.clear();
}

void World::shorten_journal(const std::string& host) {
  Node& one = node(host);
  SeededRandom chance(1);
  Mongod reader(one.options, chance);
  for (const bson::Document& record : one.journal) reader.replay(record);
  one.journal = reader.snapshot();
}

void World::terminate(const std::string& host) {
  feed(host, node(host).life, [this](Mongod& mongod) { mongod.terminate(now()); });
}

void World::pause(const std::string& host) {
  node(host).paused = true;
}

void World::resume(const std::string& host) {
  Node& one = node(host);
  one.paused = false;
  std::deque<std::function<void()>> held;
  held.swap(one.held);
  for (const auto& input : held) input();
  if (one.mongod != nullptr) perform(one);
}

void World::cut(const std::string& a, const std::string& b) {
  cuts_.emplace(std::min(a, b), std::max(a, b));
}

void World::heal() {
  cuts_.clear();
}

bool World::is_cut(const std::string& a, const std::string& b) const {
  return cuts_.contains(std::pair(std::min(a, b), std::max(a, b)));
}

bool World::is_running(const std::string& host) const {
  return nodes_.at(host).mongod != nullptr;
}

std::optional<int> World::exit_code(const std::string& host) const {
  return nodes_.at(host).exit_code;
}

const Member& World::member(const std::string& host) const {
  k8s::check(is_running(host), "only a member that runs can be looked at");
  return nodes_.at(host).mongod->member();
}

const std::vector<std::string>& World::log_of(const std::string& host) const {
  return nodes_.at(host).log;
}

void World::at(k8s::Millis delay, std::function<void()> action) {
  events_.emplace(std::pair(now_ + delay, ++last_event_), std::move(action));
}

// Inputs of an earlier life are lost; those for a stopped process wait.
void World::feed(const std::string& host, std::uint64_t life, std::function<void(Mongod&)> input) {
  Node& one = node(host);
  if (one.mongod == nullptr || one.life != life) return;
  if (one.paused) {
    one.held.push_back([this, host, life, input = std::move(input)] { feed(host, life, input); });
    return;
  }
  input(*one.mongod);
  perform(one);
}

void World::perform(Node& one) {
  const std::uint64_t life = one.life;
  for (const Output& output : one.mongod->take_outputs()) {
    if (const auto* append = std::get_if<output::Append>(&output)) {
      if (!append->record.empty()) one.journal.push_back(append->record);
    } else if (const auto* reply = std::get_if<output::Reply>(&output)) {
      auto answer = one.answers.extract(std::pair(reply->to.connection, reply->to.request));
      if (answer) at(latency, [then = std::move(answer.mapped().replied), body = reply->body] { then(body); });
    } else if (const auto* request = std::get_if<output::PeerRequest>(&output)) {
      deliver(one, *request);
    } else if (const auto* find = std::get_if<output::FindSelf>(&output)) {
      const auto own = std::ranges::find(find->hosts, one.host);
      const int index = own == find->hosts.end() ? -1 : static_cast<int>(own - find->hosts.begin());
      at(k8s::Millis(0), [this, host = one.host, life, token = find->token, index] {
        feed(host, life, [this, token, index](Mongod& mongod) { mongod.self_found(now(), token, index); });
      });
    } else if (const auto* line = std::get_if<output::LogLine>(&output)) {
      one.log.push_back(line->text);
    } else if (const auto* exit = std::get_if<output::Exit>(&output)) {
      const int code = exit->code;
      kill(one.host);
      one.exit_code = code;
      return;
    }
  }
  const auto next = one.mongod->next_wakeup();
  if (!next || one.wakeup == next) return;
  one.wakeup = next;
  at(std::max(*next - now_, k8s::Millis(0)), [this, host = one.host, life, when = *next] {
    Node& later = node(host);
    if (later.life != life) return;
    if (later.wakeup == when) later.wakeup.reset();
    feed(host, life, [this](Mongod& mongod) { mongod.tick(now()); });
  });
}

void World::deliver(Node& from, const output::PeerRequest& request) {
  const std::string to = request.host;
  const std::uint64_t life = from.life;
  auto over = std::make_shared<bool>(false);
  const auto answered = [this, host = from.host, life, token = request.token, over](const PeerAnswer& answer) {
    if (std::exchange(*over, true)) return;
    feed(host, life, [this, token, answer](Mongod& mongod) { mongod.peer_replied(now(), token, answer); });
  };
  const auto failed = [answered, to](const std::string& cause) {
    answered(k8s::Error{.code = k8s::Code::unavailable,
                        .message = "Error connecting to " + to + " :: caused by :: " + cause});
  };
  at(request.timeout, [failed] { failed("NetworkInterfaceExceededTimeLimit"); });
  if (is_cut(from.host, to)) return;
  at(latency, [this, host = from.host, to, request, answered, failed] {
    if (!nodes_.contains(to) || !is_running(to)) return at(latency, [failed] { failed("Connection refused"); });
    arrived(host, to, request, answered);
  });
}

void World::arrived(const std::string& from, const std::string& to, const output::PeerRequest& request,
                    const std::function<void(const PeerAnswer&)>& answered) {
  Node& target = node(to);
  const std::uint64_t life = target.life;
  ConnectionId& connection = target.peers[std::pair(from, request.channel)];
  const bool fresh = connection == 0;
  if (fresh) connection = ++last_connection_;
  const ConnectionId id = connection;
  if (fresh) {
    target.mongod->opened(now(), id, Mongod::From::loopback);
    if (!target.options.keys.empty()) {
      log_in(to, id, AuthenticatedUser{.user = "__system", .db = "local"},
             std::string(target.options.keys.front().expose()), mongo::Mechanism::scram_sha_256);
    }
  }
  const auto number = static_cast<std::int32_t>(++last_ticket_);
  target.answers[std::pair(id, number)] =
      Awaited{.replied =
                  [this, from, to, answered](const bson::Document& body) {
                    if (!is_cut(from, to)) answered(body);
                  },
              .lost =
                  [this, from, to, answered] {
                    const std::string text = "Error connecting to " + to + " :: caused by :: Connection closed by peer";
                    if (!is_cut(from, to)) answered(k8s::Error{.code = k8s::Code::unavailable, .message = text});
                  }};
  feed(to, life, [this, id, number, request](Mongod& mongod) {
    mongod.received(now(), ReplyTo{.connection = id, .request = number}, request.db, request.body);
  });
}

ConnectionId World::connect(const std::string& host) {
  const ConnectionId id = ++last_connection_;
  feed(host, node(host).life, [this, id](Mongod& mongod) { mongod.opened(now(), id, Mongod::From::loopback); });
  return id;
}

World::Ticket World::send(const std::string& host, ConnectionId connection, const std::string& db,
                          const bson::Document& command) {
  Node& one = node(host);
  if (connection == 0) {
    if (one.default_connection == 0) one.default_connection = connect(host);
    connection = one.default_connection;
  }
  const Ticket ticket = ++last_ticket_;
  const auto number = static_cast<std::int32_t>(ticket);
  one.answers[std::pair(connection, number)] =
      Awaited{.replied = [this, ticket](const bson::Document& body) { replies_[ticket] = body; }, .lost = [] {}};
  feed(host, one.life, [this, connection, number, db, command](Mongod& mongod) {
    mongod.received(now(), ReplyTo{.connection = connection, .request = number}, db, command);
  });
  return ticket;
}

std::optional<bson::Document> World::take(Ticket ticket) {
  auto reply = replies_.extract(ticket);
  if (!reply) return {};
  return std::move(reply.mapped());
}

bson::Document World::command(const std::string& host, const std::string& db, const bson::Document& command,
                              ConnectionId connection) {
  const Ticket ticket = send(host, connection, db, command);
  run_until([this, ticket] { return replies_.contains(ticket); });
  return take(ticket).value_or(bson::Document{});
}

bson::Document World::log_in(const std::string& host, ConnectionId connection, const AuthenticatedUser& user,
                             const std::string& password, mongo::Mechanism mechanism) {
  // Three commands at one moment of the clock: SCRAM itself is not what is simulated here.
  Node& one = node(host);
  const auto ask = [&](const bson::Document& command) {
    const auto number = static_cast<std::int32_t>(++last_ticket_);
    one.mongod->received(now(), ReplyTo{.connection = connection, .request = number}, user.db, command);
    bson::Document reply;
    for (const Output& output : one.mongod->take_outputs()) {
      if (const auto* found = std::get_if<output::Reply>(&output)) reply = found->body;
    }
    return reply;
  };
  const auto payload = [](const std::string& text) { return bson::Binary{.bytes = text, .subtype = 0}; };
  mongo::ScramClient scram(mechanism, user.user, "abcdefghijklmnopqrstuvwx" + std::to_string(last_ticket_));
  const bson::Document first = ask(bson::Document{{"saslStart", 1},
                                                  {"mechanism", mongo::name(mechanism)},
                                                  {"payload", payload(scram.first_message())},
                                                  {"options", bson::Document{{"skipEmptyExchange", true}}}});
  if (first.real("ok") == 0.0) return first;
  const auto challenge = scram.read_challenge(first.binary("payload").value_or(bson::Binary{}).bytes);
  const auto prepared = mongo::prepare_password(mechanism, user.user, k8s::SecretBytes(password));
  if (!challenge || !prepared) return {};
  const auto salted = mongo::salt_password({.mechanism = mechanism,
                                            .prepared_password = *prepared,
                                            .salt = challenge->salt,
                                            .iterations = challenge->iterations});
  if (!salted) return {};
  return ask(
      bson::Document{{"saslContinue", 1}, {"conversationId", 1}, {"payload", payload(scram.final_message(*salted))}});
}

bool World::step(k8s::Monotonic until) {
  if (events_.empty() || events_.begin()->first.first > until) return false;
  now_ = std::max(now_, events_.begin()->first.first);
  const auto action = std::move(events_.begin()->second);
  events_.erase(events_.begin());
  action();
  return true;
}

void World::run_for(k8s::Millis time) {
  const k8s::Monotonic until = now_ + time;
  while (step(until)) {
  }
  now_ = until;
}

bool World::run_until(const std::function<bool()>& holds, k8s::Millis at_most) {
  const k8s::Monotonic until = now_ + at_most;
  while (!holds()) {
    if (!step(until)) {
      now_ = until;
      return holds();
    }
  }
  return true;
}

}  // namespace simmongod
