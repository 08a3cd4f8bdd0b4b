#include "checker/models/all.h"

#include <algorithm>
#include <deque>

#include "checker/appended_text.h"
#include "checker/by_element.h"
#include "checker/climb.h"
#include "checker/collections/fifo.h"
#include "checker/collections/lifo.h"
#include "checker/collections/priority.h"
#include "checker/gaps.h"
#include "checker/greedy.h"
#include "checker/models/bag.h"
#include "checker/models/cas_register.h"
#include "checker/models/counter.h"
#include "checker/models/fenced_lock.h"
#include "checker/models/kv.h"
#include "checker/models/list_append.h"
#include "checker/models/lock.h"
#include "checker/models/multi_register.h"
#include "checker/models/mutex.h"
#include "checker/models/priority_queue.h"
#include "checker/models/queue.h"
#include "checker/models/register_model.h"
#include "checker/models/set.h"
#include "checker/models/versioned.h"
#include "checker/sessions.h"
#include "checker/versions.h"
#include "checker/whole_reads.h"
#include "checker/zones.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

/// `model` with another form.
ModelEntry with_narrower(ModelEntry model, ModelEntry other) {
  model.narrower = std::make_shared<const ModelEntry>(std::move(other));
  return model;
}
ModelEntry with_wider(ModelEntry model, ModelEntry other) {
  model.wider = std::make_shared<const ModelEntry>(std::move(other));
  return model;
}

std::deque<ModelEntry> built_in() {
  return {
      model_entry<Register>("register", "one value: read, write"),
      with_wider(model_entry<CasRegister>("cas-register",
                                          "one value: read, write, cas [expected new], remove"),
                 model_entry<CasRegisterWithRefusals>("cas-register",
                                                      "the same, and a cas may be refused")),
      with_narrower(
          model_entry<Kv>("kv", "a key-value store: get, put, append, cas [expected new], delete",
                          {{"order of texts", decide_by_texts}}),
          model_entry<KvCell>("kv", "the same without append")),
      model_entry<ListAppend>("list-append", "one list: append, read as a whole",
                              {{"append order", decide_by_append_order}}),
      model_entry<MultiRegister>("multi-register",
                                 "several registers: txn [[read|write register value] ...]"),
      model_entry<Counter>("counter",
                           "one number: add, increment, decrement, add-and-get, read; from 0",
                           {{"climb", decide_by_climb}}),
      with_narrower(
          model_entry<Set>("set", "a set: add, remove, contains an element (argument, or key)",
                           {{"elements", decide_by_element}}),
          model_entry<SetElement>("set", "membership of one element")),
      model_entry<GrowSet>("gset", "a set that only grows: add, read as a whole",
                           {{"whole reads", decide_by_whole_reads}}),
      model_entry<Mutex>("mutex", "a lock: acquire, release"),
      model_entry<OwnerLock>("owner-lock", "a lock that knows its holder: acquire, release",
                             {{"sessions", decide_by_sessions}}),
      model_entry<ReentrantLock>("reentrant-lock",
                                 "a lock that its holder may acquire again: acquire, release",
                                 {{"sessions", decide_by_sessions}}),
      model_entry<FencedLock>("fenced-lock",
                              "fencing tokens: acquire, release, write [token value], read token"),
      model_entry<Versioned>("versioned",
                             "a value and its revision: read, write, cas [revision value], delete",
                             {{"revisions", decide_by_revisions}}),
      model_entry<Queue>("queue", "first in, first out: enqueue, dequeue",
                         {{"order of elements", decide_queue}}),
      model_entry<UnorderedQueue>("unordered-queue", "a bag: enqueue, dequeue any element",
                                  {{"covered gaps", decide_unordered_queue}}),
      model_entry<Stack>("stack", "last in, first out: push, pop",
                         {{"bottom elements", decide_stack}}),
      model_entry<PriorityQueue>("priority-queue", "least first: insert, pop-min",
                                 {{"covered gaps", decide_priority_queue}}),
  };
}

/// A deque, so that what was found stays where it is.
std::deque<ModelEntry>& table() {
  static std::deque<ModelEntry> models = built_in();
  return models;
}

bool takes(const ModelEntry& model, const std::vector<Call>& calls) {
  return std::all_of(calls.begin(), calls.end(),
                     [&](const Call& call) { return model.refuse(call).empty(); });
}

}  // namespace

std::vector<DirectDecider> cell_deciders() {
  return {{"zones", decide_by_zones}, {"two values", decide_two_values}, {"gaps", refute_by_gaps}};
}

const ModelEntry* find_model(const std::string& name) {
  for (const ModelEntry& e : table())
    if (e.info.name == name) return &e;
  return nullptr;
}

Status add_model(ModelEntry entry) {
  if (find_model(entry.info.name) != nullptr)
    return fail(Error::Code::exists, str("there is a model '", entry.info.name, "' already"));
  table().push_back(std::move(entry));
  return {};
}

std::string refusal(const ModelEntry& model, const Call& call) {
  return (model.wider != nullptr ? *model.wider : model).refuse(call);
}

const ModelEntry& fitting(const ModelEntry& model, const std::vector<Call>& calls) {
  if (model.narrower != nullptr && takes(*model.narrower, calls)) return *model.narrower;
  return model.wider == nullptr || takes(model, calls) ? model : *model.wider;
}

std::vector<ModelInfo> all_models() {
  std::vector<ModelInfo> infos;
  for (const ModelEntry& e : table()) infos.push_back(e.info);
  return infos;
}

LikelyModel likely_model(const std::set<std::string>& operations) {
  struct Sign {
    const char *operation, *model;
  };
  static constexpr Sign k_signs[] = {{"get", "kv"},
                                     {"put", "kv"},
                                     {"delete", "kv"},
                                     {"acquire", "mutex"},
                                     {"release", "mutex"},
                                     {"txn", "multi-register"},
                                     {"enqueue", "queue"},
                                     {"dequeue", "queue"},
                                     {"push", "stack"},
                                     {"pop", "stack"},
                                     {"pop-min", "priority-queue"},
                                     {"insert", "priority-queue"},
                                     {"contains", "set"},
                                     {"add-and-get", "counter"},
                                     {"increment", "counter"},
                                     {"decrement", "counter"}};
  for (const Sign& sign : k_signs)
    if (operations.contains(sign.operation)) return {sign.model, true};
  const bool reads = operations.contains("read");
  if (operations.contains("append")) return {"list-append", reads};  // or of a kv, which is got
  return {"cas-register", operations.size() > (reads ? 1U : 0U)};
}

Status known_model(const std::string& name) {
  if (find_model(name) != nullptr) return {};
  std::vector<std::string> names;
  for (const ModelInfo& info : all_models()) names.push_back(info.name);
  const auto close = nearest(name, names);
  return fail(Error::Code::not_found,
              str("no model '", name, "'; ",
                  close ? "did you mean " + *close + "?" : "there are " + join(names, ", ")));
}

}  // namespace plumbline
