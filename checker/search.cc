#include "checker/search.h"

#include <algorithm>
#include <unordered_map>

namespace plumbline {
namespace {

enum class Turn { found, refuted, used_up, out_of_budget };

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
      result.path.push_back(paths_[p]);
    result.path_ends.push_back(static_cast<std::uint32_t>(result.path.size()));
  }
  return result;
}

/// Breadth first: all configurations after each step, none dominated by another.
class Frontier {
 public:
  Frontier(const Timeline& timeline, Machine& machine, Budget& budget, Moves::Limits limits)
      : timeline_(timeline),
        limits_(limits),
        budget_(budget),
        moves_(timeline, machine, budget),
        cursor_(timeline),
        share_(budget),
        now_(moves_.start()) {}

  /// Goes on where it stopped, for about `most` configurations.
  Turn run(std::size_t most);
  std::size_t step() const { return cursor_.step(); }

 private:
  void merge(const Word* config);

  const Timeline& timeline_;
  Moves::Limits limits_;
  Budget& budget_;
  Moves moves_;
  Cursor cursor_;
  MemoryShare share_;
  Moves::Successors successors_;
  std::vector<Word> now_, next_;
  std::unordered_map<StateId, std::vector<std::uint32_t>> by_state_;  ///< numbers in next_
};

void Frontier::merge(const Word* config) {
  auto& same = by_state_[config[0]];
  const std::size_t words = moves_.words();
  // Beyond this many with one state, looking for a dominating one costs more than it saves.
  constexpr std::size_t k_most_looks = 256;
  const std::size_t looks = std::min(same.size(), k_most_looks);
  for (std::size_t i = same.size() - looks; i < same.size(); ++i)
    if (moves_.dominates(cursor_, next_.data() + same[i] * words, config)) return;
  for (std::size_t i = same.size() - looks; i < same.size(); ++i) {
    Word* other = next_.data() + same[i] * words;
    if (!moves_.dominates(cursor_, config, other)) continue;
    std::copy_n(config, words, other);
    return;
  }
  same.push_back(static_cast<std::uint32_t>(next_.size() / words));
  next_.insert(next_.end(), config, config + words);
}

Turn Frontier::run(std::size_t most) {
  const std::size_t words = moves_.words();
  std::size_t looked = 0;
  while (cursor_.step() < timeline_.steps()) {
    next_.clear();
    by_state_.clear();
    for (std::size_t at = 0; at < now_.size(); at += words) {
      const std::span<const Word> config(now_.data() + at, words);
      if (!moves_.expand(cursor_, config, limits_, successors_)) return Turn::used_up;
      for (const auto& s : successors_.list) merge(successors_.configs.data() + s.config);
      if (++looked % k_look_every != 0) continue;
      moves_.measure();
      share_.set(timeline_.bytes() + (now_.capacity() + next_.capacity()) * sizeof(Word));
      if (budget_.exhausted()) return Turn::out_of_budget;
      if (looked > most) return Turn::used_up;  // this step is done again in the next turn
    }
    if (next_.empty()) return Turn::refuted;
    std::swap(now_, next_);
    cursor_.forth();
  }
  return Turn::found;
}

/// The depth-first levels, by uses of indeterminate calls in one step; the last has no limit.
constexpr std::uint32_t k_levels[] = {0, 1, 2, 4, UINT32_MAX};

}  // namespace

SearchResult search(const Timeline& timeline, Machine& machine, Budget& budget, bool finite) {
  constexpr std::size_t k_first_turn = 1024;
  constexpr int k_growth = 4;
  const bool certain = timeline.classes.empty();
  std::size_t first_level = certain ? std::size(k_levels) - 1 : 0;
  const bool exact = certain || !finite;
  Frontier frontier(timeline, machine, budget, {.inexhaustible = !exact});
  bool frontier_survived = false;
  std::size_t deepest = 0;
  for (std::size_t most = k_first_turn + 4 * timeline.steps();; most *= k_growth) {
    const std::size_t first_of_round = first_level;
    for (std::size_t level = first_level; level < std::size(k_levels); ++level) {
      DepthFirst depth_first(timeline, machine, budget);
      const Turn turn = depth_first.run({.uses = k_levels[level]}, most);
      deepest = std::max(deepest, depth_first.deepest());
      if (turn == Turn::found) return depth_first.result();
      if (turn == Turn::refuted && !depth_first.limited())
        return {.validity = Validity::invalid, .step = depth_first.deepest()};
      if (turn == Turn::refuted) first_level = level + 1;
      // What is valid is mostly found at the first level, what is not by the frontier.
      if (level != first_of_round || frontier_survived) continue;
      const Turn breadth = frontier.run(most);
      if (breadth == Turn::refuted) return {.validity = Validity::invalid, .step = frontier.step()};
      frontier_survived = breadth == Turn::found;
      if (frontier_survived && exact) return {.validity = Validity::valid};
    }
    if (const auto why = budget.exhausted()) return {.step = deepest, .why = *why};
  }
}

}  // namespace plumbline
