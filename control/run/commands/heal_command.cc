/// plumbline heal: undoes whatever a run may have left on the nodes, and proves it.

#include <iostream>
#include <thread>

#include "control/run/cluster_steps.h"
#include "control/run/commands/commands.h"
#include "control/ssh/ssh_remote.h"
#include "control/targets/guard.h"
#include "core/base/text.h"

namespace plumbline {

namespace {

constexpr Nanos k_connect = 10s;
constexpr Nanos k_settle = 15s;  ///< for the guard, once let go, to end what still ran
constexpr Nanos k_look_again = 200ms;

/// What is left on one node after the guard has done its work; empty is as it should be.
Result<std::string> left_on(Remote& remote, const NodeAccess& node) {
  const auto deadline = std::chrono::steady_clock::now() + k_settle;
  for (;;) {
    TRY_ASSIGN(const std::string left, run_ok(remote, audit_script(node)));
    if (trim(left).empty() || std::chrono::steady_clock::now() > deadline)
      return std::string(trim(left));
    std::this_thread::sleep_for(k_look_again);
  }
}

Result<int> heal(const TargetFlags& flags) {
  TRY_ASSIGN(const TargetOptions options, target_options(flags));
  if (options.name == "local" || options.name == "sim") {
    std::cout << options.name << ": nothing outlives a run; there is nothing to heal" << std::endl;
    return k_exit_ok;
  }
  TRY_ASSIGN(const std::unique_ptr<Target> target, make_target(options));
  TRY_ASSIGN(const std::vector<NodeAccess> nodes, target->up());
  const auto connect = [](const NodeAccess& node, Nanos timeout) {
    return connect_ssh(node.name, node.ssh, timeout);
  };
  TRY_ASSIGN(std::vector<HeldNode> held, hold_nodes(nodes, connect, k_connect, "plumbline heal"));
  bool whole = true;
  for (HeldNode& node : held) {
    Status healed;
    if (const auto done = run_ok(*node.remote, heal_script(node.access)); !done)
      healed = std::unexpected(done.error());
    node.guard.reset();
    const auto left = left_on(*node.remote, node.access);
    const std::string trouble = !healed         ? healed.error().what
                                : !left         ? left.error().what
                                : left->empty() ? ""
                                                : "left behind: " + *left;
    std::cout << node.access.name << ": " << (trouble.empty() ? "clean" : trouble) << std::endl;
    whole = whole && trouble.empty();
  }
  return whole ? k_exit_ok : k_exit_invalid;
}

}  // namespace

Command add_heal_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("heal", "Undoes what a run may have left on the nodes");
  auto flags = std::make_shared<TargetFlags>();
  add_target_flags(*command, *flags);
  return {command, [flags](const Invocation&) { return heal(*flags); }};
}

}  // namespace plumbline
