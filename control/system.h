#pragma once
/// System: a system under test: how to install, start and stop it on a node, and how to speak to
/// it. A new one is one file in control/systems/ and one line in its all.cc.

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "control/remote.h"
#include "control/target.h"
#include "core/history/event.h"

namespace plumbline {

/// A connection of one process to one node. Used by one thread; thrown away after an info.
class Client {
 public:
  virtual ~Client() = default;
  /// Never blocks past `timeout`. Tries nothing twice that may have happened.
  virtual Completion invoke(const Operation& operation, Nanos timeout) = 0;
};

struct SystemOptions {
  std::filesystem::path node_binary;    ///< what is installed; empty: the one beside this program
  std::vector<std::string> node_flags;  ///< passed on to every node
  std::vector<std::string> defects;     ///< planted bugs to switch on
  std::string reads = "linearizable";   ///< or "lease" or "stale", where the system has the choice
  bool sessions = false;                ///< changes are asked again until answered, and done once
  /// What the run's faults will ask for: some of it the nodes must be started for.
  std::set<Ability> needs{};
};

/// Of a node that says that it leads: one that slept, or is cut off, does not know that it was
/// replaced. A majority confirms that it was not.
enum class Trust : std::uint8_t { claimed, confirmed };

class System {
 public:
  virtual ~System() = default;
  virtual std::string name() const = 0;
  virtual std::vector<std::string> operations() const = 0;  ///< the f's that its clients understand

  virtual Status install(Remote& remote, const NodeAccess& node) = 0;
  /// The command line that runs the system in the foreground on `node`, ready for `exec` in sh.
  virtual std::string command_line(const NodeAccess& node,
                                   const std::vector<NodeAccess>& all) const = 0;
  virtual std::string data_directory(const NodeAccess& node) const = 0;  ///< removed by wipe
  virtual std::vector<std::string> log_files(const NodeAccess& node) const = 0;

  /// Fails with a definite Error if no connection could be made: nothing was sent.
  virtual Result<std::unique_ptr<Client>> connect(const NodeAccess& node,
                                                  const std::vector<NodeAccess>& all) = 0;
  virtual bool serves(const NodeAccess& node) = 0;  ///< answers and knows a leader
  virtual bool is_leader(const NodeAccess& node) = 0;

  /// Those of its own: power, packets, members, transfer. The calls below fail where it has not:
  /// unavailable. With power, a process that was started for it (SystemOptions::needs) loses by
  /// SIGKILL what it had not synced.
  virtual std::set<Ability> abilities() const { return {}; }
  /// What goes into NodeAccess::links_file() for this trouble. Requires: it has packets.
  virtual std::string link_trouble(const Packets& /*packets*/) const { return {}; }
  /// Who of `all` votes, each in its incarnation, according to a leader of that trust. Fails:
  /// unavailable, if there is none.
  virtual Result<Nodes> voters(const std::vector<NodeAccess>& /*all*/, Trust /*in_leader*/) {
    return lacking();
  }
  /// In one change, asked of whoever says that it leads. Returns when no incarnation of any of
  /// `nodes` is a member, and that cannot change by itself. Fails: timeout; it may still come
  /// about.
  virtual Status remove_members(const std::vector<NodeAccess>& /*nodes*/,
                                const std::vector<NodeAccess>& /*all*/, Nanos /*timeout*/) {
    return lacking();
  }
  /// Returns when `nodes`, each of which runs in an incarnation that was no member before, vote:
  /// all from the same change on. Fails: timeout; it may still come about.
  virtual Status add_members(const std::vector<NodeAccess>& /*nodes*/,
                             const std::vector<NodeAccess>& /*all*/, Nanos /*timeout*/) {
    return lacking();
  }
  /// The same, as learners.
  virtual Status add_learners(const std::vector<NodeAccess>& /*nodes*/,
                              const std::vector<NodeAccess>& /*all*/, Nanos /*timeout*/) {
    return lacking();
  }
  /// What differs between the states of all replicas once nothing is asked of them and they are at
  /// rest, in words; empty: nothing does. One that stays behind differs.
  /// Fails: unavailable, if it cannot tell; timeout, if they do not come to rest.
  virtual Result<std::string> difference_of_replicas(const std::vector<NodeAccess>& /*all*/,
                                                     Nanos /*timeout*/) {
    return fail(Error::Code::unavailable, name() + " does not show its replicas' states");
  }
  /// Fails: unavailable (nobody leads), timeout, failed (the leader could not).
  virtual Status transfer_leadership(const NodeAccess& /*to*/,
                                     const std::vector<NodeAccess>& /*all*/, Nanos /*timeout*/) {
    return lacking();
  }

 private:
  std::unexpected<Error> lacking() const {
    return fail(Error::Code::unavailable, name() + " cannot change its members or its leader");
  }
};

}  // namespace plumbline
