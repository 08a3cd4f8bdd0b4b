#include "nemesis/script.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/text.h"
#include "nemesis/script_calls.h"

namespace plumbline {

namespace {

std::string seconds_of(Nanos at) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(at).count();
  std::string fraction = str(ms % 1000);
  fraction.insert(0, 3 - fraction.size(), '0');
  return str(ms / 1000, ".", fraction, "s");
}

Value value_of(const Nodes& nodes) { return Value(Value::List(nodes.begin(), nodes.end())); }

Value value_of(const Cut& cut) {
  Value::List drops;
  for (const auto& [node, peers] : cut)
    drops.push_back(Value::list(node, Value::List(peers.begin(), peers.end())));
  return Value(std::move(drops));
}

/// The components of a cut that goes both ways between any two of them; else nothing.
std::optional<std::vector<std::set<NodeName>>> components(const Cut& cut) {
  std::set<NodeName> all;
  for (const auto& [node, drops] : cut) all.insert(node);
  std::vector<std::set<NodeName>> found;
  for (const auto& [node, drops] : cut) {
    if (!std::ranges::includes(all, drops) || drops.contains(node)) return std::nullopt;
    std::set<NodeName> heard;
    std::ranges::set_difference(all, drops, std::inserter(heard, heard.end()));
    for (const NodeName& peer : heard)
      if (cut.at(peer) != drops) return std::nullopt;
    if (std::ranges::find(found, heard) == found.end()) found.push_back(std::move(heard));
  }
  return found;
}

std::string words(const Cut& cut) {
  std::vector<std::string> parts;
  if (const auto parted = components(cut); parted && !cut.empty()) {
    for (const auto& component : *parted)
      parts.push_back(join(std::vector<std::string>(component.begin(), component.end()), " "));
    return join(parts, " | ");
  }
  for (const auto& [node, drops] : cut)
    if (!drops.empty())
      parts.push_back(node + " drops " +
                      join(std::vector<std::string>(drops.begin(), drops.end()), " "));
  return parts.empty() ? "nothing" : join(parts, ", ");
}

std::string words(const Packets& packets) {
  std::vector<std::string> parts;
  if (packets.delay != Nanos{}) parts.push_back("delay " + format_duration(packets.delay));
  if (packets.jitter != Nanos{}) parts.push_back("jitter " + format_duration(packets.jitter));
  if (packets.loss != 0) parts.push_back("loss " + shortest(packets.loss));
  if (packets.duplicate != 0) parts.push_back("duplicate " + shortest(packets.duplicate));
  if (parts.empty()) return "as usual";
  return join(parts, ", ") + (packets.to.empty() ? "" : " to " + packets.to);
}

std::string words(const ClockTrouble& trouble) {
  std::string text = "rate " + shortest(trouble.rate);
  if (trouble.jump < Nanos{}) text += ", jump -" + format_duration(-trouble.jump);
  if (trouble.jump > Nanos{}) text += ", jump " + format_duration(trouble.jump);
  return text;
}

std::string words_of(const ClusterCall& call) {
  const auto read = read_call(call);
  if (!read) return to_string(call.arguments);
  switch (read->form) {
    case CallForm::cut:
      return words(read->cut);
    case CallForm::packets:
      return words(read->packets);
    case CallForm::clock:
      return join(read->nodes, " ") + ": " + words(read->clock);
    case CallForm::disk:
      return join(read->nodes, " ") + ": " + to_string(read->disk);
    case CallForm::nodes:
    case CallForm::one_node:
      return join(read->nodes, " ");
    case CallForm::nothing:
      return "";
  }
  return "";
}

class RecordingCluster : public Cluster {
 public:
  RecordingCluster(Cluster& cluster, std::function<Nanos()> now, std::vector<ClusterCall>& calls)
      : cluster_(cluster), now_(std::move(now)), calls_(calls) {}

  const Nodes& nodes() const override { return cluster_.nodes(); }
  std::set<Ability> abilities() const override { return cluster_.abilities(); }
  Nodes down() override { return cluster_.down(); }
  Nodes voters() override { return cluster_.voters(); }
  Nodes leaders() override { return cluster_.leaders(); }
  void pass(Nanos time) override { cluster_.pass(time); }

