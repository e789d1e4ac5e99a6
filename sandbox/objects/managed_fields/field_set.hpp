// SPDX-License-Identifier: Apache-2.0
// A set of field paths, as metadata.managedFields[].fieldsV1 writes it, and the algebra on such sets.
//
//   {"f:spec": {"f:replicas": {}, "f:ports": {"k:{\"port\":80}": {".": {}, "f:port": {}}, "v:\"a\"": {}, "i:0": {}}}}
//
// A path is a member of the set, or leads to members, or both (".").
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "libk8s/base/result.hpp"
#include "sandbox/objects/schema.hpp"

namespace objects {

// One step of a path. The order of kinds is the order in which paths are listed.
struct PathElement {
  enum class Step : std::uint8_t { field, key, value, index };
  Step step = Step::field;
  std::string field;      // of a field
  Value value = nullptr;  // a key: object of scalars; a value: the scalar; an index: the number

  static PathElement of_field(std::string name);
  static PathElement of_key(Value keys);
  static PathElement of_value(Value scalar);
  static PathElement of_index(std::int64_t index);

  bool operator==(const PathElement& other) const;
  bool operator<(const PathElement& other) const;
  // "f:name", "k:{…}", "v:…", "i:0"
  std::string serialized() const;
  static k8s::Result<PathElement> parse(std::string_view text);
  // ".name", `[name="x",port=80]`, `["a"]`, "[0]": as conflicts print it.
  std::string text() const;
};

using FieldPath = std::vector<PathElement>;
std::string to_string(const FieldPath& path);

class FieldSet {
 public:
  static k8s::Result<FieldSet> from_fields_v1(const Value& fields_v1);
  Value to_fields_v1() const;

  void insert(const FieldPath& path);
  bool has(const FieldPath& path) const;
  bool empty() const;
  // All members, in order.
  std::vector<FieldPath> paths() const;

  FieldSet united(const FieldSet& other) const;
  FieldSet intersected(const FieldSet& other) const;
  FieldSet minus(const FieldSet& other) const;
  // Also drops everything below a member of `other`.
  FieldSet minus_recursively(const FieldSet& other) const;
  // Members without members below them.
  FieldSet leaves() const;
  bool operator==(const FieldSet& other) const = default;

  std::set<PathElement> members;
  std::map<PathElement, FieldSet> children;
};

}  // namespace objects
