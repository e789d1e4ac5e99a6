// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/replica_set/keyfiles.hpp"

#include <fmt/format.h>

#include "libk8s/base/hash.hpp"
#include "libk8s/json/node.hpp"
#include "operators/mongodb/manifests/names.hpp"
#include "operators/mongodb/manifests/shared.hpp"
#include "operators/mongodb/wire/base64.hpp"
#include "operators/mongodb/wire/keyfile.hpp"

namespace mongodb {
namespace {

constexpr k8s::Millis kRest{600'000};
constexpr k8s::Millis kMissing{1'000};
constexpr k8s::Millis kFailed{10'000};

struct Read {
  SecretFact fact;
  std::optional<mongo::Identity> identity;
};

Read unusable(std::string problem) {
  return {.fact = {.known = false, .exists = true, .problem = std::move(problem)}, .identity = {}};
}

k8s::Uid set_that_owns(const k8s::json::Node& secret) {
  k8s::Uid uid;
  const auto owners = secret.at("metadata", "ownerReferences");
  if (!owners) return uid;
  owners->each_element([&uid](const k8s::json::Node& owner) {
    const auto kind = owner.at("kind");
    const auto of = owner.at("uid");
    if (kind && kind->string() == kMongoReplicaSets.kind && of && of->string()) uid = k8s::Uid{*of->string()};
  });
  return uid;
}

Read read_secret(const std::string& body) {
  k8s::json::Parser parser;
  const auto secret = parser.parse(body);
  const auto encoded = secret ? secret->at("data", kKeyfileDataKey) : std::nullopt;
  const auto uid = secret ? secret->at("metadata", "uid") : std::nullopt;
  if (!encoded || !encoded->string()) return unusable(fmt::format("it has no data \"{}\"", kKeyfileDataKey));
  const auto bytes = mongo::from_base64(*encoded->string());
  if (!bytes) return unusable(fmt::format("its data \"{}\" is not base64", kKeyfileDataKey));
  const auto keys = mongo::parse_keyfile(k8s::SecretBytes{*bytes});
  if (!keys) return unusable(keys.error().message);
  SecretFact fact{.known = true, .exists = true, .owner = set_that_owns(*secret), .digest = k8s::short_hash(*bytes)};
  if (uid && uid->string()) fact.uid = k8s::Uid{*uid->string()};
  return {.fact = std::move(fact), .identity = mongo::Identity::system(keys->front())};
}

}  // namespace

Keyfiles::Keyfiles(k8s::Loop& loop, k8s::Client& client, std::function<void(const k8s::ObjectKey&)> changed)
    : loop_(loop), client_(client), changed_(std::move(changed)) {}

void Keyfiles::ensure(const k8s::ObjectKey& set) {
  if (sets_.contains(set)) return;
  sets_[set];
  read(set);
}

void Keyfiles::look_again(const k8s::ObjectKey& set) {
  const auto at = sets_.find(set);
  if (at != sets_.end() && !at->second.call) read(set);
}

SecretFact Keyfiles::fact(const k8s::ObjectKey& set) const {
  const auto at = sets_.find(set);
  return at == sets_.end() ? SecretFact{} : at->second.fact;
}

std::optional<mongo::Identity> Keyfiles::identity(const k8s::ObjectKey& set) const {
  const auto at = sets_.find(set);
  return at == sets_.end() ? std::nullopt : at->second.identity;
}

void Keyfiles::read(const k8s::ObjectKey& set) {
  const Names names{.set = set};
  Entry& entry = sets_.at(set);
  entry.timer.reset();
  entry.call = client_.get(k8s::kSecrets, names.key(names.keyfile()),
                           [this, set](k8s::Result<std::string> body) { answered(set, body); });
}

void Keyfiles::answered(const k8s::ObjectKey& set, const k8s::Result<std::string>& body) {
  Entry& entry = sets_.at(set);
  const SecretFact before = entry.fact;
  k8s::Millis again = kRest;
  if (body) {
    Read now = read_secret(*body);
    entry.fact = std::move(now.fact);
    entry.identity = std::move(now.identity);
    if (!entry.fact.known) again = kFailed;
  } else if (body.error().code == k8s::Code::not_found) {
    entry.fact = {.known = true, .exists = false};
    entry.identity.reset();
    again = kMissing;
  } else {
    // What was known stays so: the members still use it.
    if (!entry.fact.known) entry.fact.problem = body.error().message;
    again = kFailed;
  }
  const auto finished = std::move(entry.call);  // dies after this function
  entry.timer = loop_.after(again, [this, set] { read(set); });
  if (entry.fact != before) changed_(set);
}

}  // namespace mongodb
