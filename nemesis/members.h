#pragma once
/// Members: what faults do to who is a member, patiently: a change that cannot come about now is
/// tried again by the next heal.

#include "core/history/value.h"
#include "nemesis/cluster.h"

namespace plumbline {

/// Whether `error` says only that there was nobody to do it in time.
bool is_for_later(const Error& error);

/// Adds every node that is no voter. Gives those who are voters then, as far as anybody can say.
/// Fails: as add_member() does, where another try would not help.
Result<Value> bring_back_members(Cluster& cluster);
/// The same, all of them in one change.
Result<Value> bring_back_together(Cluster& cluster);

}  // namespace plumbline
