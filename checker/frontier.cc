#include "checker/frontier.h"

#include <algorithm>
#include <numeric>

namespace plumbline {

std::uint32_t Lineage::add(std::uint32_t parent, std::span<const std::uint32_t> moves) {
  const auto from = static_cast<std::uint32_t>(moves_.size());
  moves_.insert(moves_.end(), moves.begin(), moves.end());
  nodes_.push_back(
      {.parent = parent, .from = from, .to = static_cast<std::uint32_t>(moves_.size())});
  return static_cast<std::uint32_t>(nodes_.size() - 1);
}

void Lineage::keep(std::vector<std::uint32_t>& live) {
  constexpr std::size_t k_least = 4096;
  if (nodes_.size() < 2 * kept_ + k_least) return;
  constexpr std::uint32_t k_unknown = k_start;
  constexpr std::uint32_t k_needed = k_start - 1;
  std::vector<std::uint32_t> number(nodes_.size(), k_unknown);
  for (const std::uint32_t line : live) number[line] = k_needed;
  for (std::size_t n = nodes_.size(); n-- > 0;)  // parents stand before their children
    if (number[n] == k_needed && nodes_[n].parent != k_start) number[nodes_[n].parent] = k_needed;
  std::uint32_t kept = 0, moves = 0;
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    if (number[n] != k_needed) continue;
    Node node = nodes_[n];
    if (node.parent != k_start) node.parent = number[node.parent];
    std::copy(moves_.begin() + node.from, moves_.begin() + node.to, moves_.begin() + moves);
    node.to = moves + (node.to - node.from);
    node.from = moves;
    moves = node.to;
    number[n] = kept;
    nodes_[kept++] = node;
  }
  nodes_.resize(kept);
  moves_.resize(moves);
  kept_ = kept;
  for (std::uint32_t& line : live) line = number[line];
}

Path Lineage::path(std::uint32_t last) const {
  std::vector<std::uint32_t> line;
  for (std::uint32_t n = last; n != k_start; n = nodes_[n].parent) line.push_back(n);
  std::reverse(line.begin(), line.end());
  Path path;
  for (const std::uint32_t n : line) {
    path.moves.insert(path.moves.end(), moves_.begin() + nodes_[n].from,
                      moves_.begin() + nodes_[n].to);
    path.ends.push_back(static_cast<std::uint32_t>(path.moves.size()));
  }
  return path;
}

void Frontier::Layer::clear() {
  words.clear();
  lines.clear();
  uses.clear();
}

Frontier::Frontier(const Timeline& timeline, Machine& machine, Budget& budget,
                   const std::vector<bool>& counted, Width width)
    : timeline_(timeline),
      budget_(budget),
      width_(width),
      narrowed_(width.thrifty),
      moves_(timeline, machine, budget, &counted, width.thrifty),
      cursor_(timeline),
      share_(budget),
      now_{.words = moves_.start(), .lines = {Lineage::k_start}, .uses = {0}} {}

void Frontier::merge(const Word* config, std::uint32_t parent, const Moves::Successor& how) {
  auto& same = by_state_[config[0]];
  const std::size_t words = moves_.words();
  // Beyond this many with one state, looking for a dominating one costs more than it saves.
  constexpr std::size_t k_most_looks = 256;
  const std::size_t looks = std::min(same.size(), k_most_looks);
  const std::uint32_t uses = now_.uses[parent] + how.uses;
  for (std::size_t i = same.size() - looks; i < same.size(); ++i)
    if ((!width_.thrifty || next_.uses[same[i]] <= uses) &&
        moves_.dominates(cursor_, next_.words.data() + same[i] * words, config))
      return;
  const std::uint32_t line = lineage_.add(
      now_.lines[parent], {successors_.paths.data() + how.path_from, how.path_to - how.path_from});
  for (std::size_t i = same.size() - looks; i < same.size(); ++i) {
    Word* other = next_.words.data() + same[i] * words;
    if (width_.thrifty && uses > next_.uses[same[i]]) continue;
    if (!moves_.dominates(cursor_, config, other)) continue;
    std::copy_n(config, words, other);
    next_.lines[same[i]] = line;
    next_.uses[same[i]] = uses;
    return;
  }
  same.push_back(static_cast<std::uint32_t>(next_.lines.size()));
  next_.words.insert(next_.words.end(), config, config + words);
  next_.lines.push_back(line);
  next_.uses.push_back(uses);
}

/// The next layer becomes the present one, ordered by uses: of equals the first is kept.
void Frontier::advance() {
  std::vector<std::uint32_t> order(next_.lines.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return next_.uses[a] < next_.uses[b]; });
  if (order.size() > width_.configs) {
    order.resize(width_.configs);
    narrowed_ = true;
  }
  while (next_.uses[order.back()] - next_.uses[order.front()] > width_.band) {
    order.pop_back();
    narrowed_ = true;
  }
  const std::size_t words = moves_.words();
  now_.clear();
  for (const std::uint32_t n : order) {
    const Word* config = next_.words.data() + n * words;
    now_.words.insert(now_.words.end(), config, config + words);
    now_.lines.push_back(next_.lines[n]);
    now_.uses.push_back(next_.uses[n]);
  }
  lineage_.keep(now_.lines);
  cursor_.forth();
}

bool Frontier::within_budget() {
  moves_.measure();
  share_.set(timeline_.bytes() + lineage_.bytes() + successors_.bytes() +
             (now_.words.capacity() + next_.words.capacity() + 4 * now_.lines.capacity() +
              4 * next_.lines.capacity()) *
                 sizeof(Word));
  return !budget_.exhausted();
}

Turn Frontier::run(std::size_t most) {
  /// Expansions between two looks at the clock and the memory.
  constexpr std::size_t k_look_every = 16;
  const std::size_t words = moves_.words();
  std::size_t looked = 0;
  while (cursor_.step() < timeline_.steps()) {
    next_.clear();
    by_state_.clear();
    for (std::uint32_t n = 0; n < now_.lines.size(); ++n) {
      const std::span<const Word> config(now_.words.data() + n * words, words);
      if (!moves_.expand(cursor_, config, width_.limits, successors_))
        return budget_.exhausted() ? Turn::out_of_budget : Turn::used_up;
      narrowed_ = narrowed_ || successors_.limited;
      for (const auto& s : successors_.list) merge(successors_.configs.data() + s.config, n, s);
      if (++looked % k_look_every != 0) continue;
      if (!within_budget()) return Turn::out_of_budget;
      if (looked > most) return Turn::used_up;  // this step is done again in the next turn
    }
    if (next_.lines.empty()) return Turn::refuted;
    advance();
  }
  return Turn::found;
}

}  // namespace plumbline
