#include "control/run/watch.h"

#include "core/base/text.h"

namespace plumbline {

Watch::Watch(RemoteCluster& cluster, Nanos pause, std::function<Nanos()> now, Stop& stop,
             Progress& progress)
    : cluster_(cluster),
      pause_(pause),
      now_(std::move(now)),
      stop_(stop),
      progress_(progress),
      thread_([this](const std::stop_token& token) { watch(token); }) {}

Watch::~Watch() {
  thread_.request_stop();
  thread_.join();
}

std::vector<Death> Watch::deaths() const {
  const std::lock_guard lock(mutex_);
  return deaths_;
}

std::optional<Error> Watch::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

void Watch::look() {
  const std::lock_guard one_at_a_time(looking_);
  if (const Status looked = cluster_.look_for_deaths(cluster_.nodes()); !looked) {
    const std::lock_guard lock(mutex_);
    if (!lost_) progress_.say("lost: " + looked.error().what);
    if (!lost_) lost_ = looked.error();
    stop_.fail();
    return;
  }
  for (const NodeName& node : cluster_.take_deaths()) {
    Death death;
    death.node = node;
    death.noticed = now_();
    cluster_.on_each({node}, [&](const HeldNode& held) -> Status {
      death.last_words = last_lines(held, cluster_.log_file(held.access));
      return {};
    });
    progress_.say(node + ": its process ended by itself" +
                  (death.last_words.empty() ? "" : ": " + death.last_words));
    const std::lock_guard lock(mutex_);
    deaths_.push_back(std::move(death));
  }
}

void Watch::watch(const std::stop_token& token) {
  while (!token.stop_requested()) {
    look();
    progress_.set_leader(join(cluster_.leaders(), ","));
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, token, pause_, [] { return false; });
  }
}

}  // namespace plumbline
