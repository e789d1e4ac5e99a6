// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "libk8s/auth/kubeconfig.hpp"

namespace k8s {
namespace {

constexpr const char* kWhole = R"(
apiVersion: v1
kind: Config
preferences: {colors: true}
clusters:
- name: rig
  cluster: {server: "https://127.0.0.1:6443", certificate-authority: pki/ca.crt, tls-server-name: api.test}
- name: inline
  cluster: {server: "https://10.0.0.1", certificate-authority-data: Q0E=}
- name: lax
  cluster: {server: "https://10.0.0.2", insecure-skip-tls-verify: true}
- name: proxied
  cluster: {server: "https://10.0.0.3", proxy-url: "http://proxy"}
users:
- name: cert
  user: {client-certificate: /abs/a.crt, client-key: a.key}
- name: data
  user: {client-certificate-data: Q0VSVA==, client-key-data: S0VZ}
- name: token
  user: {token: t-1, tokenFile: t}
- name: cloud
  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: aws}}
- name: other
  user: {token: x, as: root}
contexts:
- name: one
  context: {cluster: rig, user: cert, namespace: db}
- name: two
  context: {cluster: inline, user: data}
- name: lax
  context: {cluster: lax, user: token}
- name: cloud
  context: {cluster: rig, user: cloud}
- name: other
  context: {cluster: rig, user: other}
- name: proxied
  context: {cluster: proxied, user: token}
- name: nowhere
  context: {cluster: gone, user: token}
- name: nobody
  context: {cluster: rig, user: gone}
- name: anonymous
  context: {cluster: rig}
current-context: one
)";

Kubeconfig whole() {
  return *parse_kubeconfig(kWhole, "/home/u/.kube/config");
}

std::string problem(const char* yaml) {
  const Result<Kubeconfig> config = parse_kubeconfig(yaml, "/k");
  return config ? "none" : config.error().message;
}

std::string refusal(const std::string& context) {
  const Result<ChosenContext> chosen = choose_context(whole(), context);
  return chosen ? "none" : chosen.error().message;
}

TEST(Kubeconfig, the_current_context_leads_to_its_cluster_and_user) {
  const Result<ChosenContext> chosen = choose_context(whole(), "");
  ASSERT_TRUE(chosen) << to_string(chosen.error());
  EXPECT_EQ(chosen->context,
            (Kubeconfig::Context{.name = "one", .cluster = "rig", .user = "cert", .ns = Namespace{"db"}}));
  EXPECT_EQ(chosen->cluster.server, "https://127.0.0.1:6443");
  EXPECT_EQ(chosen->cluster.tls_server_name, "api.test");
}

TEST(Kubeconfig, relative_paths_are_relative_to_the_file_that_has_them) {
  const Result<ChosenContext> chosen = choose_context(whole(), "one");
  EXPECT_EQ(chosen->cluster.ca_file, "/home/u/.kube/pki/ca.crt");
  EXPECT_EQ(chosen->user.certificate_file, "/abs/a.crt");
  EXPECT_EQ(chosen->user.key_file, "/home/u/.kube/a.key");
}

TEST(Kubeconfig, inline_data_is_decoded) {
  const Result<ChosenContext> chosen = choose_context(whole(), "two");
  EXPECT_EQ(chosen->cluster.ca_pem, "CA");
  EXPECT_EQ(chosen->user.certificate_pem, "CERT");
  EXPECT_EQ(chosen->user.key_pem.expose(), "KEY");
}

TEST(Kubeconfig, a_context_without_user_is_anonymous) {
  EXPECT_EQ(choose_context(whole(), "anonymous")->user, Kubeconfig::User{});
}

TEST(Kubeconfig, what_changes_identity_or_trust_and_is_not_done_is_refused_by_name) {
  EXPECT_EQ(refusal("cloud"),
            "kubeconfig: user \"cloud\" runs an exec plugin (key \"exec\"), which is not supported; use a client "
            "certificate, a token or a tokenFile");
  EXPECT_NE(refusal("other").find("user \"other\" impersonates another user"), std::string::npos);
  EXPECT_NE(refusal("proxied").find("cluster \"proxied\" has a proxy-url"), std::string::npos);
}

TEST(Kubeconfig, skipping_verification_is_refused_unless_it_is_allowed) {
  EXPECT_NE(refusal("lax").find("insecure-skip-tls-verify"), std::string::npos);
  EXPECT_TRUE(choose_context(whole(), "lax", InsecureTls::allow));
}

TEST(Kubeconfig, a_context_that_leads_nowhere_says_where_it_breaks) {
  EXPECT_EQ(refusal("nowhere"), "kubeconfig: context \"nowhere\" names cluster \"gone\", which is not there");
  EXPECT_EQ(refusal("nobody"), "kubeconfig: context \"nobody\" names user \"gone\", which is not there");
  EXPECT_NE(refusal("none").find("there is no context \"none\""), std::string::npos);
  EXPECT_NE(choose_context(Kubeconfig{}, "").error().message.find("no current-context is set"), std::string::npos);
}

TEST(Kubeconfig, problems_name_the_file_the_place_and_the_reason) {
  EXPECT_EQ(problem("clusters: 5"), "kubeconfig /k: clusters is not a list");
  EXPECT_EQ(problem("clusters: [{cluster: {}}]"), "kubeconfig /k: clusters[0] has no name");
  EXPECT_EQ(problem("users: [5]"), "kubeconfig /k: users[0] is not a map");
  EXPECT_EQ(problem("users: [{name: a, user: [b]}]"), "kubeconfig /k: users[0].user is not a map");
  EXPECT_EQ(problem("users: [{name: a, user: {token: [b]}}]"), "kubeconfig /k: user \"a\".token is not a string");
  EXPECT_EQ(problem("users: [{name: a, user: {client-key-data: '!!'}}]"),
            "kubeconfig /k: user \"a\".client-key-data is not base64");
  EXPECT_EQ(problem("clusters: [{name: a, cluster: {insecure-skip-tls-verify: maybe}}]"),
            "kubeconfig /k: cluster \"a\".insecure-skip-tls-verify is neither true nor false");
  EXPECT_EQ(problem("kind: Pod"), "kubeconfig /k: it is of kind Pod, not Config");
  EXPECT_EQ(problem("[1]"), "kubeconfig /k: it is not a map");
  EXPECT_NE(problem("a: [").find("kubeconfig /k is not YAML"), std::string::npos);
  EXPECT_NE(problem("\t- {").find("kubeconfig /k is not YAML"), std::string::npos);
  EXPECT_EQ(problem(""), "none");
  EXPECT_EQ(problem("clusters: null"), "none");
}

TEST(Kubeconfig, of_several_files_the_first_word_on_each_name_counts) {
  const Kubeconfig first = *parse_kubeconfig("users: [{name: a, user: {token: first}}]", "/1");
  const Kubeconfig second = *parse_kubeconfig(
      "{users: [{name: a, user: {token: second}}, {name: b, user: {token: b}}], contexts: [{name: c, context: {}}], "
      "current-context: c}",
      "/2");
  const Kubeconfig merged = merge(first, second);
  ASSERT_EQ(merged.users.size(), 2u);
  EXPECT_EQ(merged.users[0].token.expose(), "first");
  EXPECT_EQ(merged.users[1].name, "b");
  EXPECT_EQ(merged.current_context, "c");
}

}  // namespace
}  // namespace k8s
