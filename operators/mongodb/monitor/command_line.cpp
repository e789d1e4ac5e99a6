// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/monitor/command_line.hpp"

#include <boost/asio/post.hpp>

namespace mongodb {
namespace {

constexpr k8s::Millis kIdle{20'000};
constexpr k8s::Millis kOpenTimeout{5'000};

}  // namespace

CommandLine::CommandLine(const mongo::WireContext& context, const MemberTarget& target)
    : context_(context), target_(target), idle_(context.loop), self_(std::make_shared<CommandLine*>(this)) {}

CommandLine::~CommandLine() {
  *self_ = nullptr;
  connection_.reset();
  for (auto& [number, waiting] : waiting_) {
    const bool write = waiting.intent == mongo::Intent::write;
    k8s::Error error{.code = write ? k8s::Code::unknown_outcome : k8s::Code::cancelled,
                     .message = "the member is no longer watched"};
    boost::asio::post(context_.loop, [reply = std::move(waiting.reply), error = std::move(error)] { reply(error); });
  }
}

void CommandLine::dial() {
  mongo::ConnectionOptions options{.endpoint = {.host = target_.address, .port = target_.port},
                                   .identity = target_.identity};
  connection_ = std::make_unique<mongo::Connection>(context_, std::move(options));
  // Whoever waits is told by the connection itself.
  connection_->open(
      context_.clock.monotonic() + kOpenTimeout, [this](const k8s::Result<void>&) { settle(); },
      [this](const k8s::Error&) { settle(); });
}

void CommandLine::run(MemberCommand command, Members::Reply reply) {
  // A broken one that has not yet told everybody takes this command too, and refuses it.
  if (!connection_ || (connection_->is_broken() && waiting_.empty())) dial();
  idle_.cancel();
  const std::uint64_t number = ++last_;
  const mongo::Intent intent = command.intent;
  waiting_.emplace(number, Waiting{.intent = intent, .reply = std::move(reply)});
  mongo::Command sent{
      .db = std::move(command.db), .body = std::move(command.body), .intent = intent, .deadline = command.deadline};
  connection_->run(std::move(sent), [this, number, intent](k8s::Result<mongo::bson::Document> result) {
    const Members::Reply told = std::move(waiting_.at(number).reply);
    waiting_.erase(number);
    settle();
    // Last: it may destroy this.
    told(mongo::checked(std::move(result), intent));
  });
}

void CommandLine::settle() {
  if (!connection_ || !waiting_.empty()) return;
  if (connection_->is_broken()) {
    connection_.reset();
    return;
  }
  idle_.expires_after(kIdle);
  idle_.async_wait([self = self_](boost::system::error_code error) {
    if (!error && *self != nullptr && (*self)->waiting_.empty()) (*self)->connection_.reset();
  });
}

}  // namespace mongodb
