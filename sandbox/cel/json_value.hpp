// SPDX-License-Identifier: Apache-2.0
// How does a rule look at an object? Through views of its JSON: nothing is copied before it is used.
//
// The declared type decides how a scalar reads: a string of type timestamp, duration or bytes is one (RFC 3339,
// "1h30m", base64), an integer of type double is a double, and where nothing is declared (dyn) JSON's own kinds hold,
// integers being int. What does not fit its type is an evaluation error once it is looked at: the schema has been
// checked before.
#pragma once

#include "libk8s/json/value.hpp"
#include "sandbox/cel/value.hpp"

namespace cel {

// The JSON must outlive every value that comes of it.
Value from_json(const k8s::json::Value& json, const TypePtr& type);

// The other way, for messages and tests. Nothing for what JSON cannot hold (types, opaque values, NaN).
// Durations, timestamps and bytes become the strings they were read from.
std::optional<k8s::json::Value> to_json(const Value& value);

}  // namespace cel
