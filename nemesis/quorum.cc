#include "nemesis/quorum.h"

#include <algorithm>

namespace plumbline {

namespace {

bool most_are_up(const Nodes& voters, const Nodes& down) {
  const auto is_up = [&down](const NodeName& voter) {
    return std::ranges::find(down, voter) == down.end();
  };
  const auto up = std::ranges::count_if(voters, is_up);
  return static_cast<std::size_t>(up) >= majority_of(voters.size());
}

}  // namespace

bool can_do_without(const NodeName& node, const Nodes& voters, const Nodes& down) {
  Nodes rest = voters;
  std::erase(rest, node);
  return !rest.empty() && most_are_up(voters, down) && most_are_up(rest, down);
}

}  // namespace plumbline
