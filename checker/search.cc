#include "checker/search.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <unordered_map>

#include "checker/frontier.h"

namespace plumbline {
namespace {

/// Expansions between two looks at the clock and the memory.
constexpr std::size_t k_look_every = 16;

/// Configurations from which the end cannot be reached, by step and state.
class DeadEnds {
 public:
  explicit DeadEnds(std::size_t words) : words_(words) {}
  bool contains(Moves& moves, const Cursor& cursor, const Word* config) {
    const auto head = heads_.find(key(cursor.step(), config[0]));
    if (head == heads_.end()) return false;
    int looked = 0;
    for (std::uint32_t e = head->second; e != k_end && looked < k_most_looks;
         e = next_[e], ++looked)
      if (moves.dominates(cursor, configs_.data() + e * words_, config)) return true;
    return false;
  }
  void add(std::size_t step, const Word* config) {
    const auto entry = static_cast<std::uint32_t>(next_.size());
    configs_.insert(configs_.end(), config, config + words_);
    const auto [head, fresh] = heads_.try_emplace(key(step, config[0]), k_end);
    next_.push_back(head->second);
    head->second = entry;
  }
  void clear() {
    heads_.clear();
    configs_ = {};
    next_ = {};
  }
  std::size_t bytes() const {
    constexpr std::size_t k_map_entry = 40;
    return configs_.capacity() * sizeof(Word) + next_.capacity() * 4 + heads_.size() * k_map_entry;
  }

 private:
  static constexpr std::uint32_t k_end = UINT32_MAX;
  /// A longer list is not worth the time; not finding a dead end only costs time too.
  static constexpr int k_most_looks = 512;
  static std::uint64_t key(std::size_t step, StateId state) {
    return std::uint64_t{step} << 32 | state;
  }
  std::size_t words_;
  std::unordered_map<std::uint64_t, std::uint32_t> heads_;
  std::vector<Word> configs_;
  std::vector<std::uint32_t> next_;
};

class DepthFirst {
 public:
  DepthFirst(const Timeline& timeline, Machine& machine, Budget& budget)
      : timeline_(timeline),
        budget_(budget),
        moves_(timeline, machine, budget),
        dead_(moves_.words()),
        share_(budget) {}

  /// Looks at no more than `most` configurations.
  Turn run(Moves::Limits limits, std::size_t most);
  std::size_t deepest() const { return deepest_; }
  std::int64_t foreseen() const { return moves_.foreseen(); }
  bool limited() const { return limited_; }
  SearchResult result() const;

 private:
  struct Choice {
    std::size_t config = 0, path_from = 0, path_to = 0;
  };
  /// The configurations after one step, of which choices_[next..end) were not yet tried.
  struct Frame {
    std::size_t next = 0, end = 0, configs = 0, paths = 0;
  };
  bool push(const Cursor& cursor, std::span<const Word> config, Moves::Limits limits);
  void pop();
  bool within_budget();

