// SPDX-License-Identifier: Apache-2.0
// Are names, labels, annotations and finalizers what Kubernetes allows?
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sandbox/objects/schema.hpp"

namespace objects {

// Complaints about one text, worded as the server does; empty when it is fine.
std::vector<std::string> dns1123_label_problems(std::string_view text);
std::vector<std::string> dns1123_subdomain_problems(std::string_view text);
std::vector<std::string> dns1035_label_problems(std::string_view text);
std::vector<std::string> qualified_name_problems(std::string_view text);  // label and annotation keys, finalizers
std::vector<std::string> label_value_problems(std::string_view text);
std::vector<std::string> path_segment_problems(std::string_view text);  // names of custom resources, roles

// What metadata itself must satisfy, for any kind; the rule for names is the caller's. path: "metadata".
std::vector<FieldError> validate_labels(const Value& labels, const std::string& path);
std::vector<FieldError> validate_annotations(const Value& annotations, const std::string& path);
std::vector<FieldError> validate_object_meta(const Value& metadata, const std::string& path);

}  // namespace objects
