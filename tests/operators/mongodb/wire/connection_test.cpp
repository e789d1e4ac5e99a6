// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/connection.hpp"

#include <gtest/gtest.h>

#include "tests/operators/mongodb/wire/fake_server.hpp"
#include "tests/operators/mongodb/wire/real_time.hpp"

namespace mongo {
namespace {

using k8s::Code;
using namespace std::chrono_literals;
using mongo::testing::FakeLogin;
using mongo::testing::FakeServer;
using mongo::testing::Peer;

// What every test needs beside the connection itself.
struct World {
  boost::asio::io_context loop;
  mongo::testing::RealTime clock;
  ThreadWorkerPool pool{loop};
  KeyDeriver keys{pool};

  WireContext context() { return WireContext{.loop = loop, .clock = clock, .keys = keys}; }
  k8s::Monotonic in(k8s::Millis delay) const { return clock.monotonic() + delay; }
  Command command(bson::Document body, Intent intent = Intent::read, k8s::Millis within = 5s) {
    return Command{.body = std::move(body), .intent = intent, .deadline = in(within)};
  }
  template <class Done>
  void run_until(Done done) {
    const k8s::Monotonic last = in(5s);
    while (!done() && clock.monotonic() < last) {
      loop.restart();
      loop.run_one_for(100ms);
    }
    EXPECT_TRUE(done()) << "it did not happen within five seconds";
  }
};

LinkOptions to(const FakeServer& server, std::optional<Identity> identity = {}) {
  return {.endpoint = {.host = "127.0.0.1", .port = server.port()}, .identity = std::move(identity)};
}

Identity operator_user(std::string_view password) {
  return Identity{.user = "op", .password = k8s::SecretBytes(std::string(password))};
}

void echo(Peer& peer, const Message& message) {
  peer.reply(message, {{"you", std::string(message.body.first_key())}, {"ok", 1.0}});
}
void ignore(Peer&, const Message&) {}
void drop(Peer& peer, const Message&) {
  peer.drop();
}

k8s::Result<bson::Document> one_reply(World& world, Connection& connection, Command command) {
  std::optional<k8s::Result<bson::Document>> got;
  connection.run(std::move(command), [&](k8s::Result<bson::Document> reply) { got = std::move(reply); });
  EXPECT_FALSE(got) << "a callback within run()";
  world.run_until([&] { return got.has_value(); });
  return got ? *got : k8s::Error{};
}

k8s::Result<void> opened(World& world, Connection& connection, k8s::Millis within = 5s) {
  std::optional<k8s::Result<void>> got;
  connection.open(world.in(within), [&](const k8s::Result<void>& result) { got = result; });
  EXPECT_FALSE(got) << "a callback within open()";
  world.run_until([&] { return got.has_value(); });
  return got ? *got : k8s::Error{};
}

TEST(Connection, commands_are_answered_in_the_order_they_were_given) {
  World world;
  std::vector<std::string> served;
  FakeServer server(world.loop, [&](Peer& peer, const Message& message) {
    served.push_back(*message.body.string("$db"));
    echo(peer, message);
  });
  Connection connection(world.context(), to(server));
  std::vector<std::string> answers;
  for (const char* name : {"first", "second", "third"}) {
    connection.run({.db = name, .body = {{name, 1}}, .deadline = world.in(5s)},
                   [&](const k8s::Result<bson::Document>& reply) { answers.push_back(*reply->string("you")); });
  }
  EXPECT_EQ(connection.pending(), 3u);
  EXPECT_TRUE(opened(world, connection));
  world.run_until([&] { return answers.size() == 3; });
  EXPECT_EQ(answers, (std::vector<std::string>{"first", "second", "third"}));
  EXPECT_EQ(served, answers);
  EXPECT_EQ(connection.pending(), 0u);
}

TEST(Connection, one_command_at_a_time_is_on_its_way) {
  World world;
  std::optional<Message> held;
  int seen = 0;
  Peer* peer = nullptr;
  FakeServer server(world.loop, [&](Peer& from, const Message& message) {
    ++seen;
    held = message;
    peer = &from;
  });
  Connection connection(world.context(), to(server));
  ASSERT_TRUE(opened(world, connection));
  int answers = 0;
  for (int i = 0; i < 2; ++i) connection.run(world.command({{"ping", 1}}), [&](const auto&) { ++answers; });
  world.run_until([&] { return held.has_value(); });
  world.loop.run_for(30ms);
  EXPECT_EQ(seen, 1);
  peer->reply(*held, {{"ok", 1.0}});
  world.run_until([&] { return seen == 2; });
  EXPECT_EQ(answers, 1);
}

TEST(Connection, logs_in_by_either_mechanism_and_with_an_empty_last_exchange) {
  for (const Mechanism mechanism : {Mechanism::scram_sha_1, Mechanism::scram_sha_256}) {
    for (const bool skip : {true, false}) {
      World world;
      FakeLogin login(mechanism, "op", "right");
      login.skip_empty_exchange = skip;
      FakeServer server(world.loop, [&](Peer& peer, const Message& message) {
        if (!login.handle(peer, message)) echo(peer, message);
      });
      Connection connection(world.context(), to(server, operator_user("right")));
      EXPECT_TRUE(opened(world, connection));
      EXPECT_TRUE(connection.is_ready());
      EXPECT_EQ(one_reply(world, connection, world.command({{"ping", 1}}))->string("you"), "ping");
    }
  }
}

TEST(Connection, a_wrong_password_is_unauthenticated_for_the_opening_and_for_what_waits) {
  World world;
  FakeLogin login(Mechanism::scram_sha_256, "op", "right");
  FakeServer server(world.loop, [&](Peer& peer, const Message& message) { login.handle(peer, message); });
  Connection connection(world.context(), to(server, operator_user("wrong")));
  std::optional<k8s::Error> waited;
  connection.run(world.command({{"ping", 1}}),
                 [&](const k8s::Result<bson::Document>& reply) { waited = reply.error(); });
  const auto result = opened(world, connection);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::unauthenticated);
  EXPECT_EQ(result.error().remote_code, code::kAuthenticationFailed);
  world.run_until([&] { return waited.has_value(); });
  EXPECT_EQ(waited->code, Code::unauthenticated);
}

TEST(Connection, the_second_log_in_with_the_same_salt_derives_no_key) {
  World world;
  FakeLogin login(Mechanism::scram_sha_256, "op", "right");
  FakeServer server(world.loop, [&](Peer& peer, const Message& message) { login.handle(peer, message); });
  for (int i = 0; i < 3; ++i) {
    Connection connection(world.context(), to(server, operator_user("right")));
    EXPECT_TRUE(opened(world, connection));
  }
  EXPECT_EQ(world.keys.derivations(), 1u);
  Connection connection(world.context(), to(server, operator_user("other")));
  EXPECT_FALSE(opened(world, connection));
  EXPECT_EQ(world.keys.derivations(), 2u);
}

TEST(Connection, nobody_listening_is_unavailable) {
  World world;
  LinkOptions options;
  {
    FakeServer server(world.loop, ignore);
    options = to(server);
  }
  Connection connection(world.context(), options);
  const auto result = opened(world, connection);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::unavailable);
  EXPECT_EQ(one_reply(world, connection, world.command({{"ping", 1}}, Intent::write)).error().code, Code::unavailable);
}

