// SPDX-License-Identifier: Apache-2.0
// What is a controller? A name, what wakes it for which keys, and one level-triggered look at one key.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libk8s/base/clock.hpp"
#include "sandbox/controllers/api.hpp"
#include "sandbox/controllers/object.hpp"

namespace controllers {

struct Now {
  k8s::Monotonic monotonic{};  // when to look again
  k8s::Wall wall{};            // what objects say
};

// One object as it was and as it is; null before it was created and after it is gone.
struct Change {
  Kind kind;
  const Value* before = nullptr;
  const Value* after = nullptr;

  // The present one, or the last there was.
  const Value& object() const { return after ? *after : *before; }
};

using Keys = std::set<Key>;

// How long until the key has to be looked at again though nothing changed; nothing: not before something does. An error
// is a look that failed: it is repeated with growing delays.
using Look = Result<std::optional<k8s::Millis>>;

struct Wake {
  std::string kind;  // "*": every kind
  std::function<void(const Api&, const Change&, Keys&)> keys;
};

struct Controller {
  std::string name;
  std::vector<Wake> wakes;
  std::function<Look(Api&, const Key&, const Now&)> reconcile;
};

// Ways to map a change to keys.
namespace wake {
// The object itself.
Wake self(std::string_view kind);
// The object of `owner_kind` that the controller reference names, of before and after.
Wake controller_of(std::string_view kind, std::string_view owner_kind);
// As controller_of; and for an object without a controller every owner in its namespace whose spec.selector matches.
Wake controller_or_selector(std::string_view kind, Kind owner);
}  // namespace wake

inline Look done() {
  return std::optional<k8s::Millis>{};
}
inline Look again_in(k8s::Millis wait) {
  return std::optional{wait};
}
// The earlier of two looks; none is later than any.
std::optional<k8s::Millis> earlier(std::optional<k8s::Millis> a, std::optional<k8s::Millis> b);
// Rounded up, so that the moment has come when we look; at least a millisecond.
k8s::Millis until(k8s::Wall moment, const Now& now);

}  // namespace controllers
