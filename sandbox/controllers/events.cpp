// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/events.hpp"

#include <fmt/format.h>

#include "libk8s/base/hash.hpp"

namespace controllers {

void say(Api& api, const Now& now, const Value& about, const Said& said, const std::string& message) {
  const std::string ns = namespace_of(about).empty() ? "default" : namespace_of(about);
  const std::string identity =
      fmt::format("{}|{}|{}|{}|{}", uid_of(about), said.component, said.type, said.reason, message);
  const std::string name = fmt::format("{}.{:016x}", name_of(about), k8s::fnv1a(identity));
  if (const auto before = api.get(kEvent, ns, name)) {
    const Value patch{{"count", number(**before, {"count"}, 1) + 1}, {"lastTimestamp", stamp(now.wall)}};
    (void)api.patch(kEvent, ns, name, patch, Subresource::none);
    return;
  }
  Value event{{"apiVersion", kEvent.api_version},
              {"kind", kEvent.kind},
              {"metadata", {{"name", name}, {"namespace", ns}}},
              {"type", said.type},
              {"reason", said.reason},
              {"message", message},
              {"count", 1},
              {"firstTimestamp", stamp(now.wall)},
              {"lastTimestamp", stamp(now.wall)},
              {"source", {{"component", said.component}}},
              {"reportingComponent", said.component},
              {"reportingInstance", ""}};
  Value& involved = event["involvedObject"];
  involved = {{"apiVersion", text(about, {"apiVersion"})},
              {"kind", text(about, {"kind"})},
              {"name", name_of(about)},
              {"uid", uid_of(about)},
              {"resourceVersion", text(about, {"metadata", "resourceVersion"})}};
  if (!namespace_of(about).empty()) involved["namespace"] = namespace_of(about);
  (void)api.create(event);
}

}  // namespace controllers
