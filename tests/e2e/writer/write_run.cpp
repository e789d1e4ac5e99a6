// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/writer/write_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>

#include <unistd.h>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>

#include "libk8s/base/system_clock.hpp"
#include "libk8s/base/system_random.hpp"
#include "operators/mongodb/wire/keyfile.hpp"
#include "operators/mongodb/wire/worker_pool.hpp"
#include "tests/e2e/writer/one_writer.hpp"

namespace e2e::writer {
namespace {

using mongo::bson::Array;
using mongo::bson::Builder;
using mongo::bson::Document;

// Longer than a write may take: after this, what is left has no outcome.
constexpr k8s::Millis kDrainBound{13'000};
constexpr k8s::Millis kDrainStep{20};

class Run {
 public:
  Run(const RunOptions& options, const k8s::SecretBytes& key, LogFile log)
      : options_(options),
        log_(std::move(log)),
        members_(options.target.members_path),
        finder_(context_, members_, [this] {
          for (auto& writer : writers_) writer->primary_changed();
        }) {
    run_id_ = fmt::format("r{:06x}", k8s::SystemRandom{}.next() & 0xffffff);
    const auto identity = mongo::Identity::system(key);
    const std::int64_t total = options.rate;
    const k8s::Millis interval{total == 0 ? 0 : std::max<std::int64_t>(1000 * options.writers / total, 1)};
    for (int w = 0; w < options.writers; ++w) add(identity, insert_workload(w, interval));
    if (options.counter) add(identity, counter_workload(interval));
  }

  void go() {
    if (options_.seconds > 0) stop_after(k8s::Seconds{options_.seconds});
    signals_.async_wait([this](boost::system::error_code cancelled, int) {
      if (!cancelled) finish();
    });
    if (options_.until_stdin_closes) {
      stdin_.emplace(loop_, ::dup(STDIN_FILENO));
      watch_stdin();
    }
    finder_.start();
    for (auto& writer : writers_) writer->start();
    loop_.run();
  }

  const std::string& run_id() const { return run_id_; }
  const Counts& counts() const { return log_.counts(); }

 private:
  void add(const mongo::Identity& identity, Workload workload) {
    writers_.push_back(std::make_unique<OneWriter>(context_, identity, finder_, log_, std::move(workload)));
  }

  Workload insert_workload(int w, k8s::Millis interval) const {
    const std::string collection = options_.target.collection;
    return {.id_prefix = fmt::format("{}-{}-", run_id_, w),
            .database = options_.target.database,
            .command =
                [collection, w](const std::string& id, std::int64_t n) {
                  return Builder{}
                      .append("insert", collection)
                      .append("documents", Array{Document{{"_id", id}, {"n", n}, {"w", w}}})
                      .append("writeConcern", write_concern())
                      .done();
                },
            .interval = interval};
  }

  Workload counter_workload(k8s::Millis interval) const {
    const std::string collection = counter_collection(options_.target);
    return {.id_prefix = run_id_ + "-counter-",
            .database = options_.target.database,
            .command =
                [collection, run = run_id_](const std::string&, std::int64_t) {
                  const Document increment{{"q", Document{{"_id", run}}},
                                           {"u", Document{{"$inc", Document{{"n", std::int64_t{1}}}}}},
                                           {"upsert", true}};
                  return Builder{}
                      .append("update", collection)
                      .append("updates", Array{increment})
                      .append("writeConcern", write_concern())
                      .done();
                },
            .interval = interval};
  }

  void stop_after(k8s::Millis delay) {
    timer_.expires_after(delay);
    timer_.async_wait([this](boost::system::error_code cancelled) {
      if (!cancelled) finish();
    });
  }

  void watch_stdin() {
    stdin_->async_read_some(boost::asio::buffer(ignored_), [this](boost::system::error_code ended, std::size_t) {
      if (ended == boost::asio::error::operation_aborted) return;
      if (ended) return finish();
      watch_stdin();
    });
  }

  void finish() {
    if (finishing_) return;
    finishing_ = true;
    for (auto& writer : writers_) writer->finish();
    drain(clock_.monotonic() + kDrainBound);
  }

  void drain(k8s::Monotonic deadline) {
    const bool busy =
        std::any_of(writers_.begin(), writers_.end(), [](const auto& writer) { return writer->is_busy(); });
    if (!busy || clock_.monotonic() >= deadline) {
      for (auto& writer : writers_) writer->give_up();
      finder_.stop();
      return loop_.stop();
    }
    timer_.expires_after(kDrainStep);
    timer_.async_wait([this, deadline](boost::system::error_code) { drain(deadline); });
  }

  RunOptions options_;
  std::string run_id_;
  boost::asio::io_context loop_;
  k8s::SystemClock clock_;
  LogFile log_;
  mongo::ThreadWorkerPool pool_{loop_};
  mongo::KeyDeriver keys_{pool_};
  mongo::WireContext context_{.loop = loop_, .clock = clock_, .keys = keys_};
  MembersFile members_;
  std::vector<std::unique_ptr<OneWriter>> writers_;
  PrimaryFinder finder_;
  boost::asio::steady_timer timer_{loop_};
  boost::asio::signal_set signals_{loop_, SIGTERM, SIGINT};
  std::optional<boost::asio::posix::stream_descriptor> stdin_;
  std::array<char, 256> ignored_ = {};
  bool finishing_ = false;
};

}  // namespace

std::string counter_collection(const Target& target) {
  return target.collection + "_counter";
}

k8s::SecretBytes read_key(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream content;
  content << file.rdbuf();
  const auto keys = mongo::parse_keyfile(k8s::SecretBytes(content.str()));
  if (keys) return keys->front();
  std::cerr << path << ": " << k8s::to_string(keys.error()) << '\n';
  return {};
}

int run_writers(const RunOptions& options) {
  const k8s::SecretBytes key = read_key(options.target.keyfile_path);
  auto log = LogFile::open(options.target.log_path);
  if (key.empty() || !log) {
    if (!log) std::cerr << k8s::to_string(log.error()) << '\n';
    return 2;
  }
  Run run(options, key, *std::move(log));
  run.go();
  std::cout << fmt::format(R"({{"run":"{}","acknowledged":{},"unknown":{},"failed":{}}})", run.run_id(),
                           run.counts().acknowledged, run.counts().unknown, run.counts().failed)
            << std::endl;
  return 0;
}

}  // namespace e2e::writer
