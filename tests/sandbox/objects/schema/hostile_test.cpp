// SPDX-License-Identifier: Apache-2.0
// Objects of every wrong shape: refused or let be, never thrown on.
#include "sandbox/objects/defaults.hpp"
#include "sandbox/objects/managed_fields/field_manager.hpp"
#include "sandbox/objects/patch/json_patch.hpp"
#include "sandbox/objects/patch/merge_patch.hpp"
#include "sandbox/objects/patch/strategic_merge_patch.hpp"
#include "sandbox/objects/prune.hpp"
#include "sandbox/objects/validate.hpp"
#include "tests/sandbox/objects/recorded.hpp"

namespace objects {
namespace {

std::vector<Value> wrong_shapes() {
  return {nullptr,
          true,
          1,
          -1.5,
          "x",
          Value::array(),
          Value::object(),
          {1, "a"},
          {{"a", nullptr}},
          {{"$patch", "replace"}}};
}

// Every variant of an object with one node below it replaced; metadata itself stays an object, as decoding sees to.
template <class Do>
void each_variant(const Value& object, const Do& act) {
  const Value flat = object.flatten();
  std::vector<Value::json_pointer> places;
  for (const auto& [place, unused] : flat.items()) {
    for (Value::json_pointer at(place); !at.empty(); at.pop_back()) places.push_back(at);
  }
  for (const Value::json_pointer& place : places) {
    if (place.to_string() == "/metadata") continue;
    for (const Value& wrong : wrong_shapes()) {
      Value variant = object;
      variant[place] = wrong;
      act(variant);
    }
  }
}

void put_through_everything(const Value& object, const Value& live, const Schema& schema) {
  unknown_fields(object, schema);
  Value changed = object;
  prune(changed, schema);
  drop_forbidden_nulls(changed, schema);
  apply_defaults(changed, schema);
  normalize_built_in(changed, schema);
  validate(object, &live, schema, nullptr);
  const Manager manager{
      .name = "kubectl", .operation = "Apply", .api_version = "apps/v1", .subresource = {}, .time = "t"};
  server_side_apply(&live, object, schema, manager, Force::yes);
  server_side_apply(&object, live, schema, manager, Force::no);
  track_update(&live, object, schema, manager);
  track_update(&object, live, schema, manager);
  ASSERT_TRUE(apply_merge_patch(live, object).is_object());
  (void)apply_strategic_merge_patch(live, object, schema);
  (void)apply_strategic_merge_patch(object, live, schema);
}

TEST(HostileShapes, of_built_in_objects_throw_nowhere) {
  const recorded::World world;
  for (const Value& row : recorded::load("cases/apply_builtin.json")) {
    if (row.at("name") != "a deployment applied") continue;
    const Value& live = row.at("steps").at(0).at("answer");
    const SchemaRef schema = world.schema_of(row.at("target"));
    each_variant(live, [&](const Value& variant) { EXPECT_NO_THROW(put_through_everything(variant, live, *schema)); });
    return;
  }
  FAIL() << "the case is gone";
}

TEST(HostileShapes, of_custom_resources_throw_nowhere) {
  const recorded::World world;
  const Value live = {{"apiVersion", "apps/v1"},
                      {"kind", "Thing"},
                      {"metadata", {{"name", "x"}, {"labels", {{"a", "b"}}}}},
                      {"spec",
                       {{"members", {{{"name", "m"}, {"tags", {"t"}}}}},
                        {"ports", {{{"port", 80}}}},
                        {"names", {"n"}},
                        {"whole", {{"a", "b"}}},
                        {"free", {{"x", {{"y", 1}}}}},
                        {"embedded", {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", {{"name", "p"}}}}}}}};
  each_variant(live,
               [&](const Value& variant) { EXPECT_NO_THROW(put_through_everything(variant, live, *world.thing)); });
}

TEST(HostileShapes, of_crds_are_refused_or_read) {
  const Value crd = recorded::load("record/check_crd.json");
  int read = 0, refused = 0;
  each_variant(crd.at("spec").at("versions").at(0).at("schema").at("openAPIV3Schema"), [&](const Value& variant) {
    EXPECT_NO_THROW(std::holds_alternative<SchemaRef>(parse_crd_schema(variant, "schema")) ? ++read : ++refused);
  });
  EXPECT_GT(read, 100);
  EXPECT_GT(refused, 100);
}

TEST(HostileShapes, of_json_patches_are_refused_or_applied) {
  const Value document = {{"a", {{"b", {1, 2}}}}};
  const Value patch = {{{"op", "add"}, {"path", "/a/b/0"}, {"value", 1}},
                       {{"op", "move"}, {"path", "/c"}, {"from", "/a/b"}},
                       {{"op", "test"}, {"path", "/c/0"}, {"value", 1}}};
  each_variant(patch, [&](const Value& variant) { EXPECT_NO_THROW((void)apply_json_patch(document, variant)); });
  for (const char* path : {"", "/", "//", "a", "/a/b/c/d", "/a/b/99999999999999999999", "/a/b/~", "/~2", "/a/b/-1"}) {
    for (const char* verb : {"add", "remove", "replace", "test", "move", "copy"}) {
      const Value one = {{{"op", verb}, {"path", path}, {"from", path}, {"value", 1}}};
      EXPECT_NO_THROW((void)apply_json_patch(document, one));
    }
  }
}

}  // namespace
}  // namespace objects
