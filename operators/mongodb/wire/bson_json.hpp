// SPDX-License-Identifier: Apache-2.0
// How does a document look to people and in recordings? MongoDB Extended JSON v2, canonical form, by libbson.
#pragma once

#include <string>
#include <string_view>

#include "operators/mongodb/wire/bson.hpp"

namespace mongo::bson {

// Canonical extended JSON on one line. Deterministic: the same bytes give the same text.
std::string to_json(View document);

// Canonical or relaxed. Plain whole numbers become int32 when they fit, else int64; a top-level array is a document
// whose keys are "0", "1" …
k8s::Result<Document> from_json(std::string_view json);

}  // namespace mongo::bson
