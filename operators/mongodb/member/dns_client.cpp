// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/member/dns_client.hpp"

#include <sys/random.h>

namespace mongo::member {
namespace {

std::uint16_t random_id() {
  std::uint16_t id = 0;
  // Of two bytes this never returns fewer; should it fail, the random local port still stands.
  [[maybe_unused]] const auto count = ::getrandom(&id, sizeof id, 0);
  return id;
}

}  // namespace

k8s::Result<dns::Answer> DnsClient::ask(const dns::Question& question) {
  k8s::Error last{.code = k8s::Code::unavailable, .message = "no nameserver"};
  for (const IpAddress& server : servers_) {
    auto answer = ask_server(Peer{.address = server, .port = port_}, question);
    if (answer) return answer;
    last = k8s::in_context("nameserver " + to_text(server), answer.error());
  }
  return last;
}

k8s::Result<dns::Answer> DnsClient::ask_server(const Peer& server, const dns::Question& question) {
  const k8s::Monotonic deadline = clock_.monotonic() + per_server_;
  const std::uint16_t id = random_id();
  const auto query = dns::encode_query(id, question);
  if (!query) return query.error();
  const auto socket = connect_udp(server);
  if (!socket) return socket.error();
  if (const auto sent = send_all(*socket, *query, clock_, deadline); !sent) return sent.error();
  for (;;) {
    const auto packet = receive_some(*socket, clock_, deadline);
    if (!packet) return packet.error();
    auto answer = dns::decode_answer(*packet, id, question);
    if (!answer && answer.error().code == k8s::Code::invalid) continue;
    if (answer && answer->truncated) return ask_over_tcp(server, question, deadline);
    return answer;
  }
}

// RFC 1035 4.2.2: the same message behind its length, two bytes.
k8s::Result<dns::Answer> DnsClient::ask_over_tcp(const Peer& server, const dns::Question& question,
                                                 k8s::Monotonic deadline) {
  const std::uint16_t id = random_id();
  const auto query = dns::encode_query(id, question);
  if (!query) return query.error();
  const auto socket = connect_tcp(server, clock_, deadline);
  if (!socket) return socket.error();
  std::string framed{static_cast<char>(query->size() >> 8), static_cast<char>(query->size() & 0xff)};
  framed += *query;
  if (const auto sent = send_all(*socket, framed, clock_, deadline); !sent) return sent.error();
  std::string received;
  for (;;) {
    if (received.size() >= 2) {
      const auto byte = [&](std::size_t at) {
        return static_cast<std::size_t>(static_cast<std::uint8_t>(received[at]));
      };
      const std::size_t length = byte(0) << 8 | byte(1);
      if (received.size() >= 2 + length)
        return dns::decode_answer(std::string_view(received).substr(2, length), id, question);
    }
    const auto more = receive_some(*socket, clock_, deadline);
    if (!more) return more.error();
    received += *more;
  }
}

}  // namespace mongo::member
