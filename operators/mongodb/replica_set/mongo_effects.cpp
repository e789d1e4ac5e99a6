// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/replica_set/mongo_effects.hpp"

#include <fmt/format.h>

#include "operators/mongodb/wire/bson_edit.hpp"

namespace mongodb {
namespace {

using mongo::bson::Array;
using mongo::bson::Document;

// The server waits so long for the new configuration to reach a majority. It is installed even when that takes longer
// (50).
constexpr int kReconfigMillis = 10'000;
constexpr int kCatchUpSeconds = 10;
constexpr int kStepDownSeconds = 60;

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

// Nothing is left to cancel: the member answers, or its connection's deadline passes. Whoever asked may have gone
// meanwhile.
struct Asked final : k8s::Pending {
  std::shared_ptr<bool> wanted = std::make_shared<bool>(true);
  ~Asked() override { *wanted = false; }
};

std::optional<std::size_t> index_of(const Document& config, const std::string& host) {
  std::size_t index = 0;
  for (const auto& member : config.sub("members")) {
    if (member.sub().string("host") == host) return index;
    ++index;
  }
  return std::nullopt;
}

k8s::Error no_such_member(const std::string& host) {
  return {.code = k8s::Code::conflict, .message = fmt::format("{} is not in that configuration", host)};
}

}  // namespace

void FreezeMemory::note(const k8s::ObjectKey& set, const FreezeFact& freeze) {
  sets_[set][freeze.ordinal] = freeze;
}

std::vector<FreezeFact> FreezeMemory::of(const k8s::ObjectKey& set) const {
  std::vector<FreezeFact> all;
  const auto at = sets_.find(set);
  if (at == sets_.end()) return all;
  for (const auto& [ordinal, freeze] : at->second) all.push_back(freeze);
  return all;
}

k8s::Result<Document> edited(const Document& config, const decltype(effect::Reconfigure::change)& change) {
  const auto version = config.number("version");
  if (!version) return k8s::Error{.code = k8s::Code::internal, .message = "the configuration has no version"};
  const Document next = mongo::bson::with(config, "version", static_cast<int>(*version + 1));
  return std::visit(
      Overloaded{
          [&](const effect::Reconfigure::Add& add) -> k8s::Result<Document> {
            if (index_of(config, add.host))
              return k8s::Error{.code = k8s::Code::conflict, .message = fmt::format("{} is in it already", add.host)};
            return mongo::bson::with_appended(
                next, "members",
                Document{{"_id", static_cast<int>(add.id)}, {"host", add.host}, {"votes", 0}, {"priority", 0.0}});
          },
          [&](const effect::Reconfigure::SetVote& set) -> k8s::Result<Document> {
            const auto index = index_of(config, set.host);
            if (!index) return no_such_member(set.host);
            const std::string member = fmt::format("members.{}.", *index);
            return mongo::bson::with(mongo::bson::with(next, member + "votes", static_cast<int>(set.votes)),
                                     member + "priority", set.priority);
          },
          [&](const effect::Reconfigure::Remove& remove) -> k8s::Result<Document> {
            const auto index = index_of(config, remove.host);
            if (!index) return no_such_member(remove.host);
            return mongo::bson::without(next, fmt::format("members.{}", *index));
          },
      },
      change);
}

void MongoEffects::run(const k8s::ObjectKey& set, std::int64_t member, Document body, k8s::Millis within,
                       Members::Reply reply) {
  MemberCommand command{
      .db = "admin", .body = std::move(body), .intent = mongo::Intent::write, .deadline = clock_.monotonic() + within};
  members_.run_command(set, member, std::move(command), std::move(reply));
}

k8s::Step MongoEffects::step(const k8s::ObjectKey& set, const effect::Initiate& initiate) {
  const Document config{
      {"_id", initiate.set_name},
      {"members", Array{Document{{"_id", static_cast<int>(initiate.member)}, {"host", initiate.host}}}},
      // Whoever syncs from a member that restarts stalls, and majority writes with it: everyone syncs from the primary.
      {"settings", Document{{"chainingAllowed", false}}},
  };
  return {
      .effect = initiate.kName,
      .target = target_of(initiate),
      .because = initiate.because,
      .nature = k8s::Nature::destructive,
      .grounds = initiate.grounds,
      .perform = [this, set, member = initiate.member, config](k8s::Performed done) -> std::unique_ptr<k8s::Pending> {
        auto asked = std::make_unique<Asked>();
        run(set, member, Document{{"replSetInitiate", config}}, k8s::Millis{15'000},
            [done, wanted = asked->wanted](k8s::Result<Document> reply) {
              if (!*wanted) return;
              // It may have been our own attempt whose reply got lost.
              const bool already = !reply && reply.error().remote_code == mongo::code::kAlreadyInitialized;
              done(reply || already ? k8s::Result<void>{} : reply.error());
            });
        return asked;
      }};
}

k8s::Step MongoEffects::step(const k8s::ObjectKey& set, const effect::Reconfigure& reconfigure) {
  return {.effect = reconfigure.kName,
          .target = target_of(reconfigure),
          .because = reconfigure.because,
          .nature = k8s::Nature::destructive,
          .grounds = reconfigure.grounds,
          .perform = [this, set, reconfigure](k8s::Performed done) -> std::unique_ptr<k8s::Pending> {
            const auto raw = members_.raw_config(set, reconfigure.term, reconfigure.version);
            if (!raw) {
              done(k8s::Error{.code = k8s::Code::conflict, .message = "the configuration has moved on"});
              return nullptr;
            }
            const auto next = edited(*raw, reconfigure.change);
            if (!next) {
              done(next.error());
              return nullptr;
            }
            auto asked = std::make_unique<Asked>();
            run(set, reconfigure.primary, Document{{"replSetReconfig", *next}, {"maxTimeMS", kReconfigMillis}},
                k8s::Millis{kReconfigMillis + 5'000}, [done, wanted = asked->wanted](k8s::Result<Document> reply) {
                  if (!*wanted) return;
                  // 50: installed, and still on its way to a majority; the next pass sees it.
                  const bool installed = !reply && reply.error().remote_code == mongo::code::kMaxTimeMsExpired;
                  done(reply || installed ? k8s::Result<void>{} : reply.error());
                });
            return asked;
          }};
}

k8s::Step MongoEffects::step(const k8s::ObjectKey& set, const effect::StepDown& step_down) {
  const Document command{{"replSetStepDown", kStepDownSeconds}, {"secondaryCatchUpPeriodSecs", kCatchUpSeconds}};
  return {
      .effect = step_down.kName,
      .target = target_of(step_down),
      .because = step_down.because,
      .nature = k8s::Nature::destructive,
      .grounds = step_down.grounds,
      .perform = [this, set, member = step_down.member, command](k8s::Performed done) -> std::unique_ptr<k8s::Pending> {
        auto asked = std::make_unique<Asked>();
        run(set, member, command, k8s::Millis{20'000}, [done, wanted = asked->wanted](k8s::Result<Document> reply) {
          if (*wanted) done(reply ? k8s::Result<void>{} : reply.error());
        });
        return asked;
      }};
}

k8s::Step MongoEffects::step(const k8s::ObjectKey& set, const effect::Freeze& freeze) {
  return {.effect = freeze.kName,
          .target = target_of(freeze),
          .because = freeze.because,
          .perform = [this, set, freeze](k8s::Performed done) -> std::unique_ptr<k8s::Pending> {
            auto asked = std::make_unique<Asked>();
            const Document command{{"replSetFreeze", static_cast<int>(freeze.duration.count())}};
            run(set, freeze.member, command, k8s::Millis{5'000},
                [this, set, freeze, done, wanted = asked->wanted](k8s::Result<Document> reply) {
                  if (!*wanted) return;
                  if (reply)
                    freezes_.note(set, {.ordinal = freeze.member,
                                        .process = freeze.process,
                                        .at = clock_.monotonic(),
                                        .duration = freeze.duration});
                  done(reply ? k8s::Result<void>{} : reply.error());
                });
            return asked;
          }};
}

k8s::Step MongoEffects::step(const k8s::ObjectKey& set, const effect::SyncFrom& sync_from) {
  return {.effect = sync_from.kName,
          .target = target_of(sync_from),
          .because = sync_from.because,
          .perform = [this, set, sync_from](k8s::Performed done) -> std::unique_ptr<k8s::Pending> {
            auto asked = std::make_unique<Asked>();
            run(set, sync_from.member, Document{{"replSetSyncFrom", sync_from.source}}, k8s::Millis{5'000},
                [done, wanted = asked->wanted](k8s::Result<Document> reply) {
                  if (*wanted) done(reply ? k8s::Result<void>{} : reply.error());
                });
            return asked;
          }};
}

}  // namespace mongodb
