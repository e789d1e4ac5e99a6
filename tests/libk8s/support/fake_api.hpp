// SPDX-License-Identifier: Apache-2.0
// A small API server in memory, behind the HttpClient port: list, watch, bookmarks, POST, PUT, PATCH, DELETE, eviction,
// and faults.
//
// Real where clients depend on it: resourceVersions, 409 by uid and version, 410 for compacted versions, synthetic
// events, an unchanged object keeps its version. Everything else is left out. Answers come `latency` later on the
// virtual loop.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libk8s/api/object_key.hpp"
#include "libk8s/api/resource_type.hpp"
#include "libk8s/client/paths.hpp"
#include "libk8s/json/value.hpp"
#include "libk8s/transport/http_client.hpp"
#include "tests/libk8s/support/virtual_loop.hpp"

namespace k8s::test {

using json::Value;

class FakeApi final : public HttpClient {
 public:
  enum class Fault {
    refuse,       // unavailable: nothing was carried out
    apply_reset,  // carried out, the reply lost
    hang,         // no answer before the deadline
    status,       // answered with `status`
  };
  struct Rule {
    std::function<bool(const Request&)> matches;
    Fault fault = Fault::refuse;
    int status = 500;
    int times = 1;
    std::optional<Millis> retry_after = {};
  };

  explicit FakeApi(VirtualLoop& loop) : loop_(loop) {}

  // ---- the test's side
  void fault(Rule rule) { rules_.push_back(std::move(rule)); }
  // Creates or replaces, as somebody else would.
  Value put(const ResourceType& type, Value object) {
    const ObjectKey key = key_of(object);
    auto& all = objects_[collection_path(type, {})];
    const bool known = all.contains(key);
    object["kind"] = type.kind;
    object["apiVersion"] = type.api_version();
    if (!object["metadata"].contains("uid")) {
      object["metadata"]["uid"] = known ? all[key]["metadata"]["uid"] : Value("uid-" + std::to_string(++uids_));
    }
    return store(collection_path(type, {}), std::move(object), known ? "MODIFIED" : "ADDED");
  }
  void remove(const ResourceType& type, const ObjectKey& key) { erase(collection_path(type, {}), key); }
  const Value* find(const ResourceType& type, const ObjectKey& key) {
    auto& all = objects_[collection_path(type, {})];
    const auto at = all.find(key);
    return at == all.end() ? nullptr : &at->second;
  }
  std::size_t count(const ResourceType& type) { return objects_[collection_path(type, {})].size(); }
  // Versions up to now can be watched from no more.
  void compact() { compacted_ = rv_; }
  // The server was restored from a backup.
  void rewind(std::int64_t rv) {
    rv_ = rv;
    compacted_ = 0;
    log_.clear();
  }
  void bookmark() {
    for (const auto& watcher : watchers_) send(*watcher, bookmark_line(false));
  }
  // Every stream ends: in good order, or broken.
  void end_streams(const Result<void>& how) {
    for (const auto& watcher : std::exchange(watchers_, {})) {
      deliver(watcher, [watcher, how] { watcher->handlers.on_end(how); });
    }
  }
  std::size_t streams() {
    std::erase_if(watchers_, [](const auto& one) { return !one->alive; });
    return watchers_.size();
  }
  std::size_t requests(Method method, const std::string& part) const {
    std::size_t n = 0;
    for (const Request& one : seen) n += one.method == method && target_of(one).find(part) != std::string::npos;
    return n;
  }
  std::int64_t rv() const { return rv_; }

  std::vector<Request> seen;
  Millis latency{5};
  bool closing_bookmarks = true;
  bool streaming_lists = true;
  bool events_flow = true;    // false: watches stay open and silent
  bool graceful_pods = true;  // a deleted pod terminates until finish_pod()
  bool budget_refuses = false;
  int uids_ = 0;

  // The kubelet is done with it.
  void finish_pod(const ObjectKey& key) { erase(collection_path(kPods, {}), key); }

