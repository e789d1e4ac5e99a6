// SPDX-License-Identifier: Apache-2.0
// How is one field of a document changed while everything else stays as it is? Copies; replica set configurations are
// edited this way, so that fields this program does not know survive.
//
// Paths are dotted; array elements are named by index: "members.1.votes".
#pragma once

#include <string_view>

#include "operators/mongodb/wire/bson.hpp"

namespace mongo::bson {

// The value at `path` replaced, in its place; added at the end of its document when it is not there. Missing documents
// on the way are made; something on the way that is neither document nor array is replaced by a document. In an array,
// an index at or past the end appends.
Document with(View from, std::string_view path, const Value& value);

// The value at `path` removed; in an array the later elements move up. Unchanged when it is not there.
Document without(View from, std::string_view path);

// One element added at the end of the array at `path` ("" is not a path); the array is made when it is not there.
Document with_appended(View from, std::string_view path, const Value& value);

}  // namespace mongo::bson
