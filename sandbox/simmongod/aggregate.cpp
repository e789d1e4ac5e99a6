// SPDX-License-Identifier: Apache-2.0
// Which stages of an aggregation pipeline are understood? $match $sort $limit $skip $count $project, and $group with
// $sum, $first, $last, $min and $max.
#include <fmt/format.h>

#include "sandbox/simmongod/bson_order.hpp"
#include "sandbox/simmongod/query.hpp"
#include "sandbox/simmongod/reads.hpp"

namespace simmongod {
namespace {

using Documents = std::vector<bson::Document>;
using bson::Element;

bson::Value evaluate(bson::View document, const Element& expression) {
  const auto text = expression.string();
  if (!text || !text->starts_with("$")) return bson::Value(expression);
  const auto found = document.find(std::string_view(*text).substr(1));
  return found ? bson::Value(*found) : bson::Value(bson::Null{});
}

struct Group {
  bson::Value id;
  std::map<std::string, bson::Value> values;
};

bson::Value combined(std::string_view op, const bson::Value* before, const bson::Value& next) {
  if (op == "$sum") {
    const auto number = is_number(next.element()) ? next.element().number() : std::nullopt;
    const std::int64_t sum = (before == nullptr ? 0 : before->element().number().value_or(0)) + number.value_or(0);
    return sum <= INT32_MAX && sum >= INT32_MIN ? bson::Value(static_cast<int>(sum)) : bson::Value(sum);
  }
  if (before == nullptr || op == "$last") return next;
  if (op == "$first") return *before;
  const auto order = compare(next.element(), before->element());
  return ((op == "$max") == (order > 0)) ? next : *before;
}

std::variant<Documents, Refusal> group(const Documents& from, bson::View stage) {
  std::map<std::string, Group> groups;
  const auto id = stage.find("_id");
  if (!id) return Refusal{.code = 15955, .message = "a group specification must include an _id"};
  for (const bson::Document& document : from) {
    const bson::Value value = evaluate(document, *id);
    Group& into = groups[identity_key(value.element())];
    into.id = value;
    for (const Element& field : stage) {
      if (field.key == "_id") continue;
      const Element op = *field.sub().begin();
      const auto before = into.values.find(std::string(field.key));
      const bson::Value* old = before == into.values.end() ? nullptr : &before->second;
      into.values[std::string(field.key)] = combined(op.key, old, evaluate(document, op));
    }
  }
  Documents out;
  for (const auto& [key, one] : groups) {
    bson::Builder document;
    document.append("_id", one.id);
    for (const Element& field : stage) {
      if (field.key != "_id") document.append(field.key, one.values.at(std::string(field.key)));
    }
    out.push_back(document.done());
  }
  return out;
}

std::variant<Documents, Refusal> run_stage(Documents from, const Element& stage) {
  if (stage.key == "$match") return select(std::move(from), stage.sub(), {});
  if (stage.key == "$sort") return select(std::move(from), {}, stage.sub());
  if (stage.key == "$group") return group(from, stage.sub());
  if (stage.key == "$limit") {
    const auto limit = static_cast<std::size_t>(stage.number().value_or(0));
    if (from.size() > limit) from.resize(limit);
    return from;
  }
  if (stage.key == "$skip") {
    const auto skip = std::min(static_cast<std::size_t>(stage.number().value_or(0)), from.size());
    from.erase(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(skip));
    return from;
  }
  if (stage.key == "$count") {
    if (from.empty()) return Documents{};
    return Documents{bson::Document{{stage.string().value_or("count"), static_cast<int>(from.size())}}};
  }
  if (stage.key == "$project") {
    for (bson::Document& document : from) document = project(document, stage.sub());
    return from;
  }
  return Refusal{.code = 40324, .message = fmt::format("Unrecognized pipeline stage name: '{}'", stage.key)};
}

}  // namespace

bson::Document aggregate_command(Member& member, const std::string& ns, ConnectionId connection, bson::View command) {
  Documents documents = documents_of(member, ns);
  for (const Element& item : command.sub("pipeline")) {
    if (item.sub().empty()) continue;
    auto next = run_stage(std::move(documents), *item.sub().begin());
    if (const auto* bad = std::get_if<Refusal>(&next)) return refusal_reply(*bad);
    documents = std::get<Documents>(std::move(next));
  }
  return cursor_reply(member, ns, connection, std::move(documents), command);
}

}  // namespace simmongod