  // ---- HttpClient
  std::unique_ptr<Call> send(Request request, std::function<void(Result<Reply>)> done) override {
    seen.push_back(request);
    auto pending = std::make_shared<Pending>();
    const Rule rule = take_rule(request);
    if (rule.matches && rule.fault == Fault::hang) {
      deliver(
          pending, [done] { done(Error{.code = Code::timeout, .message = "no answer in time"}); }, request.deadline);
    } else if (rule.matches && rule.fault == Fault::refuse) {
      deliver(pending, [done] { done(Error{.code = Code::unavailable, .message = "connection refused"}); });
    } else if (rule.matches && rule.fault == Fault::status) {
      Reply reply = status(rule.status, "Injected", "injected");
      reply.retry_after = rule.retry_after;
      deliver(pending, [done, reply] { done(reply); });
    } else {
      const Reply reply = answer(request);
      const bool lost = rule.matches && rule.fault == Fault::apply_reset;
      deliver(pending, [done, reply, lost] {
        if (lost)
          done(Error{.code = Code::unknown_outcome, .message = "connection reset"});
        else
          done(reply);
      });
    }
    return std::make_unique<Handle>(pending);
  }

  std::unique_ptr<Call> stream(Request request, StreamHandlers handlers) override {
    seen.push_back(request);
    auto watcher = std::make_shared<Watcher>();
    watcher->handlers = std::move(handlers);
    const Rule rule = take_rule(request);
    if (rule.matches && rule.fault != Fault::status) {
      deliver(watcher, [watcher] {
        watcher->handlers.on_end(Error{.code = Code::unavailable, .message = "connection refused"});
      });
    } else if (rule.matches) {
      Reply reply = status(rule.status, "Injected", "injected");
      reply.retry_after = rule.retry_after;
      refuse(watcher, reply);
    } else {
      open(watcher, request);
    }
    return std::make_unique<Handle>(watcher);
  }

 private:
  struct Pending {
    bool alive = true;
    std::vector<std::unique_ptr<Loop::Timer>> timers;
  };
  struct Watcher : Pending {
    StreamHandlers handlers;
    std::string collection;
    Namespace ns;
    Name single;
  };
  class Handle final : public Call {
   public:
    explicit Handle(std::shared_ptr<Pending> pending) : pending_(std::move(pending)) {}
    ~Handle() override {
      pending_->alive = false;
      pending_->timers.clear();
    }

   private:
    std::shared_ptr<Pending> pending_;
  };
  struct Place {
    std::string collection;
    ObjectKey key;
    std::string sub;
    bool watch_path = false;
  };
  struct Event {
    std::int64_t rv;
    std::string collection;
    std::string type;
    Value object;
  };

  template <class P>
  void deliver(const std::shared_ptr<P>& to, std::function<void()> what, std::optional<Millis> delay = {}) {
    to->timers.push_back(loop_.after(delay.value_or(latency), [to, what = std::move(what)] {
      if (to->alive) what();
    }));
  }

  static ObjectKey key_of(const Value& object) {
    const Value& metadata = object.at("metadata");
    return {.ns = Namespace{metadata.value("namespace", "")}, .name = Name{metadata.value("name", "")}};
  }
  static std::string parameter(const Request& request, const std::string& name) {
    for (const auto& [key, value] : request.query) {
      if (key == name) return value;
    }
    return {};
  }
  // Null when there is none.
  static Value member(const Value& object, const char* outer, const char* inner) {
    const auto at = object.find(outer);
    if (at == object.end() || !at->is_object() || !at->contains(inner)) return nullptr;
    return (*at)[inner];
  }
  static Reply status(int code, const std::string& reason, const std::string& message) {
    const Value body{
        {"kind", "Status"}, {"code", code}, {"reason", reason}, {"message", message}, {"details", {{"name", "x"}}}};
    return {.status = code, .body = json::print(body), .retry_after = {}, .warnings = {}};
  }
  static Reply ok(const Value& body, int code = 200) {
    return {.status = code, .body = json::print(body), .retry_after = {}, .warnings = {}};
  }