TEST(Connection, what_cannot_be_dialled_is_invalid) {
  World world;
  Connection name(world.context(), {.endpoint = {.host = "member-0.svc", .port = 1}});
  EXPECT_EQ(opened(world, name).error().code, Code::invalid);
  Connection tls(world.context(), {.endpoint = {.host = "127.0.0.1", .port = 1}, .tls = TlsConfig{}});
  EXPECT_EQ(opened(world, tls).error().code, Code::invalid);
}

TEST(Connection, a_server_that_never_finishes_the_log_in_runs_into_the_deadline) {
  World world;
  FakeServer server(world.loop, ignore);
  Connection connection(world.context(), to(server, operator_user("x")));
  EXPECT_EQ(opened(world, connection, 30ms).error().code, Code::timeout);
}

TEST(Connection, a_lost_reply_is_unknown_for_a_write_and_unavailable_for_a_read) {
  for (const auto& [intent, code] :
       {std::pair{Intent::read, Code::unavailable}, {Intent::write, Code::unknown_outcome}}) {
    World world;
    FakeServer server(world.loop, drop);
    Connection connection(world.context(), to(server));
    std::vector<Code> codes;
    std::optional<k8s::Error> broken;
    connection.open(world.in(5s), {}, [&](const k8s::Error& error) { broken = error; });
    const auto note = [&](const k8s::Result<bson::Document>& reply) { codes.push_back(reply.error().code); };
    connection.run(world.command({{"insert", "c"}}, intent), note);
    connection.run(world.command({{"insert", "c"}}, intent), note);
    world.run_until([&] { return broken.has_value(); });
    // The second was never sent, so nothing about it is unknown.
    EXPECT_EQ(codes, (std::vector<Code>{code, Code::unavailable}));
  }
}

