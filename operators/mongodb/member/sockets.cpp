// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/member/sockets.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

namespace mongo::member {
namespace {

struct SocketAddress {
  sockaddr_storage storage = {};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

SocketAddress to_socket_address(const Peer& peer) {
  SocketAddress address;
  if (peer.address.is_v6()) {
    sockaddr_in6 six = {};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(peer.port);
    std::memcpy(&six.sin6_addr, peer.address.bytes.data(), sizeof six.sin6_addr);
    std::memcpy(&address.storage, &six, sizeof six);
    address.size = sizeof six;
  } else {
    sockaddr_in four = {};
    four.sin_family = AF_INET;
    four.sin_port = htons(peer.port);
    std::memcpy(&four.sin_addr, peer.address.bytes.data(), sizeof four.sin_addr);
    std::memcpy(&address.storage, &four, sizeof four);
    address.size = sizeof four;
  }
  return address;
}

k8s::Error unavailable(std::string_view doing, int number) {
  return k8s::Error{.code = k8s::Code::unavailable, .message = std::string(doing) + ": " + std::strerror(number)};
}

Descriptor make_socket(const Peer& peer, int type) {
  return Descriptor{::socket(peer.address.is_v6() ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
}

k8s::Result<void> wait_until_ready(const Descriptor& socket, short events, const k8s::Clock& clock,
                                   k8s::Monotonic deadline) {
  for (;;) {
    const auto left = std::max<std::int64_t>((deadline - clock.monotonic()).count(), 0);
    pollfd waiting{.fd = socket.get(), .events = events, .revents = 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return unavailable("wait", errno);
    if (left == 0) return k8s::Error{.code = k8s::Code::timeout, .message = "no answer in time"};
  }
}

}  // namespace

k8s::Result<Descriptor> connect_udp(const Peer& peer) {
  Descriptor socket = make_socket(peer, SOCK_DGRAM);
  if (!socket) return unavailable("make a socket", errno);
  const SocketAddress address = to_socket_address(peer);
  if (::connect(socket.get(), address.get(), address.size) != 0) return unavailable("connect", errno);
  return socket;
}

k8s::Result<Descriptor> connect_tcp(const Peer& peer, const k8s::Clock& clock, k8s::Monotonic deadline) {
  Descriptor socket = make_socket(peer, SOCK_STREAM);
  if (!socket) return unavailable("make a socket", errno);
  const SocketAddress address = to_socket_address(peer);
  if (::connect(socket.get(), address.get(), address.size) == 0) return socket;
  if (errno != EINPROGRESS) return unavailable("connect", errno);
  if (const auto ready = wait_until_ready(socket, POLLOUT, clock, deadline); !ready) return ready.error();
  int failed = 0;
  socklen_t size = sizeof failed;
  if (::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failed, &size) != 0) failed = errno;
  if (failed != 0) return unavailable("connect", failed);
  return socket;
}

k8s::Result<void> send_all(const Descriptor& socket, std::string_view bytes, const k8s::Clock& clock,
                           k8s::Monotonic deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (const auto ready = wait_until_ready(socket, POLLOUT, clock, deadline); !ready) return ready;
    } else if (errno != EINTR) {
      return unavailable("send", errno);
    }
  }
  return {};
}

k8s::Result<std::string> receive_some(const Descriptor& socket, const k8s::Clock& clock, k8s::Monotonic deadline) {
  std::array<char, 65'536> buffer = {};
  for (;;) {
    if (const auto ready = wait_until_ready(socket, POLLIN, clock, deadline); !ready) return ready.error();
    const ssize_t count = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    if (count < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) continue;
    if (count < 0) return unavailable("receive", errno);
    int type = 0;
    socklen_t size = sizeof type;
    ::getsockopt(socket.get(), SOL_SOCKET, SO_TYPE, &type, &size);
    if (count == 0 && type == SOCK_STREAM) {
      return k8s::Error{.code = k8s::Code::unavailable, .message = "the connection was closed"};
    }
    return std::string(buffer.data(), static_cast<std::size_t>(count));
  }
}

bool claim_until_exit(std::string_view name) {
  // An abstract socket: its names live in the network namespace, as loopback does, and leave nothing behind.
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (name.size() + 1 > sizeof address.sun_path) return false;
  std::copy(name.begin(), name.end(), address.sun_path + 1);
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  if (socket < 0) return false;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) == 0) return true;
  ::close(socket);
  return false;
}

bool is_free_to_bind(const Peer& peer) {
  const Descriptor socket = make_socket(peer, SOCK_STREAM);
  if (!socket) return false;
  // As mongod itself does: connections of the process before, in TIME_WAIT, do not count.
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const SocketAddress address = to_socket_address(peer);
  return ::bind(socket.get(), address.get(), address.size) == 0 && ::listen(socket.get(), 1) == 0;
}

}  // namespace mongo::member
