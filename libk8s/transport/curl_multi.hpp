// SPDX-License-Identifier: Apache-2.0
// How does libcurl run on our loop? libcurl says which sockets and what time it waits for; the loop waits and tells it.
//
// Sockets: libcurl asks us to open and close them (CURLOPT_OPENSOCKETFUNCTION, CLOSESOCKETFUNCTION), so a descriptor is
// always taken out of the loop before it is closed and can never be waited for under a number that means another file
// by then.
//
// Nothing of ours runs inside libcurl but the small callbacks of a transfer, which only note what came. Everything else
// happens after libcurl has returned, so the owner may add, remove and destroy as it likes from there.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include <curl/curl.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace k8s {

class CurlMulti : public std::enable_shared_from_this<CurlMulti> {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    // After each turn of libcurl: the transfers that ended in it, still added. Others may have taken bytes.
    virtual void after_turn(const std::vector<std::pair<CURL*, CURLcode>>& ended) = 0;
  };

  struct Limits {
    long max_connections = 0;  // at once to one host; 0: any
    long idle_connections = 2;
    long streams_per_connection = 80;  // kube-apiserver allows 100 by default
  };

  static std::shared_ptr<CurlMulti> make(boost::asio::io_context& loop, std::weak_ptr<Owner> owner,
                                         const Limits& limits);
  // Every transfer has been removed before.
  ~CurlMulti();
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  // Must not be called from a callback of libcurl. `easy` gets this multi's socket functions.
  void add(CURL* easy);
  void remove(CURL* easy);

 private:
  struct Socket;

  CurlMulti(boost::asio::io_context& loop, std::weak_ptr<Owner> owner, const Limits& limits);

  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* self, void* socket);
  static int on_timer(CURLM* multi, long delay_ms, void* self);
  static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int on_close(void* self, curl_socket_t fd);

  void want(curl_socket_t fd, int what);
  void wait_for(const std::shared_ptr<Socket>& socket, int direction);
  void forget(curl_socket_t fd);
  void turn(curl_socket_t fd, int events);

  boost::asio::io_context& loop_;
  std::weak_ptr<Owner> owner_;
  boost::asio::steady_timer timer_;
  std::map<curl_socket_t, std::shared_ptr<Socket>> sockets_;
  CURLM* multi_;
};

}  // namespace k8s
