// SPDX-License-Identifier: Apache-2.0
// A controller is three functions; this gives them to the reconcile loop, with the types of Observed and Plan hidden.
//
//   observe  Observed(const ObjectKey&, const PassFacts&)        memory only
//   decide   Plan(const Observed&)                               pure
//   apply    void(const ObjectKey&, const Plan&, Steps&)         one Steps call per effect, in order
//
// Plan has `requeue_after`, a std::optional<Millis>. Observed and Plan print as JSON: by a field list, or by
// to_json(const T&).
#pragma once

#include <memory>
#include <utility>

#include "libk8s/json/fields.hpp"
#include "libk8s/runtime/pass.hpp"

namespace k8s {

namespace detail {
template <class T>
json::Value printable(const T& value) {
  if constexpr (requires {
                  { to_json(value) } -> std::convertible_to<json::Value>;
                }) {
    return to_json(value);
  } else {
    return json::encode(value);
  }
}
}  // namespace detail

template <class Observed, class Plan>
class Controller final : public Logic {
 public:
  struct Functions {
    std::function<Observed(const ObjectKey&, const PassFacts&)> observe;
    std::function<Plan(const Observed&)> decide;
    std::function<void(const ObjectKey&, const Plan&, Steps&)> apply;
  };

  explicit Controller(Functions functions) : functions_(std::move(functions)) {}

  Pass look(const ObjectKey& key, const PassFacts& facts, Record record) override {
    const Observed observed = functions_.observe(key, facts);
    auto plan = std::make_shared<const Plan>(functions_.decide(observed));
    Pass pass;
    pass.requeue_after = plan->requeue_after;
    if (record == Record::yes) {
      pass.observed = detail::printable(observed);
      pass.plan = detail::printable(*plan);
    }
    pass.apply = [this, key, plan](Steps& steps) { functions_.apply(key, *plan, steps); };
    return pass;
  }

 private:
  Functions functions_;
};

}  // namespace k8s
