// SPDX-License-Identifier: Apache-2.0
#include "libk8s/cache/reflector.hpp"

#include <algorithm>

#include "libk8s/api/resource_version.hpp"
#include "libk8s/client/api_error.hpp"
#include "libk8s/client/paths.hpp"

namespace k8s {
namespace {

constexpr Millis kListDeadline{60'000};
constexpr Millis kHeadDeadline{30'000};
// What is kept of a refused stream's body.
constexpr std::size_t kMostErrorBytes = 64u << 10;

struct Stub {
  ObjectKey key;
  Uid uid;
  ResourceVersion rv;
};

std::string text_at(const json::Node& node, const char* outer, const char* inner) {
  const auto child = node.at(outer, inner);
  return std::string{child ? child->string().value_or("") : ""};
}

Stub stub_of(const json::Node& object) {
  return {.key = {.ns = Namespace{text_at(object, "metadata", "namespace")},
                  .name = Name{text_at(object, "metadata", "name")}},
          .uid = Uid{text_at(object, "metadata", "uid")},
          .rv = ResourceVersion{text_at(object, "metadata", "resourceVersion")}};
}

bool ends_initial_events(const json::Node& object) {
  const auto mark = object.at("metadata", "annotations", "k8s.io/initial-events-end");
  return mark && mark->string() == "true";
}

}  // namespace

Reflector::Reflector(World world, StoreBase& store, WatchScope scope, WatchConfig config)
    : world_(world),
      store_(store),
      scope_(std::move(scope)),
      machine_(config, world.random),
      live_(world.loop, world.http, store, scope_,
            {.may_merge = [this] { return machine_.phase() == WatchPhase::watching; },
             .listed_at =
                 [this](const ResourceVersion& rv) {
                   const bool went_back = is_newer(machine_.resource_version(), rv).value_or(false);
                   if (went_back)
                     perform(machine_.distrust(world_.loop.now()));
                   else
                     machine_.refreshed(rv);
                   return !went_back;
                 },
             .take = [this](const json::Node& object) { take(object, Origin::list); }}) {}

void Reflector::start() {
  perform(machine_.start(world_.loop.now()));
}

void Reflector::perform(const WatchMachine::Actions& actions) {
  for (const WatchAction& action : actions) {
    std::visit([this](const auto& one) { act(one); }, action);
  }
}

// ---- actions

void Reflector::act(const watch_action::List& list) {
  drop_call();
  Request request{
      .method = Method::get, .path = {}, .query = {}, .content_type = {}, .body = {}, .deadline = kListDeadline};
  if (scope_.is_one_object()) {
    request.path = object_path(store_.type(), {.ns = {}, .name = scope_.single});
  } else {
    request.path = collection_path(store_.type(), scope_.ns);
    const auto add = [&request](const char* name, const std::string& value) {
      if (!value.empty()) request.query.emplace_back(name, value);
    };
    add("labelSelector", scope_.label_selector);
    add("fieldSelector", field_selector_of(scope_));
    if (list.limit > 0) add("limit", std::to_string(list.limit));
    add("continue", list.continue_token);
    add("resourceVersion", list.rv.str());
    add("resourceVersionMatch", list.match);
  }
  call_ = world_.http.send(std::move(request), [this, attempt = attempt_](const Result<Reply>& reply) {
    if (attempt == attempt_) on_page(reply);
  });
}

void Reflector::act(const watch_action::Watch& watch) {
  drop_call();
  framer_ = LineFramer{};
  refused_ = {};
  WatchOptions options{.label_selector = scope_.label_selector,
                       .field_selector = field_selector_of(scope_),
                       .resource_version = watch.rv.str(),
                       .bookmarks = true,
                       .send_initial_events = watch.send_initial,
                       .timeout = watch.timeout};
  Request request = scope_.is_one_object()
                        ? watch_one_request(store_.type(), {.ns = {}, .name = scope_.single}, options)
                        : watch_request(store_.type(), scope_.ns, options);
  request.deadline = kHeadDeadline;
  request.idle = Millis{watch.timeout} + kHeadDeadline;
  const std::uint64_t attempt = attempt_;
  call_ = world_.http.stream(std::move(request), {.on_open =
                                                      [this, attempt](const Reply& head) {
                                                        if (attempt == attempt_) on_head(head);
                                                      },
                                                  .on_bytes =
                                                      [this, attempt](std::string_view bytes) {
                                                        if (attempt == attempt_) on_bytes(bytes);
                                                      },
                                                  .on_end =
                                                      [this, attempt](const Result<void>& end) {
                                                        if (attempt == attempt_) on_end(end);
                                                      }});
}

void Reflector::act(const watch_action::Cancel&) {
  drop_call();
}

void Reflector::act(const watch_action::SetTimer& timer) {
  timer_ = world_.loop.after(timer.at - world_.loop.now(), [this] {
    timer_.reset();
    perform(machine_.timer_fired(world_.loop.now()));
  });
}

void Reflector::act(const watch_action::BeginGeneration&) {
  live_.abandon();
  store_.begin_generation();
}

void Reflector::act(const watch_action::Sweep& sweep) {
  const bool first = !store_.synced();
  store_.sweep(sweep.rv, sweep.new_epoch ? SweepKind::new_epoch : SweepKind::same_epoch, world_.loop.now());
  trouble_.clear();
  world_.log.write(
      first ? LogLevel::info : LogLevel::debug, first ? "store synced" : "store listed again",
      {{"kind", std::string{store_.type().kind}}, {"objects", std::to_string(store_.size())}, {"rv", sweep.rv.str()}});
  if (sweep.new_epoch) {
    world_.log.warning("resourceVersions went back, the store has opened a new epoch",
                       {{"kind", std::string{store_.type().kind}}, {"rv", sweep.rv.str()}});
  }
}

void Reflector::act(const watch_action::Advance& advance) {
  store_.advance(advance.rv, world_.loop.now());
}

void Reflector::act(const watch_action::Note& note) {
  world_.log.warning("watch", {{"kind", std::string{store_.type().kind}}, {"note", note.sentence}});
}

// Callbacks of the dropped call are ignored from now on; it may be the one we are in, so it dies a moment later.
void Reflector::drop_call() {
  ++attempt_;
  if (!call_) return;
  retired_.push_back(std::move(call_));
  if (sweep_retired_) return;
  sweep_retired_ = world_.loop.after(Millis{0}, [this] {
    sweep_retired_.reset();
    retired_.clear();
  });
}

// ---- answers

void Reflector::failed(const Error& error) {
  drop_call();
  ++failures_;
  trouble_ = to_string(error);
  world_.log.warning("list or watch failed", {{"kind", std::string{store_.type().kind}},
                                              {"phase", std::string{name(machine_.phase())}},
                                              {"error", to_string(error)}});
  perform(machine_.failed(error, world_.loop.now()));
}

void Reflector::on_page(const Result<Reply>& reply) {
  if (!reply) return failed(reply.error());
  const bool gone = scope_.is_one_object() && reply->status == 404;
  if (reply->status != 200 && !gone) return failed(api_error(*reply, Method::get));
  json::Parser parser;  // not the stream's: a page's buffers are not kept
  const Result<json::Node> node = parser.parse(reply->body);
  if (!node) return failed(Error{.code = Code::internal, .message = node.error().message});
  if (scope_.is_one_object()) {
    if (!gone) take(*node, Origin::list);
    // An object's own version may be too old to watch from; "0" watches from the present state.
    return perform(machine_.page(ResourceVersion{"0"}, {}, world_.loop.now()));
  }
  if (const auto items = node->get("items"))
    items->each_element([this](const json::Node& item) { take(item, Origin::list); });
  perform(machine_.page(ResourceVersion{text_at(*node, "metadata", "resourceVersion")},
                        text_at(*node, "metadata", "continue"), world_.loop.now()));
}

void Reflector::on_head(const Reply& head) {
  refused_ = head.status == 200 ? Reply{} : head;
  if (head.status != 200) return;
  if (machine_.phase() == WatchPhase::watching) trouble_.clear();
  perform(machine_.opened(world_.loop.now()));
}

void Reflector::on_bytes(std::string_view bytes) {
  if (refused_.status != 0) {
    refused_.body.append(bytes.substr(0, kMostErrorBytes - std::min(kMostErrorBytes, refused_.body.size())));
    return;
  }
  const std::uint64_t attempt = attempt_;
  while (attempt == attempt_) {
    const Result<std::optional<std::string_view>> line = framer_.next(bytes);
    if (!line) return failed(line.error());
    if (!*line) return;
    on_line(**line);
  }
}

void Reflector::on_line(std::string_view line) {
  const Result<json::Node> node = parser_.parse(line);
  if (!node) return failed(Error{.code = Code::internal, .message = node.error().message});
  const auto type = node->get("type");
  const auto object = node->get("object");
  if (!type || !type->string() || !object)
    return failed(Error{.code = Code::internal, .message = "a watch event without type or object"});
  on_event(*type->string(), *object);
}

void Reflector::on_event(std::string_view type, const json::Node& object) {
  const Monotonic now = world_.loop.now();
  if (type == "ERROR") {
    const std::optional<ApiStatus> status = parse_status(json::print(object.to_value()));
    return failed(status ? api_error(*status)
                         : Error{.code = Code::internal, .message = "an ERROR event that holds no Status"});
  }
  const Stub stub = stub_of(object);
  if (type == "BOOKMARK") return perform(machine_.bookmark(stub.rv, ends_initial_events(object), now));
  const bool listing = machine_.phase() == WatchPhase::watch_listing;
  const bool stale = !listing && store_.is_stale_event(stub.rv);
  if (type == "DELETED") {
    if (!stale) store_.deleted(stub.key, stub.uid, stub.rv, now);
    return perform(machine_.event(WatchedKind::deleted, stub.rv, now));
  }
  if (type != "ADDED" && type != "MODIFIED") return;  // a word that is not in the API yet
  if (!stale) take(object, listing ? Origin::list : Origin::watch);
  perform(machine_.event(type == "ADDED" ? WatchedKind::added : WatchedKind::modified, stub.rv, now));
}

void Reflector::take(const json::Node& object, Origin origin) {
  Result<Item> item = store_.decode(object);
  if (!item) {
    const ObjectKey key = stub_of(object).key;
    const bool known = store_.problem(key) == item.error().message;
    store_.not_decodable(key, item.error().message);
    if (known) return;
    world_.log.error(
        "an object cannot be read",
        {{"kind", std::string{store_.type().kind}}, {"object", to_string(key)}, {"error", item.error().message}});
    return;
  }
  if (origin == Origin::watch)
    store_.watched(std::move(*item), world_.loop.now());
  else
    store_.listed(std::move(*item));
}

void Reflector::on_end(const Result<void>& end) {
  if (refused_.status != 0) return failed(api_error(refused_, Method::get));
  if (!end) return failed(end.error());
  drop_call();
  perform(machine_.ended(world_.loop.now()));
}

}  // namespace k8s
