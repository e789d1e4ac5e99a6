// SPDX-License-Identifier: Apache-2.0
#include "libk8s/runtime/cluster_effects.hpp"

#include "libk8s/api/owned_object.hpp"
#include "libk8s/auth/base64.hpp"

namespace k8s {
namespace {

using Hooks = ClusterEffects::Hooks;

Result<void> without_value(const Result<std::string>& reply) {
  return reply ? Result<void>{} : Result<void>{reply.error()};
}

// What remembers the manifest and what the server made of it.
std::optional<Applied> applied_of(const Manifest& manifest, const std::string& reply) {
  json::Parser parser;
  const Result<json::Node> node = parser.parse(reply);
  if (!node) return std::nullopt;
  const Result<OwnedObject> live = decode_owned(*node);
  if (!live) return std::nullopt;
  return Applied{.manifest = digest_of_manifest(manifest),
                 .live = digest_of_object(live->body.value()),
                 .rv = live->metadata.resource_version};
}

// The reply to a DELETE: the object while it terminates, else a Status or the last state of what is gone.
bool is_terminating(const std::string& reply) {
  json::Parser parser;
  const Result<json::Node> node = parser.parse(reply);
  return node && node->at("metadata", "deletionTimestamp").has_value();
}

// ---- one function per effect

using Perform = std::function<std::unique_ptr<Pending>(Performed)>;
// The body of the last reply, kept until the executor says that it counts.
using Taught = std::shared_ptr<std::string>;

Client::Done keep(const Taught& taught, Performed done) {
  return [taught, done = std::move(done)](const Result<std::string>& reply) {
    if (reply) *taught = *reply;
    done(without_value(reply));
  };
}

// As keep(), with a refusal that means that things are as wanted.
Client::Done keep_or(Code success, const Taught& taught, Performed done) {
  return [success, taught, done = std::move(done)](const Result<std::string>& reply) {
    if (reply) *taught = *reply;
    done(!reply && reply.error().code == success ? Result<void>{} : without_value(reply));
  };
}

Perform performer(Client& client, const effect::Create& e, const Taught& taught) {
  return [&client, e, taught](Performed done) { return client.create(e.manifest, keep(taught, std::move(done))); };
}

Perform performer(Client& client, const effect::Apply& e, const Taught& taught) {
  return
      [&client, e, taught](Performed done) { return client.apply(e.manifest, e.uid, keep(taught, std::move(done))); };
}

Perform performer(Client& client, const effect::MergePatch& e, const Taught& taught) {
  return [&client, e, taught](Performed done) {
    return client.merge_patch(e.target, e.patch, e.resource_version, keep(taught, std::move(done)));
  };
}

Perform performer(Client& client, const effect::PatchStatus& e, const Taught& taught) {
  return [&client, e, taught](Performed done) {
    return client.patch_status(e.target, e.status, e.resource_version, keep(taught, std::move(done)));
  };
}

Perform performer(Client& client, const effect::Delete& e, const Taught& taught) {
  return [&client, e, taught](Performed done) {
    return client.remove(e.target, {.uid = e.uid, .resource_version = {}},
                         keep_or(Code::not_found, taught, std::move(done)));
  };
}

Perform performer(Client& client, const effect::Evict& e, const Taught& taught) {
  return [&client, e, taught](Performed done) {
    return client.evict(e.pod, e.uid, keep_or(Code::not_found, taught, std::move(done)));
  };
}

Perform performer(Client& client, const effect::CreateOnce& e, const Taught& taught, const Generators& generators) {
  return [&client, e, taught, &generators](Performed done) -> std::unique_ptr<Pending> {
    const auto generator = generators.find(e.generator);
    if (generator == generators.end()) {
      done(Error{.code = Code::internal, .message = "no generator is called " + e.generator});
      return nullptr;
    }
    const Result<SecretBytes> bytes = generator->second();
    if (!bytes) {
      done(in_context("generate " + e.generator, bytes.error()));
      return nullptr;
    }
    Manifest manifest = e.manifest;
    manifest.body["data"][e.data_key] = base64_encode(bytes->expose());
    return client.create(manifest, keep_or(Code::already_exists, taught, std::move(done)));
  };
}

// ---- what a reply teaches

void learn(const ClusterEffect& effect, const Target& object, const std::string& reply, const Hooks& hooks) {
  const auto* eviction = std::get_if<effect::Evict>(&effect);
  const auto* removal = std::get_if<effect::Delete>(&effect);
  if (eviction || (removal && !is_terminating(reply))) {
    return hooks.wrote(
        {.type = object.type, .key = object.key, .body = {}, .gone = eviction ? eviction->uid : removal->uid});
  }
  // Empty after an AlreadyExists: nothing was written, nothing is known.
  if (reply.empty()) return;
  hooks.wrote({.type = object.type, .key = object.key, .body = reply, .gone = {}});
  if (const auto* apply = std::get_if<effect::Apply>(&effect)) {
    const std::optional<Applied> applied = applied_of(apply->manifest, reply);
    if (applied) hooks.applied(target_name(object.type, object.key), *applied);
  }
}

// ---- what the executor fences

Nature nature_of(const ClusterEffect& effect) {
  if (std::holds_alternative<effect::Evict>(effect)) return Nature::destructive;
  const auto* removal = std::get_if<effect::Delete>(&effect);
  return removal && removal->grounds ? Nature::destructive : Nature::safe;
}

std::optional<Grounds> grounds_of(const ClusterEffect& effect) {
  if (const auto* eviction = std::get_if<effect::Evict>(&effect)) return eviction->grounds;
  if (const auto* removal = std::get_if<effect::Delete>(&effect)) return removal->grounds;
  return std::nullopt;
}

Target object_of(const ClusterEffect& effect) {
  return std::visit(
      [](const auto& e) -> Target {
        using E = std::decay_t<decltype(e)>;
        if constexpr (std::is_same_v<E, effect::Evict>)
          return {.type = kPods, .key = e.pod};
        else if constexpr (std::is_same_v<E, effect::EmitEvent>)
          return e.regarding;
        else if constexpr (requires { e.manifest; })
          return {.type = e.manifest.type, .key = e.manifest.key()};
        else
          return e.target;
      },
      effect);
}

}  // namespace

ClusterEffects::ClusterEffects(Client& client, Recorder& recorder, Generators generators)
    : client_(client), recorder_(recorder), generators_(std::move(generators)) {}

Step ClusterEffects::step(const ClusterEffect& effect, Hooks hooks) {
  const Target object = object_of(effect);
  Step step{.effect = std::visit([](const auto& e) { return std::string{std::decay_t<decltype(e)>::kName}; }, effect),
            .target = target_name(object.type, object.key),
            .because = because(effect),
            .nature = nature_of(effect),
            .grounds = grounds_of(effect),
            .deadline = Millis{30'000},
            .perform = {}};
  if (const auto* event = std::get_if<effect::EmitEvent>(&effect)) {
    step.perform = [this, e = *event](const Performed& done) -> std::unique_ptr<Pending> {
      recorder_.emit(e);
      done({});
      return nullptr;
    };
    return step;
  }
  const auto taught = std::make_shared<std::string>();
  step.perform = std::visit(
      [&](const auto& e) -> Perform {
        using E = std::decay_t<decltype(e)>;
        if constexpr (std::is_same_v<E, effect::EmitEvent>)
          return {};
        else if constexpr (std::is_same_v<E, effect::CreateOnce>)
          return performer(client_, e, taught, generators_);
        else
          return performer(client_, e, taught);
      },
      effect);
  step.learn = [effect, object, taught, hooks = std::move(hooks)](const Result<void>& result) {
    if (result)
      learn(effect, object, *taught, hooks);
    else if (is_unknown(result))
      hooks.wrote({.type = object.type, .key = object.key, .body = {}, .gone = {}});
  };
  return step;
}

}  // namespace k8s
