#pragma once
/// EventQueue: what is yet to happen in a simulated world, in order of virtual time; at equal times
/// in the order in which it was posted. Events are small and plain: no allocation, no callback.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/base/time.h"

namespace plumbline::simulator {

enum class Happening : std::uint8_t {
  message,       ///< arrives at `place`; `which` is where it is kept
  tick,          ///< of the node
  turn_ends,     ///< what clients asked of the node in this turn is proposed
  synced,        ///< the disk has done what the log asked for
  persisted,     ///< the node is told of it; `which` is the last batch
  snapshot_job,  ///< the first of the node's is done
  request,       ///< arrives; `which` is the call
  reply,         ///< arrives; `which` is the call
  lost,          ///< the caller learns that its connection broke; `which` is the call
  timer          ///< of the caller at `place`; `which` is its own
};

struct Due {
  Nanos at{};
  std::uint64_t order = 0;
  std::uint64_t which = 0;
  std::uint32_t life = 0;  ///< of the node it is for: meant for no later one
  std::uint16_t place = 0;
  Happening what = Happening::message;
};

class EventQueue {
 public:
  bool empty() const { return heap_.empty(); }
  Nanos first_at() const { return heap_.empty() ? k_never : heap_.front().at; }
  void post(Due due) {
    due.order = ++posted_;
    heap_.push_back(due);
    std::push_heap(heap_.begin(), heap_.end(), Later());
  }
  /// Requires: not empty.
  Due take() {
    std::pop_heap(heap_.begin(), heap_.end(), Later());
    const Due first = heap_.back();
    heap_.pop_back();
    return first;
  }

 private:
  struct Later {  // no function: those are called and not inlined
    bool operator()(const Due& a, const Due& b) const {
      return a.at != b.at ? a.at > b.at : a.order > b.order;
    }
  };
  std::vector<Due> heap_;
  std::uint64_t posted_ = 0;
};

}  // namespace plumbline::simulator
