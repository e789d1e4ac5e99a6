// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/monitor/command_line.hpp"

namespace mongodb {
namespace {

constexpr k8s::Millis kIdle{20'000};
constexpr k8s::Millis kOpenTimeout{5'000};

}  // namespace

std::vector<std::pair<Members::Reply, k8s::Error>> CommandLine::close() {
  link_.reset();
  idle_.reset();
  std::vector<std::pair<Members::Reply, k8s::Error>> untold;
  for (auto& [number, waiting] : waiting_) {
    const bool write = waiting.intent == mongo::Intent::write;
    untold.emplace_back(std::move(waiting.reply),
                        k8s::Error{.code = write ? k8s::Code::unknown_outcome : k8s::Code::cancelled,
                                   .message = "the member is no longer watched"});
  }
  waiting_.clear();
  return untold;
}

void CommandLine::dial() {
  link_ =
      world_.dialer.dial({.endpoint = {.host = target_.address, .port = target_.port}, .identity = target_.identity});
  // Whoever waits is told by the link itself.
  link_->open(
      world_.loop.now() + kOpenTimeout, [this](const k8s::Result<void>&) { settle(); },
      [this](const k8s::Error&) { settle(); });
}

void CommandLine::run(MemberCommand command, Members::Reply reply) {
  // A broken one that has not yet told everybody takes this command too, and refuses it.
  if (!link_ || (link_->is_broken() && waiting_.empty())) dial();
  idle_.reset();
  const std::uint64_t number = ++last_;
  const mongo::Intent intent = command.intent;
  waiting_.emplace(number, Waiting{.intent = intent, .reply = std::move(reply)});
  mongo::Command sent{
      .db = std::move(command.db), .body = std::move(command.body), .intent = intent, .deadline = command.deadline};
  link_->run(std::move(sent), [this, number, intent](k8s::Result<mongo::bson::Document> result) {
    const Members::Reply told = std::move(waiting_.at(number).reply);
    waiting_.erase(number);
    settle();
    // Last: it may destroy this.
    told(mongo::checked(std::move(result), intent));
  });
}

void CommandLine::settle() {
  if (!link_ || !waiting_.empty()) return;
  if (link_->is_broken()) {
    link_.reset();
    return;
  }
  idle_ = world_.loop.after(kIdle, [this] {
    idle_.reset();
    if (waiting_.empty()) link_.reset();
  });
}

}  // namespace mongodb
