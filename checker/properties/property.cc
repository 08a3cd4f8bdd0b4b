#include "checker/properties/property.h"

#include <algorithm>

#include "checker/properties/properties.h"
#include "checker/properties/transactions.h"
#include "core/base/text.h"

namespace plumbline {
namespace {

using Check = Result<Verdict> (*)(const properties::Calls&, const PropertyOptions&);

struct Entry {
  PropertyInfo info;
  Check check;
};

const std::vector<Entry>& table() {
  using namespace properties;
  static const std::string k_register = "read, write, cas; values written once";
  static const std::vector<Entry> k_table = {
      {{"monotonic-reads", "no process reads an older value after a newer one", k_register},
       check_monotonic_reads},
      {{"monotonic-writes", "the writes of a process take effect in its order", k_register},
       check_monotonic_writes},
      {{"read-your-writes", "no process reads a value older than it wrote", k_register},
       check_read_your_writes},
      {{"writes-follow-reads", "a write takes effect after what its process had read", k_register},
       check_writes_follow_reads},
      {{"sequential", "one order of all calls explains all reads, each process's calls in its own",
        k_register},
       check_sequential},
      {{"stale-reads", "how old reads were, at least, in time and in versions", k_register},
       check_stale_reads},
      {{"set-full", "no element of a set is lost, once it was confirmed or seen",
        "add element, read -> [elements]"},
       check_set_full},
      {{"total-queue", "what goes in comes out, and nothing else does",
        "enqueue element, dequeue -> element, drain -> [elements]"},
       check_total_queue},
      {{"unique-ids", "no identifier is given out twice", "generate -> id"}, check_unique_ids},
      {{"counter-bounds", "each read is what the adds before and beside it allow",
        "add amount, read -> number"},
       check_counter_bounds},
      {{"transactions", "no cycle of dependencies that the consistency model forbids",
        "txn [[r|w|append key value] ...]; read, write and append alone"},
       check_transactions},
  };
  return k_table;
}

}  // namespace

const std::vector<PropertyInfo>& all_properties() {
  static const std::vector<PropertyInfo> k_infos = [] {
    std::vector<PropertyInfo> infos;
    for (const Entry& entry : table()) infos.push_back(entry.info);
    return infos;
  }();
  return k_infos;
}

const std::vector<std::string>& consistency_models() { return properties::consistency_names(); }

Result<Verdict> check_property(const std::string& name, const History& history,
                               const PropertyOptions& options) {
  std::vector<std::string> names;
  for (const Entry& entry : table()) {
    names.push_back(entry.info.name);
    if (entry.info.name != name) continue;
    TRY_ASSIGN(const std::vector<Call> calls, pair_calls(history));
    TRY_ASSIGN(Verdict verdict, entry.check(calls, options));
    verdict.check = name;
    return verdict;
  }
  const auto close = nearest(name, names);
  return fail(Error::Code::not_found,
              str("no property '", name, "'; ",
                  close ? "did you mean " + *close + "?" : "there are " + join(names, ", ")));
}

}  // namespace plumbline
