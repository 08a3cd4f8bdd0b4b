#include "checker/race.h"

#include <atomic>
#include <thread>

namespace plumbline {

SearchResult race(const std::vector<NormalCall>& calls, const ModelEntry& model,
                  const Value& initial, const Timeline& timeline, Machine& machine,
                  Budget& budget) {
  const bool finite = model.transition != nullptr;
  std::atomic<bool> decided = false;
  Budget mine(budget, &decided);
  const auto search = make_search(timeline, machine, mine, finite);
  do {
    if (auto known = search->turn(Search::Part::all)) return std::move(*known);
  } while (!budget.borrow_thread());

  SearchResult theirs;
  std::thread other([&] {
    const auto own_machine = model.machine(initial);
    const Timeline own_timeline(calls, *own_machine);
    Budget own(budget, &decided);
    theirs = plumbline::search(own_timeline, *own_machine, own, finite, Search::Part::others);
    if (theirs.validity != Validity::unknown) decided = true;
  });
  std::optional<SearchResult> known;
  while (!known) known = search->turn(Search::Part::broad);
  if (known->validity != Validity::unknown) decided = true;
  other.join();
  budget.lend_thread();
  if (known->validity != Validity::unknown) return std::move(*known);
  if (theirs.validity != Validity::unknown) return theirs;
  theirs.step = std::max(theirs.step, known->step);
  return theirs;
}

}  // namespace plumbline