  Rule take_rule(const Request& request) {
    for (auto at = rules_.begin(); at != rules_.end(); ++at) {
      if (!at->matches(request)) continue;
      Rule rule = *at;
      if (--at->times == 0) rules_.erase(at);
      return rule;
    }
    return {};
  }

  // /api/v1/[watch/][namespaces/NS/]PLURAL[/NAME[/SUB]]
  static Place place_of(const std::string& path) {
    std::vector<std::string> parts;
    std::string part;
    for (const char c : path.substr(1) + "/") {
      if (c == '/')
        parts.push_back(std::exchange(part, {}));
      else
        part += c;
    }
    Place place;
    std::size_t at = parts[0] == "api" ? 2 : 3;
    for (std::size_t i = 0; i < at; ++i) place.collection += "/" + parts[i];
    if (parts.size() > at && parts[at] == "watch") {
      place.watch_path = true;
      ++at;
    }
    if (parts.size() > at + 2 && parts[at] == "namespaces") {
      place.key.ns = Namespace{parts[at + 1]};
      at += 2;
    }
    place.collection += "/" + parts[at];
    if (parts.size() > at + 1) place.key.name = Name{parts[at + 1]};
    if (parts.size() > at + 2) place.sub = parts[at + 2];
    return place;
  }

  Value store(const std::string& collection, Value object, const std::string& type) {
    object["metadata"]["resourceVersion"] = std::to_string(++rv_);
    objects_[collection][key_of(object)] = object;
    publish({rv_, collection, type, object});
    return object;
  }
  void erase(const std::string& collection, const ObjectKey& key) {
    auto& all = objects_[collection];
    const auto at = all.find(key);
    if (at == all.end()) return;
    Value last = std::move(at->second);
    all.erase(at);
    last["metadata"]["resourceVersion"] = std::to_string(++rv_);
    publish({rv_, collection, "DELETED", std::move(last)});
  }
  void publish(Event event) {
    log_.push_back(event);
    for (const auto& watcher : watchers_) {
      if (sees(*watcher, event.collection, event.object)) send(*watcher, line(event.type, event.object));
    }
  }
  static bool sees(const Watcher& watcher, const std::string& collection, const Value& object) {
    const ObjectKey key = key_of(object);
    return watcher.collection == collection && (watcher.ns.empty() || watcher.ns == key.ns) &&
           (watcher.single.empty() || watcher.single == key.name);
  }
  static std::string line(const std::string& type, const Value& object) {
    return json::print({{"type", type}, {"object", object}}) + "\n";
  }
  std::string bookmark_line(bool closing) const {
    Value object{{"metadata", {{"resourceVersion", std::to_string(rv_)}}}};
    if (closing) object["metadata"]["annotations"]["k8s.io/initial-events-end"] = "true";
    return line("BOOKMARK", object);
  }
  void send(Watcher& watcher, std::string bytes) {
    if (!watcher.alive || !events_flow) return;
    // In two pieces, as a network would.
    const std::size_t half = bytes.size() / 2;
    Watcher* const to = &watcher;
    watcher.timers.push_back(
        loop_.after(latency, [to, first = bytes.substr(0, half)] { to->handlers.on_bytes(first); }));
    watcher.timers.push_back(loop_.after(latency, [to, rest = bytes.substr(half)] {
      if (to->alive) to->handlers.on_bytes(rest);
    }));
  }

  void refuse(const std::shared_ptr<Watcher>& watcher, const Reply& reply) {
    deliver(watcher, [watcher, reply] {
      watcher->handlers.on_open({.status = reply.status, .body = {}, .retry_after = reply.retry_after, .warnings = {}});
      if (watcher->alive) watcher->handlers.on_bytes(reply.body);
      if (watcher->alive) watcher->handlers.on_end({});
    });
  }

