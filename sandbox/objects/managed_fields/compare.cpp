// SPDX-License-Identifier: Apache-2.0
// Which fields did a change add, modify, remove?
#include "sandbox/objects/managed_fields/type_ref.hpp"
#include "sandbox/objects/managed_fields/typed.hpp"

namespace objects {
namespace {

// Either side may be missing (null), never both.
class Comparer {
 public:
  Comparison result;

  void visit(const Value* before, const Value* after, const TypeRef& type) {
    bool leaf = false;
    if (after == nullptr) {
      leaf = as(type.shape_for(before), before, after, type);
    } else {
      if (before != nullptr && !type.same_shape(before, after)) as(type.shape_for(before), before, after, type);
      leaf = as(type.shape_for(after), before, after, type);
    }
    if (leaf) return;
    if (before == nullptr) result.added.insert(path_);
    if (after == nullptr) result.removed.insert(path_);
  }

 private:
  // True when it was compared as one.
  bool as(Shape shape, const Value* before, const Value* after, const TypeRef& type) {
    if (shape == Shape::scalar) return as_leaf(before, after);
    const bool list = shape == Shape::list;
    const auto filled = [list](const Value* value) {
      return value != nullptr && !value->empty() && (list ? value->is_array() : value->is_object());
    };
    if ((list ? type.atomic_list() : type.atomic_map()) || (!filled(before) && !filled(after))) {
      return as_leaf(before, after);
    }
    if (list) {
      lists(filled(before) ? before : nullptr, filled(after) ? after : nullptr, type);
    } else {
      maps(filled(before) ? before : nullptr, filled(after) ? after : nullptr, type);
    }
    return false;
  }

  bool as_leaf(const Value* before, const Value* after) {
    if (before == nullptr) {
      result.added.insert(path_);
    } else if (after == nullptr) {
      result.removed.insert(path_);
    } else if (*before != *after) {
      result.modified.insert(path_);
    }
    return true;
  }

  void descend(PathElement element, const Value* before, const Value* after, const TypeRef& type) {
    path_.push_back(std::move(element));
    visit(before, after, type);
    path_.pop_back();
  }

  void maps(const Value* before, const Value* after, const TypeRef& type) {
    const Value nothing = Value::object();
    const Value& left = before == nullptr ? nothing : *before;
    const Value& right = after == nullptr ? nothing : *after;
    for (const auto& [key, value] : left.items()) {
      const auto other = right.find(key);
      if (const auto field = type.field(key)) {
        descend(PathElement::of_field(key), &value, other == right.end() ? nullptr : &*other, *field);
      }
    }
    for (const auto& [key, value] : right.items()) {
      if (left.contains(key)) continue;
      if (const auto field = type.field(key)) descend(PathElement::of_field(key), nullptr, &value, *field);
    }
  }

  using Items = std::vector<const Value*>;

  void lists(const Value* before, const Value* after, const TypeRef& type) {
    std::map<PathElement, std::pair<Items, Items>> items;
    const Value nothing = Value::array();
    for (const Value& item : before == nullptr ? nothing : *before) {
      if (const auto element = type.item_element(item)) items[*element].first.push_back(&item);
    }
    for (const Value& item : after == nullptr ? nothing : *after) {
      if (const auto element = type.item_element(item)) items[*element].second.push_back(&item);
    }
    for (const auto& [element, sides] : items) item(element, sides.first, sides.second, type.element());
  }

  void mark(FieldSet& set, const PathElement& element) {
    path_.push_back(element);
    set.insert(path_);
    path_.pop_back();
  }

  // Items that share an identity on one side are compared as one.
  void item(const PathElement& element, const Items& before, const Items& after, const TypeRef& type) {
    if (before.size() <= 1 && after.size() <= 1) {
      descend(element, before.empty() ? nullptr : before[0], after.empty() ? nullptr : after[0], type);
    } else if (before.size() >= 2 && after.size() >= 2) {
      bool same = before.size() == after.size();
      for (std::size_t i = 0; same && i < before.size(); ++i) same = *before[i] == *after[i];
      if (!same) mark(result.modified, element);
    } else if (before.size() >= 2) {
      if (!after.empty()) descend(element, nullptr, after[0], type);
      mark(result.removed, element);
    } else {
      if (!before.empty()) descend(element, before[0], nullptr, type);
      mark(result.added, element);
    }
  }

  FieldPath path_;
};

}  // namespace

Comparison compare(const Value& before, const Value& after, const Schema& schema) {
  Comparer comparer;
  comparer.visit(&before, &after, TypeRef(schema));
  return std::move(comparer.result);
}

}  // namespace objects
