// What goes wrong: faults, their targets, the number of nodes, the weather.

#include <algorithm>
#include <map>

#include "core/base/text.h"
#include "nemesis/script_calls.h"
#include "nemesis/script_names.h"
#include "simulator/shrink_search.h"

namespace plumbline::simulator {

namespace {

/// Calls that belong together: one that does harm, with the next that undoes it.
using Episode = std::vector<std::size_t>;

bool undoes(const std::string& verb, const std::string& harm) {
  return (verb == "start" && (harm == "kill" || harm == "power" || harm == "disk")) ||
         (verb == "resume" && harm == "pause") || (verb == "add" && harm == "remove") ||
         (verb == harm &&
          (verb == "cut" || verb == "packets" || verb == "clock" || verb == "disk"));
}

/// Whether two calls have a node in common; a call without any is about all of them.
bool meet(const ClusterCall& a, const ClusterCall& b) {
  const auto left = read_call(a), right = read_call(b);
  if (!left || !right || left->nodes.empty() || right->nodes.empty()) return true;
  return std::ranges::any_of(left->nodes, [&](const NodeName& node) {
    return std::ranges::find(right->nodes, node) != right->nodes.end();
  });
}

std::vector<Episode> episodes(const std::vector<ClusterCall>& faults) {
  std::vector<Episode> found;
  std::set<std::size_t> taken;
  for (std::size_t i = 0; i < faults.size(); ++i) {
    if (taken.contains(i)) continue;
    Episode episode = {i};
    for (std::size_t j = i + 1; j < faults.size() && episode.size() == 1; ++j)
      if (!taken.contains(j) && undoes(faults[j].verb, faults[i].verb) &&
          meet(faults[i], faults[j])) {
        episode.push_back(j);
        taken.insert(j);
      }
    found.push_back(std::move(episode));
  }
  return found;
}

bool try_faults(ShrinkSearch& search, std::vector<ClusterCall> faults) {
  Script script = search.script();
  script.faults = std::move(faults);
  return search.try_script(std::move(script));
}

Value value_without(const Value& nodes, const NodeName& node) {
  Value::List rest;
  for (const Value& name : nodes.as_list())
    if (name != Value(node)) rest.push_back(name);
  return Value(std::move(rest));
}

Value cut_value(const Cut& cut) {
  Value::List drops;
  for (const auto& [node, peers] : cut)
    if (!peers.empty()) drops.push_back(Value::list(node, Value::List(peers.begin(), peers.end())));
  return Value(std::move(drops));
}

/// The call as if `node` were not meant by it.
ClusterCall sparing(ClusterCall call, const NodeName& node) {
  const auto read = read_call(call);
  if (!read) return call;
  switch (read->form) {
    case CallForm::nodes:
      call.arguments = value_without(call.arguments, node);
      break;
    case CallForm::clock:
    case CallForm::disk: {
      Value::List parts = call.arguments.as_list();
      parts[0] = value_without(parts[0], node);
      call.arguments = Value(std::move(parts));
      break;
    }
    case CallForm::cut: {
      Cut cut = read->cut;
      cut.erase(node);
      for (auto& [other, peers] : cut) peers.erase(node);
      call.arguments = cut_value(cut);
      break;
    }
    case CallForm::one_node:
    case CallForm::packets:
    case CallForm::nothing:
      break;
  }
  return call;
}

/// Whom a call means: the nodes it names, and those that a cut keeps from one another.
std::set<NodeName> meant(const ClusterCall& call) {
  const auto read = read_call(call);
  if (!read) return {};
  std::set<NodeName> nodes(read->nodes.begin(), read->nodes.end());
  for (const auto& [node, peers] : read->cut)
    if (!peers.empty()) nodes.insert(node);
  if (!read->packets.to.empty()) nodes.insert(read->packets.to);
  return nodes;
}

/// The case on the nodes of `kept` alone, which become n1, n2 ...; nothing if a call is about a
/// node that goes and about no other.
Options on_nodes(const Options& options, const std::vector<int>& kept) {
  Options smaller = options;
  smaller.nodes = static_cast<int>(kept.size());
  std::map<NodeName, NodeName> names;
  std::map<int, int> places;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    names[str("n", kept[i] + 1)] = str("n", i + 1);
    places[kept[i]] = static_cast<int>(i);
  }
  std::vector<ClusterCall> faults;
  for (ClusterCall call : options.script->faults) {
    const auto before = meant(call);
    for (int node = 0; node < options.nodes; ++node)
      if (!places.contains(node)) call = sparing(std::move(call), str("n", node + 1));
    const auto after = meant(call);
    const bool gone =
        std::ranges::any_of(after, [&](const NodeName& n) { return !names.contains(n); });
    if (gone || (after.empty() && !before.empty())) continue;
    faults.push_back(std::move(call));
  }
  smaller.script->faults = with_nodes_named(std::move(faults), names);
  // A client stays with its node, those of a node that goes come to the first.
  int most = 0;
  for (ClientCall& call : smaller.script->operations) {
    const int node = call.thread % options.nodes, round = call.thread / options.nodes;
    const auto place = places.find(node);
    // Moved clients must not run into one another: they get rounds of their own.
    const int apart =
        place == places.end() ? round * options.nodes + node + options.concurrency : round;
    call.thread = apart * smaller.nodes + (place == places.end() ? 0 : place->second);
    most = std::max(most, call.thread);
  }
  smaller.concurrency = most + 1;
  return smaller;
}

bool try_node_count(ShrinkSearch& search, int count) {
  const int all = search.best().nodes;
  std::vector<bool> chosen(static_cast<std::size_t>(all), false);
  std::fill(chosen.begin(), chosen.begin() + count, true);
  do {  // every choice of `count` nodes
    std::vector<int> kept;
    for (int node = 0; node < all; ++node)
      if (chosen[static_cast<std::size_t>(node)]) kept.push_back(node);
    if (search.try_case(on_nodes(search.best(), kept))) return true;
  } while (!search.ended() && std::prev_permutation(chosen.begin(), chosen.end()));
  return false;
}

template <class Field>
void try_calm(ShrinkSearch& search, Field Weather::* field) {
  const Weather calm;
  Options candidate = search.best();
  if ((*candidate.weather).*field == calm.*field) return;
  (*candidate.weather).*field = calm.*field;
  search.try_case(std::move(candidate));
}

}  // namespace

