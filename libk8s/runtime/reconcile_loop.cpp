// SPDX-License-Identifier: Apache-2.0
#include "libk8s/runtime/reconcile_loop.hpp"

#include <algorithm>

namespace k8s {
namespace {

// How often a key looks again whether the stores are synced.
constexpr Millis kSyncPoll{500};
// A live GET or a gathering that takes longer has failed.
constexpr Millis kGatherDeadline{20'000};

ObjectKey key_of_words(const std::string& words) {
  const std::size_t slash = words.find('/');
  if (slash == std::string::npos) return {.ns = {}, .name = Name{words}};
  return {.ns = Namespace{words.substr(0, slash)}, .name = Name{words.substr(slash + 1)}};
}

}  // namespace

class ReconcileLoop::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(Parts parts, Options options, std::unique_ptr<Logic> logic)
      : parts_(std::move(parts)),
        options_(std::move(options)),
        logic_(std::move(logic)),
        own_writes_(parts_.reflectors),
        queue_(parts_.loop, [this] { take_keys(); }) {
    if (parts_.meter) parts_.meter->exists(options_.name, options_.concurrency);
  }

  void subscribe() {
    for (Reflector* reflector : parts_.reflectors) {
      StoreBase& store = reflector->store();
      store.on_settled([weak = weak_from_this(), &store](const ObjectKey& object) {
        const auto self = weak.lock();
        if (!self) return;
        for (const ObjectKey& key : self->own_writes_.waiting_for(store, object)) self->queue_.add(key);
      });
    }
  }

  void primary(StoreBase& store) {
    primary_ = &store;
    store.on_change([weak = weak_from_this()](const ObjectKey& key) {
      if (const auto self = weak.lock()) self->queue_.add(key);
    });
  }

  void wakes(StoreBase& store, const std::string& index) {
    store.on_change_of(index, [weak = weak_from_this()](const std::string& words) {
      if (const auto self = weak.lock()) self->queue_.add(key_of_words(words));
    });
  }

  void wake(const ObjectKey& key) { queue_.add(key); }

  void start() {
    started_ = true;
    take_keys();
  }

  void stop(std::function<void()> idle) {
    stopping_ = true;
    on_idle_ = std::move(idle);
    if (flights_.empty()) idle_soon_ = parts_.loop.after(Millis{0}, [this] { tell_idle(); });
  }

  bool idle() const { return flights_.empty(); }
  std::size_t in_flight() const { return flights_.size(); }
  const WorkQueue& queue() const { return queue_.queue(); }
  void meter() const {
    if (parts_.meter) parts_.meter->load(options_.name, queue_.queue().stats(parts_.loop.now()));
  }

 private:
  class Collector;
  struct Flight {
    std::unique_ptr<Pending> run;
    std::optional<Millis> requeue_after;
    Monotonic began{};
  };
  // Live GETs for a key whose own writes the watch is late with.
  struct Looking {
    std::vector<std::unique_ptr<Pending>> calls;
    std::size_t open = 0;
    bool failed = false;
  };
  struct Gathering {
    std::uint64_t epoch = 0;
    std::unique_ptr<Pending> call;
    std::unique_ptr<Loop::Timer> timer;
  };
  using Purpose = std::pair<ObjectKey, std::string>;

  void take_keys() {
    if (!started_ || stopping_) return;
    while (flights_.size() < options_.concurrency) {
      const std::optional<ObjectKey> key = queue_.pop();
      if (!key) break;
      if (gate(*key))
        pass(*key);
      else
        queue_.done(*key);
    }
    meter();
  }

  // ---- gate

  bool gate(const ObjectKey& key) {
    if (!own_writes_.all_synced()) {
      queue_.add_after(key, kSyncPoll);
      return false;
    }
    if (own_writes_.is_settled(key)) return true;
    const Monotonic now = parts_.loop.now();
    const std::optional<Monotonic> deadline = own_writes_.deadline(key);
    if (deadline && *deadline > now)
      queue_.add_after(key, *deadline - now);
    else if (!looking_.contains(key))
      look_live(key, now);
    return false;
  }

