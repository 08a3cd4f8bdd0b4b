#include "checker/collections/seating.h"

#include <algorithm>
#include <bit>

#include "checker/collections/cover.h"

namespace plumbline {

Departures::Departures(const Elements& all, int end) : all_(all) {
  std::vector<int> by_end(all.removed.size());
  for (std::size_t i = 0; i < by_end.size(); ++i) by_end[i] = static_cast<int>(i);
  const auto element = [&](int i) -> const Element& {
    return all.removed[static_cast<std::size_t>(i)];
  };
  std::sort(by_end.begin(), by_end.end(),
            [&](int a, int b) { return element(a).out_by < element(b).out_by; });
  bounds_.assign(static_cast<std::size_t>(all.events) + 1, {end, -1});
  Cover cover(all.events);  // each gap belongs to the first of them that covers it
  for (const int i : by_end) {
    const Element& e = element(i);
    for (int g = cover.free_from(e.add_by); g < e.out_from; g = cover.free_from(g + 1))
      bounds_[static_cast<std::size_t>(g)] = {e.out_by - 1, i};
    cover.add(e);
  }
  std::vector<Bound> emptied(bounds_.size() + 1, {end, -1});  // by the gap of the invocation
  for (std::size_t i = 0; i < all.empties.size(); ++i) {
    const Lone& empty = all.empties[i];
    Bound& bound = emptied[static_cast<std::size_t>(empty.from)];
    if (empty.by - 1 < bound.gap) bound = {empty.by - 1, static_cast<int>(all.removed.size() + i)};
  }
  Bound later{end, -1};
  for (std::size_t g = bounds_.size(); g-- > 0;) {
    if (emptied[g + 1].gap < later.gap) later = emptied[g + 1];
    if (later.gap < bounds_[g].gap) bounds_[g] = later;
  }
  // The latest bound over the gaps of a window: a table of maxima over spans of 2^k gaps.
  std::vector<std::vector<int>> latest(1);
  for (const Bound& bound : bounds_) latest[0].push_back(bound.gap);
  for (std::size_t half = 1; 2 * half <= bounds_.size(); half *= 2) {
    const std::vector<int>& shorter = latest.back();
    std::vector<int> longer(shorter.size() - half);
    for (std::size_t g = 0; g < longer.size(); ++g)
      longer[g] = std::max(shorter[g], shorter[g + half]);
    latest.push_back(std::move(longer));
  }
  for (const Element& x : all.left) {
    const auto from = static_cast<std::size_t>(x.add_from), by = static_cast<std::size_t>(x.add_by);
    const auto k = static_cast<std::size_t>(std::bit_width(by - from)) - 1;
    deadlines_.push_back(std::max(latest[k][from], latest[k][by - (std::size_t{1} << k)]));
  }
}

std::vector<const NormalCall*> Departures::refutation() const {
  std::vector<int> sorted = deadlines_;
  std::sort(sorted.begin(), sorted.end());
  const int never = all_.events + 1;
  std::size_t k = 0;
  while (k < sorted.size() && sorted[k] < never && k < all_.takers.size() &&
         all_.takers[k].from <= sorted[k])
    ++k;
  if (k == sorted.size() || sorted[k] >= never) return {};
  std::vector<const Element*> elements;
  std::vector<int> causes;
  for (std::size_t x = 0; x < deadlines_.size(); ++x) {
    if (deadlines_[x] > sorted[k]) continue;
    const Element& e = all_.left[x];
    elements.push_back(&e);
    for (int g = e.add_from; g < e.add_by; ++g)
      causes.push_back(bounds_[static_cast<std::size_t>(g)].cause);
  }
  std::sort(causes.begin(), causes.end());
  causes.erase(std::unique(causes.begin(), causes.end()), causes.end());
  std::vector<const NormalCall*> empties;
  for (const int cause : causes) {
    const auto index = static_cast<std::size_t>(cause);
    if (index < all_.removed.size())
      elements.push_back(&all_.removed[index]);
    else
      empties.push_back(all_.empties[index - all_.removed.size()].call);
  }
  std::vector<const NormalCall*> core = calls_of(elements, all_);
  core.insert(core.end(), empties.begin(), empties.end());
  return core;
}

namespace {

/// The places between tokens: slot i is in front of token i.
class Places {
 public:
  explicit Places(const std::vector<Peeling::Token>& tokens) : tokens_(tokens) {
    const std::size_t none = tokens.size();
    depths_.push_back(0);
    goes_before_.assign(tokens.size() + 1, none);
    std::vector<std::vector<std::size_t>> waiting(1);  // slots of each level that is open
    waiting[0].push_back(0);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const Peeling::Token& token = tokens[i];
      const bool empty = token.element == Peeling::k_none;
      if (empty || token.out) {  // who is on this level is gone before it
        for (const std::size_t slot : waiting.back())
          goes_before_[slot] = !empty && token.call == nullptr ? none : i;
        waiting.back().clear();
        if (token.out) waiting.pop_back();
      } else {
        waiting.emplace_back();
      }
      waiting.back().push_back(i + 1);
      depths_.push_back(waiting.size() - 1);
    }
  }
  /// The last of the lowest slots in which a call with this window can be.
  std::size_t lowest(int from, int by) const {
    const auto gap_less = [](const Peeling::Token& t, int gap) { return t.gap < gap; };
    const auto at = [&](int gap) {  // the first token with this gap or a later one
      return static_cast<std::size_t>(
          std::lower_bound(tokens_.begin(), tokens_.end(), gap, gap_less) - tokens_.begin());
    };
    const std::size_t first = at(from), last = at(by);
    std::size_t best = first;
    for (std::size_t slot = first; slot <= last; ++slot)
      if (depths_[slot] <= depths_[best]) best = slot;
    return best;
  }
  /// The token before which whoever is added in this slot has to go; the number of tokens if none.
  std::size_t goes_before(std::size_t slot) const { return goes_before_[slot]; }

