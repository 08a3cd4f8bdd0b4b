/// Disk: disks that are slow, full or failing; healing starts the processes that ended of it.
/// Catches: an error of a write or a sync that is taken for success, and a node that lives on with
/// a log of which it does not know what is on the disk.

#include "core/base/text.h"
#include "nemesis/faults/faults.h"
#include "nemesis/targets.h"

namespace plumbline {

namespace {

struct Kind {
  DiskTrouble trouble;
  const char* selector;  ///< whose: slow disks are shared by some, the others hit one at a time
};

Kind kind_of(const std::string& spec) {
  if (spec == "slow") return {DiskTrouble::slow, "minority"};
  if (spec == "full") return {DiskTrouble::full, "one"};
  CHECK(spec == "failing", "an unknown trouble reached disk: " + spec);
  return {DiskTrouble::failing, "one"};
}

Result<Injection> inject_disk(Cluster& cluster, const std::string& spec, Rng& rng) {
  const Kind kind = kind_of(spec);
  const std::optional<Nodes> nodes = select(kind.selector, cluster, rng);
  if (!nodes) return Skipped{str("no node is ", kind.selector, " now")};
  TRY(all_ok(cluster.set_disk(*nodes, kind.trouble)));
  return Installed{to_value(*nodes)};
}

Result<Value> heal_disk(Cluster& cluster) {
  TRY(all_ok(cluster.set_disk(cluster.nodes(), DiskTrouble::none)));
  TRY(all_ok(cluster.start(cluster.nodes())));
  return to_value(cluster.nodes());
}

Fault disk_fault(std::string name, std::string summary, std::vector<std::string> specs) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .family = "disk",
          .heal_order = 1,
          .specs = std::move(specs),
          .needs = {Ability::disks},
          .inject = inject_disk,
          .heal = heal_disk};
}

}  // namespace

std::vector<Fault> disk_faults() {
  return {
      disk_fault("disk", "trouble with disks, of another kind each time",
                 {"slow", "full", "failing"}),
      disk_fault("disk-slow", "every sync takes long, on a minority", {"slow"}),
      disk_fault("disk-full", "one node's disk is full", {"full"}),
      disk_fault("disk-failing", "one node's next sync fails", {"failing"}),
  };
}

}  // namespace plumbline
