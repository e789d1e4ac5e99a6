// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/io/session.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "operators/mongodb/wire/little_endian.hpp"

namespace simmongod {
namespace {

constexpr std::int32_t kOpReply = 1;
constexpr std::int32_t kOpQuery = 2004;

std::string legacy_reply(std::int32_t id, std::int32_t to, const mongo::bson::Document& body) {
  constexpr std::int32_t kAwaitCapable = 8;
  std::string out;
  mongo::append_int32(out, static_cast<std::int32_t>(16 + 20 + body.bytes().size()));
  mongo::append_int32(out, id);
  mongo::append_int32(out, to);
  mongo::append_int32(out, kOpReply);
  mongo::append_int32(out, kAwaitCapable);
  mongo::append_int64(out, 0);
  mongo::append_int32(out, 0);
  mongo::append_int32(out, 1);
  out += body.bytes();
  return out;
}

}  // namespace

void ClientSession::start() {
  boost::system::error_code ignored;
  socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  socket_.set_option(boost::asio::socket_base::keep_alive(true), ignored);
  read_more();
}

void ClientSession::close() {
  over_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void ClientSession::lost() {
  if (over_) return;
  close();
  hooks_.closed(id_);
}

void ClientSession::read_more() {
  socket_.async_read_some(boost::asio::buffer(buffer_),
                          [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
                            if (self->over_) return;
                            if (error) return self->lost();
                            self->received(std::string_view(self->buffer_.data(), size));
                            if (!self->over_) self->read_more();
                          });
}

void ClientSession::received(std::string_view bytes) {
  frames_.feed(bytes);
  while (!over_) {
    const auto frame = frames_.next();
    if (!frame) return lost();
    if (!*frame) return;
    const bool legacy = mongo::load_int32(std::string_view(**frame).substr(12)) == kOpQuery;
    if (!(legacy ? legacy_query(**frame) : message(**frame))) return lost();
  }
}

bool ClientSession::message(std::string_view frame) {
  auto decoded = mongo::decode(frame);
  if (!decoded) return false;
  if (decoded->more_to_come) silent_.insert(decoded->request_id);
  const std::string db = decoded->body.string("$db").value_or("admin");
  hooks_.received(id_, decoded->request_id, db, decoded->body);
  return true;
}

bool ClientSession::legacy_query(std::string_view frame) {
  const std::string_view rest = frame.substr(std::min<std::size_t>(frame.size(), 20));
  const std::size_t end = rest.find('\0');
  if (end == std::string_view::npos || rest.size() < end + 1 + 8) return false;
  const std::string ns(rest.substr(0, end));
  const auto body = mongo::bson::Document::from_bytes(rest.substr(end + 1 + 8));
  if (!body || !ns.ends_with(".$cmd")) return false;
  const std::int32_t request = mongo::load_int32(frame.substr(4));
  legacy_.insert(request);
  hooks_.received(id_, request, ns.substr(0, ns.find('.')), *body);
  return true;
}

void ClientSession::reply(std::int32_t request, const mongo::bson::Document& body) {
  if (over_ || silent_.erase(request) > 0) return;
  const std::int32_t id = ++last_id_;
  if (legacy_.erase(request) > 0) {
    outgoing_.push_back(legacy_reply(id, request, body));
  } else {
    const auto frame = mongo::encode({.request_id = id, .response_to = request, .body = body});
    if (!frame) return lost();
    outgoing_.push_back(*frame);
  }
  write_next();
}

void ClientSession::write_next() {
  if (writing_ || outgoing_.empty() || over_) return;
  writing_ = true;
  boost::asio::async_write(socket_, boost::asio::buffer(outgoing_.front()),
                           [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                             self->writing_ = false;
                             if (self->over_) return;
                             if (error) return self->lost();
                             self->outgoing_.pop_front();
                             self->write_next();
                           });
}

}  // namespace simmongod
