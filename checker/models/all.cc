#include "checker/models/all.h"

#include "checker/climb.h"
#include "checker/collections/fifo.h"
#include "checker/collections/lifo.h"
#include "checker/collections/priority.h"
#include "checker/greedy.h"
#include "checker/models/bag.h"
#include "checker/models/cas_register.h"
#include "checker/models/counter.h"
#include "checker/models/kv.h"
#include "checker/models/list_append.h"
#include "checker/models/multi_register.h"
#include "checker/models/mutex.h"
#include "checker/models/priority_queue.h"
#include "checker/models/queue.h"
#include "checker/models/set.h"
#include "checker/zones.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

template <Model M>
ModelEntry entry(const char* name, const char* summary, std::vector<DirectDecider> deciders = {}) {
  ModelEntry e{.info = {name, summary},
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
    e.deciders.push_back({"zones", decide_by_zones});
    e.deciders.push_back({"two values", decide_two_values});
  }
  return e;
}

const std::vector<ModelEntry>& table() {
  static const std::vector<ModelEntry> k_table = {
      entry<Register>("register", "one value: read, write"),
      entry<CasRegister>("cas-register", "one value: read, write, cas [expected new], remove"),
      entry<Kv>("kv", "one string: get, put, append; starts empty"),
      entry<ListAppend>("list-append", "one list: append, read as a whole",
                        {{"append order", decide_by_append_order}}),
      entry<MultiRegister>("multi-register",
                           "several registers: txn [[read|write register value] ...]"),
      entry<Counter>("counter", "one number: add, increment, decrement, add-and-get, read; from 0",
                     {{"climb", decide_by_climb}}),
      entry<Set>("set", "membership of one element (the key): add, remove, contains"),
      entry<GrowSet>("gset", "a set that only grows: add, read as a whole"),
      entry<Mutex>("mutex", "a lock: acquire, release"),
      entry<Queue>("queue", "first in, first out: enqueue, dequeue",
                   {{"order of elements", decide_queue}}),
      entry<UnorderedQueue>("unordered-queue", "a bag: enqueue, dequeue any element",
                            {{"covered gaps", decide_unordered_queue}}),
      entry<Stack>("stack", "last in, first out: push, pop", {{"bottom elements", decide_stack}}),
      entry<PriorityQueue>("priority-queue", "least first: insert, pop-min",
                           {{"covered gaps", decide_priority_queue}}),
  };
  return k_table;
}

}  // namespace

const ModelEntry* find_model(const std::string& name) {
  for (const ModelEntry& e : table())
    if (e.info.name == name) return &e;
  return nullptr;
}

const std::vector<ModelInfo>& all_models() {
  static const std::vector<ModelInfo> k_infos = [] {
    std::vector<ModelInfo> infos;
    for (const ModelEntry& e : table()) infos.push_back(e.info);
    return infos;
  }();
  return k_infos;
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
