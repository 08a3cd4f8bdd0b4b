#pragma once
/// What may be left out of one object's history without changing the answer.
///   1. A failed call never happened. An observer that is indeterminate says nothing.
///   2. An indeterminate update of a cell whose value nobody sees any more is not needed.
///      Let `last_use(v)` be the latest return of a required call that needs the cell to hold v, or
///      last_use(w) of an indeterminate call that turns v into w, whichever is later. In a
///      linearization, take the last update with value v that is placed after last_use(v) and
///      delete it. Until the next update nobody looked (he would need v). The next update is either
///      legal in every state, or needs v: then it is an indeterminate one that turns v into some w
///      with last_use(w) <= last_use(v), so it is placed after last_use(w) too and was deleted
///      before. What is left is a linearization. So such a call is left out if it was invoked after
///      last_use(v), and a search may forget it after last_use(v).
///   3. Of an object whose observers show what was done to it (Shows in model.h), an indeterminate
///      update that no observer shows: in a linearization no observer stands between it and the
///      next overwrite, or after it if there is none. So deleting it there changes no observer's
///      answer.

#include <vector>

#include "checker/models/all.h"

namespace plumbline {

struct NormalCall {
  const Call* call = nullptr;
  Role role = Role::update;
  bool required = false;           ///< it ended ok: it happened, before it returned
  std::int64_t returned = k_open;  ///< k_open unless required
  std::int64_t last_use = k_open;  ///< of an indeterminate one: useless after this position
};

/// `calls` without what may be left out, in the same order (of invocation).
/// Requires: model.refuse() says nothing of any of them. The calls stay alive.
std::vector<NormalCall> normalise(const std::vector<Call>& calls, const ModelEntry& model);

}  // namespace plumbline
