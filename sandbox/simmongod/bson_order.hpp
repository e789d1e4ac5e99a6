// SPDX-License-Identifier: Apache-2.0
// Which of two BSON values comes first, and are they the same value? As the server compares: numbers by value whatever
// their type, different types by a fixed rank.
// https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
#pragma once

#include <compare>
#include <string>

#include "operators/mongodb/wire/bson.hpp"

namespace simmongod {

namespace bson = mongo::bson;

std::weak_ordering compare(const bson::Element& a, const bson::Element& b);
inline bool equal(const bson::Element& a, const bson::Element& b) {
  return compare(a, b) == 0;
}

// Equal exactly for equal values (1, 1L and 1.0 are one _id). Its order means nothing.
std::string identity_key(const bson::Element& value);

bool is_number(const bson::Element& value);
// A copy of the embedded document or array.
std::optional<bson::Document> document_at(bson::View document, std::string_view path);

}  // namespace simmongod
