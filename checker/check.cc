#include "checker/check.h"

#include <algorithm>
#include <functional>
#include <map>
#include <thread>

#include "checker/evidence.h"
#include "core/base/text.h"
#include "core/history/digest.h"

namespace plumbline {
namespace {

struct Object {
  std::vector<Call> calls{};
  Decision decision{};
};

/// The calls by key, in order of the keys.
std::map<Value, Object> by_key(std::vector<Call> calls) {
  std::map<Value, Object> objects;
  for (Call& call : calls) {
    Object& object = objects[call.key];
    object.calls.push_back(std::move(call));
  }
  return objects;
}

/// Runs `work` on each object, the largest first, in several threads.
void for_each_object(std::vector<Object*> objects, int jobs,
                     const std::function<void(Object&)>& work) {
  std::stable_sort(objects.begin(), objects.end(), [](const Object* a, const Object* b) {
    return a->calls.size() > b->calls.size();
  });
  std::atomic<std::size_t> next{0};
  const auto loop = [&] {
    for (std::size_t i = next++; i < objects.size(); i = next++) work(*objects[i]);
  };
  std::vector<std::jthread> threads;
  const auto wanted =
      std::min<std::size_t>(objects.size(), static_cast<std::size_t>(std::max(jobs, 1)));
  for (std::size_t t = 1; t < wanted; ++t) threads.emplace_back(loop);
  loop();
}

std::string key_name(const Value& key) {
  return key.is_nil() ? "" : "key " + to_string(key) + ": ";
}

void count_means(const std::map<Value, Object>& objects, Verdict& verdict) {
  std::map<std::string, int> means;
  std::size_t calls = 0, indeterminate = 0;
  for (const auto& [key, object] : objects) {
    ++means[object.decision.means];
    calls += object.calls.size();
    for (const Call& call : object.calls) indeterminate += call.indeterminate();
  }
  verdict.figures = {{"calls", std::to_string(calls)},
                     {"indeterminate calls", std::to_string(indeterminate)},
                     {"keys", std::to_string(objects.size())}};
  for (const auto& [name, count] : means)
    if (!name.empty())
      verdict.figures.emplace_back("keys decided by " + name, std::to_string(count));
}

/// The first key that is unknown speaks for all.
void say_unknown(const std::map<Value, Object>& objects, Verdict& verdict) {
  int unknown = 0;
  for (const auto& [key, object] : objects) {
    if (object.decision.validity != Validity::unknown || unknown++ > 0) continue;
    const bool far = object.decision.position != k_open;
    verdict.reason =
        str(key_name(key), object.decision.why,
            far ? str("; linearizable up to event ", object.decision.position) : std::string());
  }
  if (unknown > 1) verdict.reason += str(" (and ", unknown - 1, " more keys)");
}

void say_invalid(std::map<Value, Object>& objects, const ModelEntry& model,
                 const CheckOptions& options, Verdict& verdict) {
  std::size_t invalid = 0;
  // Evidence has time of its own: a verdict found at the last moment must still be explained.
  constexpr Nanos k_evidence = 10s;
  Budget budget(std::min(options.time_budget, k_evidence), options.memory_budget, options.stop);
  for (auto& [key, object] : objects) {
    if (object.decision.validity != Validity::invalid) continue;
    if (++invalid > k_max_counterexamples) continue;
    verdict.counterexamples.push_back(explain_invalid(object.calls, model, options.initial,
                                                      object.decision, options.minimize, budget));
  }
  verdict.reason =
      key_name(verdict.counterexamples[0].key) + verdict.counterexamples[0].explanation;
  if (invalid > 1) verdict.reason += str(" (and ", invalid - 1, " more keys are invalid)");
}

/// The proof in the form that others can check. None if the verdict is unknown, or if some key's
/// order was never written down (see Decision).
std::shared_ptr<const Certificate> certify(const std::map<Value, Object>& objects,
                                           std::string digest, const CheckOptions& options,
                                           const Verdict& verdict) {
  if (verdict.validity == Validity::unknown) return nullptr;
  auto proof = std::make_shared<Certificate>();
  proof->valid = verdict.validity == Validity::valid;
  proof->model = options.model;
  proof->initial = options.initial;
  proof->digest = std::move(digest);
  for (const Counterexample& example : verdict.counterexamples)
    proof->cores.push_back(core_of(example));
  for (const auto& [key, object] : objects) {
    proof->calls += static_cast<std::int64_t>(object.calls.size());
    if (!proof->valid) continue;
    if (!object.decision.ordered) return nullptr;
    KeyOrder& order = proof->orders.emplace_back(KeyOrder{.key = key});
    for (const Call* call : object.decision.order) order.ids.push_back(call->id);
  }
  return proof;
}

}  // namespace

Verdict check_linearizable(const History& history, const CheckOptions& options) {
  Verdict verdict{.check = "linearizable " + options.model};
  const auto unknown = [&](std::string why) {
    verdict.validity = Validity::unknown;
    verdict.reason = std::move(why);
    return verdict;
  };
  if (const auto known = known_model(options.model); !known) return unknown(known.error().what);
  const ModelEntry& model = *find_model(options.model);
  auto calls = pair_calls(history);
  if (!calls) return unknown("the history is damaged: " + calls.error().what);
  for (const Call& call : *calls)
    if (const std::string why = model.refuse(call); !why.empty())
      return unknown(
          str("call ", call.id, " (", call.f, ") is none of ", options.model, ": ", why));

  std::string digest = options.certify ? digest_of(*calls) : std::string();
  std::map<Value, Object> objects = by_key(std::move(*calls));
  std::vector<Object*> work;
  for (auto& [key, object] : objects) work.push_back(&object);
  Budget budget(options.time_budget, options.memory_budget, options.stop);
  for_each_object(work, options.jobs, [&](Object& object) {
    object.decision = decide(object.calls, model, options.initial, budget);
  });
  for (const Object* object : work)
    verdict.validity = merge(verdict.validity, object->decision.validity);
  count_means(objects, verdict);
  if (verdict.validity == Validity::unknown) say_unknown(objects, verdict);
  if (verdict.validity == Validity::invalid) say_invalid(objects, model, options, verdict);
  if (options.certify) verdict.certificate = certify(objects, std::move(digest), options, verdict);
  return verdict;
}

}  // namespace plumbline