  void open(const std::shared_ptr<Watcher>& watcher, const Request& request) {
    const Place place = place_of(request.path);
    watcher->collection = place.collection;
    watcher->ns = place.key.ns;
    watcher->single = place.key.name;
    const std::string from = parameter(request, "resourceVersion");
    const bool initial = parameter(request, "sendInitialEvents") == "true";
    if (initial && !streaming_lists) return refuse(watcher, status(422, "Invalid", "sendInitialEvents: Forbidden"));
    const std::int64_t start = from.empty() ? 0 : std::stoll(from);
    if (start > rv_) return refuse(watcher, status(504, "Timeout", "Too large resource version"));
    deliver(watcher,
            [watcher] { watcher->handlers.on_open({.status = 200, .body = {}, .retry_after = {}, .warnings = {}}); });
    watchers_.push_back(watcher);
    if (!initial && start != 0 && start < compacted_) {
      const Value gone = *json::parse_value(status(410, "Expired", "too old resource version").body);
      return send(*watcher, line("ERROR", gone));
    }
    if (initial || start == 0) {
      for (const auto& [key, object] : objects_[place.collection]) {
        if (sees(*watcher, place.collection, object)) send(*watcher, line("ADDED", object));
      }
      if (initial && closing_bookmarks) send(*watcher, bookmark_line(true));
      return;
    }
    for (const Event& event : log_) {
      if (event.rv > start && sees(*watcher, event.collection, event.object))
        send(*watcher, line(event.type, event.object));
    }
  }

  // ---- verbs

  Reply answer(const Request& request) {
    const Place place = place_of(request.path);
    switch (request.method) {
      case Method::get: return place.key.name.empty() ? list(request, place) : get(place);
      case Method::post: return place.sub == "eviction" ? evict(request, place) : post(request, place);
      case Method::put: return replace(request, place);
      case Method::patch: return patch(request, place);
      case Method::remove: return remove(request, place);
    }
    return status(405, "MethodNotAllowed", "");
  }

  Value* at(const Place& place) {
    auto& all = objects_[place.collection];
    const auto found = all.find(place.key);
    return found == all.end() ? nullptr : &found->second;
  }
  Reply missing(const Place& place) {
    return status(404, "NotFound", place.collection + " \"" + place.key.name.str() + "\" not found");
  }
  Reply get(const Place& place) {
    const Value* object = at(place);
    return object ? ok(*object) : missing(place);
  }

  Reply list(const Request& request, const Place& place) {
    const std::string from = parameter(request, "resourceVersion");
    if (!from.empty() && std::stoll(from) > rv_) return status(504, "Timeout", "Too large resource version");
    const std::string limit_text = parameter(request, "limit");
    const std::size_t limit = limit_text.empty() ? SIZE_MAX : std::stoul(limit_text);
    const std::string after = parameter(request, "continue");
    Value items = Value::array();
    std::string last;
    bool more = false;
    for (const auto& [key, object] : objects_[place.collection]) {
      if (!place.key.ns.empty() && key.ns != place.key.ns) continue;
      if (!after.empty() && to_string(key) <= after) continue;
      if (items.size() == limit) {
        more = true;
        break;
      }
      items.push_back(object);
      last = to_string(key);
    }
    Value metadata{{"resourceVersion", std::to_string(rv_)}};
    if (more) metadata["continue"] = last;
    return ok({{"kind", "List"}, {"metadata", metadata}, {"items", items}});
  }

  Reply post(const Request& request, Place place) {
    Value object = *json::parse_value(request.body);
    place.key = key_of(object);
    if (at(place)) return status(409, "AlreadyExists", place.key.name.str() + " already exists");
    object["metadata"]["uid"] = "uid-" + std::to_string(++uids_);
    return ok(store(place.collection, std::move(object), "ADDED"), 201);
  }

