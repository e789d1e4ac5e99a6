// SPDX-License-Identifier: Apache-2.0
// How does one client's connection speak? OP_MSG, and the one legacy message that drivers still begin with:
//
//   OP_QUERY (2004)   int32 flags | "admin.$cmd" NUL | int32 skip | int32 return | document      ──>
//                <──  OP_REPLY (1)   int32 flags | int64 cursor | int32 from | int32 count | document
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "operators/mongodb/wire/op_msg.hpp"
#include "sandbox/simmongod/ports.hpp"

namespace simmongod {

class ClientSession : public std::enable_shared_from_this<ClientSession> {
 public:
  struct Hooks {
    std::function<void(ConnectionId, std::int32_t request, const std::string& db, const mongo::bson::Document&)>
        received;
    std::function<void(ConnectionId)> closed;
  };

  ClientSession(boost::asio::ip::tcp::socket socket, ConnectionId id, Hooks hooks)
      : socket_(std::move(socket)), id_(id), hooks_(std::move(hooks)) {}

  void start();
  void reply(std::int32_t request, const mongo::bson::Document& body);
  // Calls no hook any more.
  void close();

 private:
  void read_more();
  void received(std::string_view bytes);
  bool message(std::string_view frame);
  bool legacy_query(std::string_view frame);
  void write_next();
  void lost();

  boost::asio::ip::tcp::socket socket_;
  ConnectionId id_;
  Hooks hooks_;
  mongo::FrameReader frames_;
  std::array<char, 65536> buffer_{};
  std::deque<std::string> outgoing_;
  bool writing_ = false;
  bool over_ = false;
  std::int32_t last_id_ = 0;
  std::set<std::int32_t> legacy_;
  std::set<std::int32_t> silent_;
};

}  // namespace simmongod
