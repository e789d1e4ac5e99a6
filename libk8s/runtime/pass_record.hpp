// SPDX-License-Identifier: Apache-2.0
// `--record DIR`: what did every pass see and decide? Writes DIR/{n}-{key}/observed.json and plan.json.
//
// A pass whose pair equals the previous one of its key, its `now`, `nowMs` and `wall` aside, is not written; no more
// than `most` passes are kept, the oldest go.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <string>

#include "libk8s/api/object_key.hpp"
#include "libk8s/base/log.hpp"
#include "libk8s/json/value.hpp"

namespace k8s {

class PassRecord {
 public:
  PassRecord(std::filesystem::path directory, Log& log, std::size_t most = 2'000);

  void write(const ObjectKey& key, const json::Value& observed, const json::Value& plan);
  std::uint64_t written() const { return count_; }

 private:
  std::filesystem::path directory_;
  Log& log_;
  std::size_t most_;
  std::uint64_t count_ = 0;
  std::map<ObjectKey, std::uint64_t> last_;
  std::deque<std::filesystem::path> kept_;
};

}  // namespace k8s
