// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/connection.hpp"

#include <algorithm>

#include <openssl/rand.h>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "operators/mongodb/wire/base64.hpp"
#include "operators/mongodb/wire/connection_session.hpp"

namespace mongo {
namespace {

k8s::Error not_sent(const k8s::Error& why) {
  const bool transport =
      why.code == k8s::Code::timeout || why.code == k8s::Code::unknown_outcome || why.code == k8s::Code::internal;
  return k8s::in_context("not sent", k8s::Error{.code = transport ? k8s::Code::unavailable : why.code,
                                                .message = why.message,
                                                .retry_after = why.retry_after,
                                                .remote_code = why.remote_code});
}

k8s::Error reply_lost(const k8s::Error& why, Intent intent) {
  if (intent == Intent::write)
    return k8s::Error{.code = k8s::Code::unknown_outcome, .message = "reply lost: " + why.message};
  return why.code == k8s::Code::timeout
             ? why
             : k8s::Error{.code = k8s::Code::unavailable, .message = "reply lost: " + why.message};
}

}  // namespace

std::string random_nonce() {
  std::string bytes(24, '\0');
  k8s::check(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) == 1,
             "no entropy");
  return to_base64(bytes);
}

Connection::Connection(const WireContext& context, LinkOptions options)
    : session_(std::make_shared<Session>(context, std::move(options))) {}
Connection::~Connection() {
  session_->close();
}
void Connection::open(k8s::Monotonic deadline, Opened opened, Broken broken) {
  session_->open(deadline, std::move(opened), std::move(broken));
}
void Connection::run(Command command, Reply reply) {
  session_->run(std::move(command), std::move(reply));
}
void Connection::close() {
  session_->close();
}
bool Connection::is_ready() const {
  return session_->is_ready();
}
bool Connection::is_broken() const {
  return session_->is_broken();
}
std::size_t Connection::pending() const {
  return session_->pending();
}

Connection::Session::Session(const WireContext& context, LinkOptions options)
    : context_(context), options_(std::move(options)), socket_(context.loop), timer_(context.loop) {}

k8s::Result<Connection::Session::Exchange> Connection::Session::make_exchange(Command command, Reply reply) {
  // Request ids stay positive and are never 0, which means "no response" elsewhere.
  last_request_id_ = last_request_id_ == std::numeric_limits<std::int32_t>::max() ? 1 : last_request_id_ + 1;
  const Message message{.request_id = last_request_id_,
                        .body = bson::Builder(command.body).append("$db", command.db).done()};
  auto frame = encode(message);
  if (!frame) return frame.error();
  return Exchange{.request_id = message.request_id,
                  .frame = *std::move(frame),
                  .intent = command.intent,
                  .deadline = command.deadline,
                  .reply = std::move(reply)};
}

void Connection::Session::run(Command command, Reply reply) {
  if (state_ == State::closed) return;
  auto exchange = make_exchange(std::move(command), reply);
  if (!exchange || state_ == State::broken) {
    const k8s::Error error = exchange ? not_sent(why_broken_) : exchange.error();
    boost::asio::post(context_.loop, [self = shared_from_this(), reply = std::move(reply), error] {
      if (self->state_ != State::closed) reply(error);
    });
    return;
  }
  waiting_.push_back(*std::move(exchange));
  set_timer();
  // Not from here: a deadline that has passed, or a full socket, must not call back within run().
  boost::asio::post(context_.loop, [self = shared_from_this()] {
    if (!self->is_over()) self->send_next();
  });
}

void Connection::Session::send_next() {
  if (state_ != State::ready || on_its_way_ || waiting_.empty()) return;
  Exchange next = std::move(waiting_.front());
  waiting_.pop_front();
  start(std::move(next));
}

void Connection::Session::start(Exchange exchange) {
  on_its_way_ = std::move(exchange);
  set_timer();
  // The handler owns the bytes: the exchange may be over before the write is.
  auto frame = std::make_shared<const std::string>(std::move(on_its_way_->frame));
  boost::asio::async_write(
      socket_, boost::asio::buffer(*frame),
      [self = shared_from_this(), frame](boost::system::error_code error, std::size_t) {
        if (self->is_over() || !error) return;
        self->fail(k8s::Error{.code = k8s::Code::unavailable, .message = "send: " + error.message()});
      });
}

