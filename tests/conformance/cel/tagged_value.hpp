// SPDX-License-Identifier: Apache-2.0
// How does a case of cel-spec write a value? As JSON that tells kinds apart: {"int": "5"}, {"list": […]}, {"map":
// [[key, value], …]}.
#pragma once

#include <optional>

#include "libk8s/json/value.hpp"
#include "sandbox/cel/value.hpp"

namespace cel_spec {

// Nothing for what is no such value.
std::optional<cel::Value> read_tagged(const k8s::json::Value& json);

// Of equal values the same JSON, of values that differ in kind another one. Map entries are in an order of their own.
k8s::json::Value write_tagged(const cel::Value& value);

}  // namespace cel_spec
