// SPDX-License-Identifier: Apache-2.0
// What does each member hold? Every one is read directly, not through the primary, until all agree or time is up.
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>

#include <boost/asio/steady_timer.hpp>

#include "libk8s/base/system_clock.hpp"
#include "operators/mongodb/wire/connection.hpp"
#include "operators/mongodb/wire/worker_pool.hpp"
#include "tests/e2e/writer/members_file.hpp"
#include "tests/e2e/writer/verdict.hpp"
#include "tests/e2e/writer/write_run.hpp"

namespace e2e::writer {
namespace {

using mongo::bson::Document;

constexpr k8s::Millis kReadBound{60'000};
constexpr int kBatch = 5'000;

// find, then getMore until the cursor is used up; one collection after the other.
class Reading {
 public:
  Reading(const mongo::WireContext& context, const Target& target, const mongo::Identity& identity, std::string run,
          const MemberAddress& member, MemberData& data)
      : target_(target),
        run_(std::move(run)),
        data_(data),
        deadline_(context.clock.monotonic() + kReadBound),
        connection_(context, {.endpoint = {.host = member.host, .port = member.port}, .identity = identity}) {}

  void begin() {
    connection_.open(deadline_, [](const k8s::Result<void>&) {});
    find(target_.collection);
  }

 private:
  void find(const std::string& collection) {
    collection_ = collection;
    send({{"find", collection}, {"filter", Document{}}, {"batchSize", kBatch}}, "cursor.firstBatch");
  }

  void send(const Document& command, const char* batch) {
    // Members that are not primary answer only those who say that they know.
    mongo::Command asked{
        .db = target_.database,
        .body = mongo::bson::Builder(command).append("$readPreference", Document{{"mode", "primaryPreferred"}}).done(),
        .deadline = deadline_};
    connection_.run(std::move(asked), [this, batch](k8s::Result<Document> reply) {
      const auto answer = mongo::checked(std::move(reply));
      if (!answer) {
        data_.problem = k8s::to_string(answer.error());
        return connection_.close();
      }
      take(*answer, batch);
    });
  }

  void take(const Document& reply, const char* batch) {
    for (const mongo::bson::Element& row : reply.sub(batch)) {
      const std::string id = row.sub().string("_id").value_or("");
      if (collection_ != target_.collection) {
        if (id == run_) data_.counter = row.sub().number("n");
      } else if (run_of(id) == run_) {
        data_.ids.push_back(id);
      }
    }
    const std::int64_t cursor = reply.number("cursor.id").value_or(0);
    if (cursor != 0)
      return send({{"getMore", cursor}, {"collection", collection_}, {"batchSize", kBatch}}, "cursor.nextBatch");
    if (collection_ == target_.collection) return find(counter_collection(target_));
    connection_.close();
  }

  const Target& target_;
  std::string run_;
  MemberData& data_;
  k8s::Monotonic deadline_;
  std::string collection_;
  mongo::Connection connection_;
};

std::map<std::string, MemberData> read_members(const Target& target, const k8s::SecretBytes& key,
                                               const std::string& run, const std::vector<MemberAddress>& members) {
  boost::asio::io_context loop;
  const k8s::SystemClock clock;
  mongo::ThreadWorkerPool pool(loop);
  mongo::KeyDeriver keys(pool);
  const mongo::WireContext context{.loop = loop, .clock = clock, .keys = keys};
  std::map<std::string, MemberData> data;
  std::vector<std::unique_ptr<Reading>> readings;
  for (const MemberAddress& member : members) {
    readings.push_back(
        std::make_unique<Reading>(context, target, mongo::Identity::system(key), run, member, data[member.name]));
    readings.back()->begin();
  }
  loop.run();
  return data;
}

}  // namespace

int run_check(const Target& target, std::int64_t settle_seconds) {
  const k8s::SecretBytes key = read_key(target.keyfile_path);
  std::ifstream file(target.log_path);
  std::ostringstream text;
  text << file.rdbuf();
  const std::vector<Event> log = last_run(parse_log(text.str()));
  MembersFile members(target.members_path);
  members.look();
  if (key.empty() || log.empty() || members.members().empty()) {
    std::cerr << "nothing to check: no key, no event in the log, or no member in the members file\n";
    return 2;
  }
  const std::string run(run_of(log.front().id));
  const k8s::SystemClock clock;
  const k8s::Monotonic deadline = clock.monotonic() + k8s::Seconds{settle_seconds};
  std::map<std::string, MemberData> data;
  for (;;) {
    members.look();
    data = read_members(target, key, run, members.members());
    if (all_equal(data) || clock.monotonic() >= deadline) break;
    boost::asio::io_context loop;
    boost::asio::steady_timer(loop, k8s::Seconds{1}).wait();
  }
  const Verdict verdict = judge(log, data);
  std::cout << k8s::json::print_pretty(to_json(verdict, data));
  if (!verdict.is_clean()) return 1;
  return verdict.all_read ? 0 : 2;
}

}  // namespace e2e::writer
