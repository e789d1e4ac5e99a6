// SPDX-License-Identifier: Apache-2.0
// How does the pure member run in a process? One loop: sockets and timers feed it, its outputs are carried out in
// order, and nothing leaves before what must be on disk is there.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "libk8s/base/system_clock.hpp"
#include "libk8s/base/system_random.hpp"
#include "operators/mongodb/wire/key_deriver.hpp"
#include "sandbox/simmongod/io/journal.hpp"
#include "sandbox/simmongod/io/log_sink.hpp"
#include "sandbox/simmongod/io/peer_links.hpp"
#include "sandbox/simmongod/io/session.hpp"
#include "sandbox/simmongod/mongod.hpp"

namespace simmongod {

class Server {
 public:
  // `log` outlives this.
  Server(Options options, LogSink& log);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  k8s::Result<void> open_journal(const std::string& directory);
  // "localhost", names and addresses; all of them at the options' port.
  k8s::Result<void> listen(const std::vector<std::string>& addresses);
  // The exit code, when it is over.
  int run();

 private:
  Now now() const { return Now{.monotonic = clock_.monotonic(), .wall = clock_.wall()}; }
  void accept(std::size_t acceptor);
  void accepted(boost::asio::ip::tcp::socket socket);
  void perform();
  void perform_one(const Output& output);
  void make_durable();
  void find_self(const output::FindSelf& find, std::size_t index);
  bool is_own_address(const std::string& address) const;
  void arm();
  void await_signal();
  void stop(int code);

  Options options_;
  LogSink& log_;
  boost::asio::io_context loop_;
  k8s::SystemClock clock_;
  k8s::SystemRandom random_;
  mongo::ThreadWorkerPool pool_;
  mongo::KeyDeriver keys_;
  AsioResolver resolver_;
  mongo::WireContext context_;
  PeerLinks links_;
  Mongod mongod_;
  Journal journal_;
  bool must_sync_ = false;
  bool performing_ = false;
  std::vector<boost::asio::ip::tcp::acceptor> acceptors_;
  std::map<ConnectionId, std::shared_ptr<ClientSession>> sessions_;
  ConnectionId last_connection_ = 0;
  boost::asio::steady_timer timer_;
  boost::asio::signal_set signals_;
  std::optional<int> exit_code_;
};

}  // namespace simmongod
