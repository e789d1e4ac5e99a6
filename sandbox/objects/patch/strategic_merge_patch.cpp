// SPDX-License-Identifier: Apache-2.0
// The strategic merge, map by map and list by list.
#include "sandbox/objects/patch/strategic_merge_patch.hpp"

#include <fmt/format.h>

#include <optional>

#include "sandbox/objects/patch/patched_list.hpp"

namespace objects {
namespace {

constexpr std::string_view kOrder = "$setElementOrder/";
constexpr std::string_view kDelete = "$deleteFromPrimitiveList/";
constexpr const char* kPatch = "$patch";
constexpr const char* kRetainKeys = "$retainKeys";

// A map as Go prints it with %v.
std::string go_map(const Value& value) {
  if (value.is_object()) {
    std::string out;
    for (const auto& [key, member] : value.items()) out += (out.empty() ? "" : " ") + key + ":" + go_map(member);
    return "map[" + out + "]";
  }
  if (value.is_array()) {
    std::string out;
    for (const Value& item : value) out += (out.empty() ? "" : " ") + go_map(item);
    return "[" + out + "]";
  }
  if (value.is_null()) return "<nil>";
  return value.is_string() ? value.get<std::string>() : k8s::json::print(value);
}

// What is left of a patch where there is nothing to merge it with; false: nothing at all.
bool strip(Value& patch) {
  if (patch.is_object()) {
    if (patch.contains(kPatch)) return false;
    std::vector<std::string> dropped;
    for (auto& [key, member] : patch.items()) {
      if (member.is_null() || !strip(member)) dropped.push_back(key);
    }
    for (const std::string& key : dropped) patch.erase(key);
  } else if (patch.is_array()) {
    Value out = Value::array();
    for (Value& item : patch) {
      if (strip(item)) out.push_back(std::move(item));
    }
    patch = std::move(out);
  }
  return true;
}

Value dedupe(const Value& list) {
  Value out = Value::array();
  for (const Value& item : list) {
    if (position(out, item, "") < 0) out.push_back(item);
  }
  return out;
}

class Merger {
 public:
  std::optional<k8s::Error> error;

  Value map(Value original, Value patch, const Schema* schema) {
    if (const auto directive = patch.find(kPatch); directive != patch.end()) {
      if (*directive == "delete") return Value::object();
      if (*directive != "replace") return fail(500, bad_directive(*directive, patch));
      patch.erase(kPatch);
      return patch;
    }
    if (!retain_keys(original, patch)) return original;
    const Value given = patch;  // ordered() takes away what it has dealt with
    for (const auto& [key, order] : given.items()) {
      if (key.starts_with(kOrder)) ordered(original, patch, key, order, schema);
      if (error) return original;
    }
    for (auto& [key, value] : patch.items()) {
      if (error) return original;
      member(original, key, value, schema);
    }
    return original;
  }

 private:
  Value fail(int status, std::string message) {
    if (!error) {
      error = k8s::Error{.code = status == 500 ? k8s::Code::internal : k8s::Code::invalid,
                         .message = std::move(message),
                         .retry_after = {},
                         .remote_code = status};
    }
    return {};
  }

  static std::string bad_directive(const Value& directive, const Value& patch) {
    return fmt::format("unknown patch type: {} in map: {}", go_map(directive), go_map(patch));
  }

  bool retain_keys(Value& original, Value& patch) {
    const auto found = patch.find(kRetainKeys);
    if (found == patch.end()) return true;
    const Value keys = *found;
    patch.erase(kRetainKeys);
    const auto listed = [&keys](const std::string& key) { return position(keys, key, "") >= 0; };
    bool good = keys.is_array();
    for (const auto& [key, value] : patch.items()) {
      if (value.is_null() || key.starts_with(kDelete) || key.starts_with(kOrder)) continue;
      good = good && listed(key);
    }
    if (!good) {
      fail(400, "invalid patch format of retainKeys");
      return false;
    }
    std::vector<std::string> dropped;
    for (const auto& [key, value] : original.items()) {
      if (!listed(key)) dropped.push_back(key);
    }
    for (const std::string& key : dropped) original.erase(key);
    return true;
  }

  static const Schema* below(const Schema* schema, const std::string& key) {
    return schema == nullptr ? nullptr : schema->member(key);
  }

  // $setElementOrder/<list>: merges the list that the patch may bring along, then puts it in order.
  void ordered(Value& original, Value& patch, const std::string& key, const Value& order, const Schema* schema) {
    patch.erase(key);
    const std::string name = key.substr(kOrder.size());
    const Schema* field = below(schema, name);
    if (!order.is_array()) return void(fail(400, "invalid patch format of setElementOrder list"));
    const bool has_original = original.contains(name), has_patch = patch.contains(name);
    if (!has_original && !has_patch) return;
    const Value before = has_original ? original[name] : Value::array();
    const Value brought = has_patch ? patch[name] : Value::array();
    if (!before.is_array() || !brought.is_array()) {
      return void(fail(400, "invalid patch format of setElementOrder list"));
    }
    const std::string merge_key = field == nullptr ? "" : field->patch_merge_key;
    if (!consistent(brought, order, merge_key)) return;
    Value merged = before;
    if (has_patch && !has_original) {
      merged = brought;
      strip(merged);
    } else if (has_patch) {
      merged = list(before, brought, field, false);
    }
    if (error) return;
    original[name] = in_patch_order(merged, order, before, merge_key);
    patch.erase(name);
  }