void leave_out_faults(ShrinkSearch& search) {
  if (search.script().faults.empty()) return;
  const std::vector<ClusterCall> whole = search.script().faults;
  leave_out(episodes(whole), [&](const std::vector<Episode>& rest) {
    std::set<std::size_t> kept;
    for (const Episode& episode : rest) kept.insert(episode.begin(), episode.end());
    std::vector<ClusterCall> faults;
    for (const std::size_t i : kept) faults.push_back(whole[i]);
    return try_faults(search, std::move(faults));
  });
  // What is not undone ends with the run, and is one call less.
  leave_out(search.script().faults,
            [&](const std::vector<ClusterCall>& rest) { return try_faults(search, rest); });
}

void spare_nodes_of_faults(ShrinkSearch& search) {
  for (std::size_t i = 0; i < search.script().faults.size() && !search.ended(); ++i) {
    for (const NodeName& node : meant(search.script().faults[i])) {
      std::vector<ClusterCall> faults = search.script().faults;
      if (meant(faults[i]).size() < 2) break;
      ClusterCall smaller = sparing(faults[i], node);
      if (smaller == faults[i] || meant(smaller).empty()) continue;
      faults[i] = std::move(smaller);
      try_faults(search, std::move(faults));
    }
  }
}

void use_fewer_nodes(ShrinkSearch& search) {
  for (const int count : {1, 3})
    if (count < search.best().nodes && try_node_count(search, count)) return;
}

void calm_the_weather(ShrinkSearch& search) {
  if (*search.best().weather == Weather{}) return;
  Options calm = search.best();
  calm.weather = Weather{};
  if (search.try_case(std::move(calm))) return;
  try_calm(search, &Weather::slow);
  try_calm(search, &Weather::slow_max);
  try_calm(search, &Weather::loss);
  try_calm(search, &Weather::duplicate);
  try_calm(search, &Weather::delay_max);
  try_calm(search, &Weather::delay_min);
  try_calm(search, &Weather::sync_max);
  try_calm(search, &Weather::sync_min);
  try_calm(search, &Weather::torn);
  try_calm(search, &Weather::reset_voted);
  try_calm(search, &Weather::reset_appended);
  try_calm(search, &Weather::reset_installed);
  try_calm(search, &Weather::drift);
  try_calm(search, &Weather::election_min);
  try_calm(search, &Weather::election_max);
  try_calm(search, &Weather::heartbeat);
  try_calm(search, &Weather::snapshot_every);
  try_calm(search, &Weather::segment_bytes);
  try_calm(search, &Weather::chunk_bytes);
  try_calm(search, &Weather::append_bytes);
  try_calm(search, &Weather::inflight);
  try_calm(search, &Weather::inflight_bytes);
  try_calm(search, &Weather::sessions);
}

}  // namespace plumbline::simulator
