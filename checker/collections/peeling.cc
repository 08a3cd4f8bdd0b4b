#include "checker/collections/peeling.h"

#include <algorithm>

namespace plumbline {
namespace {

std::vector<int> cover_counts(const std::vector<Element>& elements, int end) {
  std::vector<int> counts(static_cast<std::size_t>(end) + 2, 0);
  for (const Element& e : elements) {
    if (!e.certain()) continue;
    ++counts[static_cast<std::size_t>(e.add_by)];
    --counts[static_cast<std::size_t>(e.out_from)];
  }
  for (std::size_t g = 1; g < counts.size(); ++g) counts[g] += counts[g - 1];
  counts.pop_back();
  return counts;
}

std::vector<WaitingWindows::Window> call_windows(const std::vector<Element>& elements) {
  std::vector<WaitingWindows::Window> windows;
  windows.reserve(elements.size() * 2);
  for (const Element& e : elements) {
    windows.push_back({e.add_from, e.add_by - 1});
    windows.push_back({e.out_from, e.out_by - 1});
  }
  return windows;
}

}  // namespace

Peeling::Peeling(const std::vector<Element>& elements, const std::vector<Lone>& empties, int end,
                 Choice choice)
    : elements_(elements),
      empties_(empties),
      end_(end),
      choice_(choice),
      counts_(cover_counts(elements, end)),
      windows_(call_windows(elements)),
      free_(end),
      used_(end),
      sides_(elements.size(), 0),
      gone_(elements.size(), false),
      waiting_(elements.size()),
      list_{{.gap = -1}},
      next_{0},
      last_of_(static_cast<std::size_t>(end) + 1, 0) {
  drain();
}

/// Every newly free gap may be what some calls waited for.
void Peeling::drain() {
  for (int gap = counts_.give(); gap >= 0; gap = counts_.give()) {
    free_.insert(gap);
    for (int window = windows_.give(gap); window >= 0; window = windows_.give(gap)) {
      const auto element = static_cast<std::uint32_t>(window) / 2;
      constexpr int k_calls = 2;
      if (++sides_[element] == k_calls && !gone_[element]) make_ready(element);
    }
  }
}

void Peeling::make_ready(std::uint32_t element) {
  ready_.push_back(element);
  if (choice_ == Choice::narrow) return;
  std::push_heap(ready_.begin(), ready_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return elements_[a].out_by < elements_[b].out_by;
  });
}

std::uint32_t Peeling::take_ready() {
  if (choice_ == Choice::narrow) {
    const std::uint32_t element = ready_.front();
    ready_.pop_front();
    return element;
  }
  std::pop_heap(ready_.begin(), ready_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return elements_[a].out_by < elements_[b].out_by;
  });
  const std::uint32_t element = ready_.back();
  ready_.pop_back();
  return element;
}

void Peeling::uncover(const Element& e) {
  if (!e.certain()) return;
  counts_.uncover(e.add_by, e.out_from);
  drain();
}

void Peeling::ignore(std::uint32_t element) {
  if (gone_[element]) return;
  gone_[element] = true;
  --waiting_;
  uncover(elements_[element]);
}

const Lone* Peeling::place_empties() {
  std::vector<Token> tokens;
  for (const Lone& empty : empties_) {
    const bool early = choice_ == Choice::narrow;
    const int gap = early ? free_.next(empty.from) : free_.previous(empty.by - 1);
    if (gap < empty.from || gap >= empty.by) return &empty;
    tokens.push_back({.gap = gap, .call = empty.call});
  }
  std::stable_sort(tokens.begin(), tokens.end(),
                   [](const Token& a, const Token& b) { return a.gap < b.gap; });
  std::uint32_t last = 0;
  for (const Token& token : tokens) last = insert(last, token, true);
  return nullptr;
}

bool Peeling::run() {
  while (!ready_.empty()) {
    const std::uint32_t element = take_ready();
    if (gone_[element]) continue;
    place(element);
    gone_[element] = true;
    --waiting_;
    uncover(elements_[element]);
  }
  return waiting_ == 0;
}

