// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "libk8s/auth/config.hpp"
#include "tests/libk8s/auth/auth_test_files.hpp"

namespace k8s::testing {
namespace {

std::string kubeconfig(const std::string& server, const std::string& user = "{tokenFile: tok}") {
  return "{clusters: [{name: c, cluster: {server: '" + server +
         "', certificate-authority: ca}}], users: [{name: u, user: " + user +
         "}], contexts: [{name: x, context: {cluster: c, user: u, namespace: n}}], current-context: x}";
}

FakeFiles pod() {
  FakeFiles files;
  files.content = {{"/sa/token", "t"}, {"/sa/ca.crt", "CA"}, {"/sa/namespace", "db\n"}};
  return files;
}

TEST(Config, the_flag_wins_over_the_environment_and_the_environment_over_the_pod) {
  FakeFiles files = pod();
  files.content["/flag"] = kubeconfig("https://flag");
  files.content["/env"] = kubeconfig("https://env");
  ConfigInputs inputs{.kubeconfig_path = "/flag",
                      .kubeconfig_env = "/env",
                      .service_host = "10.96.0.1",
                      .service_port = "443",
                      .service_account_dir = "/sa"};
  EXPECT_EQ(load_config(inputs, files)->server.host, "flag");
  inputs.kubeconfig_path.clear();
  EXPECT_EQ(load_config(inputs, files)->server.host, "env");
  inputs.kubeconfig_env.clear();
  EXPECT_EQ(load_config(inputs, files)->server.host, "10.96.0.1");
}

TEST(Config, a_kubeconfig_gives_server_namespace_and_where_the_credentials_are) {
  FakeFiles files;
  files.content["/d/k"] = kubeconfig("https://10.0.0.1:6443");
  const Result<Config> config = load_config({.kubeconfig_path = "/d/k"}, files);
  ASSERT_TRUE(config) << to_string(config.error());
  EXPECT_EQ(*config, (Config{.server = {.host = "10.0.0.1", .port = 6443},
                             .ns = Namespace{"n"},
                             .credentials = {.ca_file = "/d/ca", .token_file = "/d/tok"}}));
}

TEST(Config, of_the_files_in_the_environment_missing_ones_are_passed_over) {
  FakeFiles files;
  files.content["/b"] = kubeconfig("https://b");
  EXPECT_EQ(load_config({.kubeconfig_env = "/a:/b:"}, files)->server.host, "b");
  EXPECT_EQ(load_config({.kubeconfig_env = "/a:/c"}, files).error().message,
            "KUBECONFIG names only files that are not there");
  EXPECT_EQ(load_config({.kubeconfig_env = "/a"}, files).error(),
            (Error{.code = Code::not_found, .message = "kubeconfig: cannot read /a: No such file or directory"}));
}

TEST(Config, in_a_pod_the_service_account_is_who_we_are) {
  FakeFiles files = pod();
  const Result<Config> config =
      load_config({.service_host = "fd00::1", .service_port = "6443", .service_account_dir = "/sa"}, files);
  ASSERT_TRUE(config) << to_string(config.error());
  EXPECT_EQ(*config, (Config{.server = {.host = "[fd00::1]", .port = 6443},
                             .ns = Namespace{"db"},
                             .credentials = {.ca_file = "/sa/ca.crt", .token_file = "/sa/token"}}));
}

TEST(Config, a_pod_without_a_mounted_token_says_so) {
  FakeFiles files = pod();
  files.content.erase("/sa/token");
  const Result<Config> config = load_config({.service_host = "10.96.0.1", .service_account_dir = "/sa"}, files);
  EXPECT_EQ(config.error().message,
            "in-cluster credentials (does the pod mount its service account's token?): cannot read /sa/token: No such "
            "file or directory");
}

TEST(Config, with_nothing_given_it_says_what_was_tried) {
  FakeFiles files;
  const Result<Config> config = load_config({}, files);
  EXPECT_EQ(config.error().message,
            "no cluster to talk to: no --kubeconfig was given, KUBECONFIG is not set, and this is no pod "
            "(KUBERNETES_SERVICE_HOST is not set)");
}

TEST(Config, a_token_does_not_go_over_plain_http_but_to_this_machine) {
  FakeFiles files;
  files.content["/far"] = kubeconfig("http://10.0.0.1");
  files.content["/near"] = kubeconfig("http://127.0.0.1:8080");
  files.content["/none"] = kubeconfig("http://10.0.0.1", "{}");
  EXPECT_EQ(load_config({.kubeconfig_path = "/far"}, files).error().message,
            "a token would go to http://10.0.0.1:80 in clear text; use https");
  EXPECT_TRUE(load_config({.kubeconfig_path = "/near"}, files));
  EXPECT_TRUE(load_config({.kubeconfig_path = "/none"}, files));
}

TEST(Config, an_address_that_is_none_names_the_cluster_entry) {
  FakeFiles files;
  files.content["/k"] = kubeconfig("ftp://x");
  EXPECT_NE(load_config({.kubeconfig_path = "/k"}, files)
                .error()
                .message.find("kubeconfig: cluster \"c\": \"ftp://x\" is not the address"),
            std::string::npos);
}

TEST(SystemFiles, reads_a_file_and_names_the_path_it_cannot_read) {
  SystemFiles files;
  EXPECT_TRUE(files.read("/proc/self/stat"));
  EXPECT_EQ(files.read("/nowhere/x").error(),
            (Error{.code = Code::not_found, .message = "cannot read /nowhere/x: No such file or directory"}));
  EXPECT_EQ(files.read("/").error().code, Code::unavailable);
  EXPECT_EQ(files.read("/dev/zero").error().code, Code::invalid);
}

}  // namespace
}  // namespace k8s::testing
