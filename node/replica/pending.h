#pragma once
/// Requests that wait: writes for their entry to be committed, reads for a quorum and for the state
/// to be applied far enough. Threads: none.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "node/raft/raft.h"
#include "node/replica/asker.h"

namespace plumbline::replica {

struct PendingWrite {
  ReturnAddress to;
  Nanos since{0};
  proto::Op op = proto::Op::put;
};

class PendingWrites {
 public:
  /// A number for the proposal.
  std::uint64_t add(PendingWrite write);
  void accepted(const raft::ProposalAccepted& accepted);
  /// What was proposed with this number and is in no log: refused, or not to be there at all.
  std::optional<PendingWrite> take(std::uint64_t proposal);

  struct Fate {
    PendingWrite write;
    /// False: another term's entry is committed at its index. Then it certainly is not and never
    /// will be done: a committed entry stays at its index in the log of every later leader (leader
    /// completeness), the lost one exists under no other index than that (log matching), and the
    /// command was proposed once only.
    bool done = false;
  };
  /// What the entry committed at `index` with `term` decides for the writes that wait for that
  /// index: usually one; more if this node lost leadership and won it again meanwhile.
  std::vector<Fate> committed(raft::Index index, raft::Term term);
  /// Those whose fate a snapshot up to `index` hides.
  std::vector<PendingWrite> hidden_by_snapshot(raft::Index index);

  /// Leadership is lost: those that wait have until `give_up` to be decided by what the next leader
  /// commits.
  void leadership_lost(Nanos give_up);
  /// Those whose time is up.
  std::vector<PendingWrite> given_up(Nanos now);
  /// When given_up() will have some; k_never: not as things are.
  Nanos next_give_up() const;
  std::size_t size() const { return proposed_.size() + by_index_.size(); }

 private:
  struct Accepted {
    PendingWrite write;
    Nanos give_up = k_never;
  };
  std::uint64_t last_proposal_ = 0;
  std::unordered_map<std::uint64_t, PendingWrite> proposed_;  // neither accepted nor refused yet
  std::map<std::pair<raft::Index, raft::Term>, Accepted> by_index_;
  bool orphans_ = false;  // some of by_index_ have a time to give up
};

struct PendingRead {
  std::string key;
  ReturnAddress to;
  Nanos since{0};
  std::optional<proto::Reply> seen{};  ///< when it was asked: only the defect read-before-apply
};

class PendingReads {
 public:
  raft::ReadId add(PendingRead read);
  /// The read, if the state has been applied far enough; otherwise it waits on.
  std::optional<PendingRead> ready(const raft::ReadReady& ready, raft::Index applied);
  std::optional<PendingRead> refused(raft::ReadId id);
  /// Those that waited for the state to be applied up to `applied`.
  std::vector<PendingRead> caught_up(raft::Index applied);
  std::size_t size() const { return asked_.size() + behind_.size(); }

 private:
  std::uint64_t last_id_ = 0;
  std::unordered_map<raft::ReadId, PendingRead> asked_;
  std::multimap<raft::Index, PendingRead> behind_;
};

}  // namespace plumbline::replica
