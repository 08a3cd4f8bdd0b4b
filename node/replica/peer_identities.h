#pragma once
/// PeerIdentities: whether a node is the one that we met under its id, so that neither a node of
/// another cluster nor one that lost its data takes part: a node that has forgotten what it voted
/// and acknowledged could help to undo it. Each data directory has a random store id; whoever meets
/// a node for the first time remembers its store, and refuses every other store under that id.
/// Threads: none of its own.
///
/// It guards as long as one that remembers is left: a node that lost its data has forgotten whom it
/// met too, but those who met *it* refuse it, and it cannot be elected or counted without them.
/// When most nodes of a cluster lose their data, what is lost is lost; the rest then refuse them
/// all.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/tagged.h"
#include "node/raft/types.h"

namespace plumbline::replica {

using StoreId = Tagged<struct StoreIdTag>;
inline constexpr StoreId k_unknown_store{0};

/// What the caller says first of a conversation.
struct Introduction {
  std::string cluster{};
  /// The first nodes of its cluster, "1,2,3"; empty: it joined, and has not heard yet.
  std::string origin{};
  raft::NodeId from;
  raft::NodeId to;
  StoreId from_store{};
  StoreId to_store{};  ///< as the caller knows it
  bool operator==(const Introduction&) const = default;
};

class PeerIdentities {
 public:
  /// `origin` as in Introduction.
  PeerIdentities(std::string cluster, raft::NodeId self, StoreId own, std::string origin);

  Introduction introduce_to(raft::NodeId to) const;
  struct Verdict {
    std::string refusal{};  ///< for both logs; empty: welcome
    bool news = false;      ///< encode() is to be durable before the caller is listened to
  };
  Verdict meet(const Introduction& caller);

  /// What must survive a restart: whom we met, and the origin.
  std::string encode() const;
  /// Takes what encode() gave. Fails: corrupt.
  Status restore(std::string_view bytes);

 private:
  StoreId known(raft::NodeId node) const;
  std::string refuse(const Introduction& caller) const;
  std::string cluster_;
  raft::NodeId self_;
  StoreId own_;
  std::string origin_;
  std::map<raft::NodeId, StoreId> met_;
};

/// 16 hex digits.
std::string to_hex(StoreId store);
/// Nothing unless it is what to_hex() gives, and known.
std::optional<StoreId> store_from_hex(std::string_view text);

}  // namespace plumbline::replica
