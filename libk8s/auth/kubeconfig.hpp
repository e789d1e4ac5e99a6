// SPDX-License-Identifier: Apache-2.0
// What does a kubeconfig say? Parsed to plain values; several files merge as kubectl merges them; one context is
// chosen.
//
// Reading the files that it names is credentials.hpp's. Unknown keys are ignored; known ones that change who we are or
// whom we trust and that we do not do (exec, auth-provider, impersonation, basic auth, proxy-url) are kept as a refusal
// that choosing such an entry reports.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libk8s/base/result.hpp"
#include "libk8s/base/secret_bytes.hpp"
#include "libk8s/base/strong.hpp"

namespace k8s {

struct Kubeconfig {
  struct Cluster {
    std::string name = {};
    std::string server = {};
    std::string ca_file = {};
    std::string ca_pem = {};  // decoded certificate-authority-data; wins over the file
    std::string tls_server_name = {};
    bool insecure_skip_tls_verify = false;
    std::string refusal = {};  // "", or why it cannot be used and what to do
    bool operator==(const Cluster&) const = default;
  };
  struct User {
    std::string name = {};
    std::string certificate_file = {};
    std::string certificate_pem = {};
    std::string key_file = {};
    SecretBytes key_pem = {};
    std::string token_file = {};  // wins over token, as in client-go
    SecretBytes token = {};
    std::string refusal = {};
    bool operator==(const User&) const = default;
  };
  struct Context {
    std::string name = {};
    std::string cluster = {};
    std::string user = {};
    Namespace ns = {};
    bool operator==(const Context&) const = default;
  };

  std::vector<Cluster> clusters = {};
  std::vector<User> users = {};
  std::vector<Context> contexts = {};
  std::string current_context = {};

  bool operator==(const Kubeconfig&) const = default;
};

// `path` is named in errors and gives the folder that relative paths are relative to. Code::invalid with what, where
// and why.
Result<Kubeconfig> parse_kubeconfig(std::string_view yaml, const std::string& path);

// The first file that has an entry of a name, or a current-context, wins.
Kubeconfig merge(Kubeconfig first, const Kubeconfig& second);

struct ChosenContext {
  Kubeconfig::Context context = {};
  Kubeconfig::Cluster cluster = {};
  Kubeconfig::User user = {};  // empty where the context names none
};

enum class InsecureTls { refuse, allow };

// `context` empty: current-context. Code::invalid when it leads nowhere, or to something refused.
Result<ChosenContext> choose_context(const Kubeconfig& config, const std::string& context,
                                     InsecureTls insecure = InsecureTls::refuse);

}  // namespace k8s
