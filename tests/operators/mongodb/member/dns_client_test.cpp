// SPDX-License-Identifier: Apache-2.0
// The DNS client against a server of ours on loopback sockets.
#include "operators/mongodb/member/dns_client.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <functional>
#include <thread>

#include "libk8s/base/system_clock.hpp"

namespace mongo::member {
namespace {

using namespace std::string_literals;

// The answer to a query: the same message with other flags, and one address when it is no empty answer.
std::string answer_to(std::string query, std::uint16_t flags, const std::string& address) {
  query[2] = static_cast<char>(flags >> 8);
  query[3] = static_cast<char>(flags & 0xff);
  if (address.empty()) return query;
  query[7] = 1;
  return query + "\xc0\x0c\0\1\0\1\0\0\0\1\0\4"s + parse_address(address)->bytes;
}

// One exchange over UDP and, if `over_tcp` is set, one more over TCP on the same port.
class Server {
 public:
  using Udp = std::function<std::vector<std::string>(const std::string&)>;
  using Tcp = std::function<std::string(const std::string&)>;

  explicit Server(Udp over_udp, Tcp over_tcp = {}) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    udp_ = Descriptor{::socket(AF_INET, SOCK_DGRAM, 0)};
    EXPECT_EQ(::bind(udp_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    socklen_t size = sizeof address;
    ::getsockname(udp_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    if (over_tcp) {
      tcp_ = Descriptor{::socket(AF_INET, SOCK_STREAM, 0)};
      EXPECT_EQ(::bind(tcp_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
      EXPECT_EQ(::listen(tcp_.get(), 1), 0);
    }
    thread_ = std::thread([this, over_udp = std::move(over_udp), over_tcp = std::move(over_tcp)] {
      std::array<char, 1'024> buffer = {};
      sockaddr_in from = {};
      socklen_t from_size = sizeof from;
      const auto count =
          ::recvfrom(udp_.get(), buffer.data(), buffer.size(), 0, reinterpret_cast<sockaddr*>(&from), &from_size);
      for (const std::string& packet : over_udp(std::string(buffer.data(), static_cast<std::size_t>(count)))) {
        ::sendto(udp_.get(), packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&from), from_size);
      }
      if (!over_tcp) return;
      const Descriptor client{::accept(tcp_.get(), nullptr, nullptr)};
      const auto got = ::recv(client.get(), buffer.data(), buffer.size(), 0);
      const std::string reply = over_tcp(std::string(buffer.data() + 2, static_cast<std::size_t>(got) - 2));
      const std::string framed =
          std::string{static_cast<char>(reply.size() >> 8), static_cast<char>(reply.size() & 0xff)} + reply;
      // In two parts, as a network may.
      ::send(client.get(), framed.data(), 5, MSG_NOSIGNAL);
      ::send(client.get(), framed.data() + 5, framed.size() - 5, MSG_NOSIGNAL);
    });
  }
  ~Server() { thread_.join(); }

  std::uint16_t port = 0;

 private:
  Descriptor udp_;
  Descriptor tcp_;
  std::thread thread_;
};

const dns::Question kQuestion{.name = "orders-0.db.svc.cluster.local", .type = dns::RecordType::a};

k8s::Result<dns::Answer> ask(std::uint16_t port, std::vector<IpAddress> servers = {*parse_address("127.0.0.1")}) {
  const k8s::SystemClock clock;
  return DnsClient(std::move(servers), clock, port).ask(kQuestion);
}

TEST(DnsClient, an_answer_over_udp_is_believed) {
  Server server([](const std::string& query) { return std::vector{answer_to(query, 0x8580, "10.0.0.7")}; });
  const auto answer = ask(server.port);
  ASSERT_TRUE(answer) << k8s::to_string(answer.error());
  EXPECT_EQ(to_text(answer->addresses.at(0)), "10.0.0.7");
}

TEST(DnsClient, forged_and_malformed_packets_are_skipped) {
  Server server([](const std::string& query) {
    std::string forged = answer_to(query, 0x8580, "6.6.6.6");
    forged[0] = static_cast<char>(forged[0] ^ 1);
    return std::vector{forged, "short"s, ""s, answer_to(query, 0x8580, "10.0.0.7")};
  });
  const auto answer = ask(server.port);
  ASSERT_TRUE(answer) << k8s::to_string(answer.error());
  EXPECT_EQ(to_text(answer->addresses.at(0)), "10.0.0.7");
}

TEST(DnsClient, a_truncated_answer_is_asked_for_again_over_tcp) {
  Server server([](const std::string& query) { return std::vector{answer_to(query, 0x8780, "")}; },
                [](const std::string& query) { return answer_to(query, 0x8580, "10.0.0.8"); });
  const auto answer = ask(server.port);
  ASSERT_TRUE(answer) << k8s::to_string(answer.error());
  EXPECT_EQ(to_text(answer->addresses.at(0)), "10.0.0.8");
}

TEST(DnsClient, the_next_nameserver_is_asked_when_one_does_not_answer) {
  Server server([](const std::string& query) { return std::vector{answer_to(query, 0x8183, "")}; });
  // Nobody listens on 127.0.0.2, and the kernel says so at once.
  const auto answer = ask(server.port, {*parse_address("127.0.0.2"), *parse_address("127.0.0.1")});
  ASSERT_TRUE(answer) << k8s::to_string(answer.error());
  EXPECT_FALSE(answer->exists);
}

}  // namespace
}  // namespace mongo::member
