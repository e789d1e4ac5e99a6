// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/io/server.hpp"

#include <csignal>

#include <ifaddrs.h>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

namespace simmongod {
namespace {

using boost::asio::ip::tcp;

constexpr std::uint64_t kJournalWorthReplacing = 32u * 1024 * 1024;

std::optional<mongo::Identity> identity_of(const Options& options) {
  if (options.keys.empty()) return {};
  return mongo::Identity::system(options.keys.front());
}

// The addresses of this host's interfaces: what a wildcard listens on.
bool is_interface_address(const boost::asio::ip::address& address) {
  if (address.is_loopback()) return true;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return false;
  bool found = false;
  for (const ifaddrs* one = list; one != nullptr && !found; one = one->ifa_next) {
    if (one->ifa_addr == nullptr) continue;
    if (one->ifa_addr->sa_family == AF_INET && address.is_v4()) {
      const auto* v4 = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
      found = ntohl(v4->sin_addr.s_addr) == address.to_v4().to_uint();
    }
  }
  ::freeifaddrs(list);
  return found;
}

k8s::Error listen_error(const std::string& what, const boost::system::error_code& error) {
  return k8s::Error{.code = k8s::Code::unavailable, .message = what + ": " + error.message()};
}

}  // namespace

Server::Server(Options options, LogSink& log)
    : options_(std::move(options)),
      log_(log),
      pool_(loop_),
      keys_(pool_),
      resolver_(loop_),
      context_{.loop = loop_, .clock = clock_, .keys = keys_, .resolver = &resolver_},
      links_(context_, identity_of(options_)),
      mongod_(options_, random_),
      timer_(loop_),
      signals_(loop_, SIGTERM, SIGINT) {}

k8s::Result<void> Server::open_journal(const std::string& directory) {
  auto opened = journal_.open(directory, [this](const mongo::bson::Document& record) { mongod_.replay(record); });
  if (!opened || journal_.size() < kJournalWorthReplacing) return opened;
  return journal_.replace(mongod_.snapshot());
}

k8s::Result<void> Server::listen(const std::vector<std::string>& addresses) {
  for (const std::string& name : addresses) {
    boost::system::error_code error;
    tcp::resolver resolver(loop_);
    const auto found = resolver.resolve(name, std::to_string(options_.port), tcp::resolver::passive, error);
    if (error) return listen_error(name, error);
    for (const auto& one : found) {
      // "localhost" may be listed twice; IPv6 only where it was asked for by address.
      if (one.endpoint().address().is_v6() && name.find(':') == std::string::npos) continue;
      tcp::acceptor acceptor(loop_);
      acceptor.open(one.endpoint().protocol(), error);
      if (!error) acceptor.set_option(boost::asio::socket_base::reuse_address(true), error);
      if (!error) acceptor.bind(one.endpoint(), error);
      if (!error) acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
      if (error) return listen_error(name, error);
      acceptors_.push_back(std::move(acceptor));
      break;
    }
  }
  return {};
}

int Server::run() {
  for (std::size_t i = 0; i < acceptors_.size(); ++i) accept(i);
  await_signal();
  mongod_.start(now());
  perform();
  while (!exit_code_) loop_.run_one();
  for (const auto& [id, session] : sessions_) session->close();
  return *exit_code_;
}

void Server::stop(int code) {
  make_durable();
  exit_code_ = code;
  loop_.stop();
}

void Server::await_signal() {
  signals_.async_wait([this](boost::system::error_code error, int) {
    if (error) return;
    mongod_.terminate(now());
    perform();
    await_signal();
  });
}

void Server::accept(std::size_t acceptor) {
  acceptors_[acceptor].async_accept([this, acceptor](boost::system::error_code error, tcp::socket socket) {
    if (!error) accepted(std::move(socket));
    if (acceptors_[acceptor].is_open()) accept(acceptor);
  });
}

void Server::accepted(tcp::socket socket) {
  boost::system::error_code error;
  const auto remote = socket.remote_endpoint(error);
  if (error) return;
  const ConnectionId id = ++last_connection_;
  const auto from = remote.address().is_loopback() ? Mongod::From::loopback : Mongod::From::elsewhere;
  mongod_.opened(now(), id, from);
  ClientSession::Hooks hooks;
  hooks.received = [this](ConnectionId connection, std::int32_t request, const std::string& db,
                          const mongo::bson::Document& command) {
    mongod_.received(now(), ReplyTo{.connection = connection, .request = request}, db, command);
    perform();
  };
  hooks.closed = [this](ConnectionId connection) {
    sessions_.erase(connection);
    mongod_.closed(now(), connection);
    perform();
  };
  const auto session = std::make_shared<ClientSession>(std::move(socket), id, std::move(hooks));
  sessions_[id] = session;
  session->start();
}

// Outputs may lead to more input at once (a session that closes): those are taken up by the outermost call.
void Server::perform() {
  if (performing_) return;
  performing_ = true;
  for (auto outputs = mongod_.take_outputs(); !outputs.empty(); outputs = mongod_.take_outputs()) {
    for (const Output& output : outputs) perform_one(output);
  }
  make_durable();
  performing_ = false;
  arm();
}

void Server::perform_one(const Output& output) {
  if (const auto* append = std::get_if<output::Append>(&output)) {
    journal_.append(append->record);
    must_sync_ = must_sync_ || append->durability == output::Durability::synced;
  } else if (const auto* reply = std::get_if<output::Reply>(&output)) {
    make_durable();
    const auto session = sessions_.find(reply->to.connection);
    if (session != sessions_.end()) std::shared_ptr(session->second)->reply(reply->to.request, reply->body);
  } else if (const auto* request = std::get_if<output::PeerRequest>(&output)) {
    make_durable();
    links_.ask(*request, [this, token = request->token](const k8s::Result<mongo::bson::Document>& answer) {
      mongod_.peer_replied(now(), token, answer);
      perform();
    });
  } else if (const auto* find = std::get_if<output::FindSelf>(&output)) {
    find_self(*find, 0);
  } else if (const auto* line = std::get_if<output::LogLine>(&output)) {
    log_.line(line->text);
  } else if (const auto* exit = std::get_if<output::Exit>(&output)) {
    stop(exit->code);
  }
}

// A member that cannot write its journal must not go on as if it had.
void Server::make_durable() {
  const auto done = must_sync_ ? journal_.sync() : journal_.write();
  must_sync_ = false;
  if (done) return;
  log_.say({'F', "STORAGE", 23089, "Fatal assertion"}, mongo::bson::Document{{"error", done.error().message}});
  exit_code_ = 14;
  loop_.stop();
}

bool Server::is_own_address(const std::string& text) const {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(text, error);
  if (error) return false;
  for (const tcp::acceptor& acceptor : acceptors_) {
    const auto bound = acceptor.local_endpoint(error).address();
    if (bound == address || (bound.is_unspecified() && is_interface_address(address))) return true;
  }
  return false;
}

void Server::find_self(const output::FindSelf& find, std::size_t index) {
  const auto found = [this, token = find.token](int answer) {
    mongod_.self_found(now(), token, answer);
    perform();
  };
  if (index == find.hosts.size()) {
    boost::asio::post(loop_, [found] { found(-1); });
    return;
  }
  const mongo::Endpoint endpoint = endpoint_of(find.hosts[index]);
  if (endpoint.port != options_.port) return find_self(find, index + 1);
  resolver_.resolve(endpoint.host, [this, find, index, found](const k8s::Result<std::vector<std::string>>& addresses) {
    bool own = false;
    if (addresses) {
      for (const std::string& address : *addresses) own = own || is_own_address(address);
    }
    if (own) return found(static_cast<int>(index));
    find_self(find, index + 1);
  });
}

void Server::arm() {
  const auto next = mongod_.next_wakeup();
  if (!next) return;
  const k8s::Millis wait = std::max(*next - clock_.monotonic(), k8s::Millis(0));
  timer_.expires_after(wait);
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;
    mongod_.tick(now());
    perform();
  });
}

}  // namespace simmongod
