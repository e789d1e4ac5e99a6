// SPDX-License-Identifier: Apache-2.0
#include "sandbox/controllers/stateful_set/revisions.hpp"

#include <algorithm>

#include "libk8s/base/hash.hpp"
#include "sandbox/controllers/ownership.hpp"
#include "sandbox/controllers/stateful_set/identity.hpp"
#include "sandbox/controllers/status.hpp"

namespace controllers::stateful_set {
namespace {

constexpr std::string_view kHashLabel = "controller.kubernetes.io/hash";

std::int64_t revision_number(const Value& revision) {
  return number(revision, {"revision"}, 0);
}

Value data_of(const Value& set) {
  Value pod_template = members(set, {"spec", "template"});
  pod_template["$patch"] = "replace";
  return {{"spec", {{"template", std::move(pod_template)}}}};
}

Value template_of(const Value& revision) {
  Value pod_template = members(revision, {"data", "spec", "template"});
  pod_template.erase("$patch");
  return pod_template;
}

Value new_revision(const Value& set, const Value& data, std::int64_t revision, std::int64_t collisions) {
  const std::string hash =
      k8s::short_hash(k8s::json::print(data) + (collisions > 0 ? std::to_string(collisions) : std::string{}));
  Value labels = members(set, {"spec", "template", "metadata", "labels"});
  labels[std::string{kHashLabel}] = hash;
  Value made{{"apiVersion", kControllerRevision.api_version},
             {"kind", kControllerRevision.kind},
             {"metadata",
              {{"name", name_of(set) + "-" + hash},
               {"namespace", namespace_of(set)},
               {"labels", std::move(labels)},
               {"ownerReferences", Value::array({controller_reference_to(set)})}}},
             {"data", data},
             {"revision", revision}};
  const Value& annotations = at(set, {"metadata", "annotations"});
  if (!annotations.is_null()) made["metadata"]["annotations"] = annotations;
  return made;
}

// A name that is taken by other data is left to whom it belongs to: the next has the number of collisions in its hash.
Result<ObjectRef> make_revision(Api& api, const Value& set, const Value& data, std::int64_t revision,
                                std::int64_t& collisions) {
  for (;;) {
    const Value wanted = new_revision(set, data, revision, collisions);
    auto made = api.create(wanted);
    if (made || made.error().code != k8s::Code::already_exists) return made;
    const auto taken = api.get(kControllerRevision, namespace_of(set), name_of(wanted));
    if (!taken) return taken.error();
    if (at(**taken, {"data"}) == data && is_controlled_by(**taken, set)) return *taken;
    ++collisions;
  }
}

}  // namespace

Result<Revisions> look_at_revisions(Api& api, const Value& set) {
  auto claimed = claim(api, kControllerRevision, set);
  if (!claimed) return claimed.error();
  Revisions revisions{.current = {},
                      .update = {},
                      .current_template = {},
                      .update_template = {},
                      .collisions = number(set, {"status", "collisionCount"}, 0),
                      .all = std::move(*claimed)};
  std::stable_sort(revisions.all.begin(), revisions.all.end(),
                   [](const ObjectRef& a, const ObjectRef& b) { return revision_number(*a) < revision_number(*b); });
  const Value data = data_of(set);
  const std::int64_t next = revisions.all.empty() ? 1 : revision_number(*revisions.all.back()) + 1;
  const auto same = std::find_if(revisions.all.rbegin(), revisions.all.rend(),
                                 [&](const ObjectRef& one) { return at(*one, {"data"}) == data; });
  ObjectRef update;
  if (same == revisions.all.rend()) {
    const auto made = make_revision(api, set, data, next, revisions.collisions);
    if (!made) return made.error();
    update = *made;
    revisions.all.push_back(update);
  } else if (same == revisions.all.rbegin()) {
    update = *same;
  } else {  // back to an older template: it becomes the newest again
    Value renewed = **same;
    renewed["revision"] = next;
    const auto written = api.update(renewed, Subresource::none);
    if (!written) return written.error();
    update = *written;
    revisions.all.erase(std::next(same).base());
    revisions.all.push_back(update);
  }
  ObjectRef current = update;
  for (const ObjectRef& one : revisions.all) {
    if (name_of(*one) == text(set, {"status", "currentRevision"})) current = one;
  }
  revisions.current = name_of(*current);
  revisions.update = name_of(*update);
  revisions.current_template = template_of(*current);
  revisions.update_template = template_of(*update);
  return revisions;
}

Result<void> drop_old_revisions(Api& api, const Value& set, const Revisions& revisions, const Objects& pods) {
  Objects unused;
  for (const ObjectRef& revision : revisions.all) {
    const std::string& name = name_of(*revision);
    const bool used = name == revisions.current || name == revisions.update ||
                      std::any_of(pods.begin(), pods.end(),
                                  [&](const ObjectRef& pod) { return label(*pod, kRevisionLabel) == name; });
    if (!used) unused.push_back(revision);
  }
  const auto limit =
      static_cast<std::size_t>(std::max<std::int64_t>(0, number(set, {"spec", "revisionHistoryLimit"}, 10)));
  for (std::size_t i = 0; i + limit < unused.size(); ++i) {
    const Value& revision = *unused[i];
    const auto removed = unless_gone(
        api.remove(kControllerRevision, namespace_of(revision), name_of(revision), {.uid = uid_of(revision)}));
    if (!removed) return removed;
  }
  return {};
}

}  // namespace controllers::stateful_set
