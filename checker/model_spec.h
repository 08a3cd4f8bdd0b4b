#pragma once
/// model_spec: a model as a Spec, so that the proof of a violation may leave out what that model's
/// own functions say it may.
///
/// The objects of the table in models/all.cc have Specs of their own, written apart from the models
/// (verify/spec.h). A user's own model has none: what it promises of its calls (Role, Transition)
/// is taken at its word, as the search does. An observer may go; an update may only become
/// optional, unless a call that settles the state (an overwriting one, or what a cell's call leaves
/// or finds) stands between it and all that might see it.

#include "checker/models/all.h"
#include "checker/verify/spec.h"

namespace plumbline {

/// The Spec of that name, or else what the model itself says.
/// Requires: `model` outlives what it gives.
verifying::SpecSource specs_of(const ModelEntry& model);

}  // namespace plumbline
