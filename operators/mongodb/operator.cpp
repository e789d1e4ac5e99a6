// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/operator.hpp"

#include <charconv>
#include <csignal>

#include <fmt/format.h>

#include "operators/mongodb/manifests/names.hpp"
#include "operators/mongodb/manifests/shared.hpp"
#include "operators/mongodb/replica_set/apply.hpp"

namespace mongodb {
namespace {

constexpr k8s::Millis kLagInterval{1'000};

k8s::Executor::Options executor_options(const Options& options, k8s::Manager& manager, k8s::EffectHook* hook,
                                        k8s::EffectMeter& meter) {
  return {
      .mode = options.mode,
      .remaining_lease = [&manager](k8s::Monotonic now) { return manager.remaining_lease(now); },
      .hook = hook,
      .meter = &meter,
      // A crash sweep means a crash: nothing is flushed, released or said.
      .crash = [] { std::raise(SIGKILL); },
  };
}

// "0.0.0.0:8080" or "[::]:8080".
std::optional<k8s::HttpServer::Options> server_options(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return std::nullopt;
  std::string address = text.substr(0, colon);
  if (address.size() > 2 && address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
  k8s::HttpServer::Options options{.address = address};
  const auto [end, error] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), options.port);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return options;
}

}  // namespace

Operator::Operator(boost::asio::io_context& io, const Options& options, const k8s::Config& config, k8s::Files& files,
                   std::function<void(int)> exit)
    : io_(io),
      options_(options),
      log_(options.log_level),
      loop_(io, clock_),
      metrics_(config.server.host),
      meter_(metrics_),
      lag_(loop_, kLagInterval, [this](k8s::Millis lag) { metrics_.loop_lag(lag); }),
      credentials_(config.credentials, files, clock_),
      http_(io,
            {.server = config.server,
             .tls_server_name = config.tls_server_name,
             .user_agent = kManagedBy,
             .on_exchange = [this](k8s::Method method, int status) { metrics_.rest_exchange(method, status); }},
            credentials_),
      client_(http_, kManagedBy),
      recorder_({.loop = loop_, .client = client_, .random = random_, .log = log_},
                {.controller = "mongodb.sagong.dev/operator", .instance = options.identity}),
      manager_(loop_, log_, std::move(exit), {}),
      elector_({.loop = loop_, .http = http_, .random = random_, .log = log_},
               {.lease = {.ns = k8s::Namespace{options.ns}, .name = k8s::Name{options.lease_name}},
                .identity = options.identity}),
      fault_(options.fault),
      executor_(loop_, log_, executor_options(options, manager_, fault_ ? &*fault_ : nullptr, meter_)),
      effects_(client_, recorder_, {{kKeyfileGenerator, generate_keyfile}}),
      pool_(io),
      keys_(pool_),
      dialer_({.loop = io, .clock = clock_, .keys = keys_}),
      reflectors_(make_reflectors({.loop = loop_, .http = http_, .random = random_, .log = log_}, stores_,
                                  k8s::Namespace{options.ns})),
      controller_({.dialer = dialer_,
                   .loop = loop_,
                   .client = client_,
                   .random = random_,
                   .log = log_,
                   .executor = executor_,
                   .effects = effects_,
                   .record = options.record.empty() ? nullptr : &record_.emplace(options.record, log_),
                   .meter = &meter_},
                  {.helper_image = options.helper_image, .cluster_domain = options.cluster_domain}, stores_,
                  reflectors_) {
  for (const auto& reflector : reflectors_) manager_.add(*reflector);
  manager_.elect(elector_);
  manager_.add(controller_.loop());
}

k8s::HealthCheck Operator::ready_check() {
  return {.name = "stores", .run = [this]() -> k8s::Result<void> {
            if (manager_.ready()) return {};
            return k8s::Error{.code = k8s::Code::unavailable,
                              .message = "the stores are not synced yet, or the operator is stopping"};
          }};
}

k8s::Result<void> Operator::listen() {
  const auto where = server_options(options_.health_address);
  if (!where)
    return k8s::Error{.code = k8s::Code::invalid,
                      .message = fmt::format("\"{}\" is not ADDRESS:PORT", options_.health_address)};
  auto server =
      k8s::HttpServer::listen(io_, *where, {.metrics = [this] { return metrics_.text(); }, .readyz = {ready_check()}});
  if (!server) return server.error();
  server_ = std::move(*server);
  return {};
}

}  // namespace mongodb
