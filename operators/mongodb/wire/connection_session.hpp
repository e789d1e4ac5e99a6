// SPDX-License-Identifier: Apache-2.0
// What does a Connection do while its owner may be gone? The part that pending operations keep alive. Private to
// connection*.cpp.
#pragma once

#include <array>
#include <deque>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "operators/mongodb/wire/connection.hpp"
#include "operators/mongodb/wire/op_msg.hpp"
#include "operators/mongodb/wire/sasl.hpp"

namespace mongo {

// Every handler given to Asio holds a shared_ptr to the session and looks at `state_` first. Every callback given by
// the owner is moved out before it is called, and `state_` is looked at again afterwards: it may have closed us.
class Connection::Session : public std::enable_shared_from_this<Session> {
 public:
  Session(const WireContext& context, LinkOptions options);

  void open(k8s::Monotonic deadline, Opened opened, Broken broken);
  void run(Command command, Reply reply);
  void close();

  bool is_ready() const { return state_ == State::ready; }
  bool is_broken() const { return state_ == State::broken; }
  std::size_t pending() const { return waiting_.size() + (on_its_way_ && state_ == State::ready ? 1 : 0); }

 private:
  enum class State { idle, opening, ready, broken, closed };

  // One request and the reply to it.
  struct Exchange {
    std::int32_t request_id = 0;
    std::string frame;
    Intent intent = Intent::read;
    k8s::Monotonic deadline;
    Reply reply;
  };

  // connection_open.cpp
  void dial(std::vector<std::string> addresses);
  void connected();
  void log_in(const k8s::Result<SaslClient::Step>& step);
  void opened();

  // connection.cpp
  k8s::Result<Exchange> make_exchange(Command command, Reply reply);
  void send_next();
  void start(Exchange exchange);
  void read_more();
  void received(std::string_view bytes);
  void answered(std::string_view frame);
  void set_timer();
  void timer_fired();
  void give_up_waiting(k8s::Monotonic now);
  // The end: everybody who waits is told, in order, unless one of them closes us.
  void fail(const k8s::Error& error);
  void release();
  bool is_over() const { return state_ == State::broken || state_ == State::closed; }

  WireContext context_;
  LinkOptions options_;
  State state_ = State::idle;

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  std::array<char, 16'384> buffer_ = {};
  FrameReader frames_;

  k8s::Monotonic open_deadline_;
  Opened opened_;
  Broken broken_;
  k8s::Error why_broken_;
  std::optional<SaslClient> sasl_;
  std::optional<KeyDeriver::Ticket> deriving_;
  std::optional<Resolver::Ticket> resolving_;

  std::int32_t last_request_id_ = 0;
  std::deque<Exchange> waiting_;
  std::optional<Exchange> on_its_way_;
};

}  // namespace mongo
