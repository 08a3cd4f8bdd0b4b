#include "checker/verify/spec.h"

#include "checker/verify/cells.h"
#include "checker/verify/collections.h"
#include "checker/verify/compounds.h"
#include "checker/verify/stores.h"

namespace plumbline::verifying {

std::unique_ptr<Spec> spec_of(const std::string& model, const Value& initial) {
  const Value absent = initial.is_bool() ? initial : Value(false);
  if (model == "register") return std::make_unique<RegisterSpec>(initial, false);
  if (model == "cas-register") return std::make_unique<RegisterSpec>(initial, true);
  if (model == "mutex") return std::make_unique<LockSpec>(absent);
  if (model == "set") return std::make_unique<ElementsSpec>(initial);
  if (model == "kv") return std::make_unique<KeySpec>(initial);
  if (model == "owner-lock") return std::make_unique<HeldSpec>(initial, 1);
  if (model == "reentrant-lock")
    return std::make_unique<HeldSpec>(initial, initial.is_int() ? initial.as_int() : INT64_MAX);
  if (model == "fenced-lock") return std::make_unique<FencedSpec>(initial);
  if (model == "versioned") return std::make_unique<VersionedSpec>(initial);
  if (model == "counter") return std::make_unique<CounterSpec>(initial);
  if (model == "list-append") return std::make_unique<ListSpec>(initial);
  if (model == "gset") return std::make_unique<GrowingSetSpec>(initial);
  if (model == "multi-register") return std::make_unique<RegistersSpec>(initial);
  if (model == "queue") return std::make_unique<QueueSpec>(initial);
  if (model == "stack") return std::make_unique<StackSpec>(initial);
  if (model == "priority-queue") return std::make_unique<LeastSpec>(initial);
  if (model == "unordered-queue") return std::make_unique<BagSpec>(initial);
  return nullptr;
}

}  // namespace plumbline::verifying
