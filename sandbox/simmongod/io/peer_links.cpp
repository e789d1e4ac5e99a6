// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/io/peer_links.hpp"

#include <charconv>

#include <fmt/format.h>
#include <boost/asio/post.hpp>

namespace simmongod {
namespace {

// The transport's own words end with the system's: "…: Connection refused".
k8s::Error worded(const std::string& host, const k8s::Error& error) {
  const std::size_t colon = error.message.rfind(": ");
  std::string cause = colon == std::string::npos ? error.message : error.message.substr(colon + 2);
  if (error.code == k8s::Code::timeout) cause = "NetworkInterfaceExceededTimeLimit";
  k8s::Error out = error;
  out.message = fmt::format("Error connecting to {} :: caused by :: {}", host, cause);
  return out;
}

}  // namespace

mongo::Endpoint endpoint_of(const std::string& host) {
  mongo::Endpoint out{.host = host};
  const std::size_t colon = host.rfind(':');
  const bool has_port = colon != std::string::npos && host.find(']', colon) == std::string::npos;
  if (has_port) {
    out.host = host.substr(0, colon);
    std::from_chars(host.data() + colon + 1, host.data() + host.size(), out.port);
  }
  if (out.host.starts_with('[') && out.host.ends_with(']')) out.host = out.host.substr(1, out.host.size() - 2);
  return out;
}

AsioResolver::Ticket AsioResolver::resolve(const std::string& host, Callback callback) {
  const Ticket ticket = ++last_;
  waiting_->emplace(ticket, std::move(callback));
  const auto flags = boost::asio::ip::resolver_base::flags();
  resolver_.async_resolve(
      host, "", flags,
      [ticket, host, weak = std::weak_ptr(waiting_)](boost::system::error_code error,
                                                     const boost::asio::ip::tcp::resolver::results_type& found) {
        const auto waiting = weak.lock();
        if (!waiting) return;
        auto entry = waiting->extract(ticket);
        if (!entry) return;
        if (error) {
          return entry.mapped()(
              k8s::Error{.code = k8s::Code::unavailable, .message = "Could not find address for " + host});
        }
        std::vector<std::string> addresses;
        for (const auto& one : found) addresses.push_back(one.endpoint().address().to_string());
        entry.mapped()(std::move(addresses));
      });
  return ticket;
}

mongo::Connection* PeerLinks::link(const Key& key, k8s::Monotonic deadline) {
  const auto found = links_.find(key);
  if (found != links_.end()) return found->second.connection.get();
  const std::uint64_t generation = ++generations_;
  mongo::LinkOptions options{.endpoint = endpoint_of(key.first), .identity = identity_};
  auto connection = std::make_shared<mongo::Connection>(context_, std::move(options));
  links_[key] = Link{.generation = generation, .connection = connection};
  connection->open(
      deadline,
      [this, key, generation](const k8s::Result<void>& opened) {
        if (!opened) forget(key, generation);
      },
      [this, key, generation](const k8s::Error&) { forget(key, generation); });
  return connection.get();
}

// Not within the connection's own callback: those of its commands come after this one.
void PeerLinks::forget(const Key& key, std::uint64_t generation) {
  const auto found = links_.find(key);
  if (found == links_.end() || found->second.generation != generation) return;
  boost::asio::post(context_.loop, [keep = std::move(found->second.connection)] {});
  links_.erase(found);
}

void PeerLinks::ask(const output::PeerRequest& request, const Answer& answer) {
  const k8s::Monotonic deadline = context_.clock.monotonic() + request.timeout;
  mongo::Connection* connection = link({request.host, request.channel}, deadline);
  const mongo::Command command{
      .db = request.db, .body = request.body, .intent = mongo::Intent::read, .deadline = deadline};
  connection->run(command, [answer, host = request.host](const k8s::Result<mongo::bson::Document>& reply) {
    if (reply) return answer(reply);
    answer(worded(host, reply.error()));
  });
}

}  // namespace simmongod
