// SPDX-License-Identifier: Apache-2.0
// How does an update entry of the oplog change a document?
//
//   {$v: 2, diff: {d: {gone: false}, u: {changed: value}, i: {added: value}, s<field>: <diff of an embedded document>}}
#include <set>

#include "operators/mongodb/wire/bson_edit.hpp"
#include "sandbox/simmongod/store.hpp"

namespace simmongod {
namespace {

bson::Document apply_diff(bson::View before, bson::View diff) {
  bson::Builder after;
  std::set<std::string, std::less<>> placed;
  for (const bson::Element& field : before) {
    const auto has = [&](std::string_view section) {
      for (const bson::Element& named : diff.sub(section)) {
        if (named.key == field.key) return std::optional(named);
      }
      return std::optional<bson::Element>{};
    };
    if (has("d")) continue;
    if (const auto changed = has("u")) {
      after.append(field.key, *changed);
      placed.emplace(field.key);
      continue;
    }
    if (has("i")) continue;  // moves to the end
    const auto embedded = diff.find("s" + std::string(field.key));
    if (embedded && field.is_document()) {
      after.append(field.key, apply_diff(field.sub(), embedded->sub()));
    } else {
      after.append(field.key, field);
    }
  }
  for (const std::string_view section : {"u", "i"}) {
    for (const bson::Element& named : diff.sub(section)) {
      if (!placed.contains(named.key)) after.append(named.key, named);
    }
  }
  return after.done();
}

std::optional<bson::Element> field_of(bson::View document, std::string_view key) {
  for (const bson::Element& field : document) {
    if (field.key == key) return field;
  }
  return {};
}

// A diff can add at the end, change in place and take away; anything else is a replacement.
bool order_is_kept(bson::View before, bson::View after) {
  auto next = after.begin();
  for (const bson::Element& field : before) {
    if (!field_of(after, field.key)) continue;
    if (next == after.end() || next->key != field.key) return false;
    ++next;
  }
  return true;
}

}  // namespace

bson::Document apply_update(bson::View before, bson::View change) {
  if (change.has("diff")) return apply_diff(before, change.sub("diff"));
  if (!change.has("$set") && !change.has("$unset")) return bson::Document(change);
  bson::Document after(before);
  for (const bson::Element& field : change.sub("$set")) after = bson::with(after, field.key, field);
  for (const bson::Element& field : change.sub("$unset")) after = bson::without(after, field.key);
  return after;
}

bson::Document diff_entry(bson::View before, bson::View after) {
  if (!order_is_kept(before, after)) return bson::Document(after);
  bson::Builder removed;
  bson::Builder changed;
  bson::Builder added;
  for (const bson::Element& field : before) {
    const auto now = field_of(after, field.key);
    if (!now) removed.append(field.key, false);
    if (now && (now->type != field.type || now->raw != field.raw)) changed.append(field.key, *now);
  }
  for (const bson::Element& field : after) {
    if (!field_of(before, field.key)) added.append(field.key, field);
  }
  bson::Builder diff;
  const bson::Document d = removed.done();
  const bson::Document u = changed.done();
  const bson::Document i = added.done();
  if (!d.empty()) diff.append("d", d);
  if (!u.empty()) diff.append("u", u);
  if (!i.empty()) diff.append("i", i);
  return bson::Document{{"$v", 2}, {"diff", diff.done()}};
}

}  // namespace simmongod