TEST(Connection, a_deadline_without_a_reply_ends_the_connection) {
  World world;
  FakeServer server(world.loop, ignore);
  for (const auto& [intent, code] : {std::pair{Intent::read, Code::timeout}, {Intent::write, Code::unknown_outcome}}) {
    Connection connection(world.context(), to(server));
    ASSERT_TRUE(opened(world, connection));
    EXPECT_EQ(one_reply(world, connection, world.command({{"ping", 1}}, intent, 20ms)).error().code, code);
    EXPECT_EQ(one_reply(world, connection, world.command({{"ping", 1}}, intent)).error().code, Code::unavailable);
    EXPECT_FALSE(connection.is_ready());
  }
}

TEST(Connection, a_command_whose_turn_does_not_come_in_time_was_surely_not_sent) {
  World world;
  FakeServer server(world.loop, ignore);
  Connection connection(world.context(), to(server));
  ASSERT_TRUE(opened(world, connection));
  bool first = false;
  connection.run(world.command({{"slow", 1}}), [&](const auto&) { first = true; });
  EXPECT_EQ(one_reply(world, connection, world.command({{"ping", 1}}, Intent::write, 20ms)).error().code,
            Code::unavailable);
  EXPECT_FALSE(first);
  EXPECT_TRUE(connection.is_ready());
}

TEST(Connection, a_server_that_goes_away_is_noticed_at_rest) {
  World world;
  FakeServer server(world.loop, echo);
  Connection connection(world.context(), to(server));
  std::optional<k8s::Error> broken;
  bool ready = false;
  connection.open(
      world.in(5s), [&](const k8s::Result<void>& result) { ready = result.has_value(); },
      [&](const k8s::Error& error) { broken = error; });
  world.run_until([&] { return ready && server.accepted() == 1; });
  server.stop();
  world.run_until([&] { return broken.has_value(); });
  EXPECT_EQ(broken->code, Code::unavailable);
}

TEST(Connection, replies_that_make_no_sense_break_it) {
  const std::vector<Peer::Handler> nonsense = {
      [](Peer& peer, const Message&) { peer.send("this is not a frame at all"); },
      [](Peer& peer, const Message&) { peer.send(std::string("\x0f\0\0\0", 4)); },
      [](Peer& peer, const Message& m) { peer.send(*encode({.response_to = m.request_id + 1, .body = {{"ok", 1}}})); },
      [](Peer& peer, const Message& m) {
        peer.send(*encode({.response_to = m.request_id, .more_to_come = true, .body = {{"ok", 1}}}));
      },
  };
  for (const Peer::Handler& handler : nonsense) {
    World world;
    FakeServer server(world.loop, handler);
    Connection connection(world.context(), to(server));
    ASSERT_TRUE(opened(world, connection));
    EXPECT_EQ(one_reply(world, connection, world.command({{"ping", 1}}, Intent::write)).error().code,
              Code::unknown_outcome);
  }
}

TEST(Connection, a_command_that_is_too_large_harms_no_other) {
  World world;
  FakeServer server(world.loop, echo);
  Connection connection(world.context(), to(server));
  ASSERT_TRUE(opened(world, connection));
  EXPECT_EQ(one_reply(world, connection, world.command({{"x", std::string(kMaxMessageBytes, 'x')}})).error().code,
            Code::invalid);
  EXPECT_TRUE(one_reply(world, connection, world.command({{"ping", 1}})));
}

