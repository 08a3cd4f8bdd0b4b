#include "checker/greedy.h"

#include <algorithm>
#include <array>
#include <queue>

namespace plumbline {
namespace {

/// A call on a cell of two values, 0 (the initial one) and 1.
struct Binary {
  const NormalCall* call = nullptr;
  std::uint8_t value = 0;  ///< what it observes, or leaves
  bool flips = false;
};

enum class Readable { yes, no, never_possible };

class Reading {
 public:
  Reading(const ModelEntry& model, const Value& initial) : model_(model), values_{initial, {}} {}

  Readable read(const std::vector<NormalCall>& calls) {
    std::vector<Transition> transitions;
    transitions.reserve(calls.size());
    for (const NormalCall& c : calls) {
      transitions.push_back(model_.transition(*c.call));
      const Transition& t = transitions.back();
      if (t.to && !number(*t.to)) return Readable::no;
      if (c.required && !t.from) return Readable::no;
    }
    binary_.reserve(calls.size());
    for (std::size_t i = 0; i < calls.size(); ++i)
      if (!add(calls[i], transitions[i])) return Readable::never_possible;
    return Readable::yes;
  }
  std::vector<Binary> take() { return std::move(binary_); }
  const NormalCall* impossible() const { return impossible_; }

 private:
  /// 0 or 1; nothing if it would be a third value.
  std::optional<std::uint8_t> number(const Value& value) {
    if (value == values_[0]) return 0;
    if (!second_) {
      second_ = true;
      values_[1] = value;
    }
    return value == values_[1] ? std::optional<std::uint8_t>(1) : std::nullopt;
  }
  /// False if it needs a value that is never there.
  bool add(const NormalCall& call, const Transition& t) {
    std::optional<std::uint8_t> from;
    if (t.from) {
      from = *t.from == values_[0]              ? std::optional<std::uint8_t>(0)
             : second_ && *t.from == values_[1] ? std::optional<std::uint8_t>(1)
                                                : std::nullopt;
      if (!from && call.required) {
        impossible_ = &call;
        return false;
      }
      if (!from) return true;
    }
    const auto to = t.to ? number(*t.to) : from;
    const bool flips = from != to;
    if (flips || call.required) binary_.push_back({&call, *to, flips});
    return true;
  }

  const ModelEntry& model_;
  std::array<Value, 2> values_;
  bool second_ = false;
  std::vector<Binary> binary_;
  const NormalCall* impossible_ = nullptr;
};

class TwoValues {
 public:
  explicit TwoValues(const std::vector<Binary>& calls) : calls_(calls), placed_(calls.size()) {}
  DirectAnswer run();

 private:
  void invoke(std::uint32_t i);
  bool serve(std::uint32_t i);
  /// Uses the flip to `value` that returns first, if one is open.
  bool flip_to(std::uint8_t value);
  void place(std::uint32_t i);
  std::vector<const NormalCall*> core(std::uint32_t failed) const;

  struct Flip {
    std::int64_t returned;
    std::uint32_t call;
    bool operator>(const Flip& other) const {
      return std::pair(returned, call) > std::pair(other.returned, other.call);
    }
  };
  const std::vector<Binary>& calls_;
  std::vector<bool> placed_;
  std::uint8_t value_ = 0;
  std::array<std::priority_queue<Flip, std::vector<Flip>, std::greater<>>, 2> flips_;
  std::array<std::vector<std::uint32_t>, 2> waiting_;  ///< observers of the other value
  std::vector<const NormalCall*> order_;
};

void TwoValues::place(std::uint32_t i) {
  placed_[i] = true;
  order_.push_back(calls_[i].call);
}

void TwoValues::invoke(std::uint32_t i) {
  const Binary& c = calls_[i];
  if (c.flips)
    flips_[c.value].push({c.call->returned, i});
  else if (c.value == value_)
    place(i);
  else
    waiting_[c.value].push_back(i);
}

bool TwoValues::flip_to(std::uint8_t value) {
  auto& open = flips_[value];
  if (open.empty()) return false;
  const std::uint32_t flip = open.top().call;
  open.pop();
  place(flip);
  value_ = value;
  for (const std::uint32_t observer : waiting_[value]) place(observer);
  waiting_[value].clear();
  return true;
}

bool TwoValues::serve(std::uint32_t i) {
  if (placed_[i]) return true;
  const Binary& c = calls_[i];
  // It returns now, so it is the first of its kind to return: flip_to() uses it.
  if (c.flips && c.value == value_ && !flip_to(1 - c.value)) return false;
  return flip_to(c.value);
}

DirectAnswer TwoValues::run() {
  std::vector<std::uint32_t> returns;
  for (std::uint32_t i = 0; i < calls_.size(); ++i)
    if (calls_[i].call->required) returns.push_back(i);
  std::sort(returns.begin(), returns.end(), [&](std::uint32_t a, std::uint32_t b) {
    return calls_[a].call->returned < calls_[b].call->returned;
  });
  std::uint32_t next = 0;
  for (const std::uint32_t i : returns) {
    while (next < calls_.size() && calls_[next].call->call->invoked < calls_[i].call->returned)
      invoke(next++);
    if (!serve(i)) return {.core = core(i)};
  }
  return {.linearizable = true, .order = std::move(order_)};
}

/// See greedy.h. `failed` could not be served for want of a flip to `needed`.
std::vector<const NormalCall*> TwoValues::core(std::uint32_t failed) const {
  const Binary& c = calls_[failed];
  const std::uint8_t needed = c.flips ? 1 - c.value : c.value;
  const std::int64_t end = c.call->returned, settled = c.flips ? end : c.call->call->invoked;
  // What counts in a window that begins before these positions: +1 must flip away, -1 may flip
  // back.
  std::vector<std::pair<std::int64_t, std::uint32_t>> begins;
  for (std::uint32_t i = 0; i < calls_.size(); ++i) {
    const NormalCall& call = *calls_[i].call;
    if (!calls_[i].flips || call.call->invoked > end) continue;
    if (calls_[i].value == needed)
      begins.emplace_back(call.returned, i);
    else if (call.required && call.returned <= settled)
      begins.emplace_back(call.call->invoked, i);
  }
  std::sort(begins.begin(), begins.end(), std::greater<>());
  std::vector<const NormalCall*> chosen;
  if (!c.flips) chosen.push_back(c.call);
  int excess = c.flips ? 0 : 1;
  for (const auto& [begin, i] : begins) {
    excess += calls_[i].value == needed ? -1 : 1;
    chosen.push_back(calls_[i].call);
    if (excess == 2) break;
  }
  // From the start of the history the value is known: one too many is enough if it was not needed.
  if (excess < (needed == 0 ? 2 : 1)) return {};
  std::sort(chosen.begin(), chosen.end(), [](const NormalCall* a, const NormalCall* b) {
    return a->call->invoked < b->call->invoked;
  });
  return chosen;
}

}  // namespace

std::optional<DirectAnswer> decide_two_values(const std::vector<NormalCall>& calls,
                                              const ModelEntry& model, const Value& initial,
                                              Budget& /*budget*/) {
  Reading reading(model, model.initial(initial));
  switch (reading.read(calls)) {
    case Readable::no:
      return std::nullopt;
    case Readable::never_possible:
      return DirectAnswer{.core = {reading.impossible()}};
    case Readable::yes:
      break;
  }
  const std::vector<Binary> binary = reading.take();
  return TwoValues(binary).run();
}

}  // namespace plumbline
