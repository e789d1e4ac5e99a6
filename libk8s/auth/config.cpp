// SPDX-License-Identifier: Apache-2.0
#include "libk8s/auth/config.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

namespace k8s {
namespace {

Error invalid(std::string message) {
  return {.code = Code::invalid, .message = std::move(message)};
}

std::vector<std::string> split_paths(std::string_view list) {
  std::vector<std::string> paths;
  while (!list.empty()) {
    const std::size_t colon = list.find(':');
    if (colon != 0) paths.emplace_back(list.substr(0, colon));
    list.remove_prefix(colon == std::string_view::npos ? list.size() : colon + 1);
  }
  return paths;
}

Result<Kubeconfig> read_kubeconfig(const std::string& path, Files& files) {
  const Result<std::string> yaml = files.read(path);
  if (!yaml) return in_context("kubeconfig", yaml.error());
  return parse_kubeconfig(*yaml, path);
}

Result<Kubeconfig> read_kubeconfigs(const std::vector<std::string>& paths, Files& files) {
  Kubeconfig merged;
  bool found = false;
  for (const std::string& path : paths) {
    Result<Kubeconfig> one = read_kubeconfig(path, files);
    if (!one && one.error().code == Code::not_found && paths.size() > 1) continue;
    if (!one) return one.error();
    merged = merge(std::move(merged), *one);
    found = true;
  }
  if (!found) return invalid("KUBECONFIG names only files that are not there");
  return merged;
}

// A bearer token in clear text is everybody's on the way.
Result<void> check_plain_http(const Config& config) {
  const bool token = !config.credentials.token.empty() || !config.credentials.token_file.empty();
  if (config.server.tls || !token || config.server.is_loopback()) return {};
  return invalid(fmt::format("a token would go to {} in clear text; use https", config.server.text()));
}

Result<Config> from_kubeconfig(const Kubeconfig& kubeconfig, const ConfigInputs& inputs) {
  Result<ChosenContext> chosen = choose_context(kubeconfig, inputs.context, inputs.insecure);
  if (!chosen) return chosen.error();
  const Kubeconfig::Cluster& cluster = chosen->cluster;
  Kubeconfig::User& user = chosen->user;
  Result<ServerUrl> server = parse_server_url(cluster.server);
  if (!server) return in_context(fmt::format("kubeconfig: cluster \"{}\"", cluster.name), server.error());
  Config config{.server = std::move(*server), .tls_server_name = cluster.tls_server_name, .ns = chosen->context.ns};
  config.credentials = {
      .ca_pem = cluster.ca_pem,
      .ca_file = cluster.ca_file,
      .certificate_pem = user.certificate_pem,
      .certificate_file = user.certificate_file,
      .key_pem = std::move(user.key_pem),
      .key_file = user.key_file,
      .token = std::move(user.token),
      .token_file = user.token_file,
      .verification = cluster.insecure_skip_tls_verify ? ServerVerification::never : ServerVerification::always};
  if (const Result<void> plain = check_plain_http(config); !plain) return plain.error();
  return config;
}

Result<Config> from_pod(const ConfigInputs& inputs, Files& files) {
  const bool bare_ipv6 = inputs.service_host.find(':') != std::string::npos;
  const std::string host = bare_ipv6 ? "[" + inputs.service_host + "]" : inputs.service_host;
  Result<ServerUrl> server =
      parse_server_url(fmt::format("https://{}:{}", host, inputs.service_port.empty() ? "443" : inputs.service_port));
  if (!server) return in_context("in-cluster address", server.error());
  const std::string& dir = inputs.service_account_dir;
  Config config{.server = std::move(*server)};
  config.credentials.ca_file = dir + "/ca.crt";
  config.credentials.token_file = dir + "/token";
  for (const std::string& path : {config.credentials.ca_file, config.credentials.token_file}) {
    if (const Result<std::string> bytes = files.read(path); !bytes) {
      return in_context("in-cluster credentials (does the pod mount its service account's token?)", bytes.error());
    }
  }
  Result<std::string> ns = files.read(dir + "/namespace");
  if (ns) {
    while (!ns->empty() && (ns->back() == '\n' || ns->back() == ' ')) ns->pop_back();
    config.ns = Namespace{std::move(*ns)};
  }
  return config;
}

}  // namespace

Result<Config> load_config(const ConfigInputs& inputs, Files& files) {
  if (!inputs.kubeconfig_path.empty()) {
    const Result<Kubeconfig> kubeconfig = read_kubeconfig(inputs.kubeconfig_path, files);
    if (!kubeconfig) return kubeconfig.error();
    return from_kubeconfig(*kubeconfig, inputs);
  }
  if (const std::vector<std::string> paths = split_paths(inputs.kubeconfig_env); !paths.empty()) {
    const Result<Kubeconfig> kubeconfig = read_kubeconfigs(paths, files);
    if (!kubeconfig) return kubeconfig.error();
    return from_kubeconfig(*kubeconfig, inputs);
  }
  if (!inputs.service_host.empty()) return from_pod(inputs, files);
  return invalid(
      "no cluster to talk to: no --kubeconfig was given, KUBECONFIG is not set, and this is no pod "
      "(KUBERNETES_SERVICE_HOST is not set)");
}

}  // namespace k8s
