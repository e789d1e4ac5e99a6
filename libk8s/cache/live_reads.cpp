// SPDX-License-Identifier: Apache-2.0
#include "libk8s/cache/live_reads.hpp"

#include "libk8s/client/api_error.hpp"
#include "libk8s/client/paths.hpp"

namespace k8s {
namespace {

constexpr Millis kListDeadline{30'000};
constexpr Millis kGetDeadline{10'000};
constexpr int kPageSize = 500;

std::string text_at(const json::Node& node, const char* outer, const char* inner) {
  const auto child = node.at(outer, inner);
  return std::string{child ? child->string().value_or("") : ""};
}

Error not_now() {
  return {.code = Code::unavailable, .message = "the store is being listed anew"};
}

}  // namespace

class LiveReads::Ticket final : public HttpClient::Call {
 public:
  explicit Ticket(std::shared_ptr<Waiter> waiter) : waiter_(std::move(waiter)) {}
  ~Ticket() override { waiter_->done = nullptr; }

 private:
  std::shared_ptr<Waiter> waiter_;
};

LiveReads::LiveReads(Loop& loop, HttpClient& http, StoreBase& store, const WatchScope& scope, Hooks hooks)
    : loop_(loop), http_(http), store_(store), scope_(scope), hooks_(std::move(hooks)) {}

LiveReads::Handle LiveReads::join(Waiters& waiters, Done done) {
  auto waiter = std::make_shared<Waiter>(Waiter{std::move(done)});
  waiters.push_back(waiter);
  return std::make_unique<Ticket>(std::move(waiter));
}

LiveReads::Handle LiveReads::refresh(Done done) {
  // A list that was asked for before this call may have been read before it: only a later one counts.
  Handle handle = join(queued_, std::move(done));
  if (active_.empty() && !begin_) begin_ = loop_.after(Millis{0}, [this] { begin(); });
  return handle;
}

void LiveReads::begin() {
  begin_.reset();
  active_ = std::exchange(queued_, {});
  if (!hooks_.may_merge()) return finish(not_now());
  store_.begin_generation();
  merging_ = true;
  request_page({});
}

void LiveReads::request_page(const std::string& continue_token) {
  Request request{
      .method = Method::get, .path = {}, .query = {}, .content_type = {}, .body = {}, .deadline = kListDeadline};
  if (scope_.is_one_object()) {
    request.path = object_path(store_.type(), {.ns = {}, .name = scope_.single});
  } else {
    request.path = collection_path(store_.type(), scope_.ns);
    request.query.emplace_back("limit", std::to_string(kPageSize));
    if (!continue_token.empty()) request.query.emplace_back("continue", continue_token);
    if (!scope_.label_selector.empty()) request.query.emplace_back("labelSelector", scope_.label_selector);
    const std::string fields = field_selector_of(scope_);
    if (!fields.empty()) request.query.emplace_back("fieldSelector", fields);
  }
  retire(std::move(list_));
  list_ = http_.send(std::move(request), [this](const Result<Reply>& reply) { on_page(reply); });
}

void LiveReads::on_page(const Result<Reply>& reply) {
  if (!reply) return finish(reply.error());
  const bool gone = scope_.is_one_object() && reply->status == 404;
  if (reply->status != 200 && !gone) return finish(api_error(*reply, Method::get));
  json::Parser parser;
  const Result<json::Node> node = parser.parse(reply->body);
  if (!node) return finish(in_context("list", node.error()));
  if (scope_.is_one_object()) {
    if (!gone) hooks_.take(*node);
    store_.sweep(store_.resource_version(), SweepKind::same_epoch, loop_.now());
    return finish({});
  }
  if (const auto items = node->get("items")) items->each_element([this](const json::Node& item) { hooks_.take(item); });
  const std::string more = text_at(*node, "metadata", "continue");
  if (!more.empty()) return request_page(more);
  const ResourceVersion rv{text_at(*node, "metadata", "resourceVersion")};
  if (!hooks_.listed_at(rv)) {
    return finish(
        Error{.code = Code::unavailable, .message = "resourceVersions went back, the store is being listed anew"});
  }
  store_.sweep(rv, SweepKind::same_epoch, loop_.now());
  finish({});
}

void LiveReads::abandon() {
  if (!active_.empty()) finish(not_now());
}

void LiveReads::finish(const Result<void>& result) {
  if (merging_ && !result) store_.abandon_generation();
  merging_ = false;
  retire(std::move(list_));
  const Waiters told = std::exchange(active_, {});
  if (!queued_.empty() && !begin_) begin_ = loop_.after(Millis{0}, [this] { begin(); });
  for (const auto& waiter : told) {
    if (const Done done = std::exchange(waiter->done, nullptr)) done(result);
  }
}

LiveReads::Handle LiveReads::fetch(const ObjectKey& key, Done done) {
  auto waiter = std::make_shared<Waiter>(Waiter{std::move(done)});
  const std::uint64_t id = next_fetch_++;
  Request request{.method = Method::get,
                  .path = object_path(store_.type(), key),
                  .query = {},
                  .content_type = {},
                  .body = {},
                  .deadline = kGetDeadline};
  Handle call =
      http_.send(std::move(request), [this, id, key](const Result<Reply>& reply) { on_object(id, key, reply); });
  fetches_[id] = {.call = std::move(call), .waiter = waiter};
  return std::make_unique<Ticket>(std::move(waiter));
}

void LiveReads::on_object(std::uint64_t id, const ObjectKey& key, const Result<Reply>& reply) {
  const auto at = fetches_.find(id);
  const std::shared_ptr<Waiter> waiter = at->second.waiter;
  retire(std::move(at->second.call));
  fetches_.erase(at);

  Result<void> result;
  if (!reply) {
    result = reply.error();
  } else if (reply->status == 404) {
    store_.resolve(key, std::nullopt);
  } else if (reply->status != 200) {
    result = api_error(*reply, Method::get);
  } else {
    json::Parser parser;
    const Result<json::Node> node = parser.parse(reply->body);
    Result<Item> item = node ? store_.decode(*node) : Result<Item>{node.error()};
    if (item)
      store_.resolve(key, std::move(*item));
    else
      result = in_context("read " + to_string(key), item.error());
  }
  if (const Done done = std::exchange(waiter->done, nullptr)) done(result);
}

// A Call may not die inside its own callback with every HttpClient: it dies a moment later.
void LiveReads::retire(Handle call) {
  if (!call) return;
  retired_.push_back(std::move(call));
  if (!sweep_retired_) {
    sweep_retired_ = loop_.after(Millis{0}, [this] {
      sweep_retired_.reset();
      retired_.clear();
    });
  }
}

}  // namespace k8s
