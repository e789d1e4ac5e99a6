// SPDX-License-Identifier: Apache-2.0
#include "libk8s/election/elector.hpp"

#include <algorithm>

#include "libk8s/client/api_error.hpp"
#include "libk8s/client/paths.hpp"
#include "libk8s/json/fields.hpp"

namespace k8s {
namespace {

// Short enough that a request that hangs leaves time for two more before the renew deadline.
constexpr int kTriesPerDeadline = 5;

std::string body_of(const Lease& lease) {
  json::Value body = json::encode(lease);
  body["apiVersion"] = kLeases.api_version();
  body["kind"] = kLeases.kind;
  // The projection leaves out what is empty; an empty holder is what a release says.
  body["spec"]["holderIdentity"] = lease.spec.holder_identity.value_or("");
  return json::print(body);
}

}  // namespace

Elector::Elector(World world, ElectionConfig config)
    : world_(world), config_(config), election_(std::move(config), world.random) {}

void Elector::start(std::function<void()> leading, std::function<void()> lost) {
  leading_ = std::move(leading);
  lost_ = std::move(lost);
  perform(election_.start(world_.loop.now(), world_.loop.clock().wall()));
}

void Elector::perform(const ElectionAction& action) {
  std::visit([this](const auto& one) { act(one); }, action);
}

void Elector::act(const election_action::Get&) {
  send(Method::get, nullptr);
}

void Elector::act(const election_action::Create& create) {
  send(Method::post, &create.lease);
}

void Elector::act(const election_action::Put& put) {
  send(Method::put, &put.lease);
}

void Elector::act(const election_action::Sleep& sleep) {
  timer_ = world_.loop.after(sleep.until - world_.loop.now(), [this] {
    timer_.reset();
    perform(election_.timer_fired(world_.loop.now(), world_.loop.clock().wall()));
    look_at_role();
  });
}

void Elector::act(const election_action::Nothing&) {
  timer_.reset();
  if (released_) finish_release();
}

void Elector::send(Method method, const Lease* lease) {
  Request request{
      .method = method, .path = object_path(kLeases, config_.lease), .query = {}, .content_type = {}, .body = {}};
  if (method == Method::post) request.path = collection_path(kLeases, config_.lease.ns);
  if (lease) {
    request.content_type = "application/json";
    request.body = body_of(*lease);
  }
  request.deadline = config_.renew_deadline * 2 / kTriesPerDeadline;
  request.lane = Lane::lease;
  call_ = world_.http.send(std::move(request), [this, method](const Result<Reply>& reply) { answered(method, reply); });
}

void Elector::answered(Method method, const Result<Reply>& reply) {
  answered_ = std::move(call_);
  const Monotonic now = world_.loop.now();
  const Wall wall = world_.loop.clock().wall();
  Result<Lease> lease = Error{};
  if (!reply)
    lease = reply.error();
  else if (reply->status / 100 != 2)
    lease = api_error(*reply, method);
  else
    lease = json::decode_text<Lease>(reply->body);

  if (!lease) {
    const bool expected = lease.error().code == Code::not_found && method == Method::get;
    if (!expected) {
      world_.log.warning("lease request failed",
                         {{"lease", to_string(config_.lease)}, {"error", to_string(lease.error())}});
    }
    perform(election_.failed(lease.error(), now, wall));
  } else if (method == Method::get) {
    perform(election_.got(*lease, now, wall));
  } else {
    perform(election_.written(*lease, now, wall));
  }
  look_at_role();
}

void Elector::look_at_role() {
  if (known_ == ElectionRole::released) return;
  const Monotonic now = world_.loop.now();
  if (const std::string holder = election_.holder(); holder != known_holder_) {
    world_.log.info("lease holder",
                    {{"lease", to_string(config_.lease)}, {"holder", holder}, {"identity", config_.identity}});
    known_holder_ = holder;
  }
  const ElectionRole role = election_.role(now);
  if (role == ElectionRole::leading) {
    deadline_ = world_.loop.after(*election_.renew_deadline() - now, [this] {
      deadline_.reset();
      look_at_role();
    });
  } else {
    deadline_.reset();
  }
  if (role == known_) return;
  known_ = role;
  if (role == ElectionRole::leading && leading_) leading_();
  if (role == ElectionRole::lost) {
    timer_.reset();
    if (lost_) lost_();
  }
}

void Elector::release(std::function<void()> done) {
  released_ = std::move(done);
  call_.reset();
  timer_.reset();
  // A request that hangs must not hold up the end of the process. The machine may also have nothing to give back:
  // `done` comes later all the same.
  deadline_ = world_.loop.after(kReleaseDeadline, [this] { finish_release(); });
  const bool held = election_.role(world_.loop.now()) == ElectionRole::leading;
  const ElectionAction action = election_.release(world_.loop.now(), world_.loop.clock().wall());
  known_ = ElectionRole::released;
  if (held) return perform(action);
  deadline_ = world_.loop.after(Millis{0}, [this] { finish_release(); });
}

void Elector::finish_release() {
  deadline_.reset();
  call_.reset();
  if (const auto done = std::exchange(released_, nullptr)) done();
}

}  // namespace k8s
