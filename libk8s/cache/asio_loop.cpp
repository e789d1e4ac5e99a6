// SPDX-License-Identifier: Apache-2.0
#include "libk8s/cache/asio_loop.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace k8s {
namespace {

// The handler that waits in Asio holds the task only weakly, so that a destroyed Timer leaves nothing to run.
using Task = std::function<void()>;

void run_if_alive(const std::weak_ptr<Task>& weak) {
  // Moved out first: the task may destroy its own Timer.
  const std::shared_ptr<Task> task = weak.lock();
  if (!task || !*task) return;
  const Task once = std::exchange(*task, nullptr);
  once();
}

class Posted final : public Loop::Timer {
 public:
  Posted(boost::asio::io_context& io, Task task) : task_(std::make_shared<Task>(std::move(task))) {
    boost::asio::post(io, [weak = std::weak_ptr<Task>{task_}] { run_if_alive(weak); });
  }

 private:
  std::shared_ptr<Task> task_;
};

class Delayed final : public Loop::Timer {
 public:
  Delayed(boost::asio::io_context& io, Millis delay, Task task)
      : task_(std::make_shared<Task>(std::move(task))), timer_(io, delay) {
    timer_.async_wait([weak = std::weak_ptr<Task>{task_}](const boost::system::error_code& error) {
      if (!error) run_if_alive(weak);
    });
  }

 private:
  std::shared_ptr<Task> task_;
  boost::asio::steady_timer timer_;
};

}  // namespace

std::unique_ptr<Loop::Timer> AsioLoop::after(Millis delay, std::function<void()> task) {
  if (delay <= Millis{0}) return std::make_unique<Posted>(io_, std::move(task));
  return std::make_unique<Delayed>(io_, delay, std::move(task));
}

}  // namespace k8s
