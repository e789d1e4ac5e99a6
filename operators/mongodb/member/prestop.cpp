// SPDX-License-Identifier: Apache-2.0
// How does a primary that is told to stop hand over first? The operator hands over before it evicts; this is for
// everybody else: drains, `kubectl delete pod`, a node that shuts down.
#include <algorithm>
#include <thread>

#include "operators/mongodb/member/conversation.hpp"
#include "operators/mongodb/member/files.hpp"
#include "operators/mongodb/member/log_line.hpp"
#include "operators/mongodb/member/subcommands.hpp"
#include "operators/mongodb/wire/keyfile.hpp"

namespace mongo::member {
namespace {

constexpr std::uint16_t kPort = 27017;
constexpr k8s::Millis kQuestionBound{3'000};
constexpr k8s::Millis kHandOverBound{15'000};
constexpr k8s::Millis kPause{100};
constexpr int kStepDownSeconds = 60;
constexpr int kCatchUpSeconds = 10;

k8s::Result<bson::Document> step_down(const Peer& mongod, const std::string& keyfile, const k8s::Clock& clock) {
  const auto content = read_secret_file(keyfile);
  if (!content) return content.error();
  const auto keys = parse_keyfile(*content);
  if (!keys) return keys.error();
  const k8s::Monotonic deadline = clock.monotonic() + kHandOverBound;
  auto conversation = Conversation::open(mongod, clock, deadline);
  if (!conversation) return conversation.error();
  const auto logged_in = conversation->log_in(Identity::system(keys->front()), deadline);
  if (!logged_in) return k8s::in_context("log in as __system", logged_in.error());
  const bson::Document command{{"replSetStepDown", kStepDownSeconds}, {"secondaryCatchUpPeriodSecs", kCatchUpSeconds}};
  return conversation->run("admin", command, deadline);
}

// True once this member says that it is not primary, or says nothing.
bool wait_until_not_primary(const Peer& mongod, const k8s::Clock& clock) {
  const k8s::Monotonic deadline = clock.monotonic() + kHandOverBound;
  while (clock.monotonic() < deadline) {
    const auto hello = ask_hello(mongod, clock, std::min(deadline, clock.monotonic() + kQuestionBound));
    if (!hello || !is_primary(*hello)) return true;
    std::this_thread::sleep_for(kPause);
  }
  return false;
}

}  // namespace

int prestop(const std::string& keyfile, const std::string& pod_ip, const k8s::Clock& clock) {
  StderrLog log(clock, "prestop");
  const auto pod = parse_address(pod_ip);
  if (!pod) {
    log.error("the environment's POD_IP is no address: nothing is handed over", {{"POD_IP", pod_ip}});
    return 0;
  }
  const Peer mongod{.address = *pod, .port = kPort};
  const auto hello = ask_hello(mongod, clock, clock.monotonic() + kQuestionBound);
  if (!hello) {
    log.warning("mongod does not answer: nothing is handed over", {{"error", k8s::to_string(hello.error())}});
    return 0;
  }
  const Verdict need = needs_hand_over(*hello);
  if (!need.passed) {
    log.info("nothing is handed over", {{"because", need.because}});
    return 0;
  }
  const Verdict outcome = step_down_outcome(step_down(mongod, keyfile, clock));
  log.info("handing over", {{"outcome", outcome.because}});
  if (!outcome.passed) return 0;
  if (wait_until_not_primary(mongod, clock))
    log.info("this member takes no writes any more");
  else
    log.warning("this member is still primary: stopping it costs an election");
  return 0;
}

}  // namespace mongo::member