TEST(Connection, a_closed_one_says_nothing_more) {
  World world;
  FakeServer server(world.loop, echo);
  Connection connection(world.context(), to(server));
  ASSERT_TRUE(opened(world, connection));
  int calls = 0;
  connection.run(world.command({{"ping", 1}}), [&](const auto&) { ++calls; });
  connection.close();
  connection.run(world.command({{"ping", 1}}), [&](const auto&) { ++calls; });
  world.loop.run_for(50ms);
  EXPECT_EQ(calls, 0);
}

// Answers when the test says so.
class FakeResolver final : public Resolver {
 public:
  Ticket resolve(const std::string& host, Callback callback) override {
    asked = host;
    waiting = std::move(callback);
    return 1;
  }
  void cancel(Ticket) override { waiting = nullptr; }

  std::string asked;
  Callback waiting;
};

TEST(Connection, a_name_is_resolved_and_its_addresses_are_tried_in_order) {
  World world;
  FakeResolver resolver;
  FakeServer server(world.loop, echo);
  WireContext context = world.context();
  context.resolver = &resolver;
  Connection connection(context, {.endpoint = {.host = "orders-0.db.svc", .port = server.port()}});
  std::optional<k8s::Result<void>> result;
  connection.open(world.in(5s), [&](const k8s::Result<void>& outcome) { result = outcome; });
  EXPECT_EQ(resolver.asked, "orders-0.db.svc");
  // Nobody listens on the first.
  std::exchange(resolver.waiting, nullptr)(std::vector<std::string>{"127.0.0.77", "127.0.0.1"});
  world.run_until([&] { return result.has_value(); });
  EXPECT_TRUE(*result);
}

TEST(Connection, closing_while_a_name_is_being_resolved_cancels_the_resolution) {
  World world;
  FakeResolver resolver;
  WireContext context = world.context();
  context.resolver = &resolver;
  Connection connection(context, {.endpoint = {.host = "orders-0.db.svc", .port = 1}});
  connection.open(world.in(5s), [](const auto&) { FAIL() << "a closed connection says nothing"; });
  ASSERT_TRUE(resolver.waiting);
  connection.close();
  EXPECT_FALSE(resolver.waiting);
}

// A whole life: log-in, two answered commands, one whose reply is lost. Ends after `steps` handlers of the loop, or
// inside the `callback`-th callback; counts callbacks after the end.
struct Life {
  int callbacks = 0;
  int after_the_end = 0;
  bool over = false;
};

Life live(int steps, int callback) {
  World world;
  FakeLogin login(Mechanism::scram_sha_256, "op", "right");
  FakeServer server(world.loop, [&](Peer& peer, const Message& message) {
    if (login.handle(peer, message)) return;
    if (message.body.first_key() == "lost") return peer.drop();
    echo(peer, message);
  });
  Life life;
  auto connection = std::make_unique<Connection>(world.context(), to(server, operator_user("right")));
  const auto called = [&] {
    if (life.over) ++life.after_the_end;
    if (++life.callbacks != callback) return;
    life.over = true;
    connection.reset();
  };
  connection->open(world.in(5s), [&](const auto&) { called(); }, [&](const auto&) { called(); });
  for (const char* name : {"ping", "ping", "lost", "never"}) {
    connection->run(world.command({{name, 1}}, Intent::write), [&](const auto&) { called(); });
  }
  for (int step = 0; step != steps && life.callbacks < 6 && !life.over; ++step) {
    world.loop.restart();
    world.loop.run_one_for(1s);
  }
  life.over = true;
  connection.reset();
  world.loop.restart();
  world.loop.run_for(5ms);
  return life;
}

TEST(Connection, may_be_destroyed_between_any_two_handlers) {
  const Life whole = live(-1, -1);
  ASSERT_EQ(whole.callbacks, 6);
  for (int steps = 0; steps < 60; ++steps) EXPECT_EQ(live(steps, -1).after_the_end, 0) << steps;
}

TEST(Connection, may_be_destroyed_inside_any_callback) {
  for (int callback = 1; callback <= 6; ++callback) {
    const Life life = live(-1, callback);
    EXPECT_EQ(life.callbacks, callback);
    EXPECT_EQ(life.after_the_end, 0);
  }
}

}  // namespace
}  // namespace mongo