  Reply update(const Place& place, const Value& before, Value after) {
    if (after == before) return ok(before);
    return ok(store(place.collection, std::move(after), "MODIFIED"));
  }

  Reply replace(const Request& request, const Place& place) {
    Value* live = at(place);
    if (!live) return missing(place);
    Value wanted = *json::parse_value(request.body);
    const std::string expected = (*live)["metadata"]["resourceVersion"];
    if (wanted["metadata"].value("resourceVersion", "") != expected) return conflict();
    return update(place, *live, std::move(wanted));
  }

  Reply patch(const Request& request, const Place& place) {
    Value* live = at(place);
    Value change = *json::parse_value(request.body);
    if (request.content_type.find("apply") != std::string::npos) {
      const Value uid = member(change, "metadata", "uid");
      if (!live) {
        if (!uid.is_null()) return conflict();
        change["metadata"]["uid"] = "uid-" + std::to_string(++uids_);
        return ok(store(place.collection, std::move(change), "ADDED"), 201);
      }
      if (!uid.is_null() && uid != (*live)["metadata"]["uid"]) return conflict();
    }
    if (!live) return missing(place);
    Value after = *live;
    if (change.is_array()) {
      for (const Value& one : change) {
        if (one["path"] == "/metadata/resourceVersion" && one["value"] != (*live)["metadata"]["resourceVersion"])
          return conflict();
        if (one["path"] == "/status") after["status"] = one["value"];
      }
    } else {
      const Value expected = member(change, "metadata", "resourceVersion");
      if (!expected.is_null() && expected != (*live)["metadata"]["resourceVersion"]) return conflict();
      after.merge_patch(change);
    }
    return update(place, *live, std::move(after));
  }

  static Reply conflict() { return status(409, "Conflict", "the object has been modified"); }

  Reply evict(const Request& request, const Place& place) {
    if (budget_refuses) {
      Reply reply = status(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.");
      reply.retry_after = Millis{10'000};
      return reply;
    }
    const Value body = *json::parse_value(request.body);
    return removal(place, body.value("deleteOptions", Value::object()));
  }
  Reply remove(const Request& request, const Place& place) {
    return removal(place, request.body.empty() ? Value::object() : *json::parse_value(request.body));
  }
  Reply removal(const Place& place, const Value& options) {
    Value* live = at(place);
    if (!live) return missing(place);
    const Value uid = member(options, "preconditions", "uid");
    if (!uid.is_null() && uid != (*live)["metadata"]["uid"]) return conflict();
    const bool waits = !(*live)["metadata"].value("finalizers", Value::array()).empty() ||
                       (graceful_pods && place.collection == collection_path(kPods, {}));
    if (waits) {
      Value after = *live;
      after["metadata"]["deletionTimestamp"] = to_rfc3339(loop_.clock().wall());
      const Reply reply = update(place, *live, std::move(after));
      return place.sub.empty() ? reply : ok({{"kind", "Status"}, {"status", "Success"}}, 201);
    }
    erase(place.collection, place.key);
    return ok({{"kind", "Status"}, {"status", "Success"}});
  }

  VirtualLoop& loop_;
  std::map<std::string, std::map<ObjectKey, Value>> objects_;
  std::vector<Event> log_;
  std::vector<std::shared_ptr<Watcher>> watchers_;
  std::deque<Rule> rules_;
  std::int64_t rv_ = 100;
  std::int64_t compacted_ = 0;
};

// ---- matching requests

inline std::function<bool(const Request&)> on(Method method, std::string part) {
  return [method, part = std::move(part)](const Request& request) {
    return request.method == method && target_of(request).find(part) != std::string::npos;
  };
}

inline Value pod(const std::string& name, const std::string& ns = "databases") {
  return {{"metadata", {{"name", name}, {"namespace", ns}, {"labels", {{"set", "orders"}}}}},
          {"status", {{"phase", "Running"}}}};
}

}  // namespace k8s::test
