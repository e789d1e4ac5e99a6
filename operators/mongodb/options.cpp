// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/options.hpp"

#include <cstdlib>
#include <map>

#include <CLI/CLI.hpp>

namespace mongodb {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string{value};
}

constexpr const char* kFaultForm =
    "is N:before, N:after, N:lost or N:error, where N is the number of an effect, from 1: 12:lost";

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& exit_code) {
  Options options{.ns = environment("POD_NAMESPACE"), .identity = environment("POD_NAME"), .helper_image = {}};
  options.cluster = {.kubeconfig_env = environment("KUBECONFIG"),
                     .service_host = environment("KUBERNETES_SERVICE_HOST"),
                     .service_port = environment("KUBERNETES_SERVICE_PORT")};
  bool dry_run = false;
  CLI::App app{"Looks after the MongoReplicaSets of one namespace."};
  app.add_option("--namespace", options.ns, "The namespace to look after (default: POD_NAMESPACE)");
  app.add_option("--identity", options.identity, "The name under which the lease is held (default: POD_NAME)");
  app.add_option("--helper-image", options.helper_image,
                 "The image that holds /usr/bin/sagong-member: usually the operator's own")
      ->required();
  app.add_option("--cluster-domain", options.cluster_domain, "The cluster's DNS domain")->capture_default_str();
  app.add_option("--lease-name", options.lease_name, "The Lease that elects one operator among several")
      ->capture_default_str();
  app.add_option("--health-address", options.health_address, "Where /metrics, /healthz and /readyz are served")
      ->capture_default_str();
  app.add_option("--kubeconfig", options.cluster.kubeconfig_path,
                 "Outside a cluster: the kubeconfig file (default: KUBECONFIG, else in-cluster)");
  app.add_option("--record", options.record, "Write what every pass saw and decided into this folder");
  std::string fault;
  app.add_option("--fault", fault, "For crash tests: N:before|after|lost|error injects that fault at the N-th effect");
  app.add_flag("--dry-run", dry_run, "Decide and log, but change nothing");
  const std::map<std::string, k8s::LogLevel> levels{{"debug", k8s::LogLevel::debug},
                                                    {"info", k8s::LogLevel::info},
                                                    {"warning", k8s::LogLevel::warning},
                                                    {"error", k8s::LogLevel::error}};
  app.add_option("--log-level", options.log_level, "debug, info, warning or error")
      ->transform(CLI::CheckedTransformer(levels, CLI::ignore_case));
  try {
    app.parse(argc, argv);
    if (options.ns.empty()) throw CLI::ValidationError("--namespace", "give it, or set POD_NAMESPACE");
    if (options.identity.empty()) throw CLI::ValidationError("--identity", "give it, or set POD_NAME");
    if (!fault.empty()) options.fault = k8s::FaultPlan::parse(fault);
    if (!fault.empty() && !options.fault) throw CLI::ValidationError("--fault", kFaultForm);
  } catch (const CLI::ParseError& error) {
    exit_code = app.exit(error);
    return std::nullopt;
  }
  options.mode = dry_run ? k8s::RunMode::dry_run : k8s::RunMode::real;
  return options;
}

}  // namespace mongodb
