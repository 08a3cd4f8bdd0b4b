#include "checker/climb.h"

#include <algorithm>
#include <array>
#include <queue>
#include <unordered_set>

#include "checker/climb_core.h"
#include "checker/climb_course.h"
#include "checker/models/counter.h"

namespace plumbline {
namespace {

using namespace climbing;

/// Beyond these the general search has to do.
constexpr std::size_t k_most_ways = 1 << 14, k_most_frontier = 1 << 15;

struct Config {
  std::int64_t number = 0;
  std::int64_t extra = 0;  ///< of it, by indeterminate additions
  std::uint64_t done = 0;  ///< slots
  std::array<std::uint16_t, k_most_amounts> used{};
  bool operator==(const Config&) const = default;
};

std::size_t hash_of(const Config& config, std::size_t step) {
  const auto mix = [](std::size_t seed, std::size_t more) {
    return (seed ^ more) * 0x9e3779b97f4a7c15ULL + (seed >> 29);
  };
  std::size_t seed = mix(mix(step, static_cast<std::size_t>(config.number)), config.done);
  for (const std::uint16_t count : config.used) seed = mix(seed, count);
  return seed;
}

/// One addition of a way. Ways that begin alike share what they begin with.
struct Link {
  std::uint32_t call;    ///< or a class with the bit below
  std::uint32_t before;  ///< place of the link before it
};
constexpr std::uint32_t k_class = 1U << 31, k_none = UINT32_MAX;

struct Way {
  Config config;
  std::uint32_t tail = k_none;  ///< place of its last link
};

/// All configurations after one step from one before it.
class Expansion {
 public:
  Expansion(const Course& course, bool inexhaustible, Budget& budget)
      : course_(course), inexhaustible_(inexhaustible), budget_(budget) {}
  /// Adds to `links`. Gives: false if there are too many, or the budget is exhausted.
  bool run(std::size_t step, const Config& config);
  std::vector<Way> ways{};
  std::vector<Link> links{};

 private:
  void from(const Way& way);
  void emit(Way way);
  void add(Way& way, std::uint32_t call) {
    links.push_back({call, way.tail});
    way.tail = static_cast<std::uint32_t>(links.size() - 1);
  }
  /// Appends to `to` the ways from `way` to exactly `number`, without additions of `except`.
  void reach(const Way& way, std::int64_t number, std::int64_t except, std::vector<Way>& to);
  void choose(std::size_t group, std::int64_t left, Way& way, std::vector<Way>& to);
  void choose_extra(std::size_t cls, std::int64_t left, Way& way, std::vector<Way>& to);
  bool representable(std::int64_t sum);

