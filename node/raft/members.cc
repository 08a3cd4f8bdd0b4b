#include "node/raft/impl.h"

namespace plumbline::raft {

void Raft::Impl::on(ChangeMembers& event) {
  out_.refused.push_back({event.proposal, Refusal::invalid});
}
void Raft::Impl::on(TransferLeadership& event) {
  out_.refused.push_back({event.proposal, Refusal::invalid});
}
void Raft::Impl::handle(const Message&, TimeoutNow&) {}
Configuration Raft::Impl::configuration_at(Index) const { return config_.first; }
Configuration Raft::configuration_at(Index index) const { return impl_->configuration_at(index); }

}  // namespace plumbline::raft
