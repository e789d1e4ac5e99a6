// SPDX-License-Identifier: Apache-2.0
#include "libk8s/transport/curl_multi.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "libk8s/base/check.hpp"

namespace k8s {
namespace {

constexpr int kKeepAliveIdle_s = 15;
constexpr int kKeepAliveInterval_s = 5;
constexpr unsigned kUserTimeout_ms = 30'000;

template <class T>
void set_option(int fd, int level, int option, T value) {
  ::setsockopt(fd, level, option, &value, sizeof value);  // a platform without it lives with deadlines alone
}

}  // namespace

struct CurlMulti::Socket {
  Socket(boost::asio::io_context& loop, curl_socket_t fd) : descriptor(loop) {
    boost::system::error_code error;
    descriptor.assign(fd, error);
    check(!error, "the loop takes libcurl's socket");  // an exception must not cross libcurl
  }
  ~Socket() {
    if (descriptor.is_open()) descriptor.release();
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  boost::asio::posix::stream_descriptor descriptor;
  int wanted = 0;   // CURL_POLL_IN | CURL_POLL_OUT
  int waiting = 0;  // the same, with a wait under way
};

std::shared_ptr<CurlMulti> CurlMulti::make(boost::asio::io_context& loop, std::weak_ptr<Owner> owner,
                                           const Limits& limits) {
  return std::shared_ptr<CurlMulti>(new CurlMulti(loop, std::move(owner), limits));
}

CurlMulti::CurlMulti(boost::asio::io_context& loop, std::weak_ptr<Owner> owner, const Limits& limits)
    : loop_(loop), owner_(std::move(owner)), timer_(loop), multi_(curl_multi_init()) {
  check(multi_ != nullptr, "libcurl has no memory for a multi handle");
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlMulti::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlMulti::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  curl_multi_setopt(multi_, CURLMOPT_MAX_CONCURRENT_STREAMS, limits.streams_per_connection);
  curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, limits.max_connections);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, limits.idle_connections);
}

CurlMulti::~CurlMulti() {
  curl_multi_cleanup(multi_);
}

void CurlMulti::add(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &CurlMulti::on_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &CurlMulti::on_close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
  check(curl_multi_add_handle(multi_, easy) == CURLM_OK, "a transfer is added once, outside of libcurl's callbacks");
}

void CurlMulti::remove(CURL* easy) {
  check(curl_multi_remove_handle(multi_, easy) == CURLM_OK, "a transfer is removed outside of libcurl's callbacks");
}

int CurlMulti::on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
  static_cast<CurlMulti*>(self)->want(fd, what);
  return 0;
}

int CurlMulti::on_timer(CURLM*, long delay_ms, void* self) {
  auto& multi = *static_cast<CurlMulti*>(self);
  if (delay_ms < 0) {
    multi.timer_.cancel();
    return 0;
  }
  multi.timer_.expires_after(std::chrono::milliseconds{delay_ms});
  multi.timer_.async_wait([weak = multi.weak_from_this()](const boost::system::error_code& error) {
    if (error) return;
    if (const auto alive = weak.lock()) alive->turn(CURL_SOCKET_TIMEOUT, 0);
  });
  return 0;
}

curl_socket_t CurlMulti::on_open(void*, curlsocktype purpose, curl_sockaddr* address) {
  if (purpose != CURLSOCKTYPE_IPCXN) return CURL_SOCKET_BAD;
  const int fd = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, kKeepAliveIdle_s);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, kKeepAliveInterval_s);
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeout_ms);
  return fd;
}

int CurlMulti::on_close(void* self, curl_socket_t fd) {
  static_cast<CurlMulti*>(self)->forget(fd);
  return ::close(fd);
}

void CurlMulti::want(curl_socket_t fd, int what) {
  if (what == CURL_POLL_REMOVE) return forget(fd);
  std::shared_ptr<Socket>& socket = sockets_[fd];
  if (!socket) socket = std::make_shared<Socket>(loop_, fd);
  socket->wanted = what;
  wait_for(socket, CURL_POLL_IN);
  wait_for(socket, CURL_POLL_OUT);
}

void CurlMulti::wait_for(const std::shared_ptr<Socket>& socket, int direction) {
  if ((socket->wanted & direction) == 0 || (socket->waiting & direction) != 0) return;
  socket->waiting |= direction;
  using Wait = boost::asio::posix::stream_descriptor;
  socket->descriptor.async_wait(direction == CURL_POLL_IN ? Wait::wait_read : Wait::wait_write,
                                [weak = weak_from_this(), held = std::weak_ptr<Socket>(socket),
                                 direction](const boost::system::error_code& error) {
                                  const auto alive = weak.lock();
                                  const auto ready = held.lock();
                                  if (!alive || !ready || error || !ready->descriptor.is_open()) return;
                                  ready->waiting &= ~direction;
                                  if ((ready->wanted & direction) == 0) return;
                                  alive->turn(ready->descriptor.native_handle(),
                                              direction == CURL_POLL_IN ? CURL_CSELECT_IN : CURL_CSELECT_OUT);
                                  if (ready->descriptor.is_open()) alive->wait_for(ready, direction);
                                });
}

void CurlMulti::forget(curl_socket_t fd) {
  const auto found = sockets_.find(fd);
  if (found == sockets_.end()) return;
  found->second->descriptor.release();  // takes it out of the loop; the number stays libcurl's to close
  sockets_.erase(found);
}

void CurlMulti::turn(curl_socket_t fd, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, fd, events, &running);
  std::vector<std::pair<CURL*, CURLcode>> ended;
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg == CURLMSG_DONE) ended.emplace_back(message->easy_handle, message->data.result);
  }
  if (const auto owner = owner_.lock()) owner->after_turn(ended);
}

}  // namespace k8s
