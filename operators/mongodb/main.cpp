// SPDX-License-Identifier: Apache-2.0
// sagong-mongodb: wires the parts together, and nothing else.
#include <cstdio>

#include "operators/mongodb/operator.hpp"

int main(int argc, char** argv) {
  int exit_code = 0;
  const std::optional<mongodb::Options> options = mongodb::parse_options(argc, argv, exit_code);
  if (!options) return exit_code;
  k8s::SystemFiles files;
  const k8s::Result<k8s::Config> config = k8s::load_config(options->cluster, files);
  if (!config) {
    std::fprintf(stderr, "%s\n", config.error().message.c_str());
    return 2;
  }
  boost::asio::io_context io{1};
  const auto exit = [&](int code) {
    exit_code = code;
    io.stop();
  };
  mongodb::Operator sagong{io, *options, *config, files, exit};
  auto server = sagong.listen();
  if (!server) {
    std::fprintf(stderr, "--health-address: %s\n", server.error().message.c_str());
    return 2;
  }
  return k8s::run(io, sagong.manager(), exit_code);
}
