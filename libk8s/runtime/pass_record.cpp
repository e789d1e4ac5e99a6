// SPDX-License-Identifier: Apache-2.0
#include "libk8s/runtime/pass_record.hpp"

#include <fstream>
#include <system_error>

#include <fmt/format.h>

#include "libk8s/base/hash.hpp"

namespace k8s {
namespace {

// Members that differ in every pass and alone make no new one.
constexpr const char* kTimes[] = {"now", "nowMs", "wall"};

std::uint64_t digest_without_times(json::Value observed, const json::Value& plan) {
  if (observed.is_object()) {
    for (const char* member : kTimes) observed.erase(member);
  }
  return fnv1a(json::print(observed) + '\n' + json::print(plan));
}

bool write_file(const std::filesystem::path& path, const json::Value& value) {
  std::ofstream out{path, std::ios::binary | std::ios::trunc};
  out << json::print_pretty(value);
  out.flush();
  return out.good();
}

}  // namespace

PassRecord::PassRecord(std::filesystem::path directory, Log& log, std::size_t most)
    : directory_(std::move(directory)), log_(log), most_(most) {}

void PassRecord::write(const ObjectKey& key, const json::Value& observed, const json::Value& plan) {
  const std::uint64_t digest = digest_without_times(observed, plan);
  const auto last = last_.find(key);
  if (last != last_.end() && last->second == digest) return;
  last_[key] = digest;

  std::string words = to_string(key);
  for (char& c : words) {
    if (c == '/') c = '-';
  }
  const std::filesystem::path folder = directory_ / fmt::format("{:06}-{}", ++count_, words);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const bool written =
      !error && write_file(folder / "observed.json", observed) && write_file(folder / "plan.json", plan);
  if (!written) log_.warning("a pass was not recorded", {{"folder", folder.string()}});
  kept_.push_back(folder);
  if (kept_.size() <= most_) return;
  std::filesystem::remove_all(kept_.front(), error);
  kept_.pop_front();
}

}  // namespace k8s
