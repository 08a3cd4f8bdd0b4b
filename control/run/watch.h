#pragma once
/// Watch: looks at the nodes again and again while a run goes on: who leads, whose process ended by
/// itself, which node cannot be reached any more.

#include <mutex>
#include <thread>

#include "control/run/judge.h"
#include "control/run/progress.h"
#include "control/run/remote_cluster.h"
#include "control/run/stop.h"

namespace plumbline {

class Watch {
 public:
  /// Watches from now until it is destroyed, every `pause`. `now` is the run's clock. A node that
  /// is lost raises `stop`.
  Watch(RemoteCluster& cluster, Nanos pause, std::function<Nanos()> now, Stop& stop,
        Progress& progress);
  ~Watch();

  std::vector<Death> deaths() const;
  /// Set if a node could not be reached: the harness has failed.
  std::optional<Error> lost() const;
  /// One look now, from the calling thread, after the one that is under way, if any: what that has
  /// found is then in deaths().
  void look();

 private:
  void watch(const std::stop_token& token);

  RemoteCluster& cluster_;
  Nanos pause_;
  std::function<Nanos()> now_;
  Stop& stop_;
  Progress& progress_;
  std::mutex looking_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::vector<Death> deaths_;
  std::optional<Error> lost_;
  std::jthread thread_;
};

}  // namespace plumbline
