#include "nemesis/phases.h"

#include "core/generator/combinators.h"
#include "nemesis/perform.h"

namespace plumbline {

gen::GenPtr in_phases(const Phases& phases) {
  gen::Gens heals;
  for (Operation& operation : final_heals(phases.healed))
    heals.push_back(gen::once(std::move(operation)));
  heals.push_back(gen::once({.f = k_heal_all, .key = {}, .value = {}}));
  const gen::GenPtr reads = gen::time_limit(phases.final_reads, gen::clients(phases.after_heal));
  gen::Gens all = {
      gen::time_limit(phases.time_limit, gen::clients_and_nemesis(phases.during, phases.faults)),
      gen::nemesis(gen::sequence(std::move(heals))), reads};
  for (const Operation& move : phases.reread_after) {
    all.push_back(gen::nemesis(gen::once(move)));
    all.push_back(reads);
  }
  return gen::phases(std::move(all));
}

}  // namespace plumbline
