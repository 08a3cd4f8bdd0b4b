#pragma once
/// A world in memory for tests of the lifecycle: nodes that obey the scripts of guard.h, a target
/// that brings them up, and a register store that runs on them. Every knob is a way to fail.

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "control/run/run.h"
#include "control/targets/guard.h"
#include "core/base/text.h"

namespace plumbline {

inline constexpr const char* k_fake_system = "fake";

struct FakeNode {
  NodeAccess access;
  bool running = false;
  bool paused = false;
  bool held = false;
  bool bad_links = false;
  std::vector<std::string> dropped;
  std::string log;
};

/// What is shared by everything that pretends. Threads: lock `mutex`.
struct FakeWorld {
  explicit FakeWorld(int count) {
    for (int i = 1; i <= count; ++i) {
      FakeNode node;
      node.access.name = str("n", i);
      node.access.address = str("10.0.0.", i);
      node.access.directory = "/plumb";
      nodes.push_back(node);
    }
  }

  std::mutex mutex;
  std::vector<FakeNode> nodes;
  std::vector<std::string> journal;  ///< one line a script, e.g. "n1 kill"
  std::map<Value, Value> store;      ///< of the system

  std::set<NodeName> unreachable;     ///< no connection can be made
  std::set<NodeName> lost;            ///< every command fails from now on
  std::set<NodeName> restarted;       ///< its guard is gone
  std::set<NodeName> taken;           ///< another controller holds it
  std::set<NodeName> will_not_start;  ///< the process ends at once
  std::set<NodeName> does_not_serve;
  bool rules_stay = false;  ///< healing the network does nothing
  bool refuses_cuts = false;
  bool answers_nothing = false;           ///< every operation fails
  bool lies = false;                      ///< reads answer what nobody wrote
  std::optional<std::string> difference;  ///< between the replicas, if the system shows it
  std::function<void(const std::string& line)> on_journal;

  void note(const std::string& line) {
    journal.push_back(line);
    if (on_journal) on_journal(line);
  }
  FakeNode& node(const NodeName& name) {
    return *std::ranges::find(nodes, name, [](const FakeNode& n) { return n.access.name; });
  }
  bool was(const std::string& line) const {
    return std::ranges::find(journal, line) != journal.end();
  }
  /// The place of the last such line in the journal; -1 if there is none.
  int last(const std::string& line) const {
    for (std::size_t i = journal.size(); i > 0; --i)
      if (journal[i - 1] == line) return static_cast<int>(i - 1);
    return -1;
  }
  bool whole() const {
    return std::ranges::all_of(
        nodes, [](const FakeNode& n) { return !n.paused && n.dropped.empty() && !n.bad_links; });
  }
};

class FakeGuard : public HeldCommand {
 public:
  FakeGuard(FakeWorld& world, NodeName node) : world_(world), node_(std::move(node)) {}
  ~FakeGuard() override {
    const std::lock_guard lock(world_.mutex);
    world_.note(node_ + " let go");
    FakeNode& node = world_.node(node_);
    node.held = node.running = node.paused = node.bad_links = false;
    if (!world_.rules_stay) node.dropped.clear();
  }
  bool alive() override {
    const std::lock_guard lock(world_.mutex);
    return !world_.restarted.contains(node_);
  }

 private:
  FakeWorld& world_;
  NodeName node_;
};

class FakeRemote : public Remote {
 public:
  FakeRemote(FakeWorld& world, NodeName node) : world_(world), name_(std::move(node)) {}

  Result<CommandResult> run(const std::string& script, std::string_view, Nanos) override {
    const std::lock_guard lock(world_.mutex);
    if (world_.lost.contains(name_))
      return fail(Error::Code::transport, name_ + ": no route to host");
    return obey(world_.node(name_), script);
  }
  Result<CommandResult> stream(const std::string& script,
                               const std::function<Status(std::string_view)>& sink,
                               Nanos) override {
    const std::lock_guard lock(world_.mutex);
    if (world_.lost.contains(name_))
      return fail(Error::Code::transport, name_ + ": no route to host");
    world_.note(name_ + " " + script.substr(0, 3));
    TRY(sink(world_.node(name_).log));
    return CommandResult{};
  }
  Result<std::unique_ptr<HeldCommand>> hold(const std::string&, const std::string&) override {
    const std::lock_guard lock(world_.mutex);
    if (world_.taken.contains(name_)) return fail(Error::Code::failed, "held by somebody");
    world_.note(name_ + " guard");
    world_.node(name_).held = true;
    return std::make_unique<FakeGuard>(world_, name_);
  }

 private:
  CommandResult done(const std::string& verb) {
    world_.note(name_ + " " + verb);
    return {};
  }
  static CommandResult no(const std::string& why) {
    CommandResult result;
    result.exit_code = 1;
    result.err = why;
    return result;
  }

