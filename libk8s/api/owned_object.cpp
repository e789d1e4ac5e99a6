// SPDX-License-Identifier: Apache-2.0
#include "libk8s/api/owned_object.hpp"

namespace k8s {
namespace {

Result<OwnedObject> decode(const json::Node& node, json::Value body) {
  const std::optional<json::Node> metadata = node.get("metadata");
  if (!metadata) return Error{.code = Code::invalid, .message = "metadata: missing"};
  Result<ObjectMeta> meta = json::decode<ObjectMeta>(*metadata);
  if (!meta) return meta.error();

  node.each_member([&](std::string_view key, json::Node member) {
    if (key == "status" || key == "metadata") return;
    body[std::string{key}] = member.to_value();
  });
  json::Value& kept = body["metadata"] = json::Value::object();
  metadata->each_member([&](std::string_view key, json::Node member) {
    if (key != "managedFields") kept[std::string{key}] = member.to_value();
  });
  return OwnedObject{.metadata = std::move(*meta), .body = json::Compact{body}};
}

}  // namespace

Result<OwnedObject> decode_owned(const json::Node& node) {
  return decode(node, json::Value::object());
}

std::function<Result<OwnedObject>(const json::Node&)> decode_owned_as(const ResourceType& type) {
  return [type](const json::Node& node) {
    return decode(node, {{"apiVersion", type.api_version()}, {"kind", type.kind}});
  };
}

}  // namespace k8s
