#pragma once
/// One line of text for what nodes say and do, for test output: an entry is index/term:data.

#include <string>
#include <vector>

#include "node/raft/raft.h"

namespace plumbline::raft::testing {

std::string name_of(NodeId node);  ///< "n1"; "-" for nobody
std::string describe(const Entry& entry);
std::string describe(const std::vector<EntryPtr>& entries);
std::string describe(const Message& message);  ///< "n1 -> n2 Append term 3 after 4/2 ..."
std::string describe(const Persist& persist);
std::string describe(const NodeStatus& status);
/// The word that names a message's kind, as in describe(): "PreVote", "Append".
std::string kind_of(const Message& message);
/// Everything a step did, one line each, messages left out if so wished.
std::vector<std::string> describe(NodeId node, const NodeStatus& after, const Effects& effects,
                                  bool with_traffic);

}  // namespace plumbline::raft::testing
