// SPDX-License-Identifier: Apache-2.0
#include "libk8s/auth/kubeconfig.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "libk8s/auth/base64.hpp"

namespace k8s {
namespace {

// Reads members and remembers the first problem, so that the reading below stays a list of members.
class Reader {
 public:
  explicit Reader(std::string path) : path_(std::move(path)) {
    const std::size_t slash = path_.rfind('/');
    if (slash != std::string::npos) folder_ = path_.substr(0, slash + 1);
  }

  const std::optional<Error>& problem() const { return problem_; }
  void fail(const std::string& what) {
    if (!problem_) problem_ = Error{.code = Code::invalid, .message = fmt::format("kubeconfig {}: {}", path_, what)};
  }

  std::string text(const YAML::Node& map, const char* key, const std::string& where) {
    const YAML::Node node = map[key];
    if (!node || node.IsNull()) return {};
    if (!node.IsScalar()) {
      fail(fmt::format("{}.{} is not a string", where, key));
      return {};
    }
    return node.Scalar();
  }
  std::string file(const YAML::Node& map, const char* key, const std::string& where) {
    std::string path = text(map, key, where);
    return path.empty() || path.starts_with('/') ? path : folder_ + path;
  }
  std::string data(const YAML::Node& map, const char* key, const std::string& where) {
    const std::string encoded = text(map, key, where);
    std::optional<std::string> bytes = base64_decode(encoded);
    if (!bytes) fail(fmt::format("{}.{} is not base64", where, key));
    return bytes.value_or("");
  }
  bool flag(const YAML::Node& map, const char* key, const std::string& where) {
    const std::string word = text(map, key, where);
    if (!word.empty() && word != "true" && word != "false")
      fail(fmt::format("{}.{} is neither true nor false", where, key));
    return word == "true";
  }
  bool has(const YAML::Node& map, const char* key) const {
    const YAML::Node node = map[key];
    return node && !node.IsNull();
  }

  // Visits {name, inner} of each entry of a list such as clusters: [{name: a, cluster: {…}}].
  template <class Visit>
  void entries(const YAML::Node& root, const char* list, const char* inner, Visit&& visit) {
    const YAML::Node items = root[list];
    if (!items || items.IsNull()) return;
    if (!items.IsSequence()) return fail(fmt::format("{} is not a list", list));
    std::size_t index = 0;
    for (const YAML::Node& item : items) {
      const std::string where = fmt::format("{}[{}]", list, index++);
      if (!item.IsMap()) return fail(fmt::format("{} is not a map", where));
      const std::string name = text(item, "name", where);
      if (name.empty()) return fail(fmt::format("{} has no name", where));
      const YAML::Node body = item[inner];
      if (body && !body.IsNull() && !body.IsMap()) return fail(fmt::format("{}.{} is not a map", where, inner));
      visit(name, body && body.IsMap() ? body : YAML::Node(YAML::NodeType::Map), fmt::format("{} \"{}\"", inner, name));
    }
  }