  /// Additions of one amount that are open and not done, by return.
  struct Group {
    std::int64_t amount = 0;
    std::size_t first = 0, last = 0;  ///< of not_done_
    bool all = true;                  ///< chosen
  };
  const Course& course_;
  bool inexhaustible_;
  Budget& budget_;
  std::size_t step_ = 0, tries_ = 0;
  std::vector<Open> not_done_;
  std::vector<Group> groups_;
  std::int64_t except_ = 0;
  std::vector<bool> representable_;  ///< sums by indeterminate additions, each used at will
  bool gave_up_ = false;
};

bool Expansion::run(std::size_t step, const Config& config) {
  step_ = step;
  ways.clear();
  gave_up_ = false;
  from({.config = config});
  std::stable_sort(ways.begin(), ways.end(),
                   [](const Way& a, const Way& b) { return a.config.extra < b.config.extra; });
  return !gave_up_;
}

void Expansion::emit(Way way) {
  const Step& step = course_.steps[step_];
  if (!step.read) way.config.done &= ~(std::uint64_t{1} << step.slot);
  for (const Way& other : ways)
    if (other.config == way.config) return;
  ways.push_back(way);
  gave_up_ = gave_up_ || ways.size() > k_most_ways;
}

void Expansion::from(const Way& way) {
  if (gave_up_) return;
  const Step& step = course_.steps[step_];
  const std::int64_t number = way.config.number;
  const auto end = course_.reads.begin() + step.last_read;
  const auto waypoint = std::upper_bound(course_.reads.begin() + step.first_read, end, number);
  if (!step.read && (waypoint == end || number + step.amount <= *waypoint)) {
    Way next = way;
    next.config.number += step.amount;
    add(next, step.call);
    emit(next);
  }
  if (waypoint == end) return;
  const std::size_t known = ways.size(), kept = links.size();
  std::vector<Way> there;
  reach(way, *waypoint, step.read ? 0 : step.amount, there);
  for (const Way& next : there)
    if (step.read && *waypoint == step.amount)
      emit(next);
    else
      from(next);
  if (ways.size() == known) links.resize(kept);  // what led nowhere is of no use
}

void Expansion::reach(const Way& way, std::int64_t number, std::int64_t except,
                      std::vector<Way>& to) {
  const Step& step = course_.steps[step_];
  groups_.clear();
  not_done_.clear();
  except_ = except;
  for (std::uint32_t i = step.first_open; i < step.last_open; ++i) {
    const Open& open = course_.open[i];
    if (open.amount == except || (way.config.done >> open.slot & 1) != 0) continue;
    if (groups_.empty() || groups_.back().amount != open.amount)
      groups_.push_back({.amount = open.amount, .first = not_done_.size()});
    not_done_.push_back(open);
    groups_.back().last = not_done_.size();
  }
  Way next = way;
  choose(0, number - way.config.number, next, to);
}

void Expansion::choose(std::size_t group, std::int64_t left, Way& way, std::vector<Way>& to) {
  constexpr std::size_t k_every = 1 << 14;
  gave_up_ = gave_up_ || (++tries_ % k_every == 0 && budget_.exhausted());
  if (gave_up_) return;
  if (group == groups_.size()) {
    const Way before = way;
    way.config.number += left;
    way.config.extra += left;
    if (left == 0)
      to.push_back(way);
    else if (!inexhaustible_)
      choose_extra(0, left, way, to);
    else if (representable(left))
      to.push_back(way);
    way = before;
    gave_up_ = gave_up_ || to.size() > k_most_ways;
    return;
  }
  Group& g = groups_[group];
  const Way before = way;
  const std::size_t found = to.size(), kept = links.size();
  for (std::size_t next = g.first; next <= g.last; ++next) {
    g.all = next == g.last;
    choose(group + 1, left, way, to);
    if (g.all || left < g.amount) break;
    left -= g.amount;
    way.config.number += g.amount;
    way.config.done |= std::uint64_t{1} << not_done_[next].slot;
    add(way, not_done_[next].call);
  }
  way = before;
  if (to.size() == found) links.resize(kept);
}

/// The number is counted already; now for who made it so.
void Expansion::choose_extra(std::size_t cls, std::int64_t left, Way& way, std::vector<Way>& to) {
  if (left == 0) {
    to.push_back(way);
    gave_up_ = gave_up_ || to.size() > k_most_ways;
  }
  if (left == 0 || cls == course_.classes.size() || gave_up_) return;
  choose_extra(cls + 1, left, way, to);
  const std::int64_t amount = course_.classes[cls].amount;
  const bool waits = amount == except_ || std::any_of(groups_.begin(), groups_.end(), [&](auto& g) {
                       return g.amount == amount && !g.all;
                     });
  if (waits) return;
  std::uint16_t& used = way.config.used[cls];
  const std::uint16_t before = used;
  const std::uint32_t tail = way.tail;
  const std::size_t found = to.size(), kept = links.size();
  while (left >= amount && used < course_.invoked[step_][cls]) {
    left -= amount;
    ++used;
    add(way, k_class | static_cast<std::uint32_t>(cls));
    choose_extra(cls + 1, left, way, to);
  }
  used = before;
  way.tail = tail;
  if (to.size() == found) links.resize(kept);
}

bool Expansion::representable(std::int64_t sum) {
  // Beyond this nothing is ruled out: the sweep that asks allows more than there is anyway.
  constexpr std::int64_t k_table = 4096;
  if (sum >= k_table) return true;
  if (representable_.empty()) {
    representable_.assign(k_table, false);
    representable_[0] = true;
    for (std::size_t at = 1; at < representable_.size(); ++at)
      for (const auto& c : course_.classes) {
        const auto amount = static_cast<std::size_t>(c.amount);
        if (amount <= at && representable_[at - amount]) representable_[at] = true;
      }
  }
  return representable_[static_cast<std::size_t>(sum)];
}

/// What a step asks before anything is chosen.
enum class Entry { lost, passes, chooses };

Entry enter(const Step& step, Config& config) {
  if (step.least_new_read < config.number) return Entry::lost;
  if (step.read) return config.number >= step.amount ? Entry::passes : Entry::chooses;
  const std::uint64_t bit = std::uint64_t{1} << step.slot;
  if ((config.done & bit) == 0) return Entry::chooses;
  config.done &= ~bit;
  return Entry::passes;
}

enum class Outcome { found, none, gave_up };

/// Does some linearization exist if indeterminate additions are inexhaustible?
class Sweep {
 public:
  Sweep(const Course& course, Budget& budget)
      : course_(course), budget_(budget), expansion_(course, true, budget) {}
  Outcome run();
  std::size_t step() const { return step_; }  ///< that nothing passed

