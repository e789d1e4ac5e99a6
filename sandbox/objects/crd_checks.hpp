// SPDX-License-Identifier: Apache-2.0
// The two readings of a CRD's schema text: are its keywords allowed, and is it structural?
#pragma once

#include <string>
#include <vector>

#include "sandbox/objects/schema.hpp"

namespace objects {

// Keywords that CustomResourceDefinitions do not take, and extensions that contradict each other.
std::vector<FieldError> check_keywords(const Value& schema, const std::string& path);
// The rules of structural schemas; asked only of a schema whose keywords are allowed.
std::vector<FieldError> check_structural(const Value& schema, const std::string& path);

// "path.properties[key]"
std::string property_path(const std::string& path, const std::string& key);
// A member that is an object, or null.
const Value* object_member(const Value& node, const char* key);
std::string text_member(const Value& node, const char* key);
bool flag_member(const Value& node, const char* key);

}  // namespace objects
