#pragma once
/// For tests: long histories of collections that work, and what may be planted in them.

#include <algorithm>
#include <deque>
#include <set>
#include <string>
#include <vector>

#include "core/base/rng.h"
#include "core/history/history.h"

namespace plumbline::testing_checker {

struct LongShape {
  std::string model = "queue";
  int calls = 1'000;
  int processes = 10;
  double info = 0;  ///< share of calls that end indeterminate
  double removals = 0.5;
};

/// A collection and clients that call it, quick enough for 100,000 calls.
class LongRun {
 public:
  LongRun(Rng& rng, LongShape shape) : rng_(rng), shape_(std::move(shape)) {
    add_ = shape_.model == "stack"            ? "push"
           : shape_.model == "priority-queue" ? "insert"
                                              : "enqueue";
    remove_ = shape_.model == "stack"            ? "pop"
              : shape_.model == "priority-queue" ? "pop-min"
                                                 : "dequeue";
  }
  std::vector<Call> run() {
    std::vector<Client> clients(static_cast<std::size_t>(shape_.processes));
    for (std::size_t busy = 0; busy > 0 || started() < shape_.calls;) {
      Client& client = clients[rng_.below(clients.size())];
      if (!client.busy) {
        if (started() == shape_.calls) continue;
        begin(client);
        ++busy;
      } else if (!client.applied) {
        if (rng_.chance(shape_.info / 2)) {
          late_.push_back(client.call);
          client.busy = false;
          --busy;
        } else {
          apply(client.call);
          client.applied = true;
        }
      } else {
        Call& call = calls_[client.call];
        if (!rng_.chance(shape_.info / 2)) {
          call.type = EventType::ok;
          call.returned = position_++;
        }
        client.busy = false;
        --busy;
      }
      if (!late_.empty() && rng_.chance(0.01)) {
        const std::size_t which = rng_.below(late_.size());
        if (rng_.chance(0.7)) apply(late_[which]);
        late_.erase(late_.begin() + static_cast<std::ptrdiff_t>(which));
      }
    }
    for (Call& call : calls_)
      if (call.type == EventType::info) call.result = {};
    return std::move(calls_);
  }

 private:
  struct Client {
    bool busy = false, applied = false;
    std::size_t call = 0;
  };
  int started() const { return static_cast<int>(calls_.size()); }
  void begin(Client& client) {
    client = {.busy = true, .call = calls_.size()};
    const bool remove = rng_.chance(shape_.removals);
    Call call{.id = position_, .f = remove ? remove_ : add_, .invoked = position_};
    // Distinct, and in no order.
    constexpr std::int64_t k_prime = 10'000'019, k_factor = 6'180'339;
    if (!remove) call.arguments = Value(++last_ * k_factor % k_prime);
    ++position_;
    calls_.push_back(std::move(call));
  }
  void apply(std::size_t index) {
    Call& call = calls_[index];
    if (call.f == add_) {
      call.result = call.arguments;
      if (shape_.model == "priority-queue")
        sorted_.insert(call.arguments);
      else
        line_.push_back(call.arguments);
      return;
    }
    if (!sorted_.empty()) {
      call.result = *sorted_.begin();
      sorted_.erase(sorted_.begin());
    } else if (!line_.empty()) {
      if (shape_.model == "unordered-queue") std::swap(line_[rng_.below(line_.size())], line_[0]);
      const bool last = shape_.model == "stack";
      call.result = last ? line_.back() : line_.front();
      last ? line_.pop_back() : line_.pop_front();
    }
  }

  Rng& rng_;
  LongShape shape_;
  std::string add_, remove_;
  std::vector<Call> calls_;
  std::vector<std::size_t> late_;  ///< indeterminate calls that may still happen
  std::deque<Value> line_;
  std::set<Value> sorted_;
  std::int64_t position_ = 0, last_ = 0;
};

/// What a broken collection might have done, planted behind the middle of `calls`.
enum class Planted : std::uint8_t { lost, duplicated, phantom, reordered, empty };

/// A removal behind the first one, of an element that was there before both. nullptr: there is
/// none.
inline Call* exchangeable(std::vector<Call>& calls, const Call& first,
                          const std::vector<std::size_t>& removals) {
  const auto added = [&](const Value& element) {
    const auto add =
        std::ranges::find_if(calls, [&](const Call& c) { return c.arguments == element; });
    return add->type == EventType::ok ? add->returned : k_open;
  };
  for (const std::size_t i : removals) {
    Call& later = calls[i];
    if (later.invoked > first.returned && added(later.result) < first.invoked &&
        added(first.result) < first.invoked)
      return &later;
  }
  return nullptr;
}

/// False if there was nowhere to plant it. What results may still be linearizable, unless it was
/// duplicated or a phantom.
inline bool plant(std::vector<Call>& calls, Planted what, Rng& rng) {
  const auto removed = [](const Call& c) {
    return c.type == EventType::ok && c.arguments.is_nil() && !c.result.is_nil();
  };
  std::vector<std::size_t> behind;  // successful removals
  for (std::size_t i = calls.size() / 2; i < calls.size(); ++i)
    if (removed(calls[i])) behind.push_back(i);
  constexpr std::size_t k_enough = 40;
  if (behind.size() < k_enough) return false;
  const std::size_t at = rng.below(behind.size() / 2);
  Call& call = calls[behind[at]];
  switch (what) {
    case Planted::lost:  // the element stays where it was, and others pass it
      call.type = EventType::fail;
      return true;
    case Planted::duplicated:
      calls[behind[at + behind.size() / 4]].result = call.result;
      return true;
    case Planted::phantom:
      call.result = Value(-1);
      return true;
    case Planted::reordered: {
      Call* later = exchangeable(calls, call, behind);
      if (later != nullptr) std::swap(call.result, later->result);
      return later != nullptr;
    }
    case Planted::empty:
      call.result = {};
      return true;
  }
  return false;
}

}  // namespace plumbline::testing_checker
