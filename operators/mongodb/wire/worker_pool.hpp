// SPDX-License-Identifier: Apache-2.0
// Where does slow pure work (key derivation, hashing) run, so that the loop never stalls? Values in, values out: the
// work shares nothing with the loop, and what is to happen next stays on the loop.
//
//   ticket = pool.run([request] { return salt_password(request); }, [this](k8s::Result<k8s::SecretBytes> key) { … });
//   pool.cancel(ticket);   // in the owner's destructor: `done` will not be called
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

namespace mongo {

// A port. All functions are called on the loop's thread.
class WorkerPool {
 public:
  using Ticket = std::uint64_t;

  virtual ~WorkerPool() = default;

  // `work` is called once on another thread (it may hold values only), then done(its result) on the loop; never within
  // run() itself.
  template <class Work, class Done>
  Ticket run(Work work, Done done) {
    using Value = decltype(work());
    auto slot = std::make_shared<std::optional<Value>>();
    return submit([slot, work = std::move(work)]() mutable { slot->emplace(work()); },
                  [slot, done = std::move(done)]() mutable { done(*std::move(*slot)); });
  }

  // The work may still run; its `done` is destroyed now and never called. Harmless when it is over already.
  virtual void cancel(Ticket ticket) = 0;

 private:
  virtual Ticket submit(std::function<void()> work, std::function<void()> done) = 0;
};

// The real one. Its destructor waits for work that has begun and drops the rest.
class ThreadWorkerPool final : public WorkerPool {
 public:
  explicit ThreadWorkerPool(boost::asio::io_context& loop, std::size_t threads = 1);
  ~ThreadWorkerPool() override;
  ThreadWorkerPool(const ThreadWorkerPool&) = delete;
  ThreadWorkerPool& operator=(const ThreadWorkerPool&) = delete;

  void cancel(Ticket ticket) override;

 private:
  // The loop's side: what a finished piece of work sets off. Only the loop's thread touches it.
  using Waiting = std::map<Ticket, std::function<void()>>;

  Ticket submit(std::function<void()> work, std::function<void()> done) override;

  boost::asio::io_context& loop_;
  std::shared_ptr<Waiting> waiting_ = std::make_shared<Waiting>();
  Ticket last_ = 0;
  boost::asio::thread_pool threads_;
};

}  // namespace mongo
