// SPDX-License-Identifier: Apache-2.0
// What a schema does not know, listed and dropped.
#include "sandbox/objects/prune.hpp"

#include <algorithm>

namespace objects {
namespace {

bool is_meta(std::string_view key) {
  return key == "apiVersion" || key == "kind" || key == "metadata";
}

// A built-in node that takes anything.
bool takes_anything(const Schema& schema) {
  if (schema.untyped_atomic || schema.any_scalar) return true;
  const bool shapeless = schema.properties.empty() && schema.additional_properties == nullptr && !schema.additional_any;
  return shapeless && !schema.definition.empty();
}

class Pruner {
 public:
  explicit Pruner(bool drop) : drop_(drop) {}
  std::vector<std::string> unknown;

  // schema: null where nothing is known. root: apiVersion, kind and metadata are known.
  void visit(Value& value, const Schema* schema, const std::string& path, bool root) {
    if (schema != nullptr && takes_anything(*schema)) return;
    if (value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        const std::string at = path + "[" + std::to_string(i) + "]";
        visit(value[i], schema == nullptr ? nullptr : schema->items.get(), at, false);
      }
    } else if (value.is_object()) {
      members(value, schema, path, root);
    }
  }

 private:
  // What is below a node that preserves unknown fields is looked at only where it is declared.
  void preserved(Value& value, const Schema& schema, const std::string& path) {
    if (value.is_array()) {
      for (std::size_t i = 0; i < value.size() && schema.items != nullptr; ++i) {
        preserved(value[i], *schema.items, path + "[" + std::to_string(i) + "]");
      }
    }
  }

  void members(Value& value, const Schema* schema, const std::string& path, bool root) {
    const bool resource = root || (schema != nullptr && schema->embedded_resource);
    std::vector<std::string> dropped;
    for (auto& [key, member] : value.items()) {
      const std::string at = path.empty() ? key : path + "." + key;
      const Schema* declared = schema == nullptr ? nullptr : schema->property(key);
      if (resource && is_meta(key) && (declared == nullptr || declared->definition.empty())) continue;
      if (declared != nullptr) {
        below(member, *declared, at);
      } else if (schema != nullptr && schema->additional_properties != nullptr) {
        below(member, *schema->additional_properties, at);
      } else if (schema != nullptr && schema->additional_any) {
        visit(member, nullptr, at, false);
      } else if (schema == nullptr || !schema->preserve_unknown_fields) {
        unknown.push_back(at);
        dropped.push_back(key);
      }
    }
    for (const std::string& key : dropped) {
      if (drop_) value.erase(key);
    }
  }

  void below(Value& member, const Schema& schema, const std::string& at) {
    if (schema.preserve_unknown_fields && member.is_array()) return preserved(member, schema, at);
    visit(member, &schema, at, false);
  }

  bool drop_;
};

}  // namespace

std::vector<std::string> unknown_fields(const Value& object, const Schema& schema) {
  Value copy = object;
  Pruner pruner(false);
  pruner.visit(copy, &schema, "", true);
  std::ranges::sort(pruner.unknown);
  return std::move(pruner.unknown);
}

void prune(Value& object, const Schema& schema) {
  prune_part(object, schema, true);
}

void prune_part(Value& part, const Schema& schema, bool resource) {
  Pruner pruner(true);
  pruner.visit(part, &schema, "", resource);
}

}  // namespace objects
