// SPDX-License-Identifier: Apache-2.0
#include "libk8s/events/event_aggregator.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace k8s {
namespace {

constexpr std::size_t kMostSourceBytes = 128;
// An Event's name is the object's, a dot and these digits; the object's part is cut so that the whole stays a name.
constexpr std::size_t kMostNameBytes = 253;

std::string object_words(const effect::EmitEvent& event) {
  return fmt::format("{}/{}/{}", event.regarding.type.kind, to_string(event.regarding.key), event.uid.str());
}

}  // namespace

std::string cut_utf8(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  const auto continues = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0u) == 0x80u; };
  while (end > 0 && continues(end)) --end;
  text.resize(end);
  return text;
}

EventAggregator::EventAggregator(EventSource source, Random& random) : source_(std::move(source)), random_(random) {
  source_.controller = cut_utf8(std::move(source_.controller), kMostSourceBytes);
  source_.instance = cut_utf8(std::move(source_.instance), kMostSourceBytes);
}

bool EventAggregator::allowed(const std::string& object, effect::EventType type, Monotonic now) {
  auto [at, fresh] = buckets_.try_emplace({object, type}, Bucket{.tokens = kBurst, .at = now});
  Bucket& bucket = at->second;
  const double refilled = static_cast<double>((now - bucket.at).count()) / static_cast<double>(kRefill.count());
  bucket.tokens = std::min<double>(kBurst, bucket.tokens + refilled);
  bucket.at = now;
  if (bucket.tokens < 1) {
    ++spam_;
    return false;
  }
  bucket.tokens -= 1;
  if (buckets_.size() > kMostSeries) {
    const auto oldest = std::min_element(buckets_.begin(), buckets_.end(),
                                         [](const auto& a, const auto& b) { return a.second.at < b.second.at; });
    buckets_.erase(oldest);
  }
  return true;
}

std::optional<EventWrite> EventAggregator::emit(const effect::EmitEvent& event, Monotonic now, Wall wall) {
  const std::string note = cut_utf8(event.because, kMostNoteBytes);
  const std::string object = object_words(event);
  const Key key{
      .object = object, .type = to_text(event.type), .reason = event.reason, .action = event.action, .note = note};
  const auto known = series_.find(key);
  if (known != series_.end() && now - known->second.last < kFinishAfter) {
    Series& series = known->second;
    ++series.count;
    series.last = now;
    series.last_wall = wall;
    // The second occurrence makes it a series at once; later ones wait for the flush.
    if (series.count > 2 && now - series.last_write < kFlushEvery) return std::nullopt;
    if (!allowed(object, event.type, now)) return std::nullopt;
    series.written = series.count;
    series.last_write = now;
    return patch(series);
  }
  if (!allowed(object, event.type, now)) return std::nullopt;
  EventWrite write = create(event, note, wall);
  series_[key] =
      Series{.event = write.key, .count = 1, .written = 1, .last_wall = wall, .last = now, .last_write = now};
  if (series_.size() > kMostSeries) evict_oldest();
  return write;
}

EventWrite EventAggregator::create(const effect::EmitEvent& event, const std::string& note, Wall wall) {
  const ObjectKey& about = event.regarding.key;
  const std::string suffix = fmt::format(".{:016x}", random_.next());
  const ObjectKey key{.ns = about.ns.empty() ? source_.fallback : about.ns,
                      .name = Name{about.name.str().substr(0, kMostNameBytes - suffix.size()) + suffix}};
  json::Value regarding{{"apiVersion", event.regarding.type.api_version()},
                        {"kind", event.regarding.type.kind},
                        {"name", about.name.str()},
                        {"uid", event.uid.str()}};
  if (!about.ns.empty()) regarding["namespace"] = about.ns.str();
  json::Value body{{"apiVersion", kEvents.api_version()},
                   {"kind", kEvents.kind},
                   {"metadata", {{"name", key.name.str()}, {"namespace", key.ns.str()}}},
                   {"eventTime", to_rfc3339_micro(wall)},
                   {"reportingController", source_.controller},
                   {"reportingInstance", source_.instance},
                   {"type", to_text(event.type)},
                   {"reason", event.reason},
                   {"action", event.action},
                   {"note", note},
                   {"regarding", std::move(regarding)}};
  return {.verb = EventWrite::Verb::create, .key = key, .body = std::move(body)};
}

EventWrite EventAggregator::patch(const Series& series) {
  return {.verb = EventWrite::Verb::patch,
          .key = series.event,
          .body = {{"series", {{"count", series.count}, {"lastObservedTime", to_rfc3339_micro(series.last_wall)}}}}};
}

std::vector<EventWrite> EventAggregator::flush(Monotonic now) {
  std::vector<EventWrite> writes;
  for (auto at = series_.begin(); at != series_.end();) {
    Series& series = at->second;
    const bool finished = now - series.last >= kFinishAfter;
    const bool due = finished || now - series.last_write >= kFlushEvery;
    if (due && series.count > series.written) {
      writes.push_back(patch(series));
      series.written = series.count;
      series.last_write = now;
    }
    at = finished ? series_.erase(at) : std::next(at);
  }
  std::erase_if(buckets_, [now](const auto& one) { return now - one.second.at >= kRefill * kBurst; });
  return writes;
}

std::optional<Monotonic> EventAggregator::next_flush() const {
  std::optional<Monotonic> next;
  for (const auto& [key, series] : series_) {
    const Monotonic finish = series.last + kFinishAfter;
    const Monotonic due = series.count > series.written ? std::min(finish, series.last_write + kFlushEvery) : finish;
    if (!next || due < *next) next = due;
  }
  return next;
}

void EventAggregator::lost(const ObjectKey& event) {
  std::erase_if(series_, [&](const auto& one) { return one.second.event == event; });
}

void EventAggregator::evict_oldest() {
  const auto oldest = std::min_element(series_.begin(), series_.end(),
                                       [](const auto& a, const auto& b) { return a.second.last < b.second.last; });
  series_.erase(oldest);
}

}  // namespace k8s
