// SPDX-License-Identifier: Apache-2.0
// How does a program without a loop talk over a socket and still never wait too long? Every call has a deadline.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "libk8s/base/clock.hpp"
#include "libk8s/base/result.hpp"
#include "operators/mongodb/member/descriptor.hpp"
#include "operators/mongodb/member/ip_address.hpp"

namespace mongo::member {

struct Peer {
  IpAddress address;
  std::uint16_t port = 0;
};

// Connected, so that datagrams of others are never seen. The kernel draws a random local port.
k8s::Result<Descriptor> connect_udp(const Peer& peer);
// Code::timeout, or Code::unavailable when nobody listens.
k8s::Result<Descriptor> connect_tcp(const Peer& peer, const k8s::Clock& clock, k8s::Monotonic deadline);

k8s::Result<void> send_all(const Descriptor& socket, std::string_view bytes, const k8s::Clock& clock,
                           k8s::Monotonic deadline);
// What has arrived, at least one byte (of a datagram: all of it, which may be nothing). Code::unavailable when the peer
// has closed.
k8s::Result<std::string> receive_some(const Descriptor& socket, const k8s::Clock& clock, k8s::Monotonic deadline);

// Could a server listen there now?
bool is_free_to_bind(const Peer& address);

// True for the first process of this network namespace that asks for this name, until it ends: exec keeps the claim.
// Between is_free_to_bind() and the moment when mongod listens, another member on the same loopback (a process kubelet,
// hostNetwork) must not come to the same conclusion. Leaves one descriptor open on purpose.
bool claim_until_exit(std::string_view name);

}  // namespace mongo::member