  Status set_cut(const Cut& cut) override {
    return keep("cut", value_of(cut), [&] { return cluster_.set_cut(cut); });
  }
  PerNode kill(const Nodes& nodes) override {
    return keep("kill", value_of(nodes), [&] { return cluster_.kill(nodes); });
  }
  PerNode start(const Nodes& nodes) override {
    return keep("start", value_of(nodes), [&] { return cluster_.start(nodes); });
  }
  PerNode pause(const Nodes& nodes) override {
    return keep("pause", value_of(nodes), [&] { return cluster_.pause(nodes); });
  }
  PerNode resume(const Nodes& nodes) override {
    return keep("resume", value_of(nodes), [&] { return cluster_.resume(nodes); });
  }
  Status set_packets(const Packets& packets) override {
    return keep("packets", packets_arguments(packets),
                [&] { return cluster_.set_packets(packets); });
  }
  PerNode set_clock(const Nodes& nodes, const ClockTrouble& trouble) override {
    return keep("clock", Value::list(value_of(nodes), shortest(trouble.rate), trouble.jump.count()),
                [&] { return cluster_.set_clock(nodes, trouble); });
  }
  PerNode set_disk(const Nodes& nodes, DiskTrouble trouble) override {
    return keep("disk", Value::list(value_of(nodes), to_string(trouble)),
                [&] { return cluster_.set_disk(nodes, trouble); });
  }
  PerNode cut_power(const Nodes& nodes) override {
    return keep("power", value_of(nodes), [&] { return cluster_.cut_power(nodes); });
  }
  PerNode flip_bit(const Nodes& nodes) override {
    return keep("flip-bit", value_of(nodes), [&] { return cluster_.flip_bit(nodes); });
  }
  Status remove_member(const NodeName& node) override {
    return keep("remove", Value::list(node), [&] { return cluster_.remove_member(node); });
  }
  Status remove_members(const Nodes& nodes) override {
    return keep("vote-out", value_of(nodes), [&] { return cluster_.remove_members(nodes); });
  }
  Status add_member(const NodeName& node) override {
    return keep("add", Value::list(node), [&] { return cluster_.add_member(node); });
  }
  Status add_members(const Nodes& nodes) override {
    return keep("vote-in", value_of(nodes), [&] { return cluster_.add_members(nodes); });
  }
  Status add_learners(const Nodes& nodes) override {
    return keep("learn", value_of(nodes), [&] { return cluster_.add_learners(nodes); });
  }
  Status transfer_leadership(const NodeName& to) override {
    return keep("transfer", Value::list(to), [&] { return cluster_.transfer_leadership(to); });
  }
  Status heal_and_verify() override {
    return keep("heal", Value(), [&] { return cluster_.heal_and_verify(); });
  }

 private:
  /// Kept before it is done, at the time it was asked for: a call may take long, and one that fails
  /// may have done a part.
  template <class Act>
  std::invoke_result_t<Act> keep(const char* verb, Value arguments, const Act& act) {
    calls_.push_back({.at = now_(), .verb = verb, .arguments = std::move(arguments)});
    return act();
  }

  Cluster& cluster_;
  const std::function<Nanos()> now_;
  std::vector<ClusterCall>& calls_;
};

}  // namespace

std::string describe(const ClusterCall& call) {
  const std::string rest = words_of(call);
  return str(seconds_of(call.at), "  ", call.verb, rest.empty() ? "" : " ", rest);
}

Status perform_call(const ClusterCall& call, Cluster& cluster) {
  TRY_ASSIGN(const ReadCall read, read_call(call));
  for (const NodeName& node : read.nodes)
    if (std::ranges::find(cluster.nodes(), node) == cluster.nodes().end())
      return fail(Error::Code::invalid,
                  str(call.verb, ": there is no node '", printable(node), "'"));
  if (call.verb == "cut") return cluster.set_cut(read.cut);
  if (call.verb == "packets") return cluster.set_packets(read.packets);
  if (call.verb == "kill") return all_ok(cluster.kill(read.nodes));
  if (call.verb == "start") return all_ok(cluster.start(read.nodes));
  if (call.verb == "pause") return all_ok(cluster.pause(read.nodes));
  if (call.verb == "resume") return all_ok(cluster.resume(read.nodes));
  if (call.verb == "power") return all_ok(cluster.cut_power(read.nodes));
  if (call.verb == "flip-bit") return all_ok(cluster.flip_bit(read.nodes));
  if (call.verb == "clock") return all_ok(cluster.set_clock(read.nodes, read.clock));
  if (call.verb == "disk") return all_ok(cluster.set_disk(read.nodes, read.disk));
  if (call.verb == "remove") return cluster.remove_member(read.nodes.front());
  if (call.verb == "add") return cluster.add_member(read.nodes.front());
  if (call.verb == "vote-out") return cluster.remove_members(read.nodes);
  if (call.verb == "vote-in") return cluster.add_members(read.nodes);
  if (call.verb == "learn") return cluster.add_learners(read.nodes);
  if (call.verb == "transfer") return cluster.transfer_leadership(read.nodes.front());
  CHECK(call.verb == "heal", "a verb of the table without its call: " + call.verb);
  return cluster.heal_and_verify();
}

std::unique_ptr<Cluster> record_calls(Cluster& cluster, std::function<Nanos()> now,
                                      std::vector<ClusterCall>& calls) {
  return std::make_unique<RecordingCluster>(cluster, std::move(now), calls);
}

}  // namespace plumbline
