// SPDX-License-Identifier: Apache-2.0
// Which documents does a filter mean, in which order, and what does an update make of them? The part of the query
// language that operators, drivers and loss checkers use; anything else is refused, never guessed.
#pragma once

#include <functional>
#include <variant>
#include <vector>

#include "sandbox/simmongod/errors.hpp"
#include "sandbox/simmongod/store.hpp"

namespace simmongod {

// Equality on dotted paths, and $eq $ne $gt $gte $lt $lte $in $exists $regex (without options), $and, $or.
std::variant<bool, Refusal> matches(bson::View document, bson::View filter);

// Copies, in natural order or by `sort` ({field: 1|-1, …} or {$natural: 1|-1}).
std::variant<std::vector<bson::Document>, Refusal> select(const Collection& collection, bson::View filter,
                                                          bson::View sort);
std::variant<std::vector<bson::Document>, Refusal> select(std::vector<bson::Document> from, bson::View filter,
                                                          bson::View sort);
bson::Document project(bson::View document, bson::View projection);

// $set $unset $inc $push $setOnInsert $currentDate, or a replacement; refuses a changed _id.
std::variant<bson::Document, Refusal> updated(bson::View before, bson::View update, bool inserting, bson::Date now);
// What an upsert starts from: the equalities of the filter.
bson::Document from_filter(bson::View filter);

}  // namespace simmongod
