#include "node/replica/reset_points.h"

#include <string>
#include <variant>

#include "core/base/text.h"

namespace plumbline::replica {
namespace {

/// The one of that name; nothing if there is none.
double* share_named(const std::string& name, ResetShares& shares) {
  if (name == "voted") return &shares.voted;
  if (name == "appended") return &shares.appended;
  return name == "installed" ? &shares.installed : nullptr;
}

}  // namespace

Result<ResetShares> parse_reset_shares(std::string_view text) {
  ResetShares shares;
  if (trim(text).empty()) return shares;
  for (const std::string& word : split(trim(text), ',')) {
    const std::size_t equals = word.find('=');
    double* const named = share_named(word.substr(0, equals), shares);
    const auto share =
        equals == std::string::npos ? std::nullopt : parse_share(word.substr(equals + 1));
    if (named == nullptr || !share)
      return fail(
          Error::Code::invalid,
          str("'", printable(word), "': write voted=0.1,appended=0.01,installed=0.5, shares of 1"));
    *named = *share;
  }
  return shares;
}

void ResetPoints::sent(const raft::Message& message) {
  const double share = share_of(message);
  if (share > 0 && rng_.chance(share)) due_ = true;
}

double ResetPoints::share_of(const raft::Message& message) const {
  if (const auto* vote = std::get_if<raft::VoteResponse>(&message.body))
    return vote->granted && !vote->pre_vote ? shares_.voted : 0;
  if (const auto* append = std::get_if<raft::AppendRequest>(&message.body))
    return append->entries.empty() ? 0 : shares_.appended;
  const auto* snapshot = std::get_if<raft::SnapshotResponse>(&message.body);
  return snapshot != nullptr && snapshot->installed ? shares_.installed : 0;
}

}  // namespace plumbline::replica