  void look_live(const ObjectKey& key, Monotonic now) {
    const std::vector<OwnWrites::Late> overdue = own_writes_.overdue(key, now);
    check(!overdue.empty(), "a key waits for a write that nobody made");
    Looking& looking = looking_[key];
    looking.open = overdue.size();
    for (const OwnWrites::Late& late : overdue) {
      parts_.log.info("own write not seen by the watch, looking live",
                      {{"controller", options_.name}, {"for", to_string(key)}, {"object", to_string(late.object)}});
      Reflector& reflector = *parts_.reflectors[late.reflector];
      looking.calls.push_back(reflector.fetch(late.object, [this, key, late](const Result<void>& result) {
        Looking& mine = looking_[key];
        if (result)
          own_writes_.looked(key, late);
        else
          mine.failed = true;
        if (--mine.open == 0) looked(key);
      }));
    }
  }

  void looked(const ObjectKey& key) {
    const bool failed = looking_[key].failed;
    looking_.erase(key);
    if (failed)
      queue_.add_rate_limited(key, Millis{0});
    else
      queue_.add(key);
  }

  // ---- pass

  void pass(const ObjectKey& key) {
    const std::optional<Item> object = primary_ ? primary_->item(key) : std::nullopt;
    attempts_.look(key, object ? Incarnation{.uid = object->uid, .generation = object->generation} : Incarnation{});
    const PassFacts facts{.now = parts_.loop.now(),
                          .wall = parts_.loop.clock().wall(),
                          .attempts = attempts_.of(key),
                          .applied = attempts_.applied(key),
                          .refreshes = refreshes_.of(key)};
    const Logic::Pass pass = logic_->look(key, facts, parts_.record ? Logic::Record::yes : Logic::Record::no);
    if (parts_.record) parts_.record->write(key, pass.observed, pass.plan);
    std::vector<Step> steps = collect(key, pass);

    if (steps.empty() && !object && primary_) {
      attempts_.forget(key);
      refreshes_.consume(key);
      own_writes_.forget(key);
    }
    if (parts_.meter) parts_.meter->started(options_.name, queue().stats(facts.now).last_wait);
    Flight& flight = flights_[key];
    flight.requeue_after = pass.requeue_after;
    flight.began = facts.now;
    if (steps.empty()) return landed(key, {});
    flight.run = parts_.executor.run(options_.name, key, std::move(steps),
                                     [this, key](std::vector<Outcome> outcomes) { landed(key, std::move(outcomes)); });
  }

  std::vector<Step> collect(const ObjectKey& key, const Logic::Pass& pass);

  void landed(const ObjectKey& key, std::vector<Outcome> outcomes) {
    const Monotonic now = parts_.loop.now();
    const Flight flight = std::move(flights_[key]);
    flights_.erase(key);
    std::optional<Error> failure;
    bool destroyed = false;
    for (Outcome& outcome : outcomes) {
      outcome.repeats = attempts_.note(key, outcome, now);
      destroyed = destroyed || (outcome.attempted && outcome.nature == Nature::destructive);
      if (!outcome.result) failure = outcome.result.error();
    }
    if (destroyed) forget_refreshes(key);

    ReconcileResult result = ReconcileResult::success;
    if (failure) {
      result = ReconcileResult::error;
      queue_.add_rate_limited(key, failure->retry_after.value_or(Millis{0}));
    } else {
      queue_.forget(key);
      if (flight.requeue_after) {
        result = ReconcileResult::requeue_after;
        queue_.add_after(key, *flight.requeue_after);
      }
    }
    queue_.done(key);
    if (parts_.meter) parts_.meter->finished(options_.name, result, now - flight.began);
    if (stopping_ && flights_.empty()) idle_soon_ = parts_.loop.after(Millis{0}, [this] { tell_idle(); });
    meter();
  }

  // ---- refresh

  void forget_refreshes(const ObjectKey& key) {
    refreshes_.consume(key);
    std::erase_if(gatherings_, [&key](const auto& one) { return one.first.first == key; });
  }

