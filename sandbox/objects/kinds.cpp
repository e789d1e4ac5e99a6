// SPDX-License-Identifier: Apache-2.0
// The embedded table, read.
#include "sandbox/objects/kinds.hpp"

#include <algorithm>
#include <set>

#include "libk8s/base/check.hpp"
#include "sandbox/objects/kinds/embedded.hpp"
#include "sandbox/objects/read_schema.hpp"

namespace objects {
namespace {

// Reads definitions on demand. A definition that leads back to itself refers to itself without owning.
class Definitions {
 public:
  explicit Definitions(const Value& table) : table_(table) {}

  SchemaRef get(const std::string& name) {
    if (const auto done = done_.find(name); done != done_.end()) return done->second;
    if (const auto open = open_.find(name); open != open_.end()) return {SchemaRef(), open->second};
    const auto found = table_.find(name);
    k8s::check(found != table_.end(), "the table of kinds refers to a definition it does not have");
    const auto node = std::make_shared<Schema>();
    open_.emplace(name, node.get());
    *node = read_schema(*found, [this](const std::string& other) { return get(other); });
    open_.erase(name);
    node->definition = name;
    node->untyped_atomic = name == "io.k8s.apimachinery.pkg.runtime.RawExtension";
    node->any_scalar = name == "io.k8s.apimachinery.pkg.api.resource.Quantity" || node->int_or_string;
    return done_.emplace(name, node).first->second;
  }

  Properties take() {
    for (const auto& [name, unused] : table_.items()) get(name);
    return std::move(done_);
  }

 private:
  const Value& table_;
  Properties done_;
  std::map<std::string, const Schema*> open_;
};

std::vector<std::string> words(const Value& list) {
  return list.get<std::vector<std::string>>();
}

Kind read_kind(const Value& row) {
  Kind out{.group = row.at("group"),
           .version = row.at("version"),
           .kind = row.at("kind"),
           .plural = row.at("plural"),
           .singular = row.at("singular"),
           .short_names = words(row.at("shortNames")),
           .categories = words(row.at("categories")),
           .verbs = words(row.at("verbs")),
           .namespaced = row.at("namespaced"),
           .subresources = {},
           .schema = nullptr};
  for (const Value& one : row.at("subresources")) {
    out.subresources.push_back({.name = one.at("name"),
                                .group = one.at("group"),
                                .version = one.at("version"),
                                .kind = one.at("kind"),
                                .verbs = words(one.at("verbs"))});
  }
  return out;
}

bool is_of(const Schema& schema, const Kind& kind) {
  return std::ranges::any_of(schema.group_version_kinds, [&kind](const Value& gvk) {
    return gvk.at("group") == kind.group && gvk.at("version") == kind.version && gvk.at("kind") == kind.kind;
  });
}

}  // namespace

const Subresource* Kind::subresource(std::string_view wanted) const {
  const auto found = std::ranges::find(subresources, wanted, &Subresource::name);
  return found == subresources.end() ? nullptr : &*found;
}

const Kind* BuiltIns::find(std::string_view group, std::string_view version, std::string_view plural) const {
  for (const Kind& one : kinds) {
    if (one.group == group && one.version == version && one.plural == plural) return &one;
  }
  return nullptr;
}

const Kind* BuiltIns::find_kind(std::string_view group, std::string_view version, std::string_view kind) const {
  for (const Kind& one : kinds) {
    if (one.group == group && one.version == version && one.kind == kind) return &one;
  }
  return nullptr;
}

BuiltIns built_in_kinds() {
  const k8s::Result<Value> table = k8s::json::parse_value(embedded_kinds());
  k8s::check(table.has_value(), "the table of kinds is not JSON");
  BuiltIns out;
  out.definitions = Definitions(table->at("definitions")).take();
  for (const Value& row : table->at("kinds")) {
    Kind kind = read_kind(row);
    for (const auto& [name, schema] : out.definitions) {
      if (is_of(*schema, kind)) kind.schema = schema;
    }
    k8s::check(kind.schema != nullptr, "a kind of the table has no definition");
    out.kinds.push_back(std::move(kind));
  }
  return out;
}

}  // namespace objects
