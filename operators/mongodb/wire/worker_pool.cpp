// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/worker_pool.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

namespace mongo {

ThreadWorkerPool::ThreadWorkerPool(boost::asio::io_context& loop, std::size_t threads)
    : loop_(loop), threads_(threads) {}

ThreadWorkerPool::~ThreadWorkerPool() {
  waiting_->clear();
  threads_.stop();
  threads_.join();
}

WorkerPool::Ticket ThreadWorkerPool::submit(std::function<void()> work, std::function<void()> done) {
  const Ticket ticket = ++last_;
  waiting_->emplace(ticket, std::move(done));
  // The guard keeps the loop running while the answer is on its way.
  auto guard = boost::asio::make_work_guard(loop_);
  boost::asio::post(
      threads_, [work = std::move(work), guard = std::move(guard), weak = std::weak_ptr<Waiting>(waiting_), ticket] {
        work();
        boost::asio::post(guard.get_executor(), [weak, ticket] {
          const auto waiting = weak.lock();
          if (!waiting) return;
          auto next = waiting->extract(ticket);
          if (next) next.mapped()();
        });
      });
  return ticket;
}

void ThreadWorkerPool::cancel(Ticket ticket) {
  waiting_->erase(ticket);
}

}  // namespace mongo
