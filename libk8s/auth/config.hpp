// SPDX-License-Identifier: Apache-2.0
// Which API server, and as whom? From a kubeconfig, or from inside a pod.
//
//   SystemFiles files;
//   const Result<Config> config = load_config({.kubeconfig_path = flag, .kubeconfig_env = env}, files);
//   FileCredentials credentials(config->credentials, files, clock);
//   CurlClient http(loop, {.server = config->server, .tls_server_name = config->tls_server_name}, credentials);
#pragma once

#include <string>

#include "libk8s/auth/credentials.hpp"
#include "libk8s/auth/files.hpp"
#include "libk8s/auth/kubeconfig.hpp"
#include "libk8s/transport/server_url.hpp"

namespace k8s {

// main() fills this from its flags and environment; nothing below reads either.
struct ConfigInputs {
  std::string kubeconfig_path = {};  // a flag; wins
  std::string kubeconfig_env = {};   // KUBECONFIG: one path, or several with ':' between
  std::string context = {};          // empty: current-context
  std::string service_host = {};     // KUBERNETES_SERVICE_HOST
  std::string service_port = {};     // KUBERNETES_SERVICE_PORT
  std::string service_account_dir = "/var/run/secrets/kubernetes.io/serviceaccount";
  InsecureTls insecure = InsecureTls::refuse;
};

struct Config {
  ServerUrl server = {};
  std::string tls_server_name = {};
  Namespace ns = {};  // of the context, or the pod's; may be empty
  CredentialSettings credentials = {};

  bool operator==(const Config&) const = default;
};

// The first of: kubeconfig_path, kubeconfig_env (of several files those that are missing are passed over, as kubectl
// does), in-cluster. Code::invalid or the file's own code; the message says what was tried and what to do.
Result<Config> load_config(const ConfigInputs& inputs, Files& files);

}  // namespace k8s