  // What the patch brings must be named in the order, in the same order.
  bool consistent(const Value& brought, const Value& order, const std::string& merge_key) {
    std::ptrdiff_t last = -1;
    for (const Value& item : brought) {
      if (order.empty() || (item.is_object() && item.contains(kPatch))) continue;
      const std::ptrdiff_t at = position(order, item, merge_key);
      if (at <= last) {
        fail(500, fmt::format("The order in patch list:\n{}\n doesn't match $setElementOrder list:\n{}\n",
                              go_map(brought), go_map(order)));
        return false;
      }
      last = at;
    }
    return true;
  }

  void take(Value& original, const std::string& key, Value patch) {
    if (strip(patch)) {
      original[key] = std::move(patch);
    } else {
      original.erase(key);
    }
  }

  void member(Value& original, const std::string& given_key, Value& patch, const Schema* schema) {
    const bool deletes = given_key.starts_with(kDelete);
    const std::string key = deletes ? given_key.substr(kDelete.size()) : given_key;
    if (deletes && !patch.is_array()) return void(fail(400, "invalid patch format of primitive list"));
    if (patch.is_null()) {
      original.erase(key);
      return;
    }
    const auto found = original.find(key);
    if (found == original.end() || found->type() != patch.type()) {
      if (!deletes) take(original, key, std::move(patch));
      return;
    }
    const Schema* field = below(schema, key);
    if (patch.is_object()) {
      const bool replaces = field != nullptr && field->patch_replace;
      *found = replaces ? std::move(patch) : map(std::move(*found), std::move(patch), field);
    } else if (patch.is_array()) {
      *found = list(*found, std::move(patch), field, deletes);
    } else {
      *found = std::move(patch);
    }
  }

  Value list(const Value& original, Value patch, const Schema* schema, bool deletes) {
    const bool merges = schema != nullptr && schema->patch_merge;
    if (!merges && !deletes) return patch;
    if (original.empty() && patch.empty()) return original;
    const Value& sample = original.empty() ? patch[0] : original[0];
    if (sample.is_array()) return fail(400, "lists of lists are not supported");
    if (!sample.is_object()) return primitives(original, patch, deletes);
    const std::string merge_key = schema == nullptr ? "" : schema->patch_merge_key;
    if (merge_key.empty()) return fail(500, "cannot merge lists without merge key for " + std::string("list"));
    return maps(original, std::move(patch), merge_key, schema->items.get());
  }

  static Value primitives(const Value& original, const Value& patch, bool deletes) {
    Value both = original;
    if (deletes) {
      both = Value::array();
      for (const Value& item : original) {
        if (position(patch, item, "") < 0) both.push_back(item);
      }
      return both;
    }
    for (const Value& item : patch) both.push_back(item);
    return in_patch_order(dedupe(both), patch, original, "");
  }

  Value no_merge_key(const Value& item, const std::string& merge_key) {
    return fail(500, fmt::format("map: {} does not contain declared merge key: {}", go_map(item), merge_key));
  }

  Value maps(Value original, Value patch, const std::string& merge_key, const Schema* item_schema) {
    Value plain = Value::array();
    bool replace = false;
    for (Value& item : patch) {
      if (!item.is_object() || !item.contains(kPatch)) {
        plain.push_back(std::move(item));
      } else if (item[kPatch] == "replace") {
        replace = true;
      } else if (item[kPatch] == "merge") {
        return fail(500, "merging lists cannot yet be specified in the patch");
      } else if (item[kPatch] != "delete") {
        return fail(500, bad_directive(item[kPatch], item));
      } else if (!item.contains(merge_key)) {
        return no_merge_key(item, merge_key);
      } else {
        for (auto at = position(original, item, merge_key); at >= 0; at = position(original, item, merge_key)) {
          original.erase(static_cast<std::size_t>(at));
        }
      }
    }
    if (replace) return plain;
    Value merged = original;
    for (const Value& item : plain) {
      if (!item.is_object() || !item.contains(merge_key)) return no_merge_key(item, merge_key);
      const auto at = position(merged, item, merge_key);
      if (at < 0) {
        merged.push_back(item);
      } else {
        Value& target = merged[static_cast<std::size_t>(at)];
        target = map(std::move(target), item, item_schema);
      }
      if (error) return {};
    }
    return in_patch_order(merged, plain, original, merge_key);
  }
};

}  // namespace

k8s::Result<Value> apply_strategic_merge_patch(const Value& document, const Value& patch, const Schema& schema) {
  if (!patch.is_object()) {
    return k8s::Error{
        .code = k8s::Code::invalid,
        .message =
            fmt::format("json: cannot unmarshal {} into Go value of type map[string]interface {{}}", patch.type_name()),
        .retry_after = {},
        .remote_code = 400};
  }
  Merger merger;
  Value out = merger.map(document, patch, &schema);
  if (merger.error) return *merger.error;
  return out;
}

}  // namespace objects
