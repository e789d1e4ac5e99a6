// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/endpoints/endpoints.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sandbox/controllers/world.hpp"

namespace controllers::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

struct ServiceWorld : World {
  ServiceWorld() : World({endpoint_slice_controller(), endpoints_controller()}) {
    make(R"({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-1",
             "labels": {"topology.kubernetes.io/zone": "z1"}}})");
  }
  void service(std::string_view patch = "{}") {
    Value one = json(
        R"({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "n", "labels": {"l": "m"}},
      "spec": {"clusterIP": "10.96.0.9", "selector": {"app": "x"},
               "ports": [{"name": "http", "port": 80, "targetPort": "www", "protocol": "TCP"}]}})");
    one.merge_patch(json(patch));
    make(one);
    settle();
  }
  void pod(const std::string& name, std::string_view patch = "{}") {
    Value one = json(R"({"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "n", "labels": {"app": "x"}},
      "spec": {"containers": [{"name": "c", "ports": [{"name": "www", "containerPort": 8080}]}]}})");
    one["metadata"]["name"] = name;
    one.merge_patch(json(patch));
    make(one);
    settle();
  }
  Value slice() const {
    const Objects all = list(kEndpointSlice);
    return all.size() == 1 ? *all[0] : Value{};
  }
  Value endpoint(std::size_t i) const { return slice().at("endpoints").at(i); }
  Value subsets() const { return elements(*get(kEndpoints, "n", "web"), {"subsets"}); }
};

TEST(Endpoints, a_ready_pod_is_an_endpoint_with_its_port_node_and_zone) {
  ServiceWorld world;
  world.service();
  world.pod("a");
  const Value slice = world.slice();
  EXPECT_EQ(slice.at("addressType"), "IPv4");
  EXPECT_EQ(label(slice, "kubernetes.io/service-name"), "web");
  EXPECT_EQ(label(slice, "endpointslice.kubernetes.io/managed-by"), "endpointslice-controller.k8s.io");
  EXPECT_EQ(label(slice, "l"), "m");
  EXPECT_EQ(slice.at("ports"), json(R"([{"name": "http", "port": 8080, "protocol": "TCP"}])"));
  const std::string uid = uid_of(*world.get(kPod, "n", "a"));
  const std::string ip = "10.0.0." + uid.substr(4);
  EXPECT_EQ(world.endpoint(0),
            (Value{{"addresses", {ip}},
                   {"conditions", {{"ready", true}, {"serving", true}, {"terminating", false}}},
                   {"nodeName", "node-1"},
                   {"zone", "z1"},
                   {"targetRef", {{"kind", "Pod"}, {"namespace", "n"}, {"name", "a"}, {"uid", uid}}}}));
  EXPECT_EQ(world.subsets().at(0).at("addresses").at(0).at("ip"), ip);
  EXPECT_EQ(world.subsets().at(0).at("ports").at(0).at("port"), 8080);
}

TEST(Endpoints, a_pod_that_is_not_ready_or_is_terminating_is_told_apart) {
  ServiceWorld world;
  world.service();
  world.pod("a");
  world.set_ready("n", "a", false);
  world.settle();
  EXPECT_EQ(world.endpoint(0).at("conditions"), json(R"({"ready": false, "serving": false, "terminating": false})"));
  EXPECT_THAT(world.subsets().at(0).at("notReadyAddresses"), SizeIs(1));
  EXPECT_FALSE(world.subsets().at(0).contains("addresses"));
  world.set_ready("n", "a", true);
  world.finishes_pods = false;
  world.remove(kPod, "n", "a");
  world.settle();
  EXPECT_EQ(world.endpoint(0).at("conditions"), json(R"({"ready": false, "serving": true, "terminating": true})"));
  EXPECT_THAT(world.subsets(), IsEmpty());
  world.finishes_pods = true;
  world.settle();
  EXPECT_THAT(world.slice().at("endpoints"), IsEmpty());
}

TEST(Endpoints, a_headless_service_publishes_host_names_and_if_asked_pods_that_are_not_ready) {
  ServiceWorld world;
  world.service(R"({"spec": {"clusterIP": "None", "publishNotReadyAddresses": true}})");
  world.pod("a", R"({"spec": {"hostname": "a", "subdomain": "web"}})");
  world.set_ready("n", "a", false);
  world.settle();
  EXPECT_EQ(world.endpoint(0).at("hostname"), "a");
  EXPECT_EQ(world.endpoint(0).at("conditions"), json(R"({"ready": true, "serving": false, "terminating": false})"));
  EXPECT_EQ(at(world.slice(), {"metadata", "labels", "service.kubernetes.io/headless"}), "");
  EXPECT_EQ(world.subsets().at(0).at("addresses").at(0).at("hostname"), "a");
}

TEST(Endpoints, pods_that_resolve_a_port_name_differently_get_slices_of_their_own) {
  ServiceWorld world;
  world.service();
  world.pod("a");
  world.pod("b", R"({"spec": {"containers": [{"name": "c", "ports": [{"name": "www", "containerPort": 9090}]}]}})");
  EXPECT_THAT(world.list(kEndpointSlice), SizeIs(2));
  EXPECT_THAT(world.subsets(), SizeIs(2));
  world.kill_pod("n", "b");
  world.settle();
  EXPECT_THAT(world.list(kEndpointSlice), SizeIs(1));
}

TEST(Endpoints, more_than_a_hundred_need_a_second_slice) {
  ServiceWorld world;
  for (int i = 0; i < 101; ++i) world.pod("p" + std::to_string(i));
  world.service();
  ASSERT_THAT(world.list(kEndpointSlice), SizeIs(2));
  EXPECT_EQ(
      world.list(kEndpointSlice)[0]->at("endpoints").size() + world.list(kEndpointSlice)[1]->at("endpoints").size(),
      101u);
}

TEST(Endpoints, without_a_selector_they_are_left_alone_and_without_a_service_they_go) {
  ServiceWorld world;
  world.service(R"({"spec": {"selector": null}})");
  world.pod("a");
  EXPECT_THAT(world.list(kEndpointSlice), IsEmpty());
  EXPECT_THAT(world.list(kEndpoints), IsEmpty());
  world.change(kService, "n", "web", R"({"spec": {"selector": {"app": "x"}}})");
  world.settle();
  EXPECT_THAT(world.list(kEndpointSlice), SizeIs(1));
  world.remove(kService, "n", "web");
  world.settle();
  EXPECT_THAT(world.list(kEndpointSlice), IsEmpty());
  EXPECT_THAT(world.list(kEndpoints), IsEmpty());
}

TEST(Endpoints, what_somebody_else_changed_in_them_is_put_right) {
  ServiceWorld world;
  world.service();
  world.pod("a");
  const Value before = world.slice().at("endpoints");
  world.change(kEndpointSlice, "n", name_of(world.slice()), R"({"endpoints": []})");
  world.settle();
  EXPECT_EQ(world.slice().at("endpoints"), before);
  world.remove(kEndpointSlice, "n", name_of(world.slice()));
  world.settle();
  EXPECT_EQ(world.slice().at("endpoints"), before);
}

}  // namespace
}  // namespace controllers::test