  void begin_refresh(const ObjectKey& key, const std::string& purpose) {
    const std::optional<std::uint64_t> epoch = refreshes_.request(key, purpose, parts_.loop.now());
    if (!epoch) return;
    const Purpose what{key, purpose};
    Gathering& gathering = gatherings_[what];
    gathering = Gathering{.epoch = *epoch, .call = {}, .timer = {}};
    const auto settle_after = [this, what, epoch](Millis delay, Result<void> result) {
      return parts_.loop.after(delay, [this, what, epoch, result] { gathered(what, *epoch, result); });
    };
    gathering.timer =
        settle_after(kGatherDeadline, Error{.code = Code::timeout, .message = "not all facts came in time"});
    if (!parts_.gather) {
      gathering.timer =
          settle_after(Millis{0}, Error{.code = Code::internal, .message = "this controller cannot refresh"});
      return;
    }
    auto call = parts_.gather(key, purpose, [this, what, epoch, settle_after](Result<void> result) {
      const auto at = gatherings_.find(what);
      if (at != gatherings_.end() && at->second.epoch == *epoch)
        at->second.timer = settle_after(Millis{0}, std::move(result));
    });
    gatherings_[what].call = std::move(call);
  }

  void gathered(const Purpose& what, std::uint64_t epoch, const Result<void>& result) {
    gatherings_.erase(what);
    if (result)
      refreshes_.complete(what.first, what.second, epoch);
    else
      refreshes_.failed(what.first, what.second, epoch, to_string(result.error()));
    queue_.add(what.first);
  }

  // ----

  void tell_idle() {
    idle_soon_.reset();
    if (const auto idle = std::exchange(on_idle_, nullptr)) idle();
  }

  Parts parts_;
  Options options_;
  std::unique_ptr<Logic> logic_;
  StoreBase* primary_ = nullptr;
  OwnWrites own_writes_;
  Attempts attempts_;
  RefreshBook refreshes_;
  QueueDriver queue_;
  std::map<ObjectKey, Flight> flights_;
  std::map<ObjectKey, Looking> looking_;
  std::map<Purpose, Gathering> gatherings_;
  bool started_ = false;
  bool stopping_ = false;
  std::function<void()> on_idle_;
  std::unique_ptr<Loop::Timer> idle_soon_;
};

class ReconcileLoop::Impl::Collector final : public Steps {
 public:
  Collector(Impl& impl, const ObjectKey& key) : impl_(impl), key_(key) {}

  void cluster(const ClusterEffect& effect) override {
    Impl* const impl = &impl_;
    steps.push_back(impl_.parts_.effects.step(
        effect, {.wrote = [impl, key = key_](
                              const OwnWrite& write) { impl->own_writes_.note(key, write, impl->parts_.loop.now()); },
                 .applied = [impl, key = key_](
                                const std::string& target,
                                Applied applied) { impl->attempts_.note_applied(key, target, std::move(applied)); }}));
  }

  void refresh(const effect::Refresh& effect) override {
    Impl* const impl = &impl_;
    steps.push_back(
        {.effect = effect::Refresh::kName,
         .target = effect.purpose,
         .because = effect.because,
         .perform = [impl, key = key_, purpose = effect.purpose](const Performed& done) -> std::unique_ptr<Pending> {
           impl->begin_refresh(key, purpose);
           done({});
           return nullptr;
         }});
  }

  void own(Step step) override { steps.push_back(std::move(step)); }

  std::vector<Step> steps;

 private:
  Impl& impl_;
  const ObjectKey& key_;
};

std::vector<Step> ReconcileLoop::Impl::collect(const ObjectKey& key, const Logic::Pass& pass) {
  Collector collector{*this, key};
  pass.apply(collector);
  return std::move(collector.steps);
}

ReconcileLoop::ReconcileLoop(Parts parts, Options options, std::unique_ptr<Logic> logic)
    : impl_(std::make_shared<Impl>(std::move(parts), options, std::move(logic))), options_(std::move(options)) {
  impl_->subscribe();
}

ReconcileLoop::~ReconcileLoop() = default;

void ReconcileLoop::primary(StoreBase& store) {
  impl_->primary(store);
}

void ReconcileLoop::wakes(StoreBase& store, const std::string& index) {
  impl_->wakes(store, index);
}

void ReconcileLoop::wake(const ObjectKey& key) {
  impl_->wake(key);
}

void ReconcileLoop::start() {
  impl_->start();
}

void ReconcileLoop::stop(std::function<void()> idle) {
  impl_->stop(std::move(idle));
}

bool ReconcileLoop::idle() const {
  return impl_->idle();
}

std::size_t ReconcileLoop::in_flight() const {
  return impl_->in_flight();
}

const WorkQueue& ReconcileLoop::queue() const {
  return impl_->queue();
}

void ReconcileLoop::meter() const {
  impl_->meter();
}

}  // namespace k8s
