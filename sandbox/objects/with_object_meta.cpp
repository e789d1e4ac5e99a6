// SPDX-License-Identifier: Apache-2.0
// A custom resource's schema with what every resource has.
#include "sandbox/objects/crd_schema.hpp"

namespace objects {
namespace {

constexpr const char* kObjectMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

class Completer {
 public:
  explicit Completer(const BuiltIns& built_ins) : meta_(built_ins.definitions.at(kObjectMeta)) {
    Schema text;
    text.type = Type::string;
    text_ = std::make_shared<const Schema>(std::move(text));
  }

  // The same node where nothing below it changes.
  SchemaRef complete(const SchemaRef& schema, bool root) const {
    Schema copy = *schema;
    bool changed = below(copy.items);
    changed = below(copy.additional_properties) || changed;
    for (auto& [unused, field] : copy.properties) changed = below(field) || changed;
    if (root || schema->embedded_resource) {
      copy.properties["apiVersion"] = text_;
      copy.properties["kind"] = text_;
      copy.properties["metadata"] = meta_;
      changed = true;
    }
    return changed ? std::make_shared<const Schema>(std::move(copy)) : schema;
  }

 private:
  bool below(SchemaRef& node) const {
    if (node == nullptr) return false;
    SchemaRef done = complete(node, false);
    const bool changed = done != node;
    node = std::move(done);
    return changed;
  }

  SchemaRef meta_, text_;
};

}  // namespace

SchemaRef with_object_meta(const SchemaRef& schema, const BuiltIns& built_ins) {
  return Completer(built_ins).complete(schema, true);
}

}  // namespace objects