void Peeling::place(std::uint32_t element) {
  const Element& e = elements_[element];
  int out = choice_ == Choice::narrow ? free_.next(e.out_from) : free_.previous(e.out_by - 1);
  int add = choice_ == Choice::wide ? std::min(free_.next(e.add_from), out)
                                    : free_.previous(std::min(e.add_by - 1, out));
  const int before = used_.previous(e.out_from - 1);
  const std::uint32_t behind = before < 0 ? 0 : last_of_[static_cast<std::size_t>(before)];
  const std::uint32_t next = next_[behind];
  const int limit = next == 0 ? end_ : list_[next].gap;
  add = std::clamp(add, std::max(before, 0), limit);
  out = std::clamp(out, std::max(before, 0), limit);
  const std::uint32_t added =
      insert(behind, {add, element, false, e.add}, next == 0 || add < limit);
  insert(added, {out, element, true, e.out}, next == 0 || out < limit);
}

std::uint32_t Peeling::insert(std::uint32_t behind, Token token, bool last_of_gap) {
  const auto at = static_cast<std::uint32_t>(list_.size());
  list_.push_back(token);
  next_.push_back(next_[behind]);
  next_[behind] = at;
  used_.insert(token.gap);
  if (last_of_gap) last_of_[static_cast<std::size_t>(token.gap)] = at;
  return at;
}

std::vector<Peeling::Token> Peeling::tokens() const {
  std::vector<Token> tokens;
  tokens.reserve(list_.size());
  for (std::uint32_t at = next_[0]; at != 0; at = next_[at]) tokens.push_back(list_[at]);
  return tokens;
}

namespace {

/// Grows a set of elements in which each has a call that the set's certain gaps cover.
class Closure {
 public:
  Closure(const std::vector<const Element*>& all, const Element* start) : all_(all) { join(start); }

  /// Empty if it becomes greater than `most`.
  std::vector<const Element*> grow(std::size_t most) {
    for (std::size_t i = 0; i < members_.size(); ++i) {
      const Element& e = *members_[i];
      const auto for_add = chain(e, e.add_from, e.add_by), for_out = chain(e, e.out_from, e.out_by);
      const bool out = !for_add || (for_out && for_out->size() < for_add->size());
      for (const Element* c : out ? *for_out : *for_add) join(c);
      if (members_.size() > most) return {};
    }
    return members_;
  }

 private:
  void join(const Element* e) { members_.push_back(e); }
  bool member(const Element* e) const {
    return std::find(members_.begin(), members_.end(), e) != members_.end();
  }
  /// Others that would have to join for the gaps from..by-1 to be covered; nothing if they cannot.
  std::optional<std::vector<const Element*>> chain(const Element& e, int from, int by) const {
    std::vector<const Element*> joined;
    for (int gap = from; gap < by;) {
      const Element* furthest = nullptr;
      for (const Element* m : members_) furthest = further(furthest, m, e, gap);
      if (furthest == nullptr) {
        for (const Element* other : all_) furthest = further(furthest, other, e, gap);
        if (furthest == nullptr) return std::nullopt;
        joined.push_back(furthest);
      }
      gap = furthest->out_from;
    }
    return joined;
  }
  static const Element* further(const Element* best, const Element* other, const Element& e,
                                int gap) {
    const bool covers = other != &e && other->add_by <= gap && gap < other->out_from;
    return covers && (best == nullptr || other->out_from > best->out_from) ? other : best;
  }

  const std::vector<const Element*>& all_;
  std::vector<const Element*> members_;
};

}  // namespace

std::vector<const Element*> without_bottom(const std::vector<Element>& elements,
                                           const Peeling& peeling) {
  std::vector<const Element*> remaining;
  for (std::uint32_t e = 0; e < elements.size(); ++e)
    if (peeling.remains(e)) remaining.push_back(&elements[e]);
  // Each of them leads to such a set; a few beginnings find a small one, and any is right.
  constexpr std::size_t k_beginnings = 16, k_most = 64;
  std::vector<const Element*> best;
  const std::size_t stride = std::max<std::size_t>(remaining.size() / k_beginnings, 1);
  for (std::size_t i = 0; i < remaining.size(); i += stride) {
    const std::size_t most = best.empty() ? k_most : best.size() - 1;
    auto found = Closure(remaining, remaining[i]).grow(most);
    if (!found.empty()) best = std::move(found);
  }
  return best.empty() ? remaining : best;
}

}  // namespace plumbline
