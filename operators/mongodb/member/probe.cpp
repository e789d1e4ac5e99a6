// SPDX-License-Identifier: Apache-2.0
// Is this pod's mongod started, ready, alive? Asked by the kubelet, answered by one unauthenticated `hello`.
#include <unistd.h>

#include "operators/mongodb/member/conversation.hpp"
#include "operators/mongodb/member/subcommands.hpp"

namespace mongo::member {
namespace {

constexpr std::uint16_t kPort = 27017;
constexpr k8s::Millis kBound{3'000};

void say(const Verdict& verdict) {
  const std::string line = (verdict.passed ? "ok: " : "failed: ") + verdict.because + "\n";
  [[maybe_unused]] const auto written = ::write(STDOUT_FILENO, line.data(), line.size());
}

}  // namespace

int probe(Probe question, const std::string& pod_ip, const k8s::Clock& clock) {
  const auto pod = parse_address(pod_ip);
  if (!pod) {
    say({.because = "the environment's POD_IP is no address: '" + pod_ip + "'"});
    return 1;
  }
  const auto hello = ask_hello(Peer{.address = *pod, .port = kPort}, clock, clock.monotonic() + kBound);
  const Verdict verdict = judge(question, hello);
  say(verdict);
  return verdict.passed ? 0 : 1;
}

}  // namespace mongo::member
