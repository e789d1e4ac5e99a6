// SPDX-License-Identifier: Apache-2.0
// What can be asked over one connection to a mongod? The port between whoever talks to members and what carries it:
// connection.hpp over TCP, a simulated network in memory. One life: it opens once, and once broken it stays broken;
// whoever owns it makes another.
//
//   idle ──open()──> opening (resolve, connect, log in) ──> ready ──> broken
//   close() or the destructor ends any of them in silence.
//
// Commands are sent one at a time, in the order of run(); those given before it is ready wait. Every command and the
// opening have one deadline. When the deadline of the command on its way passes, the connection breaks: its reply could
// come at any time and belong to nobody.
//
// Callbacks run on the loop, never within open() or run(). Closing or destroying the Link inside any callback, or
// between any two, is safe, and none is called afterwards.
//
// What a command's callback gets:
//   a document        the server answered, perhaps with ok: 0 (see server_error.hpp: checked(), classify_write())
//   unavailable       it was surely not carried out: never sent, or a read whose reply got lost
//   timeout           a read whose deadline passed
//   unknown_outcome   a write (Intent::write) that was at least partly sent, and no reply came
//   invalid           larger than a message may be
//   unauthenticated   the log-in was refused
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "libk8s/base/clock.hpp"
#include "libk8s/base/result.hpp"
#include "operators/mongodb/wire/bson.hpp"
#include "operators/mongodb/wire/identity.hpp"
#include "operators/mongodb/wire/server_error.hpp"

namespace mongo {

// Slot: a connection that has one is refused with Error::invalid until TLS is implemented.
struct TlsConfig {
  std::string ca_bundle_pem;
  std::string certificate_pem;
  k8s::SecretBytes private_key_pem;
  // The name that the server's certificate must carry; the address dialled says nothing.
  std::string server_name;

  bool operator==(const TlsConfig&) const = default;
};

struct Endpoint {
  // An IPv4 or IPv6 address; a name needs a Resolver.
  std::string host;
  std::uint16_t port = 27017;

  bool operator==(const Endpoint&) const = default;
};

struct LinkOptions {
  Endpoint endpoint;
  // Nothing: no log-in; enough for hello.
  std::optional<Identity> identity = {};
  std::optional<TlsConfig> tls = {};

  bool operator==(const LinkOptions&) const = default;
};

struct Command {
  std::string db = "admin";
  bson::Document body;
  Intent intent = Intent::read;
  // Covers waiting in the queue, sending and the reply. The server knows nothing of it: give maxTimeMS as well where
  // that matters.
  k8s::Monotonic deadline;
};

class Link {
 public:
  using Opened = std::function<void(const k8s::Result<void>&)>;
  using Broken = std::function<void(const k8s::Error&)>;
  using Reply = std::function<void(k8s::Result<bson::Document>)>;

  virtual ~Link() = default;

  // Once. `opened` gets the outcome; after a success, `broken` is called once when the connection breaks, after the
  // callbacks of all commands.
  virtual void open(k8s::Monotonic deadline, Opened opened, Broken broken) = 0;
  // At any time; the reply's callback is called exactly once unless the Link goes away first.
  virtual void run(Command command, Reply reply) = 0;
  // Silent: no callback is called any more.
  virtual void close() = 0;

  virtual bool is_ready() const = 0;
  // Failed to open, or broke later.
  virtual bool is_broken() const = 0;
};

class Dialer {
 public:
  virtual ~Dialer() = default;
  virtual std::unique_ptr<Link> dial(LinkOptions options) = 0;
};

}  // namespace mongo