 private:
  struct Hash {
    std::size_t operator()(const Config& config) const { return hash_of(config, 0); }
  };
  const Course& course_;
  Budget& budget_;
  Expansion expansion_;
  std::size_t step_ = 0;
};

Outcome Sweep::run() {
  std::vector<Config> frontier(1), next;
  std::unordered_set<Config, Hash> seen;
  for (; step_ < course_.steps.size(); ++step_) {
    next.clear();
    seen.clear();
    std::int64_t most = 0;  // that the indeterminate additions invoked so far can make
    for (std::size_t c = 0; c < course_.classes.size(); ++c)
      most += course_.classes[c].amount * course_.invoked[step_][c];
    const auto add = [&](const Config& config) {
      if (config.extra <= most && seen.insert(config).second) next.push_back(config);
    };
    for (Config config : frontier) switch (enter(course_.steps[step_], config)) {
        case Entry::lost:
          break;
        case Entry::passes:
          add(config);
          break;
        case Entry::chooses:
          expansion_.links.clear();
          if (!expansion_.run(step_, config)) return Outcome::gave_up;
          for (const Way& way : expansion_.ways) add(way.config);
      }
    if (next.empty()) return Outcome::none;
    if (next.size() > k_most_frontier || budget_.exhausted()) return Outcome::gave_up;
    std::swap(frontier, next);
  }
  return Outcome::found;
}

class DepthFirstClimb {
 public:
  DepthFirstClimb(const Course& course, Budget& budget)
      : course_(course), budget_(budget), share_(budget), expansion_(course, false, budget) {}
  Outcome run();
  std::size_t deepest() const { return deepest_; }
  std::vector<const NormalCall*> order() const;

 private:
  struct Frame {
    std::size_t step = 0;
    Config before{};
    std::size_t links = 0;  ///< that there were before it
    std::vector<Way> ways{};
    std::size_t next = 0;
  };
  struct Dead {
    std::size_t step;
    Config config;
    bool operator==(const Dead&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Dead& dead) const { return hash_of(dead.config, dead.step); }
  };
  /// On to the next way not tried yet; false if there is none.
  bool retreat(std::size_t& step, Config& config);
  bool look_at_budget();

