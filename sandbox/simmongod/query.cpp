// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/query.hpp"

#include <algorithm>
#include <regex>

#include <fmt/format.h>

#include "operators/mongodb/wire/bson_edit.hpp"
#include "sandbox/simmongod/bson_order.hpp"

namespace simmongod {
namespace {

using bson::Element;
using Verdict = std::variant<bool, Refusal>;

bool is_operator_document(const Element& value) {
  return value.is_document() && value.sub().first_key().starts_with("$");
}

bool equals(const std::optional<Element>& found, const Element& wanted) {
  if (!found) return wanted.type == bson::Type::null;
  if (equal(*found, wanted)) return true;
  if (!found->is_array()) return false;
  for (const Element& item : found->sub()) {
    if (equal(item, wanted)) return true;
  }
  return false;
}

Verdict matches_pattern(const std::optional<Element>& found, const Element& pattern) {
  try {
    const std::string wanted = pattern.string().value_or("");
    return found && found->string() && std::regex_search(*found->string(), std::regex(wanted));
  } catch (const std::regex_error& error) {
    return refuse(Err::bad_value, fmt::format("Regular expression is invalid: {}", error.what()));
  }
}

Verdict apply_operator(const std::optional<Element>& found, const Element& op) {
  if (op.key == "$eq") return equals(found, op);
  if (op.key == "$ne") return !equals(found, op);
  if (op.key == "$exists") return found.has_value() == op.boolean().value_or(true);
  if (op.key == "$regex") return matches_pattern(found, op);
  if (op.key == "$in" || op.key == "$nin") {
    bool in = false;
    for (const Element& one : op.sub()) in = in || equals(found, one);
    return in == (op.key == "$in");
  }
  const bool comparable = found && (found->type == op.type || (is_number(*found) && is_number(op)));
  if (op.key == "$gt") return comparable && compare(*found, op) > 0;
  if (op.key == "$gte") return comparable && compare(*found, op) >= 0;
  if (op.key == "$lt") return comparable && compare(*found, op) < 0;
  if (op.key == "$lte") return comparable && compare(*found, op) <= 0;
  return refuse(Err::bad_value, fmt::format("unknown operator: {}", op.key));
}

Verdict field_matches(bson::View document, const Element& condition) {
  const auto found = document.find(condition.key);
  if (!is_operator_document(condition)) return equals(found, condition);
  for (const Element& op : condition.sub()) {
    const Verdict one = apply_operator(found, op);
    if (std::holds_alternative<Refusal>(one) || !std::get<bool>(one)) return one;
  }
  return true;
}

Verdict any_or_all(bson::View document, const Element& list, bool all) {
  for (const Element& item : list.sub()) {
    const Verdict one = matches(document, item.sub());
    if (std::holds_alternative<Refusal>(one) || std::get<bool>(one) != all) return one;
  }
  return all;
}

bool comes_before(const bson::Document& a, const bson::Document& b, bson::View sort) {
  static const bson::Document kNull{{"v", bson::Null{}}};
  for (const Element& key : sort) {
    const auto left = a.find(key.key);
    const auto right = b.find(key.key);
    const Element null = *kNull.find("v");
    const auto order = compare(left ? *left : null, right ? *right : null);
    if (order != 0) return (order < 0) == (key.number().value_or(1) >= 0);
  }
  return false;
}

void put_in_order(std::vector<bson::Document>& documents, bson::View sort) {
  if (sort.empty()) return;
  if (sort.first_key() == "$natural") {
    if (sort.number("$natural").value_or(1) < 0) std::ranges::reverse(documents);
    return;
  }
  std::ranges::stable_sort(documents, [sort](const auto& a, const auto& b) { return comes_before(a, b, sort); });
}

bson::Value sum(const std::optional<Element>& before, const Element& by) {
  if (!before) return bson::Value(by);
  if (before->type == bson::Type::real || by.type == bson::Type::real) {
    return bson::Value(before->real().value_or(0) + by.real().value_or(0));
  }
  const std::int64_t total = before->number().value_or(0) + by.number().value_or(0);
  const bool small =
      before->type == bson::Type::int32 && by.type == bson::Type::int32 && total >= INT32_MIN && total <= INT32_MAX;
  return small ? bson::Value(static_cast<int>(total)) : bson::Value(total);
}

std::optional<Refusal> apply_update_operator(bson::Document& document, const Element& op, bool inserting,
                                             bson::Date now) {
  if (op.key == "$setOnInsert" && !inserting) return {};
  for (const Element& field : op.sub()) {
    const auto before = document.find(field.key);
    if (op.key == "$set" || op.key == "$setOnInsert") {
      document = bson::with(document, field.key, field);
    } else if (op.key == "$unset") {
      document = bson::without(document, field.key);
    } else if (op.key == "$inc") {
      if (!is_number(field)) return refuse(Err::type_mismatch, "Cannot increment with non-numeric argument");
      if (before && !is_number(*before)) {
        return refuse(Err::type_mismatch,
                      fmt::format("Cannot apply $inc to a value of non-numeric type. {}", field.key));
      }
      document = bson::with(document, field.key, sum(before, field));
    } else if (op.key == "$push") {
      document = bson::with_appended(document, field.key, field);
    } else if (op.key == "$currentDate") {
      document = bson::with(document, field.key, now);
    } else {
      return refuse(Err::failed_to_parse, fmt::format("Unknown modifier: {}. Expected a valid update modifier or "
                                                      "pipeline-style update specified as an array",
                                                      op.key));
    }
  }
  return {};
}

bson::Document with_id_first(bson::View document, const bson::Value& id) {
  bson::Builder out;
  out.append("_id", id);
  for (const Element& field : document) {
    if (field.key != "_id") out.append(field.key, field);
  }
  return out.done();
}

}  // namespace

std::variant<bool, Refusal> matches(bson::View document, bson::View filter) {
  for (const Element& condition : filter) {
    Verdict one = true;
    if (condition.key == "$and" || condition.key == "$or") {
      one = any_or_all(document, condition, condition.key == "$and");
    } else if (condition.key == "$comment") {
      continue;
    } else if (condition.key.starts_with("$")) {
      return refuse(Err::bad_value, fmt::format("unknown top level operator: {}", condition.key));
    } else {
      one = field_matches(document, condition);
    }
    if (std::holds_alternative<Refusal>(one) || !std::get<bool>(one)) return one;
  }
  return true;
}

std::variant<std::vector<bson::Document>, Refusal> select(std::vector<bson::Document> from, bson::View filter,
                                                          bson::View sort) {
  std::vector<bson::Document> out;
  for (bson::Document& document : from) {
    const Verdict verdict = matches(document, filter);
    if (const auto* bad = std::get_if<Refusal>(&verdict)) return *bad;
    if (std::get<bool>(verdict)) out.push_back(std::move(document));
  }
  put_in_order(out, sort);
  return out;
}

std::variant<std::vector<bson::Document>, Refusal> select(const Collection& collection, bson::View filter,
                                                          bson::View sort) {
  std::vector<bson::Document> out;
  // The common case: one document by its _id, without looking at the others.
  if (filter.size() == 1 && filter.first_key() == "_id" && !is_operator_document(*filter.find("_id"))) {
    const auto record = collection.by_id.find(identity_key(*filter.find("_id")));
    if (record != collection.by_id.end()) out.push_back(collection.records.at(record->second));
    return out;
  }
  for (const auto& [record, document] : collection.records) {
    const Verdict verdict = matches(document, filter);
    if (const auto* bad = std::get_if<Refusal>(&verdict)) return *bad;
    if (std::get<bool>(verdict)) out.push_back(document);
  }
  put_in_order(out, sort);
  return out;
}

bson::Document project(bson::View document, bson::View projection) {
  if (projection.empty()) return bson::Document(document);
  bool including = false;
  for (const Element& rule : projection) including = including || (rule.key != "_id" && rule.boolean().value_or(true));
  bson::Builder out;
  for (const Element& field : document) {
    std::optional<bool> rule;
    for (const Element& named : projection) {
      if (named.key == field.key) rule = named.boolean().value_or(true);
    }
    const bool otherwise = field.key == "_id" ? true : !including;
    if (rule.value_or(otherwise)) out.append(field.key, field);
  }
  return out.done();
}

std::variant<bson::Document, Refusal> updated(bson::View before, bson::View update, bool inserting, bson::Date now) {
  const auto id = before.find("_id");
  bson::Document after(before);
  if (update.first_key().starts_with("$")) {
    for (const Element& op : update) {
      if (auto bad = apply_update_operator(after, op, inserting, now)) return *bad;
    }
  } else {
    after = id ? with_id_first(update, *id) : bson::Document(update);
    if (const auto given = update.find("_id"); given && id && !equal(*given, *id)) after = bson::Document(update);
  }
  const auto now_id = after.find("_id");
  if (id && (!now_id || !equal(*id, *now_id))) {
    return refuse(Err::immutable_field,
                  "Performing an update on the path '_id' would modify the immutable field '_id'");
  }
  return after;
}

bson::Document from_filter(bson::View filter) {
  bson::Document out;
  for (const Element& condition : filter) {
    if (condition.key.starts_with("$")) continue;
    if (!is_operator_document(condition)) {
      out = bson::with(out, condition.key, condition);
    } else if (const auto exactly = condition.sub().find("$eq")) {
      out = bson::with(out, condition.key, *exactly);
    }
  }
  return out;
}

}  // namespace simmongod