  CommandResult obey(FakeNode& node, const std::string& script) {
    const NodeAccess& access = node.access;
    if (script == audit_script(access)) return audit(node);
    if (script == kill_script(access, k_fake_system)) {
      node.running = node.paused = false;
      return done("kill");
    }
    if (script.find("kill -s STOP") != std::string::npos) {
      if (!node.running) return no("fake does not run");
      node.paused = true;
      return done("pause");
    }
    if (script == resume_script(access, k_fake_system)) {
      node.paused = false;
      return done("resume");
    }
    if (script == heal_script(access)) {
      node.paused = node.bad_links = false;
      if (!world_.rules_stay) node.dropped.clear();
      return done("heal");
    }
    if (script == partition_script(access, {})) {
      if (!world_.rules_stay) node.dropped.clear();
      return done("heal network");
    }
    if (script.find(access.links_file()) != std::string::npos) {
      node.bad_links = script.find("mv -f") != std::string::npos;
      return done("links");
    }
    if (script.find("-j DROP") != std::string::npos) return cut(node);
    if (script.find("setsid") != std::string::npos) return start(node);
    if (script.starts_with("tail ")) {
      CommandResult result;
      result.out = node.log;
      return result;
    }
    return done(script.substr(0, script.find(' ')));
  }

  CommandResult cut(FakeNode& node) {
    if (world_.refuses_cuts) return no("iptables: not found");
    node.dropped = {"somebody"};
    return done("cut");
  }
  CommandResult start(FakeNode& node) {
    if (world_.will_not_start.contains(name_)) {
      node.log = "cannot read the log\n";
      return no("fake did not stay up");
    }
    node.running = true;
    return done("start");
  }
  static CommandResult audit(const FakeNode& node) {
    CommandResult result;
    if (node.running) result.out += str(node.paused ? "stopped: " : "running: ", "fake 1234\n");
    if (node.bad_links) result.out += "links: bad\n";
    for (const std::string& dropped : node.dropped) result.out += "rule: " + dropped + "\n";
    return result;
  }

  FakeWorld& world_;
  const NodeName name_;
};

class FakeTarget : public Target {
 public:
  explicit FakeTarget(FakeWorld& world) : world_(world) {}
  std::string name() const override { return "fake"; }
  Result<std::vector<NodeAccess>> up() override {
    const std::lock_guard lock(world_.mutex);
    world_.note("up");
    std::vector<NodeAccess> accesses;
    for (const FakeNode& node : world_.nodes) accesses.push_back(node.access);
    return accesses;
  }
  Status down() override {
    const std::lock_guard lock(world_.mutex);
    world_.note("down");
    return {};
  }

 private:
  FakeWorld& world_;
};

/// A linearizable register that answers wherever its process runs, and not elsewhere.
class FakeClient : public Client {
 public:
  FakeClient(FakeWorld& world, NodeName node) : world_(world), node_(std::move(node)) {}
  Completion invoke(const Operation& operation, Nanos) override {
    const std::lock_guard lock(world_.mutex);
    const FakeNode& node = world_.node(node_);
    if (world_.answers_nothing) return {EventType::fail, {}, "closed today"};
    if (!node.running || node.paused) return {EventType::fail, {}, "nobody answers"};
    Value& kept = world_.store[operation.key];
    if (operation.f == "read") return {EventType::ok, world_.lies ? Value(-7) : kept, {}};
    if (operation.f == "write") {
      kept = operation.value;
      return {EventType::ok, operation.value, {}};
    }
    const Value::List& pair = operation.value.as_list();
    if (kept != pair[0]) return {EventType::fail, {}, "mismatch"};
    kept = pair[1];
    return {EventType::ok, operation.value, {}};
  }

 private:
  FakeWorld& world_;
  const NodeName node_;
};

class FakeSystem : public System {
 public:
  explicit FakeSystem(FakeWorld& world) : world_(world) {}
  std::string name() const override { return k_fake_system; }
  std::vector<std::string> operations() const override { return {"read", "write", "cas"}; }
  Status install(Remote& remote, const NodeAccess&) override {
    TRY(run_ok(remote, "install fake"));
    return {};
  }
  std::string command_line(const NodeAccess&, const std::vector<NodeAccess>&) const override {
    return "/plumb/fake";
  }
  std::string data_directory(const NodeAccess&) const override { return "/plumb/data"; }
  std::vector<std::string> log_files(const NodeAccess&) const override {
    return {"/plumb/fake.log"};
  }
  Result<std::unique_ptr<Client>> connect(const NodeAccess& node,
                                          const std::vector<NodeAccess>&) override {
    return std::make_unique<FakeClient>(world_, node.name);
  }
  bool serves(const NodeAccess& node) override {
    const std::lock_guard lock(world_.mutex);
    const FakeNode& found = world_.node(node.name);
    return found.running && !found.paused && !world_.does_not_serve.contains(node.name);
  }
  Result<std::string> difference_of_replicas(const std::vector<NodeAccess>& all,
                                             Nanos timeout) override {
    const std::lock_guard lock(world_.mutex);
    if (world_.difference) return *world_.difference;
    return System::difference_of_replicas(all, timeout);
  }
  bool is_leader(const NodeAccess& node) override {
    const std::lock_guard lock(world_.mutex);
    const auto first = std::ranges::find_if(
        world_.nodes, [](const FakeNode& n) { return n.running && !n.paused; });
    return first != world_.nodes.end() && first->access.name == node.name;
  }

 private:
  FakeWorld& world_;
};

}  // namespace plumbline
