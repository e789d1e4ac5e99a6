// SPDX-License-Identifier: Apache-2.0
// sagong-mongo-writer: writes while the cluster changes, and afterwards says whether anything was lost. Wiring only.
#include <CLI/CLI.hpp>

#include "tests/e2e/writer/write_run.hpp"

namespace {

void add_target(CLI::App& app, e2e::writer::Target& target) {
  app.add_option("--members", target.members_path, "File of lines \"name ip:port\"; may change at any time")
      ->required();
  app.add_option("--keyfile", target.keyfile_path, "The set's keyfile: logs in as __system")->required();
  app.add_option("--database", target.database, "Default: sagong");
  app.add_option("--collection", target.collection, "Default: writer");
  app.add_option("--log", target.log_path, "The event log: invoke, ok, fail, unknown; id; microseconds")->required();
}

}  // namespace

int main(int argc, char** argv) {
  const bool checks = argc > 1 && std::string_view(argv[1]) == "check";
  if (checks) {
    e2e::writer::Target target;
    std::int64_t settle_seconds = 30;
    CLI::App app("Reads every member directly and compares with the log of one run.", "sagong-mongo-writer check");
    add_target(app, target);
    app.add_option("--settle", settle_seconds, "Seconds to wait until all members hold the same (default 30)");
    CLI11_PARSE(app, argc - 1, argv + 1);
    return e2e::writer::run_check(target, settle_seconds);
  }
  e2e::writer::RunOptions options;
  CLI::App app("Writes documents with {w: \"majority\", j: true} and logs what became of each.", "sagong-mongo-writer");
  app.footer("sagong-mongo-writer check --help: compare the log with what the members hold.");
  add_target(app, options.target);
  app.add_option("--seconds", options.seconds, "How long; 0, the default: until SIGTERM or SIGINT");
  app.add_flag("--until-stdin-closes", options.until_stdin_closes, "End as well when standard input ends");
  app.add_option("--rate", options.rate, "Writes per second, all writers together (default 100; 0: as many as go)")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--writers", options.writers, "Concurrent writers (default 4)")->check(CLI::Range(1, 256));
  app.add_flag("--counter", options.counter, "Increment a counter as well, one more writer");
  CLI11_PARSE(app, argc, argv);
  return e2e::writer::run_writers(options);
}
