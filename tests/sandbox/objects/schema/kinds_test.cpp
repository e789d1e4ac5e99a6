// SPDX-License-Identifier: Apache-2.0
// What the table of built-in kinds says, and how objects of them are written.
#include "sandbox/objects/defaults.hpp"
#include "sandbox/objects/object_meta.hpp"
#include "sandbox/objects/open_api.hpp"
#include "sandbox/objects/prune.hpp"
#include "tests/sandbox/objects/recorded.hpp"

namespace objects {
namespace {

const Schema& below(const Schema& schema, std::initializer_list<const char*> path) {
  const Schema* at = &schema;
  for (const char* step : path) at = step == std::string_view("*") ? at->items.get() : at->member(step);
  return *at;
}

TEST(Kinds, that_controllers_need_are_there) {
  const BuiltIns built_ins = built_in_kinds();
  const std::pair<const char*, std::vector<const char*>> wanted[] = {
      {"",
       {"pods", "services", "endpoints", "configmaps", "secrets", "persistentvolumeclaims", "persistentvolumes",
        "namespaces", "nodes", "serviceaccounts", "events"}},
      {"apps", {"statefulsets", "deployments", "replicasets", "daemonsets", "controllerrevisions"}},
      {"batch", {"jobs", "cronjobs"}},
      {"policy", {"poddisruptionbudgets"}},
      {"coordination.k8s.io", {"leases"}},
      {"discovery.k8s.io", {"endpointslices"}},
      {"events.k8s.io", {"events"}},
      {"rbac.authorization.k8s.io", {"roles", "rolebindings", "clusterroles", "clusterrolebindings"}},
      {"storage.k8s.io", {"storageclasses", "csinodes"}},
      {"networking.k8s.io", {"ingresses", "networkpolicies"}},
      {"authentication.k8s.io", {"tokenreviews"}},
      {"authorization.k8s.io", {"subjectaccessreviews", "selfsubjectaccessreviews"}},
      {"certificates.k8s.io", {"certificatesigningrequests"}},
      {"apiextensions.k8s.io", {"customresourcedefinitions"}},
      {"admissionregistration.k8s.io", {"validatingwebhookconfigurations", "mutatingwebhookconfigurations"}},
      {"scheduling.k8s.io", {"priorityclasses"}}};
  for (const auto& [group, plurals] : wanted) {
    for (const char* plural : plurals)
      EXPECT_NE(built_ins.find(group, "v1", plural), nullptr) << group << " " << plural;
  }
  const Kind& deployment = *built_ins.find_kind("apps", "v1", "Deployment");
  EXPECT_EQ(deployment.short_names, std::vector<std::string>{"deploy"});
  ASSERT_NE(deployment.subresource("scale"), nullptr);
  EXPECT_EQ(deployment.subresource("scale")->group, "autoscaling");
  EXPECT_TRUE(built_ins.definitions.contains("io.k8s.api.autoscaling.v1.Scale"));
  EXPECT_TRUE(built_ins.definitions.contains("io.k8s.apimachinery.pkg.apis.meta.v1.Status"));
}

TEST(Kinds, keep_merge_keys_and_list_types) {
  const BuiltIns built_ins = built_in_kinds();
  const Schema& pod = *built_ins.find("", "v1", "pods")->schema;
  EXPECT_EQ(below(pod, {"spec", "containers"}).patch_merge_key, "name");
  const Schema& ports = below(pod, {"spec", "containers", "*", "ports"});
  EXPECT_EQ(ports.list_map_keys, (std::vector<std::string>{"containerPort", "protocol"}));
  EXPECT_EQ(ports.patch_merge_key, "containerPort");
  EXPECT_EQ(below(ports, {"*", "protocol"}).key_default, Value("TCP"));
  EXPECT_TRUE(below(pod, {"spec", "nodeSelector"}).atomic_map);
  EXPECT_TRUE(below(pod, {"spec", "volumes"}).patch_retain_keys);
  EXPECT_EQ(below(pod, {"metadata", "finalizers"}).list_type, ListType::set);
}

TEST(Kinds, describe_schemas_by_schemas) {
  const BuiltIns built_ins = built_in_kinds();
  const Schema& crd = *built_ins.find("apiextensions.k8s.io", "v1", "customresourcedefinitions")->schema;
  const Schema& props = below(crd, {"spec", "versions", "*", "schema", "openAPIV3Schema"});
  EXPECT_EQ(&props, &below(props, {"properties", "x", "not"}));
}

TEST(OpenApi, of_a_built_in_kind_is_a_web_of_references_that_all_lead_somewhere) {
  const BuiltIns built_ins = built_in_kinds();
  const Value components = component_schemas({built_ins.find("apps", "v1", "deployments")->schema});
  const std::string text = components.dump();
  EXPECT_GT(components.size(), 100u);
  for (std::size_t at = text.find("schemas/"); at != std::string::npos; at = text.find("schemas/", at + 1)) {
    const std::string name = text.substr(at + 8, text.find('"', at) - at - 8);
    EXPECT_TRUE(components.contains(name)) << name;
  }
  const Value& deployment = components.at("io.k8s.api.apps.v1.Deployment");
  EXPECT_EQ(deployment["x-kubernetes-group-version-kind"][0]["kind"], "Deployment");
  EXPECT_EQ(deployment["properties"]["spec"]["$ref"], "#/components/schemas/io.k8s.api.apps.v1.DeploymentSpec");
}

TEST(OpenApi, of_a_custom_resource_says_what_the_crd_said) {
  const Value crd = recorded::load("record/check_crd.json");
  const Value& given = crd.at("spec").at("versions").at(0).at("schema").at("openAPIV3Schema");
  const auto parsed = parse_crd_schema(given, "schema");
  ASSERT_TRUE(std::holds_alternative<SchemaRef>(parsed));
  EXPECT_EQ(to_open_api_v3(*std::get<SchemaRef>(parsed)).dump(1), given.dump(1));
}

TEST(UnknownFields, of_built_in_kinds_are_named_by_their_path) {
  const BuiltIns built_ins = built_in_kinds();
  const Value pod = {{"spec", {{"containers", {{{"name", "c"}, {"imagee", "x"}}}}, {"foo", 1}}},
                     {"metadata", {{"labls", 1}}}};
  EXPECT_EQ(unknown_fields(pod, *built_ins.find("", "v1", "pods")->schema),
            (std::vector<std::string>{"metadata.labls", "spec.containers[0].imagee", "spec.foo"}));
  const Value revision = {{"data", {{"any", {{"thing", 1}}}}}};
  EXPECT_TRUE(unknown_fields(revision, *built_ins.find("apps", "v1", "controllerrevisions")->schema).empty());
}

TEST(BuiltIns, are_written_as_the_servers_own_types_write_them) {
  const BuiltIns built_ins = built_in_kinds();
  Value claim = {{"spec", {{"resources", {{"requests", {{"storage", "1024Mi"}}}}}, {"accessModes", Value::array()}}},
                 {"metadata", {{"labels", Value::object()}, {"annotations", nullptr}}}};
  normalize_built_in(claim, *built_ins.find("", "v1", "persistentvolumeclaims")->schema);
  const Value expected = {{"metadata", Value::object()},
                          {"spec", {{"resources", {{"requests", {{"storage", "1Gi"}}}}}}},
                          {"status", Value::object()}};
  EXPECT_EQ(claim, expected);
}

TEST(Quantities, have_one_text_each) {
  const std::pair<Value, Value> pairs[] = {
      {"1000m", "1"},   {"1500m", "1500m"},  {"0.5", "500m"},      {2, "2"},   {"1024Mi", "1Gi"},  {"1.5Gi", "1536Mi"},
      {"1000", "1k"},   {"1e3", "1e3"},      {"12e6", "12e6"},     {"0", "0"}, {"0.0", "0"},       {"1Ki", "1Ki"},
      {"0.5Ki", "512"}, {"100000k", "100M"}, {"-1500m", "-1500m"}, {"x", "x"}, {"1.2.3", "1.2.3"}, {"", ""},
      {"1Kx", "1Kx"},   {"+5", "5"},         {"1500u", "1500u"}};
  for (const auto& [given, wanted] : pairs) EXPECT_EQ(canonical_quantity(given), wanted) << given;
}

TEST(Names, are_judged_in_the_words_of_the_server) {
  EXPECT_TRUE(dns1123_subdomain_problems("a.b-c.d").empty());
  EXPECT_FALSE(dns1123_subdomain_problems("a..b").empty());
  EXPECT_FALSE(dns1123_subdomain_problems("A").empty());
  EXPECT_FALSE(dns1123_label_problems(std::string(64, 'a')).empty());
  EXPECT_TRUE(qualified_name_problems("example.com/My_Name.1").empty());
  EXPECT_EQ(qualified_name_problems("/x").front(), "prefix part must be non-empty");
  EXPECT_FALSE(qualified_name_problems("a/b/c").empty());
  EXPECT_TRUE(label_value_problems("").empty());
  EXPECT_EQ(path_segment_problems(".."), std::vector<std::string>{"may not be '..'"});
  EXPECT_EQ(path_segment_problems("a/b%").size(), 2u);
}

}  // namespace
}  // namespace objects
