#pragma once
/// The table of models. To add one: a file beside this, and a line in all.cc.

#include <memory>
#include <optional>
#include <vector>

#include "checker/budget.h"
#include "checker/check.h"
#include "checker/machine.h"
#include "checker/models/model.h"

namespace plumbline {

struct NormalCall;
struct ModelEntry;

/// What a decider says of one object's calls.
struct DirectAnswer {
  bool linearizable = false;
  std::vector<const NormalCall*> order{};  ///< if it is
  /// If it is not, and the decider can tell: calls that are not linearizable by themselves, the
  /// others deleted, where deleting those keeps a linearizable history linearizable.
  std::vector<const NormalCall*> core{};
};

/// Decides some histories of a model faster than a search can, and exactly.
struct DirectDecider {
  const char* name = "";  ///< as verdicts call it
  /// Takes: what normalise() kept, in order of invocation, and the initial value as it was given.
  /// Gives: nothing if it cannot tell (then the next one is asked, and the search at last).
  std::optional<DirectAnswer> (*decide)(const std::vector<NormalCall>& calls,
                                        const ModelEntry& model, const Value& initial,
                                        Budget& budget);
};

struct ModelEntry {
  ModelInfo info;
  std::string (*refuse)(const Call&);
  Role (*role)(const Call&);
  Transition (*transition)(const Call&);  ///< null unless it is a CellModel
  Value (*initial)(const Value&);         ///< of a CellModel: the value at the start
  Shows shows;
  std::vector<DirectDecider> deciders;  ///< cheapest first
  std::unique_ptr<Machine> (*machine)(const Value& initial);
  /// The same object for histories of fewer kinds of calls, of which more is known; and for more.
  std::shared_ptr<const ModelEntry> narrower{}, wider{};
};

/// Null if there is none of that name.
const ModelEntry* find_model(const std::string& name);

/// Why `call` is none of the model's in its widest form; empty if it is.
std::string refusal(const ModelEntry& model, const Call& call);

/// The narrowest form of `model` that takes all of `calls`.
/// Requires: refusal() says nothing of any of them.
const ModelEntry& fitting(const ModelEntry& model, const std::vector<Call>& calls);

}  // namespace plumbline
