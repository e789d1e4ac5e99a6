// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/member/name_wait.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace mongo::member {
namespace {

// A virtual clock: asking takes `asking_takes`, sleeping takes what it says.
struct World final : k8s::Clock, NameService, Sleeper, k8s::Log {
  k8s::Monotonic now{};
  k8s::Millis asking_takes{0};
  std::deque<k8s::Result<dns::Answer>> answers;  // the last one stays
  std::vector<dns::Question> asked;
  std::vector<std::string> lines;

  k8s::Monotonic monotonic() const override { return now; }
  k8s::Wall wall() const override { return {}; }
  void sleep(k8s::Millis duration) override { now += duration; }
  k8s::Result<dns::Answer> ask(const dns::Question& question) override {
    asked.push_back(question);
    now += asking_takes;
    auto answer = answers.front();
    if (answers.size() > 1) answers.pop_front();
    return answer;
  }
  void write(k8s::LogLevel, std::string_view message, std::initializer_list<k8s::LogField> fields) override {
    lines.emplace_back(message);
    for (const auto& field : fields) lines.back() += " " + std::string(field.key) + "=" + field.value;
  }

  NameWaitResult wait(const std::string& host, const std::string& pod) {
    return wait_for_name({.host = host, .wanted = *parse_address(pod)}, *this, *this, *this, *this);
  }
};

dns::Answer leads_to(const std::vector<std::string>& addresses) {
  dns::Answer answer;
  for (const std::string& text : addresses) answer.addresses.push_back(*parse_address(text));
  return answer;
}

TEST(NameWait, a_name_that_leads_here_is_not_waited_for) {
  World world;
  world.answers = {leads_to({"10.0.0.1"})};
  EXPECT_EQ(world.wait("orders-0.db", "10.0.0.1"),
            (NameWaitResult{.resolved = true, .last_seen = "10.0.0.1", .waited = k8s::Millis{0}}));
  EXPECT_EQ(world.asked.size(), 1u);
  EXPECT_TRUE(world.lines.empty());
}

TEST(NameWait, the_address_of_the_pod_before_is_waited_out) {
  World world;
  world.answers = {dns::Answer{.exists = false}, leads_to({"10.0.0.9"}), leads_to({}),
                   leads_to({"10.0.0.9", "10.0.0.1"})};
  const auto result = world.wait("orders-0.db", "10.0.0.1");
  EXPECT_TRUE(result.resolved);
  EXPECT_EQ(result.last_seen, "10.0.0.9, 10.0.0.1");
  EXPECT_EQ(result.waited, k8s::Millis{1'500});
}

TEST(NameWait, after_the_bound_it_gives_up_and_says_what_it_saw) {
  World world;
  world.answers = {leads_to({"10.0.0.9"})};
  const auto result = world.wait("orders-0.db", "10.0.0.1");
  EXPECT_FALSE(result.resolved);
  EXPECT_EQ(result.last_seen, "10.0.0.9");
  EXPECT_EQ(result.waited, k8s::Millis{60'000});
}

TEST(NameWait, every_five_seconds_a_line_says_what_is_waited_for) {
  World world;
  world.answers = {dns::Answer{.exists = false}};
  world.wait("orders-0.db", "10.0.0.1");
  ASSERT_EQ(world.lines.size(), 11u);
  EXPECT_EQ(
      world.lines[0],
      "waiting for the member's name to lead to this pod host=orders-0.db want=10.0.0.1 got=does not exist seconds=5");
}

TEST(NameWait, nameservers_that_do_not_answer_cannot_stretch_the_bound) {
  World world;
  world.asking_takes = k8s::Millis{3'000};
  world.answers = {k8s::Error{.code = k8s::Code::timeout, .message = "no answer in time"}};
  const auto result = world.wait("orders-0.db", "10.0.0.1");
  EXPECT_FALSE(result.resolved);
  EXPECT_EQ(result.last_seen, "timeout: no answer in time");
  EXPECT_LE(result.waited, k8s::Millis{63'000});
}

TEST(NameWait, the_pods_own_family_is_asked_for) {
  World world;
  world.answers = {leads_to({"fd00::1"})};
  EXPECT_TRUE(world.wait("orders-0.db", "fd00::1").resolved);
  EXPECT_EQ(world.asked.at(0), (dns::Question{.name = "orders-0.db", .type = dns::RecordType::aaaa}));
}

TEST(NameWait, a_host_that_is_an_address_is_nobody_to_ask_about) {
  World world;
  EXPECT_TRUE(world.wait("10.0.0.1", "10.0.0.1").resolved);
  EXPECT_TRUE(world.asked.empty());
}

}  // namespace
}  // namespace mongo::member