  const Timeline& timeline_;
  Budget& budget_;
  Moves moves_;
  DeadEnds dead_;
  MemoryShare share_;
  Moves::Successors successors_;
  // One stack each for all frames: a frame's part begins where its members say.
  std::vector<Frame> frames_;
  std::vector<Choice> choices_;
  std::vector<Word> configs_;
  std::vector<std::uint32_t> paths_;
  std::size_t deepest_ = 0;
  bool limited_ = false;
};

bool DepthFirst::push(const Cursor& cursor, std::span<const Word> config, Moves::Limits limits) {
  Frame frame{
      .next = choices_.size(), .end = 0, .configs = configs_.size(), .paths = paths_.size()};
  if (!moves_.expand(cursor, config, limits, successors_)) return false;
  limited_ = limited_ || successors_.limited;
  for (const auto& s : successors_.list)
    choices_.push_back(
        {frame.configs + s.config, frame.paths + s.path_from, frame.paths + s.path_to});
  configs_.insert(configs_.end(), successors_.configs.begin(), successors_.configs.end());
  paths_.insert(paths_.end(), successors_.paths.begin(), successors_.paths.end());
  frame.end = choices_.size();
  frames_.push_back(frame);
  return true;
}

void DepthFirst::pop() {
  const Frame frame = frames_.back();
  frames_.pop_back();
  configs_.resize(frame.configs);
  paths_.resize(frame.paths);
  choices_.resize(frames_.empty() ? 0 : frames_.back().end);
}

bool DepthFirst::within_budget() {
  const auto measure = [&] {
    moves_.measure();
    share_.set(timeline_.bytes() + dead_.bytes() + configs_.capacity() * sizeof(Word) +
               paths_.capacity() * 4 + choices_.capacity() * sizeof(Choice) +
               frames_.capacity() * sizeof(Frame));
  };
  measure();
  if (budget_.used() > budget_.memory() && dead_.bytes() > budget_.memory() / 16) {
    dead_.clear();  // costs time, not the answer
    measure();
  }
  return !budget_.exhausted();
}

Turn DepthFirst::run(Moves::Limits limits, std::size_t most) {
  Cursor cursor(timeline_);
  const std::vector<Word> start = moves_.start();
  if (timeline_.steps() == 0) return Turn::found;
  if (!push(cursor, start, limits)) return Turn::used_up;
  for (std::size_t looked = 1;;) {
    Frame& frame = frames_.back();
    const std::size_t step = frames_.size() - 1;
    deepest_ = std::max(deepest_, step);
    if (frame.next == frame.end) {
      const Word* failed =
          step == 0 ? start.data() : configs_.data() + choices_[frames_[step - 1].next - 1].config;
      dead_.add(step, failed);
      pop();
      if (frames_.empty()) return Turn::refuted;
      cursor.back();
      continue;
    }
    const Choice choice = choices_[frame.next++];
    if (step + 1 == timeline_.steps()) return Turn::found;
    cursor.forth();
    if (dead_.contains(moves_, cursor, configs_.data() + choice.config)) {
      cursor.back();
      continue;
    }
    if (++looked > most) return Turn::used_up;
    if (looked % k_look_every == 0 && !within_budget()) return Turn::out_of_budget;
    const std::vector<Word> config(
        configs_.begin() + static_cast<std::ptrdiff_t>(choice.config),
        configs_.begin() + static_cast<std::ptrdiff_t>(choice.config + moves_.words()));
    if (!push(cursor, config, limits)) return Turn::used_up;
  }
}

SearchResult DepthFirst::result() const {
  SearchResult result{.validity = Validity::valid};
  for (const Frame& frame : frames_) {
    const Choice& choice = choices_[frame.next - 1];
    for (std::size_t p = choice.path_from; p < choice.path_to; ++p)
      result.path.moves.push_back(paths_[p]);
    result.path.ends.push_back(static_cast<std::uint32_t>(result.path.moves.size()));
  }
  return result;
}

/// Breadth first, with ever more classes counted: of those that the last linearization used more
/// often than there were calls, the ones around the step where other searches fail.
class Refinement {
 public:
  Refinement(const Timeline& timeline, Machine& machine, Budget& budget, bool all)
      : timeline_(timeline),
        machine_(machine),
        budget_(budget),
        counted_(timeline.classes.size(), all) {}
  /// `hard`: the step where other searches fail. What was found and is not real is used up: the
  /// next turn counts more.
  Turn run(std::size_t most, std::size_t hard) {
    if (!frontier_)
      frontier_ =
          std::make_unique<Frontier>(timeline_, machine_, budget_, counted_, Frontier::Width{});
    const Turn turn = frontier_->run(most);
    if (turn != Turn::found) return turn;
    path_ = frontier_->path();
    if (!count_overused(hard)) return turn;
    frontier_.reset();
    return Turn::used_up;
  }
  const Frontier& frontier() const { return *frontier_; }
  const Path& path() const { return path_; }

 private:
  bool count_overused(std::size_t hard);

  const Timeline& timeline_;
  Machine& machine_;
  Budget& budget_;
  std::vector<bool> counted_;
  std::unique_ptr<Frontier> frontier_;
  Path path_;
};

/// Counts the class whose overuse is the closest to `hard`, and those that leave the same value.
/// False if none was overused.
bool Refinement::count_overused(std::size_t hard) {
  std::vector<std::uint32_t> used(timeline_.classes.size(), 0);
  std::vector<bool> overused(timeline_.classes.size(), false);
  std::size_t closest = SIZE_MAX;
  std::uint32_t chosen = 0, at = 0;
  Cursor cursor(timeline_);
  for (const std::uint32_t end : path_.ends) {
    const std::size_t distance = std::max(hard, cursor.step()) - std::min(hard, cursor.step());
    for (; at < end; ++at) {
      if ((path_.moves[at] & Moves::k_class) == 0) continue;
      const std::uint32_t c = path_.moves[at] & ~Moves::k_class;
      if (++used[c] <= cursor.available(c)) continue;
      overused[c] = true;
      if (distance < closest) chosen = c;
      closest = std::min(closest, distance);
    }
    cursor.forth();
  }
  if (closest == SIZE_MAX) return false;
  for (std::size_t c = 0; c < overused.size(); ++c)
    if (overused[c] && timeline_.classes[c].cell.to == timeline_.classes[chosen].cell.to)
      counted_[c] = true;
  return true;
}

/// The depth-first levels, by uses of indeterminate calls in one step; the last has no limit.
constexpr std::uint32_t k_levels[] = {0, 1, 2, 4, UINT32_MAX};

class Turns : public Search {
 public:
  Turns(const Timeline& timeline, Machine& machine, Budget& budget, bool finite)
      : timeline_(timeline),
        machine_(machine),
        budget_(budget),
        certain_(timeline.classes.empty()),
        first_level_(certain_ ? std::size(k_levels) - 1 : 0),
        refinement_(timeline, machine, budget, !finite) {}

