#pragma once
/// What each file of this folder offers to the table in nemesis/all.cc.

#include "nemesis/fault.h"

namespace plumbline {

std::vector<Fault> partition_faults();
std::vector<Fault> succession_faults();
std::vector<Fault> contested_vote_faults();
std::vector<Fault> kill_faults();
std::vector<Fault> pause_faults();
std::vector<Fault> packets_faults();
std::vector<Fault> clock_faults();
std::vector<Fault> disk_faults();
std::vector<Fault> power_faults();
std::vector<Fault> bit_flip_faults();
std::vector<Fault> membership_faults();
std::vector<Fault> torn_member_faults();
std::vector<Fault> transfer_faults();

}  // namespace plumbline
