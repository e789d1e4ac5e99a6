// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/quorum.hpp"

#include <memory>

#include <fmt/format.h>

namespace simmongod {
namespace {

struct Poll {
  SetConfig config;
  QuorumOf of = QuorumOf::all_members;
  QuorumDone done;
  std::size_t outstanding = 0;
  int voters = 0;
  bool electable = false;
  std::vector<std::string> responded;
  std::string bad;
  std::optional<Refusal> veto;
};
using PollPtr = std::shared_ptr<Poll>;

void close(Member& member, const Poll& poll) {
  if (poll.veto) return poll.done(member, poll.veto);
  if (poll.of == QuorumOf::all_members) {
    if (poll.bad.empty()) return poll.done(member, {});
    return poll.done(member,
                     refuse(Err::node_not_found,
                            "replSetInitiate quorum check failed because not all proposed set members responded "
                            "affirmatively: " +
                                poll.bad));
  }
  const int needed = poll.config.vote_majority();
  if (poll.voters >= needed && poll.electable) return poll.done(member, {});
  std::string text = "Quorum check failed because not enough electable nodes responded; at least one required";
  if (poll.voters < needed) {
    std::string names;
    for (const std::string& host : poll.responded) names += (names.empty() ? "" : ", ") + host;
    text = fmt::format(
        "Quorum check failed because not enough voting nodes responded; required {} but only the following {} voting "
        "nodes "
        "responded: {}",
        needed, poll.responded.size(), names);
  }
  if (!poll.bad.empty()) text += "; the following nodes did not respond affirmatively: " + poll.bad;
  poll.done(member, refuse(Err::node_not_found, text));
}

void count(Poll& poll, const MemberConfig& one) {
  if (one.is_voter()) {
    ++poll.voters;
    poll.responded.push_back(one.host);
  }
  poll.electable = poll.electable || one.is_electable();
}

void answered(Poll& poll, const MemberConfig& one, const PeerAnswer& reply) {
  std::string why;
  if (!reply) {
    why = reply.error().message;
  } else if (reply->real("ok") == 0.0) {
    // A removed member refuses heartbeats but can be taken in again.
    const bool removed = reply->number("code") == static_cast<int>(Err::invalid_replica_set_config);
    if (!removed || poll.of == QuorumOf::all_members) why = reply->string("errmsg").value_or("");
  } else if (poll.of == QuorumOf::all_members && reply->number("v").value_or(-2) > 0) {
    why = fmt::format("{} is already initialized", one.host);
  }
  if (why.empty()) return count(poll, one);
  poll.bad += (poll.bad.empty() ? "" : ", ") + fmt::format("{} failed with {}", one.host, why);
}

}  // namespace

void check_quorum(Member& member, const SetConfig& config, QuorumOf of, QuorumDone done) {
  auto poll = std::make_shared<Poll>();
  poll->config = config;
  poll->of = of;
  poll->done = std::move(done);
  const std::string own = own_config(member) == nullptr ? std::string() : own_config(member)->host;
  const bson::Document request{{"replSetHeartbeat", member.options.set_name},
                               {"configVersion", std::int64_t{-2}},
                               {"configTerm", std::int64_t{-1}},
                               {"hbv", 1},
                               {"from", ""},
                               {"fromId", std::int64_t{-1}},
                               {"term", std::int64_t{-1}},
                               {"primaryId", std::int64_t{-1}}};
  std::vector<const MemberConfig*> others;
  for (const MemberConfig& one : poll->config.members) {
    if (one.host == own) {
      count(*poll, one);
    } else {
      others.push_back(&one);
    }
  }
  poll->outstanding = others.size();
  if (others.empty()) return close(member, *poll);
  for (const MemberConfig* one : others) {
    ask_peer(member, one->host, Channel::control, request, k8s::Millis(10000),
             [poll, asked = *one](Member& later, const PeerAnswer& reply) {
               answered(*poll, asked, reply);
               if (--poll->outstanding == 0) close(later, *poll);
             });
  }
}

}  // namespace simmongod
