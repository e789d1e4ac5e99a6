// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "libk8s/client/paths.hpp"

namespace k8s {
namespace {

const ObjectKey kPod{.ns = Namespace{"db"}, .name = Name{"a"}};

TEST(Paths, collections_are_below_their_group_version_and_namespace) {
  EXPECT_EQ(collection_path(kPods, Namespace{"db"}), "/api/v1/namespaces/db/pods");
  EXPECT_EQ(collection_path(kPods, {}), "/api/v1/pods");
  EXPECT_EQ(collection_path(kStatefulSets, Namespace{"db"}), "/apis/apps/v1/namespaces/db/statefulsets");
  EXPECT_EQ(collection_path(kNamespaces, {}), "/api/v1/namespaces");
}

TEST(Paths, objects_and_subresources_are_below_their_collection) {
  EXPECT_EQ(object_path(kPods, kPod), "/api/v1/namespaces/db/pods/a");
  EXPECT_EQ(object_path(kPods, kPod, "eviction"), "/api/v1/namespaces/db/pods/a/eviction");
  EXPECT_EQ(object_path(kNamespaces, {.ns = {}, .name = Name{"db"}}), "/api/v1/namespaces/db");
}

TEST(Paths, no_name_can_leave_its_segment) {
  EXPECT_EQ(object_path(kPods, {.ns = Namespace{"a/b"}, .name = Name{"../../x?y"}}),
            "/api/v1/namespaces/a%2Fb/pods/..%2F..%2Fx%3Fy");
  EXPECT_EQ(object_path(kPods, {.ns = Namespace{".."}, .name = Name{"."}}), "/api/v1/namespaces/%2E%2E/pods/%2E");
  EXPECT_EQ(object_path({"rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole"},
                        {.ns = {}, .name = Name{"system:node"}}),
            "/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Anode");
}

TEST(Paths, a_watch_asks_for_what_its_options_say_on_the_watches_lane) {
  const Request request = watch_request(kPods, Namespace{"db"},
                                        {.label_selector = "app in (a,b)",
                                         .field_selector = "spec.nodeName=n",
                                         .resource_version = "7",
                                         .timeout = Seconds{300}});
  EXPECT_EQ(request.lane, Lane::watches);
  EXPECT_EQ(
      target_of(request),
      "/api/v1/namespaces/db/"
      "pods?watch=true&allowWatchBookmarks=true&labelSelector=app%20in%20%28a%2Cb%29&fieldSelector=spec.nodeName%3Dn"
      "&resourceVersion=7&timeoutSeconds=300");
}

TEST(Paths, initial_events_come_with_the_match_rule_that_the_server_requires) {
  EXPECT_EQ(
      target_of(watch_request(kPods, {}, {.send_initial_events = true})),
      "/api/v1/pods?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");
}

TEST(Paths, one_namespace_is_watched_by_the_path_that_a_role_can_allow) {
  EXPECT_EQ(target_of(watch_one_request(kNamespaces, {.ns = {}, .name = Name{"db"}}, {.bookmarks = false})),
            "/api/v1/watch/namespaces/db?watch=true");
  EXPECT_EQ(target_of(watch_one_request(kStatefulSets, kPod, {.bookmarks = false})),
            "/apis/apps/v1/watch/namespaces/db/statefulsets/a?watch=true");
}

}  // namespace
}  // namespace k8s
