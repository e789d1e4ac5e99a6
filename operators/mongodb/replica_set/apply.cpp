// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/replica_set/apply.hpp"

#include <array>

#include <openssl/rand.h>

#include "operators/mongodb/wire/base64.hpp"

namespace mongodb {
namespace {

struct Visitor {
  const k8s::ObjectKey& set;
  MongoEffects& mongo;
  k8s::Steps& steps;

  void operator()(const k8s::ClusterEffect& effect) const { steps.cluster(effect); }
  void operator()(const k8s::effect::Refresh& effect) const { steps.refresh(effect); }
  template <class Own>
  void operator()(const Own& effect) const {
    steps.own(mongo.step(set, effect));
  }
};

}  // namespace

void apply(const k8s::ObjectKey& set, const Plan& plan, MongoEffects& mongo, k8s::Steps& steps) {
  const Visitor visitor{.set = set, .mongo = mongo, .steps = steps};
  for (const Effect& effect : plan.effects) std::visit(visitor, effect);
}

k8s::Result<k8s::SecretBytes> generate_keyfile() {
  std::array<unsigned char, 756> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return k8s::Error{.code = k8s::Code::internal, .message = "the system gives no random bytes"};
  }
  return k8s::SecretBytes{
      mongo::to_base64(std::string_view{reinterpret_cast<const char*>(bytes.data()), bytes.size()})};
}

}  // namespace mongodb
