#pragma once
/// register_model: a user's own model, under a name that CheckOptions::model may give.
/// docs/your-own-model.md shows how one is written.

#include <string>
#include <utility>
#include <vector>

#include "checker/models/all.h"

namespace plumbline {

/// What all cells can be decided by.
std::vector<DirectDecider> cell_deciders();
/// Fails: exists if there is a model of that name.
/// Threads: before anything is checked.
Status add_model(ModelEntry entry);

template <Model M>
ModelEntry model_entry(std::string name, std::string summary,
                       std::vector<DirectDecider> deciders = {}) {
  ModelEntry e{.info = {std::move(name), std::move(summary)},
               .refuse = &M::refuse,
               .role = &M::role,
               .transition = nullptr,
               .initial = nullptr,
               .shows = shows<M>(),
               .deciders = std::move(deciders),
               .machine = [](const Value& initial) -> std::unique_ptr<Machine> {
                 return std::make_unique<TypedMachine<M>>(initial);
               }};
  if constexpr (CellModel<M>) {
    e.transition = &M::transition;
    e.initial = &M::initial;
    for (const DirectDecider& decider : cell_deciders()) e.deciders.push_back(decider);
  }
  return e;
}

/// Fails, Threads: as add_model.
template <Model M>
Status register_model(std::string name, std::string summary) {
  return add_model(model_entry<M>(std::move(name), std::move(summary)));
}

}  // namespace plumbline
