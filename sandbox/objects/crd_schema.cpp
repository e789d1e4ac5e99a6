// SPDX-License-Identifier: Apache-2.0
// A CRD's schema, judged and read.
#include "sandbox/objects/crd_schema.hpp"

#include "sandbox/objects/crd_checks.hpp"
#include "sandbox/objects/prune.hpp"
#include "sandbox/objects/read_schema.hpp"
#include "sandbox/objects/validate.hpp"

namespace objects {
namespace {

using Errors = std::vector<FieldError>;

// A default is what a client could have sent: pruned, and valid.
void check_default(const Schema& node, const std::string& path, bool resource, Errors& errors) {
  const std::string at = path + ".default";
  const Value& given = *node.default_value;
  Value pruned = given;
  prune_part(pruned, node, resource);
  if (pruned != given) errors.push_back(field_invalid(at, given, "must not have unknown fields"));
  Schema alone = node;
  alone.embedded_resource = resource;
  Errors found = validate_embedded_resources(given, alone);
  if (found.empty()) found = validate_against_schema(given, nullptr, node);
  for (FieldError& error : found) {
    if (error.field != "<nil>") error.field = error.field.empty() ? at : at + "." + error.field;
    errors.push_back(std::move(error));
  }
}

void check_defaults(const Schema& node, const std::string& path, bool root, Errors& errors) {
  if (node.default_value) check_default(node, path, root || node.embedded_resource, errors);
  if (node.items != nullptr) check_defaults(*node.items, path + ".items", false, errors);
  for (const auto& [key, field] : node.properties) check_defaults(*field, property_path(path, key), false, errors);
}

}  // namespace

std::variant<SchemaRef, std::vector<FieldError>> parse_crd_schema(const Value& open_api_v3_schema,
                                                                  const std::string& path) {
  if (!open_api_v3_schema.is_object()) return Errors{field_required(path, "schemas are required")};
  Errors errors = check_keywords(open_api_v3_schema, path);
  if (errors.empty()) errors = check_structural(open_api_v3_schema, path);
  if (!errors.empty()) return errors;
  auto schema = std::make_shared<const Schema>(read_schema(open_api_v3_schema, nullptr));
  check_defaults(*schema, path, true, errors);
  if (!errors.empty()) return errors;
  return schema;
}

}  // namespace objects
