#pragma once
/// What is done on a node, as POSIX shell: start, kill, pause and resume a process, cut and heal
/// the network, look at what is left; and the guard, which undoes all of it when its controller is
/// gone. Every script may be run twice, or again after it broke off half-way. Needs on the node:
/// sh, setsid and flock (util-linux), /proc, iptables; root. Files: <directory>/run/<name>.pid
/// holds pid, start time and boot id of the process itself, so that
///        another process with the same number is never taken for it; <directory>/guard.lock holds
///        the name of the controller.
/// Network: one chain, PLUMBLINE, hooked once into INPUT of the filter table. Its rules drop by
/// source
///        address; loopback and the SSH port come before them. No other table or chain is touched.

#include <memory>
#include <string>
#include <vector>

#include "control/remote.h"
#include "control/target.h"
#include "core/base/result.h"

namespace plumbline {

/// Starts `command_line` in a session of its own with its output appended to `log_file`; "started
/// PID" or "running PID". Fails (exit 1, with the end of the log) if it is gone within 100 ms.
std::string start_script(const NodeAccess& node, const std::string& name,
                         const std::string& command_line, const std::string& log_file);
/// SIGKILL for it and its children; returns when it is gone. Fails if it is not after 10 s.
std::string kill_script(const NodeAccess& node, const std::string& name);
/// SIGSTOP; returns when it has stopped. Fails if it does not run.
std::string pause_script(const NodeAccess& node, const std::string& name);
/// SIGCONT; returns when it goes on. Fine if it does not run.
std::string resume_script(const NodeAccess& node, const std::string& name);

/// Makes these source addresses the only ones whose packets are dropped; none: removes the chain.
/// Requires: numeric addresses of the family of node.address.
std::string partition_script(const NodeAccess& node,
                             const std::vector<std::string>& dropped_source_addresses);
/// Makes `trouble` what the node's links file says, at once and whole; empty: removes the file.
std::string links_script(const NodeAccess& node, const std::string& trouble);
/// Prints how many packets the rules have dropped since they were put in force.
std::string dropped_packets_script(const NodeAccess& node);

/// Resumes what is stopped, removes the chain and the links file. Starts and ends nothing.
std::string heal_script(const NodeAccess& node);
/// One line for each thing that is left: "rule: ...", "links: ...", "stopped: NAME PID",
/// "running: NAME PID".
std::string audit_script(const NodeAccess& node);
/// One line that changes when the node was restarted: boot id, host name, start of its first
/// process.
std::string identity_script();

/// Takes the node for `owner` and holds it. When it is let go, or the controller or its connection
/// dies, the node heals its network and kills what was started, then is free again; a script of
/// `node` (its holder is set) that is still under way there then does no more harm.
/// Fails: exists, naming the other controller, if the node is not free within 3 s.
Result<std::unique_ptr<HeldCommand>> hold_guard(Remote& remote, NodeAccess& node,
                                                const std::string& owner);
/// The script that hold_guard() holds.
std::string guard_script(const NodeAccess& node, const std::string& owner);

}  // namespace plumbline