// Always one read under way, so that a server that goes away is noticed at rest too.
void Connection::Session::read_more() {
  socket_.async_read_some(
      boost::asio::buffer(buffer_), [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
        if (self->is_over()) return;
        if (error) {
          return self->fail(k8s::Error{.code = k8s::Code::unavailable, .message = "receive: " + error.message()});
        }
        self->received(std::string_view(self->buffer_.data(), size));
        if (!self->is_over()) self->read_more();
      });
}

void Connection::Session::received(std::string_view bytes) {
  frames_.feed(bytes);
  while (!is_over()) {
    const auto frame = frames_.next();
    if (!frame) return fail(frame.error());
    if (!*frame) return;
    answered(**frame);
  }
}

void Connection::Session::answered(std::string_view frame) {
  auto message = decode(frame);
  if (!message) return fail(message.error());
  const bool expected = on_its_way_ && on_its_way_->request_id == message->response_to && !message->more_to_come;
  if (!expected) return fail(k8s::Error{.code = k8s::Code::internal, .message = "a reply that nobody asked for"});
  const Reply reply = std::move(on_its_way_->reply);
  on_its_way_.reset();
  reply(std::move(message->body));
  if (is_over()) return;
  set_timer();
  send_next();
}

// One timer for the earliest deadline of all.
void Connection::Session::set_timer() {
  if (is_over()) return;
  std::optional<k8s::Monotonic> earliest;
  const auto consider = [&earliest](k8s::Monotonic deadline) {
    earliest = earliest ? std::min(*earliest, deadline) : deadline;
  };
  if (state_ == State::opening) consider(open_deadline_);
  if (on_its_way_) consider(on_its_way_->deadline);
  for (const Exchange& exchange : waiting_) consider(exchange.deadline);
  if (!earliest) {
    timer_.cancel();
    return;
  }
  timer_.expires_after(std::max(*earliest - context_.clock.monotonic(), k8s::Millis(0)));
  timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error && !self->is_over()) self->timer_fired();
  });
}

void Connection::Session::timer_fired() {
  const k8s::Monotonic now = context_.clock.monotonic();
  if (state_ == State::opening && open_deadline_ <= now) {
    return fail(k8s::Error{.code = k8s::Code::timeout, .message = "the connection did not open in time"});
  }
  if (on_its_way_ && on_its_way_->deadline <= now) {
    return fail(k8s::Error{.code = k8s::Code::timeout, .message = "no reply in time"});
  }
  give_up_waiting(now);
  if (!is_over()) set_timer();
}

void Connection::Session::give_up_waiting(k8s::Monotonic now) {
  while (!is_over()) {
    const auto late =
        std::ranges::find_if(waiting_, [now](const Exchange& exchange) { return exchange.deadline <= now; });
    if (late == waiting_.end()) return;
    const Reply reply = std::move(late->reply);
    waiting_.erase(late);
    reply(k8s::Error{.code = k8s::Code::unavailable, .message = "not sent: its turn did not come in time"});
  }
}

void Connection::Session::fail(const k8s::Error& error) {
  const auto self = shared_from_this();
  const k8s::Error why = error;
  const bool was_opening = state_ == State::opening;
  state_ = State::broken;
  why_broken_ = why;
  release();
  if (was_opening) {
    on_its_way_.reset();
    const Opened callback = std::move(opened_);
    if (callback) callback(why);
  } else if (on_its_way_) {
    const Exchange lost = *std::move(on_its_way_);
    on_its_way_.reset();
    lost.reply(reply_lost(why, lost.intent));
  }
  while (state_ == State::broken && !waiting_.empty()) {
    const Exchange never = std::move(waiting_.front());
    waiting_.pop_front();
    never.reply(not_sent(why));
  }
  if (state_ != State::broken) return;
  const Broken callback = std::move(broken_);
  if (callback && !was_opening) callback(why);
}

void Connection::Session::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  release();
  opened_ = nullptr;
  broken_ = nullptr;
  waiting_.clear();
  on_its_way_.reset();
}

// Nothing of ours is under way any more but handlers that will find the state.
void Connection::Session::release() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  timer_.cancel();
  if (deriving_) context_.keys.cancel(*std::exchange(deriving_, std::nullopt));
  if (resolving_) context_.resolver->cancel(*std::exchange(resolving_, std::nullopt));
}

}  // namespace mongo