  const Course& course_;
  Budget& budget_;
  MemoryShare share_;
  Expansion expansion_;
  std::vector<Frame> frames_;
  std::unordered_set<Dead, Hash> dead_;
  std::size_t deepest_ = 0, looks_ = 0;
};

/// False if nothing is left of it.
bool DepthFirstClimb::look_at_budget() {
  constexpr std::size_t k_every = 1024, k_entry = 32;
  if (++looks_ % k_every != 0) return true;
  share_.set(dead_.size() * (sizeof(Dead) + k_entry) + frames_.size() * sizeof(Frame) +
             expansion_.links.size() * sizeof(Link));
  return !budget_.exhausted();
}

bool DepthFirstClimb::retreat(std::size_t& step, Config& config) {
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    if (frame.next < frame.ways.size()) {
      config = frame.ways[frame.next++].config;
      step = frame.step + 1;
      return true;
    }
    dead_.insert({frame.step, frame.before});
    expansion_.links.resize(frame.links);
    frames_.pop_back();
  }
  return false;
}

Outcome DepthFirstClimb::run() {
  Config config;
  for (std::size_t step = 0; step < course_.steps.size();) {
    deepest_ = std::max(deepest_, step);
    const Entry entry = enter(course_.steps[step], config);
    if (entry == Entry::passes) {
      ++step;
      continue;
    }
    if (!look_at_budget()) return Outcome::gave_up;
    if (entry == Entry::chooses && !dead_.contains({step, config})) {
      const std::size_t links = expansion_.links.size();
      if (!expansion_.run(step, config)) return Outcome::gave_up;
      frames_.push_back(
          {.step = step, .before = config, .links = links, .ways = std::move(expansion_.ways)});
    }
    if (!retreat(step, config)) return Outcome::none;
  }
  return Outcome::found;
}

std::vector<const NormalCall*> DepthFirstClimb::order() const {
  const std::vector<NormalCall>& calls = *course_.calls;
  std::vector<const NormalCall*> order;
  std::vector<std::size_t> used(course_.classes.size(), 0);
  std::vector<std::uint32_t> waiting;  // reads
  std::vector<std::uint32_t> path;     // of one frame, the last first
  std::int64_t number = 0;
  const auto place_reads = [&] {
    std::erase_if(waiting, [&](std::uint32_t read) {
      const bool now = course_.amounts[read] == number;
      if (now) order.push_back(&calls[read]);
      return now;
    });
  };
  std::uint32_t next = 0;
  std::size_t frame = 0;
  for (std::size_t step = 0; step < course_.steps.size(); ++step) {
    const std::int64_t now = calls[course_.steps[step].call].returned;
    for (; next < calls.size() && calls[next].call->invoked < now; ++next)
      if (calls[next].role == Role::observer) waiting.push_back(next);
    place_reads();
    if (frame == frames_.size() || frames_[frame].step != step) continue;
    const Frame& chosen = frames_[frame++];
    path.clear();
    for (std::uint32_t at = chosen.ways[chosen.next - 1].tail; at != k_none;
         at = expansion_.links[at].before)
      path.push_back(expansion_.links[at].call);
    for (auto move = path.rbegin(); move != path.rend(); ++move) {
      const std::uint32_t cls = *move & ~k_class;
      const std::uint32_t call =
          (*move & k_class) == 0 ? *move : course_.classes[cls].members[used[cls]++];
      order.push_back(&calls[call]);
      number += course_.amounts[call];
      place_reads();
    }
  }
  return order;
}

}  // namespace

std::optional<DirectAnswer> decide_by_climb(const std::vector<NormalCall>& calls,
                                            const ModelEntry& /*model*/, const Value& initial,
                                            Budget& budget) {
  Layout layout(calls, Counter::initial(initial));
  switch (layout.lay()) {
    case Laid::no:
      return std::nullopt;
    case Laid::impossible:
      return DirectAnswer{.core = {layout.impossible}};
    case Laid::yes:
      break;
  }
  const Course& course = layout.course;
  if (!course.classes.empty()) {
    Sweep sweep(course, budget);
    if (sweep.run() == Outcome::none) return DirectAnswer{.core = core_at(course, sweep.step())};
  }
  DepthFirstClimb search(course, budget);
  switch (search.run()) {
    case Outcome::found:
      return DirectAnswer{.linearizable = true, .order = search.order()};
    case Outcome::none:
      return DirectAnswer{.core = core_at(course, search.deepest())};
    case Outcome::gave_up:
      break;
  }
  return std::nullopt;
}

}  // namespace plumbline