  using Answer = std::optional<SearchResult>;
  Answer turn(Part part) override {
    // Enough for most, if no step has more than a few configurations.
    constexpr std::size_t k_first_turn = 1024, k_a_step = 16;
    constexpr std::size_t k_growth = 4;
    const std::size_t most = most_ == 0 ? k_first_turn + k_a_step * timeline_.steps() : most_;
    most_ = most * k_growth;
    const bool all = part == Part::all, others = all || part == Part::others;
    Answer known;
    if (part == Part::deep || (others && certain_)) known = deep(most);
    if (!known && (all || part == Part::broad)) known = broad(most);
    if (others && !certain_) {
      for (int width = 0; width < 2 && !known; ++width) known = narrow(most);
      if (!known) known = deep(most / k_a_step);
    }
    if (known) return known;
    if (const auto why = budget_.exhausted()) return SearchResult{.step = furthest_, .why = *why};
    return {};
  }

 private:
  /// Nothing passes `step`, but some of what failed before may have done so for what was foreseen
  /// of a later one.
  SearchResult invalid(std::size_t step, std::int64_t foreseen) const {
    return {.validity = Validity::invalid,
            .position = std::max(timeline_.position(step), foreseen)};
  }

  Answer broad(std::size_t most) {
    const Turn turn = refinement_.run(most, furthest_);
    if (turn == Turn::refuted)
      return invalid(refinement_.frontier().step(), refinement_.frontier().foreseen());
    if (turn == Turn::found)
      return SearchResult{.validity = Validity::valid, .path = refinement_.path()};
    return {};
  }
  Answer narrow(std::size_t most) {
    constexpr std::size_t k_growth = 4;
    const std::vector<bool> all(timeline_.classes.size(), true);
    Frontier beam(timeline_, machine_, budget_, all, beam_);
    const Turn turn = beam.run(beam_.configs * most);
    furthest_ = std::max(furthest_, beam.step());
    if (turn == Turn::found) return SearchResult{.validity = Validity::valid, .path = beam.path()};
    if (turn == Turn::refuted && !beam.narrowed()) return invalid(beam.step(), beam.foreseen());
    beam_.configs *= k_growth;
    constexpr std::size_t k_configs_a_use = 128;
    beam_.band = std::max(1U, static_cast<std::uint32_t>(beam_.configs / k_configs_a_use));
    beam_.limits.uses = beam_.band + 1;
    return {};
  }
  Answer deep(std::size_t most) {
    for (std::size_t level = first_level_; level < std::size(k_levels); ++level) {
      DepthFirst depth_first(timeline_, machine_, budget_);
      const Turn turn = depth_first.run({.uses = k_levels[level]}, most);
      furthest_ = std::max(furthest_, depth_first.deepest());
      if (turn == Turn::found) return depth_first.result();
      if (turn == Turn::refuted && !depth_first.limited())
        return invalid(depth_first.deepest(), depth_first.foreseen());
      if (turn == Turn::refuted) first_level_ = level + 1;
    }
    return {};
  }

  const Timeline& timeline_;
  Machine& machine_;
  Budget& budget_;
  bool certain_;
  std::size_t first_level_;
  Refinement refinement_;
  Frontier::Width beam_{.configs = 16, .limits = {.uses = 2}, .thrifty = true, .band = 1};
  std::size_t most_ = 0;      ///< configurations to look at in the next turn
  std::size_t furthest_ = 0;  ///< step; all before it are linearizable
};

}  // namespace

std::unique_ptr<Search> make_search(const Timeline& timeline, Machine& machine, Budget& budget,
                                    bool finite) {
  return std::make_unique<Turns>(timeline, machine, budget, finite);
}

SearchResult search(const Timeline& timeline, Machine& machine, Budget& budget, bool finite,
                    Search::Part part) {
  Turns turns(timeline, machine, budget, finite);
  for (;;)
    if (auto known = turns.turn(part)) return std::move(*known);
}

}  // namespace plumbline
