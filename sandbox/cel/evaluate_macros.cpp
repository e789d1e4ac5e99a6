// SPDX-License-Identifier: Apache-2.0
#include "sandbox/cel/compare.hpp"
#include "sandbox/cel/containers.hpp"
#include "sandbox/cel/evaluator.hpp"

namespace cel {
namespace {

// An element of the list that a macro makes: cel-go makes a list of one and appends it.
constexpr std::uint64_t kElementCost = 11;

// What a macro walks over: a list by place, a map by key.
class Walk {
 public:
  explicit Walk(const Value& range) : list_(range.as_list()), map_(range.as_map()) {
    if (map_ != nullptr) keys_ = map_->keys();
  }
  std::size_t size() const { return list_ != nullptr ? list_->size() : keys_.size(); }

  // Sets the one or two variables of a macro to what is at the place.
  void set(std::size_t place, std::size_t variables, Value* first) const {
    Value key = map_ != nullptr ? keys_[place] : Value::integer(static_cast<std::int64_t>(place));
    if (variables == 1) {
      first[0] = map_ != nullptr ? std::move(key) : list_->at(place);
      return;
    }
    first[1] = map_ != nullptr ? map_->find(key).value_or(Value()) : list_->at(place);
    first[0] = std::move(key);
  }

 private:
  const List* list_;
  const Map* map_;
  std::vector<Value> keys_;
};

}  // namespace

Value Evaluator::comprehension(NodeId id) {
  const Node& node = plan_.syntax.at(id);
  const std::size_t slot = plan_.steps[id].slot;
  const Value range = evaluate(node.parts[0]);
  if (range.is_failure()) return range;
  const Map* map = range.as_map();
  if (map == nullptr && range.as_list() == nullptr) return no_such_overload();
  // All keys are taken out of a map first, even where the first element decides.
  if (map != nullptr && !budget_.charge(map->size())) return out_of_budget();
  switch (node.macro) {
    case Macro::all:
    case Macro::exists:
    case Macro::exists_one: return quantified(node, slot, range);
    case Macro::map:
    case Macro::map_filtered:
    case Macro::filter:
    case Macro::transform_list: return transformed(node, slot, range);
    case Macro::transform_map:
    case Macro::transform_map_entry: return transformed_map(node, slot, range);
  }
  return no_such_overload();
}

// all and exists absorb failures as && and || do; exists_one looks at every element and fails with the first that
// fails.
Value Evaluator::quantified(const Node& node, std::size_t slot, const Value& range) {
  const Walk walk(range);
  const bool stop_at = node.macro == Macro::exists;
  std::size_t matches = 0;
  Value failure;
  for (std::size_t i = 0; i < walk.size() && !budget_.exhausted(); ++i) {
    walk.set(i, node.variables.size(), &locals_[slot]);
    Value value = evaluate(node.parts[1]);
    const auto* truth = value.get<bool>();
    if (truth == nullptr && !failure.is_failure()) failure = value.is_failure() ? std::move(value) : no_such_overload();
    if (node.macro == Macro::exists_one) {
      if (failure.is_failure()) return failure;
      matches += *truth ? 1 : 0;
    } else if (truth != nullptr && *truth == stop_at) {
      return Value::boolean(stop_at);
    }
  }
  if (failure.is_failure()) return failure;
  return Value::boolean(node.macro == Macro::exists_one ? matches == 1 : !stop_at);
}

Value Evaluator::transformed(const Node& node, std::size_t slot, const Value& range) {
  const Walk walk(range);
  const bool is_filter = node.macro == Macro::filter;
  const bool has_filter = is_filter || node.parts.size() == 3;
  std::vector<Value> items;
  for (std::size_t i = 0; i < walk.size(); ++i) {
    walk.set(i, node.variables.size(), &locals_[slot]);
    if (has_filter) {
      Value keep = evaluate(node.parts[1]);
      if (keep.is_failure()) return keep;
      const auto* truth = keep.get<bool>();
      if (truth == nullptr) return no_such_overload();
      if (!*truth) continue;
    }
    Value item = is_filter ? locals_[slot] : evaluate(node.parts.back());
    if (item.is_failure()) return item;
    if (!budget_.charge(kElementCost)) return out_of_budget();
    items.push_back(std::move(item));
  }
  return Value::list(std::move(items));
}

Value Evaluator::transformed_map(const Node& node, std::size_t slot, const Value& range) {
  const Walk walk(range);
  std::vector<std::pair<Value, Value>> entries;
  for (std::size_t i = 0; i < walk.size(); ++i) {
    walk.set(i, node.variables.size(), &locals_[slot]);
    if (node.parts.size() == 3) {
      Value keep = evaluate(node.parts[1]);
      if (keep.is_failure()) return keep;
      const auto* truth = keep.get<bool>();
      if (truth == nullptr) return no_such_overload();
      if (!*truth) continue;
    }
    Value body = evaluate(node.parts.back());
    if (body.is_failure()) return body;
    if (node.macro == Macro::transform_map) {
      entries.emplace_back(locals_[slot], std::move(body));
      continue;
    }
    const Map* made = body.as_map();
    if (made == nullptr) return no_such_overload();
    for (const Value& key : made->keys()) {
      if (!budget_.charge(entries.size() + 1)) return out_of_budget();
      for (const auto& [earlier, ignored] : entries) {
        if (equal(earlier, key)) return Value::failure("insert failed: key " + shown(key) + " already exists");
      }
      entries.emplace_back(key, made->find(key).value_or(Value()));
    }
  }
  return Value::map(std::move(entries));
}

Value Evaluator::optional_map(NodeId id) {
  const Node& node = plan_.syntax.at(id);
  Value target = evaluate(node.parts[0]);
  if (target.is_failure()) return target;
  const auto* box = target.get<Optional>();
  if (box == nullptr) return no_such_overload();
  if (box->value == nullptr) return target;
  locals_[plan_.steps[id].slot] = *box->value;
  Value body = evaluate(node.parts[1]);
  if (body.is_failure()) return body;
  if (!node.is_optional) return Value::optional_of(std::move(body));
  return body.get<Optional>() != nullptr ? body : no_such_overload();
}

}  // namespace cel
