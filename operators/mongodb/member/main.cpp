// SPDX-License-Identifier: Apache-2.0
// sagong-member: what the operator runs inside the stock mongod image. Wiring only.
#include <CLI/CLI.hpp>

#include <openssl/crypto.h>
#include <cstdlib>

#include "libk8s/base/system_clock.hpp"
#include "operators/mongodb/member/subcommands.hpp"

int main(int argc, char** argv) {
  namespace member = mongo::member;
  // The openssl.cnf of the image that we run in is not meant for us.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  const k8s::SystemClock clock;
  const char* environment = std::getenv("POD_IP");
  const std::string pod_ip = environment == nullptr ? "" : environment;

  CLI::App app("sagong-member starts, probes and stops one MongoDB member inside its pod.", "sagong-member");
  app.require_subcommand(1);
  app.footer("The environment's POD_IP is the pod's address. The data directory is never touched.");

  std::string destination;
  CLI::App* install = app.add_subcommand("install", "Copy this program to DEST, atomically, mode 0555.");
  install->add_option("DEST", destination, "Where to, for instance /sagong/bin/sagong-member")->required();

  member::StartOptions options{.host = {}, .config = {}, .keyfile_source = {}, .keyfile = {}, .pod_ip = pod_ip};
  CLI::App* start = app.add_subcommand("start", "Put the keyfile in place, wait for the member's name, become mongod.");
  start->add_option("--host", options.host, "This member in the replica set configuration, NAME:PORT")->required();
  start->add_option("--config", options.config, "mongod's configuration file")->required();
  start->add_option("--keyfile-source", options.keyfile_source, "The keyfile as mounted from the Secret")->required();
  start->add_option("--keyfile", options.keyfile, "Where mongod wants it: own user, mode 0400")->required();

  std::string config;
  CLI::App* preflight = app.add_subcommand("preflight", "Let mongod say whether it accepts a configuration.");
  preflight->add_option("--config", config, "mongod's configuration file")->required();

  CLI::App* probe = app.add_subcommand("probe", "Ask mongod one hello; exit 0 or 1 and say why.");
  probe->require_subcommand(1);
  CLI::App* startup = probe->add_subcommand("startup", "It answers, and is not shutting down.");
  CLI::App* readiness = probe->add_subcommand("readiness", "It is PRIMARY, SECONDARY or ARBITER.");
  CLI::App* liveness = probe->add_subcommand("liveness", "It answers, whatever its replication state.");

  std::string keyfile;
  CLI::App* prestop = app.add_subcommand("prestop", "Hand over if this member is primary. Always exits 0.");
  prestop->add_option("--keyfile", keyfile, "The keyfile as mongod has it")->required();

  CLI11_PARSE(app, argc, argv);
  if (*install) return member::install(destination, clock);
  if (*start) return member::start(options, clock);
  if (*preflight) return member::preflight(config, clock);
  if (*startup) return member::probe(member::Probe::startup, pod_ip, clock);
  if (*readiness) return member::probe(member::Probe::readiness, pod_ip, clock);
  if (*liveness) return member::probe(member::Probe::liveness, pod_ip, clock);
  return member::prestop(keyfile, pod_ip, clock);
}