 private:
  const std::vector<Peeling::Token>& tokens_;
  std::vector<std::size_t> depths_, goes_before_;
};

}  // namespace

std::optional<DirectAnswer> seat(const Elements& all, const std::vector<Peeling::Token>& tokens,
                                 const std::vector<std::size_t>& leaving) {
  struct Seat {
    const Element* x;
    std::size_t slot, goes;
    const NormalCall* taker = nullptr;
  };
  const Places slots(tokens);
  std::vector<Seat> seats;
  for (const std::size_t index : leaving) {
    const Element& x = all.left[index];
    const std::size_t slot = slots.lowest(x.add_from, x.add_by);
    seats.push_back({&x, slot, slots.goes_before(slot)});
  }
  std::stable_sort(seats.begin(), seats.end(),
                   [](const Seat& a, const Seat& b) { return a.goes < b.goes; });
  for (std::size_t i = 0; i < seats.size() && seats[i].goes < tokens.size(); ++i) {
    if (i >= all.takers.size() || all.takers[i].from > tokens[seats[i].goes].gap)
      return std::nullopt;
    seats[i].taker = all.takers[i].call;
  }
  std::vector<const Seat*> adds, goes;
  for (const Seat& seat : seats) adds.push_back(&seat);
  std::stable_sort(adds.begin(), adds.end(), [](const Seat* a, const Seat* b) {
    return a->slot != b->slot ? a->slot < b->slot : a->x->add_from < b->x->add_from;
  });
  // Who came last goes first of those that go before the same token.
  for (auto seat = adds.rbegin(); seat != adds.rend(); ++seat) goes.push_back(*seat);
  std::stable_sort(goes.begin(), goes.end(),
                   [](const Seat* a, const Seat* b) { return a->goes < b->goes; });
  DirectAnswer answer{.linearizable = true};
  auto add = adds.begin();
  auto go = goes.begin();
  for (std::size_t i = 0; i <= tokens.size(); ++i) {
    for (; add != adds.end() && (*add)->slot == i; ++add) answer.order.push_back((*add)->x->add);
    if (i == tokens.size()) break;
    for (; go != goes.end() && (*go)->goes == i; ++go) answer.order.push_back((*go)->taker);
    if (tokens[i].call != nullptr) answer.order.push_back(tokens[i].call);
  }
  return answer;
}

}  // namespace plumbline
