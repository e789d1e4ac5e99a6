// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/writer/primary_finder.hpp"

#include <algorithm>

namespace e2e::writer {
namespace {

constexpr k8s::Millis kTick{10};
constexpr k8s::Millis kAtRest{500};
constexpr k8s::Millis kHelloBound{1'000};

}  // namespace

PrimaryFinder::PrimaryFinder(const mongo::WireContext& context, MembersFile& members, std::function<void()> changed)
    : context_(context), members_(members), changed_(std::move(changed)), timer_(context.loop) {}

void PrimaryFinder::start() {
  follow_members();
  tick();
}

void PrimaryFinder::stop() {
  stopped_ = true;
  timer_.cancel();
  watches_.clear();
}

void PrimaryFinder::doubt() {
  next_round_ = {};
}

void PrimaryFinder::tick() {
  if (stopped_) return;
  const k8s::Monotonic now = context_.clock.monotonic();
  if (now >= next_look_) {
    next_look_ = now + k8s::Millis{1'000};
    follow_members();
  }
  if (!primary_ || now >= next_round_) {
    next_round_ = now + kAtRest;
    for (const auto& watch : watches_) ask(*watch);
  }
  timer_.expires_after(kTick);
  timer_.async_wait([this](boost::system::error_code cancelled) {
    if (!cancelled) tick();
  });
}

void PrimaryFinder::follow_members() {
  members_.look();
  const auto& now = members_.members();
  std::erase_if(watches_,
                [&](const auto& watch) { return std::find(now.begin(), now.end(), watch->member) == now.end(); });
  for (const MemberAddress& member : now) {
    const bool known =
        std::any_of(watches_.begin(), watches_.end(), [&](const auto& watch) { return watch->member == member; });
    if (known) continue;
    auto watch = std::make_unique<Watch>();
    watch->member = member;
    watches_.push_back(std::move(watch));
  }
  choose();
}

void PrimaryFinder::ask(Watch& watch) {
  if (watch.asking) return;
  watch.asking = true;
  const k8s::Monotonic deadline = context_.clock.monotonic() + kHelloBound;
  if (!watch.connection) {
    watch.connection = std::make_unique<mongo::Connection>(
        context_, mongo::LinkOptions{.endpoint = {.host = watch.member.host, .port = watch.member.port}});
    watch.connection->open(deadline, [](const k8s::Result<void>&) {});
  }
  mongo::Command hello{.body = mongo::bson::Document{{"hello", 1}}, .deadline = deadline};
  watch.connection->run(std::move(hello),
                        [this, &watch](const k8s::Result<mongo::bson::Document>& reply) { answered(watch, reply); });
}

void PrimaryFinder::answered(Watch& watch, const k8s::Result<mongo::bson::Document>& hello) {
  watch.asking = false;
  watch.is_primary = hello && hello->flag("isWritablePrimary");
  const auto election = watch.is_primary ? hello->object_id("electionId") : std::nullopt;
  watch.election = election ? election->hex() : std::string();
  if (!hello) watch.connection.reset();
  choose();
}

// Two may claim it for a moment: the later election counts.
void PrimaryFinder::choose() {
  const Watch* best = nullptr;
  for (const auto& watch : watches_) {
    if (watch->is_primary && (best == nullptr || watch->election > best->election)) best = watch.get();
  }
  const auto now = best == nullptr ? std::nullopt : std::optional(best->member);
  if (now == primary_) return;
  primary_ = now;
  changed_();
}

}  // namespace e2e::writer
