// SPDX-License-Identifier: Apache-2.0
// What is the live object with an applied one laid over it?
#include "sandbox/objects/managed_fields/type_ref.hpp"
#include "sandbox/objects/managed_fields/typed.hpp"

namespace objects {
namespace {

using Merged = std::optional<Value>;

Merged merge(const Value* live, const Value* applied, const TypeRef& type);

Merged keep(const Value* live, const Value* applied) {
  if (applied != nullptr) return *applied;
  if (live != nullptr) return *live;
  return std::nullopt;
}

Merged merge_maps(const Value* live, const Value* applied, const TypeRef& type) {
  Value out = Value::object();
  const auto put = [&](const std::string& key, const Value* mine, const Value* theirs) {
    const auto field = type.field(key);
    Merged value = field ? merge(mine, theirs, *field) : keep(mine, theirs);
    if (value) out[key] = std::move(*value);
  };
  if (live != nullptr) {
    for (const auto& [key, value] : live->items()) {
      const bool both = applied != nullptr && applied->contains(key);
      put(key, &value, both ? &applied->at(key) : nullptr);
    }
  }
  if (applied != nullptr) {
    for (const auto& [key, value] : applied->items()) {
      if (live == nullptr || !live->contains(key)) put(key, nullptr, &value);
    }
  }
  if (out.empty()) return std::nullopt;
  return out;
}

// The order of a merged list: live's own items keep their places, shared ones follow the applied order.
class ListMerge {
 public:
  ListMerge(const Value* live, const Value* applied, const TypeRef& type) : type_(type) {
    index(applied, applied_, applied_items_);
    index(live, live_, live_items_);
    for (const PathElement& element : applied_) {
      if (live_items_.contains(element)) shared_.push_back(element);
    }
  }

  Value run() {
    while (left_ < live_.size() || right_ < applied_.size()) {
      if (left_ < live_.size() && right_ < applied_.size() && step_over_shared()) continue;
      if (left_ < live_.size()) {
        const PathElement& element = live_[left_];
        if (!applied_items_.contains(element)) {
          emit(live_values_[left_], nullptr);
          ++left_;
          continue;
        }
        if (done_.contains(element)) ++left_;
      }
      if (right_ < applied_.size()) take_applied();
    }
    return std::move(out_);
  }

 private:
  using Items = std::map<PathElement, const Value*>;

  void index(const Value* list, std::vector<PathElement>& order, Items& items) {
    const bool is_live = &order == &live_;
    if (list == nullptr) return;
    for (const Value& item : *list) {
      const auto element = type_.item_element(item);
      if (!element) continue;
      const bool fresh = items.emplace(*element, &item).second;
      if (!fresh && !is_live) continue;
      if (!fresh) items[*element] = nullptr;  // duplicates are not merged with what is applied
      order.push_back(*element);
      if (is_live) live_values_.push_back(&item);
    }
  }

  const PathElement* next_shared() const { return next_ < shared_.size() ? &shared_[next_] : nullptr; }

  // True when something was consumed.
  bool step_over_shared() {
    const PathElement& element = live_[left_];
    if (element == applied_[right_]) {
      done_.insert(element);
      emit(live_items_[element], applied_items_[element]);
      ++left_;
      ++right_;
      ++next_;
      return true;
    }
    if (applied_items_.contains(element) && next_shared() != nullptr && !(*next_shared() == element)) {
      ++left_;
      return true;
    }
    return false;
  }

  void take_applied() {
    const PathElement& element = applied_[right_];
    done_.insert(element);
    const auto mine = live_items_.find(element);
    emit(mine == live_items_.end() ? nullptr : mine->second, applied_items_[element]);
    ++right_;
    if (next_shared() != nullptr && *next_shared() == element) ++next_;
  }

  void emit(const Value* mine, const Value* theirs) {
    if (Merged value = merge(mine, theirs, type_.element())) out_.push_back(std::move(*value));
  }

  TypeRef type_;
  std::vector<PathElement> live_, applied_, shared_;
  std::vector<const Value*> live_values_;
  Items live_items_, applied_items_;
  std::set<PathElement> done_;
  std::size_t left_ = 0, right_ = 0, next_ = 0;
  Value out_ = Value::array();
};

Merged merge(const Value* live, const Value* applied, const TypeRef& type) {
  const Value* seen = applied != nullptr ? applied : live;
  const Shape shape = type.shape_for(seen);
  if (shape == Shape::scalar) return keep(live, applied);
  const bool list = shape == Shape::list;
  const auto filled = [list](const Value* value) {
    return value != nullptr && !value->empty() && (list ? value->is_array() : value->is_object());
  };
  if ((list ? type.atomic_list() : type.atomic_map()) || (!filled(live) && !filled(applied))) {
    return keep(live, applied);
  }
  const Value* left = filled(live) ? live : nullptr;
  const Value* right = filled(applied) ? applied : nullptr;
  if (!list) return merge_maps(left, right, type);
  Value out = ListMerge(left, right, type).run();
  if (out.empty()) return std::nullopt;
  return out;
}

}  // namespace

Value merge_applied(const Value& live, const Value& applied, const Schema& schema) {
  return merge(&live, &applied, TypeRef(schema)).value_or(Value());
}

}  // namespace objects