 private:
  std::string path_;
  std::string folder_;
  std::optional<Error> problem_;
};

Kubeconfig::Cluster read_cluster(Reader& reader, const std::string& name, const YAML::Node& node,
                                 const std::string& where) {
  Kubeconfig::Cluster cluster{.name = name,
                              .server = reader.text(node, "server", where),
                              .ca_file = reader.file(node, "certificate-authority", where),
                              .ca_pem = reader.data(node, "certificate-authority-data", where),
                              .tls_server_name = reader.text(node, "tls-server-name", where),
                              .insecure_skip_tls_verify = reader.flag(node, "insecure-skip-tls-verify", where)};
  if (!reader.text(node, "proxy-url", where).empty()) {
    cluster.refusal =
        fmt::format("{} has a proxy-url, which is not supported; give an address that is reachable directly", where);
  }
  return cluster;
}

Kubeconfig::User read_user(Reader& reader, const std::string& name, const YAML::Node& node, const std::string& where) {
  Kubeconfig::User user{.name = name,
                        .certificate_file = reader.file(node, "client-certificate", where),
                        .certificate_pem = reader.data(node, "client-certificate-data", where),
                        .key_file = reader.file(node, "client-key", where),
                        .key_pem = SecretBytes{reader.data(node, "client-key-data", where)},
                        .token_file = reader.file(node, "tokenFile", where),
                        .token = SecretBytes{reader.text(node, "token", where)}};
  const std::pair<const char*, const char*> unsupported[] = {
      {"exec", "runs an exec plugin"},           {"auth-provider", "uses an auth-provider"},
      {"username", "uses basic authentication"}, {"as", "impersonates another user"},
      {"as-uid", "impersonates another user"},   {"as-groups", "impersonates groups"},
  };
  for (const auto& [key, what] : unsupported) {
    if (!reader.has(node, key)) continue;
    user.refusal =
        fmt::format("{} {} (key \"{}\"), which is not supported; use a client certificate, a token or a tokenFile",
                    where, what, key);
    break;
  }
  return user;
}

Result<Kubeconfig> read(const YAML::Node& root, const std::string& path) {
  Reader reader(path);
  Kubeconfig config;
  if (root.IsNull()) return config;  // an empty file is an empty kubeconfig
  if (!root.IsMap()) reader.fail("it is not a map");
  if (reader.problem()) return *reader.problem();
  const std::string kind = reader.text(root, "kind", "the file");
  if (!kind.empty() && kind != "Config") reader.fail(fmt::format("it is of kind {}, not Config", kind));
  config.current_context = reader.text(root, "current-context", "the file");
  reader.entries(root, "clusters", "cluster",
                 [&](const std::string& name, const YAML::Node& node, const std::string& where) {
                   config.clusters.push_back(read_cluster(reader, name, node, where));
                 });
  reader.entries(root, "users", "user", [&](const std::string& name, const YAML::Node& node, const std::string& where) {
    config.users.push_back(read_user(reader, name, node, where));
  });
  reader.entries(root, "contexts", "context",
                 [&](const std::string& name, const YAML::Node& node, const std::string& where) {
                   config.contexts.push_back({.name = name,
                                              .cluster = reader.text(node, "cluster", where),
                                              .user = reader.text(node, "user", where),
                                              .ns = Namespace{reader.text(node, "namespace", where)}});
                 });
  if (reader.problem()) return *reader.problem();
  return config;
}

template <class Entry>
const Entry* named(const std::vector<Entry>& entries, const std::string& name) {
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.name == name; });
  return found == entries.end() ? nullptr : &*found;
}

template <class Entry>
void append_missing(std::vector<Entry>& into, const std::vector<Entry>& from) {
  for (const Entry& entry : from) {
    if (named(into, entry.name) == nullptr) into.push_back(entry);
  }
}

Error unusable(std::string message) {
  return {.code = Code::invalid, .message = "kubeconfig: " + std::move(message)};
}

}  // namespace

Result<Kubeconfig> parse_kubeconfig(std::string_view yaml, const std::string& path) {
  try {
    return read(YAML::Load(std::string{yaml}), path);
  } catch (const YAML::Exception& problem) {
    return Error{.code = Code::invalid, .message = fmt::format("kubeconfig {} is not YAML: {}", path, problem.what())};
  }
}

Kubeconfig merge(Kubeconfig first, const Kubeconfig& second) {
  append_missing(first.clusters, second.clusters);
  append_missing(first.users, second.users);
  append_missing(first.contexts, second.contexts);
  if (first.current_context.empty()) first.current_context = second.current_context;
  return first;
}

Result<ChosenContext> choose_context(const Kubeconfig& config, const std::string& wanted, InsecureTls insecure) {
  const std::string& name = wanted.empty() ? config.current_context : wanted;
  if (name.empty())
    return unusable("no current-context is set; set one (kubectl config use-context NAME) or name a context");
  const Kubeconfig::Context* context = named(config.contexts, name);
  if (context == nullptr)
    return unusable(fmt::format("there is no context \"{}\"; kubectl config get-contexts lists those there are", name));
  const Kubeconfig::Cluster* cluster = named(config.clusters, context->cluster);
  if (cluster == nullptr)
    return unusable(fmt::format("context \"{}\" names cluster \"{}\", which is not there", name, context->cluster));
  if (!cluster->refusal.empty()) return unusable(cluster->refusal);
  if (cluster->server.empty()) return unusable(fmt::format("cluster \"{}\" has no server", cluster->name));
  if (cluster->insecure_skip_tls_verify && insecure == InsecureTls::refuse) {
    return unusable(fmt::format(
        "cluster \"{}\" sets insecure-skip-tls-verify, so anybody on the way could take our credentials; give its "
        "certificate-authority, or allow insecure TLS explicitly",
        cluster->name));
  }
  ChosenContext chosen{.context = *context, .cluster = *cluster};
  if (context->user.empty()) return chosen;
  const Kubeconfig::User* user = named(config.users, context->user);
  if (user == nullptr)
    return unusable(fmt::format("context \"{}\" names user \"{}\", which is not there", name, context->user));
  if (!user->refusal.empty()) return unusable(user->refusal);
  chosen.user = *user;
  return chosen;
}

}  // namespace k8s
