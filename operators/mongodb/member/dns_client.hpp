// SPDX-License-Identifier: Apache-2.0
// Which address do the nameservers of this pod give for a name? Asked directly: a static binary has no getaddrinfo to
// rely on, and its caches would stand between us and the truth.
#pragma once

#include <vector>

#include "libk8s/base/clock.hpp"
#include "operators/mongodb/member/name_wait.hpp"
#include "operators/mongodb/member/sockets.hpp"

namespace mongo::member {

class DnsClient final : public NameService {
 public:
  // `per_server`: how long one server may take, TCP included.
  DnsClient(std::vector<IpAddress> servers, const k8s::Clock& clock, std::uint16_t port = 53,
            k8s::Millis per_server = k8s::Millis{1'000})
      : servers_(std::move(servers)), clock_(clock), port_(port), per_server_(per_server) {}

  // Asks the servers in order until one answers; UDP first, TCP when the answer does not fit. Packets that do not
  // answer exactly this question (id, name, type, sender) are skipped.
  k8s::Result<dns::Answer> ask(const dns::Question& question) override;

 private:
  k8s::Result<dns::Answer> ask_server(const Peer& server, const dns::Question& question);
  k8s::Result<dns::Answer> ask_over_tcp(const Peer& server, const dns::Question& question, k8s::Monotonic deadline);

  std::vector<IpAddress> servers_;
  const k8s::Clock& clock_;
  std::uint16_t port_;
  k8s::Millis per_server_;
};

}  // namespace mongo::member
