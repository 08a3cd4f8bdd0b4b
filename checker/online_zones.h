#pragma once
/// OnlineZones: judges one cell event by event, as long as no value is written while the same value
/// may still be seen. After each event it knows whether the history so far is linearizable.
///
/// What is true of the calls so far is said in zones.h: the values that were seen, or written for
/// certain, fall into chains; a chain has its least return f and its greatest invocation s; inside
/// it no call of a later value may return before one of an earlier value was invoked; between two
/// chains A and B not both f_A < s_B and f_B < s_A. A call that is open counts as an indeterminate
/// one; an update whose value nobody needs yet is left out (normalise.h). Events come in order, so:
///  - A chain comes to be when its first call returns: f is now, and never changes. No pair breaks
///    by that, since no s lies in the future.
///  - After that only s grows, when a call x that needs a value of it returns: to x's invocation or
///    beyond. Only then the pairs are looked at. Zones with f < s ("forward") are disjoint, so of
///    those before f one is enough; of the others only those whose f lies in the new part of s.
///
/// What may be forgotten. Let L be the least invocation of the open calls that may need a value
/// (all but plain writes), or the next event if there is none. Whatever grows later grows to L at
/// least.
///  - Chain B is closed if another chain A has f_A < L and s_A > f_B: growing would break the pair.
///    So of all chains with f < L it is enough to know the greatest s (its own chain is kept).
///  - A value inside a chain is closed if a later value of that chain returned before L.
/// A closed chain B with f_B < L is forgotten. Let it break a pair with a chain X that grows later:
/// f_X < s_B. If f_X < L then B has closed X too. Else s_B > L; as A and B do not break the pair,
/// f_A >= s_B > L, so A did not close B. So what is forgotten is not missed. Who needs a forgotten
/// value, or one that nobody writes, makes the history invalid. If a forgotten value is written
/// again, every call that needs it and returns later was either invoked after that chain was
/// closed, or is an indeterminate update that some such call makes needed; so it can have only the
/// new writer, and the two writes are as good as of distinct values.
///
/// Cost:   O(log n) an event, amortized but for values deep inside a chain.
/// Memory: the open calls, the indeterminate updates that nobody has seen, and the values that some
///         open or later call might still see. Not the length of the history.
/// Source: Gibbons & Korach 1997 for zones; the online form and what may be forgotten are ours.

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <unordered_map>
#include <vector>

#include "checker/models/model.h"

namespace plumbline {

class OnlineZones {
 public:
  enum class Said : std::uint8_t {
    fits,       ///< linearizable so far
    invalid,    ///< not linearizable, and nothing that follows changes that
    ambiguous,  ///< a value is written that may still be seen: this cannot judge the cell
  };
  explicit OnlineZones(const Value& initial);

  // Requires: positions increase; nothing follows after invalid or ambiguous.
  /// `as_open`: the transition of a call whose end is not known.
  Said invoke(std::int64_t at, const Transition& as_open);
  Said ok(std::int64_t invoked, std::int64_t at, const Transition& transition);
  Said failed(std::int64_t invoked);
  Said indeterminate(std::int64_t invoked);

  /// Values, chains and calls that it holds.
  std::size_t held() const { return values_.size() + chains_.size() + open_.size(); }
  std::size_t bytes() const;

 private:
  using Index = std::uint32_t;
  static constexpr Index k_none = UINT32_MAX;
  /// One value, with its writer.
  struct Cluster {
    Value value{};
    std::optional<Value> from{};  ///< what the writer needs
    std::int64_t writer = -1;     ///< its invocation
    std::int64_t serial = 0;      ///< tells the cluster from the next in the same place
    std::int64_t first_return = k_open;
    std::int64_t chain = -1;  ///< its key
    Index before = k_none, behind = k_none;
    bool happened = false;
    bool visited = false;  ///< on the way to the value that comes first
  };
  /// Its key is f.
  struct Chain {
    std::int64_t last_invoked = -1;  ///< s
    Index front = k_none;
    bool past = false;  ///< f < L
  };
  struct OpenCall {
    bool reads = false;  ///< counts for L
    bool update = false;
    bool happened = false;  ///< somebody needed the update's value
    Transition transition{};
    Index cluster = k_none;
    std::int64_t serial = 0;
  };
  /// A cluster's first return.
  struct Returned {
    std::int64_t at = 0, serial = 0;
    Index cluster = k_none;
  };
  using Chains = std::map<std::int64_t, Chain>;

  Index add_cluster(const Value& value);
  void forget(Index cluster);
  bool alive(Index c, std::int64_t serial) const { return clusters_[c].serial == serial; }
  Said need(const Value& value, std::int64_t invoked, std::int64_t at);
  Said happen(Index cluster, std::int64_t invoked, std::int64_t at);
  Said grow(std::int64_t key, std::int64_t last_invoked);
  bool closed(std::int64_t key) const;
  void raise(std::int64_t key, std::int64_t last_invoked);
  void returned(Index cluster, std::int64_t at);
  void end(std::map<std::int64_t, OpenCall>::iterator call);
  void advance();
  Chains::iterator forget_chain(Chains::iterator chain);

  std::vector<Cluster> clusters_;
  std::vector<Index> free_;
  std::unordered_map<Value, Index> values_;
  Chains chains_;
  std::set<std::int64_t> forward_;  ///< keys of the chains with f < s
  std::map<std::int64_t, OpenCall> open_;
  std::set<std::int64_t> readers_;  ///< invocations of open_ that count for L
  std::deque<Returned> returned_;   ///< not before L yet
  // The greatest s of chains with f < L, and whose it is.
  std::int64_t most_ = -1, most_key_ = -1;
  std::int64_t next_serial_ = 1;
};

}  // namespace plumbline
