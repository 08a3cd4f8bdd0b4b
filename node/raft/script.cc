#include "node/raft/script.h"

#include <algorithm>
#include <functional>
#include <map>
#include <sstream>

#include "core/base/text.h"
#include "core/base/time.h"
#include "node/raft/cluster.h"
#include "node/raft/configuration.h"
#include "node/raft/describe.h"

namespace plumbline::raft::testing {
namespace {

using Words = std::vector<std::string>;

/// Thrown by what cannot make sense of a command, caught where lines are run.
struct Mistake {
  std::string what;
};

NodeId node_from(const std::string& word) {
  const auto number = word.size() > 1 && word[0] == 'n'
                          ? parse_int(std::string_view(word).substr(1))
                          : std::nullopt;
  if (!number) throw Mistake{str("not a node: ", word)};
  return NodeId{static_cast<std::uint64_t>(*number)};
}
std::uint64_t count_from(const std::string& word) {
  const auto number = parse_int(word);
  if (!number || *number < 0) throw Mistake{str("not a number: ", word)};
  return static_cast<std::uint64_t>(*number);
}
Nanos duration_from(const std::string& word) {
  const auto duration = parse_duration(word);
  if (!duration) throw Mistake{duration.error().what};
  return *duration;
}

std::set<NodeId> ids_from(const std::string& word) {
  std::set<NodeId> ids;
  for (const auto& id : split(word, ',')) ids.emplace(count_from(id));
  return ids;
}

/// Which messages a command means.
struct Selection {
  std::optional<NodeId> from, to;
  std::string kind;

  explicit Selection(const Words& words) {
    for (std::size_t i = 1; i < words.size(); ++i) {
      const auto arrow = words[i].find("->");
      if (arrow == std::string::npos) {
        kind = words[i];
        continue;
      }
      if (arrow > 0) from = node_from(words[i].substr(0, arrow));
      if (arrow + 2 < words[i].size()) to = node_from(words[i].substr(arrow + 2));
    }
  }
  bool takes(const Message& message) const {
    return (!from || message.from == *from) && (!to || message.to == *to) &&
           (kind.empty() || kind_of(message) == kind);
  }
};

class Script {
 public:
  void run(const std::string& line) {
    Words words = split(line, ' ');
    std::erase(words, "");
    const auto command = commands().find(words[0]);
    if (command == commands().end()) throw Mistake{str("no such command: ", words[0])};
    if (words[0] != "cluster" && !cluster_) throw Mistake{"a script starts with `cluster N`"};
    try {
      command->second(*this, words);
    } catch (const std::out_of_range&) {
      throw Mistake{"a word is missing, or there is no such node"};
    }
    collect();
    if (cluster_->violation() && !violated_) {
      violated_ = true;
      print(str("VIOLATION ", *cluster_->violation()));
    }
  }
  std::vector<std::string> take_output() { return std::exchange(output_, {}); }
  bool violated() const { return violated_; }

 private:
  using Command = std::function<void(Script&, const Words&)>;
  using Commands = std::map<std::string, Command>;
  static Commands time_commands();
  static Commands wire_commands();
  static Commands node_commands();
  static Commands view_commands();
  static const Commands& commands();

  void print(std::string line) { output_.push_back(std::move(line)); }
  void collect() {
    for (auto& message : cluster_->take_sent()) wire_.push_back(std::move(message));
  }
  void cluster(const Words& words);
  void given(const Words& words);
  void tick(const Words& words);
  void pass(NodeId id, Nanos time) {
    cluster_->advance(time);
    cluster_->tick(id);
  }
  std::vector<Message> take(const Selection& selection);
  void settle();
  void campaign(const Words& words);
  void elect(const Words& words);
  void log_of(NodeId id);
  void status_of(NodeId id);

  std::optional<Cluster> cluster_;
  std::vector<Message> wire_;
  std::vector<Message> held_;
  std::vector<std::string> output_;
  bool quiet_ = false;  // messages and writes are not printed
  bool violated_ = false;
};

void Script::cluster(const Words& words) {
  ClusterOptions options;
  options.nodes = static_cast<int>(count_from(words.at(1)));
  for (std::size_t i = 2; i < words.size(); ++i) {
    const Words pair = split(words[i], '=');
    const auto& name = pair.at(0);
    const auto& value = pair.at(1);
    if (name == "defect")
      options.config.defects.insert(value);
    else if (name == "chunk")
      options.config.snapshot_chunk_bytes = count_from(value);
    else if (name == "append")
      options.config.max_append_bytes = count_from(value);
    else if (name == "inflight")
      options.config.max_inflight_appends = count_from(value);
    else if (name == "bytes")
      options.config.max_inflight_bytes = count_from(value);
    else if (name == "uncommitted")
      options.config.max_uncommitted_bytes = count_from(value);
    else if (name == "lag")
      options.config.max_promotion_lag = count_from(value);
    else if (name == "disks")
      options.disks_at_once = value != "manual";
    else
      throw Mistake{str("no such option: ", name)};
  }
  cluster_.emplace(options);
  cluster_->observe([this](NodeId id, const NodeStatus& after, const Effects& effects) {
    for (auto& line : describe(id, after, effects, !quiet_)) print(std::move(line));
  });
}

void Script::given(const Words& words) {
  Restored disk;
  const NodeId id = node_from(words.at(1));
  for (std::size_t i = 2; i + 1 < words.size(); i += 2) {
    const auto& value = words[i + 1];
    if (words[i] == "term")
      disk.hard_state.term = Term{count_from(value)};
    else if (words[i] == "vote")
      disk.hard_state.vote = node_from(value);
    else if (words[i] == "snapshot") {
      const Words pair = split(value, '/');
      disk.snapshot.index = Index{count_from(pair.at(0))};
      disk.snapshot.term = Term{count_from(pair.at(1))};
      disk.snapshot.configuration = cluster_->first_members();
    } else if (words[i] == "log") {
      // The data follows from index and term, as log matching wants it.
      for (const auto& term : split(value, ',')) {
        const Index index{disk.snapshot.index.value + disk.entries.size() + 1};
        disk.entries.push_back(std::make_shared<const Entry>(
            Entry{Term{count_from(term)}, index, EntryType::command, str("x", index, ".", term)}));
      }
    } else {
      throw Mistake{str("not understood: ", words[i])};
    }
  }
  cluster_->replace(id, std::move(disk));
}

void Script::tick(const Words& words) {
  const NodeId id = node_from(words.at(1));
  if (words.size() == 2) return cluster_->tick(id);
  if (words[2] != "until") return pass(id, duration_from(words[2]));
  constexpr int k_patience = 1000;  // ticks of 10 ms
  for (int i = 0; i < k_patience; ++i) {
    if (to_string(cluster_->raft(id).status().role) == words.at(3)) return;
    pass(id, 10ms);
  }
  throw Mistake{str(words[1], " never became ", words[3])};
}

std::vector<Message> Script::take(const Selection& selection) {
  collect();
  std::vector<Message> taken;
  std::vector<Message> rest;
  for (auto& message : wire_)
    (selection.takes(message) ? taken : rest).push_back(std::move(message));
  wire_ = std::move(rest);
  return taken;
}

void Script::settle() {
  quiet_ = true;
  constexpr int k_patience = 1000;
  for (int i = 0; i < k_patience; ++i) {
    auto messages = take(Selection({}));
    bool busy = !messages.empty();
    for (auto& message : messages) cluster_->deliver(std::move(message));
    for (const NodeId id : cluster_->ids()) {
      busy = busy || (cluster_->is_up(id) &&
                      (cluster_->disk(id).unsynced() > 0 || cluster_->has_chunk_work(id)));
      cluster_->sync(id);
      cluster_->do_chunks(id);
    }
    if (!busy) break;
    if (i + 1 == k_patience) throw Mistake{"it never settles"};
  }
  quiet_ = false;
}

void Script::campaign(const Words& words) {
  const NodeId id = node_from(words.at(1));
  const Nanos wait = cluster_->raft(id).next_deadline() - cluster_->now();
  pass(id, std::max(wait, Nanos{0}));
}

void Script::elect(const Words& words) {
  quiet_ = true;
  campaign(words);
  settle();
}

void Script::log_of(NodeId id) {
  if (!cluster_->is_up(id)) return print(str(name_of(id), " is down"));
  const Raft& raft = cluster_->raft(id);
  const auto status = raft.status();
  std::vector<EntryPtr> entries;
  for (Index i = status.first_index; i <= status.last_index; i = i.next())
    entries.push_back(raft.entry_at(i));
  const auto base = status.first_index.prev();
  print(str(name_of(id), " after ", base, "/", raft.term_at(base).value_or(Term{0}), ": ",
            describe(entries)));
}

void Script::status_of(NodeId id) {
  if (!cluster_->is_up(id)) return print(str(name_of(id), " is down"));
  const auto status = cluster_->raft(id).status();
  const bool first = *status.configuration == cluster_->first_members();
  const bool none = status.configuration->voters.empty();
  const std::string shown = none ? "unknown" : raft::describe(*status.configuration);
  print(describe(status) + (first ? "" : " members " + shown));
}

Script::Commands Script::time_commands() {
  return {{"cluster", &Script::cluster},
          {"given", &Script::given},
          {"tick", &Script::tick},
          {"wait", [](Script& s, const Words& w) { s.cluster_->advance(duration_from(w.at(1))); }},
          {"campaign", &Script::campaign},
          {"elect", &Script::elect},
          {"settle", [](Script& s, const Words&) { s.settle(); }},
          {"beat", [](Script& s, const Words& w) {
             s.quiet_ = true;
             s.pass(node_from(w.at(1)), 50ms);
             s.settle();
           }}};
}

Script::Commands Script::wire_commands() {
  return {{"deliver",
           [](Script& s, const Words& w) {
             for (auto& message : s.take(Selection(w))) s.cluster_->deliver(std::move(message));
           }},
          {"last",
           [](Script& s, const Words& w) {
             auto messages = s.take(Selection(w));
             std::reverse(messages.begin(), messages.end());
             for (auto& message : messages) s.cluster_->deliver(std::move(message));
           }},
          {"twice",
           [](Script& s, const Words& w) {
             const auto messages = s.take(Selection(w));
             for (int i = 0; i < 2; ++i)
               for (const auto& message : messages) s.cluster_->deliver(message);
           }},
          {"drop", [](Script& s, const Words& w) { s.take(Selection(w)); }},
          {"hold",
           [](Script& s, const Words& w) {
             for (auto& message : s.take(Selection(w))) s.held_.push_back(std::move(message));
           }},
          {"release",
           [](Script& s, const Words&) {
             s.collect();
             for (auto& message : std::exchange(s.held_, {})) s.wire_.push_back(std::move(message));
           }},
          {"cut",
           [](Script& s, const Words& w) {
             const Selection which(w);
             const bool all = !which.from || !which.to;
             const NodeId one = all ? node_from(w.at(1)) : *which.from;
             if (!all) return s.cluster_->cut(one, *which.to);
             for (const NodeId other : s.cluster_->ids()) {
               s.cluster_->cut(one, other);
               s.cluster_->cut(other, one);
             }
           }},
          {"mend", [](Script& s, const Words&) { s.cluster_->mend(); }}};
}

Script::Commands Script::node_commands() {
  return {{"propose",
           [](Script& s, const Words& w) {
             s.cluster_->propose(node_from(w.at(1)), {w.begin() + 2, w.end()});
           }},
          {"read",
           [](Script& s, const Words& w) {
             const ReadId read{count_from(w.at(2).substr(1))};
             s.cluster_->ask_as(read);
             s.cluster_->feed(node_from(w.at(1)), Read{read, ReadMode::read_index});
           }},
          {"lease-read",
           [](Script& s, const Words& w) {
             const ReadId read{count_from(w.at(2).substr(1))};
             s.cluster_->ask_as(read);
             s.cluster_->feed(node_from(w.at(1)), Read{read, ReadMode::lease});
           }},
          {"members",
           [](Script& s, const Words& w) {
             Configuration wanted;
             wanted.voters = ids_from(w.at(2));
             if (w.size() > 3 && w[3] == "learners") wanted.learners = ids_from(w.at(4));
             s.cluster_->change_members(node_from(w.at(1)), std::move(wanted));
           }},
          {"transfer",
           [](Script& s, const Words& w) {
             s.cluster_->transfer(node_from(w.at(1)), node_from(w.at(2)));
           }},
          {"join", [](Script& s, const Words& w) { s.cluster_->join(node_from(w.at(1))); }},
          {"disk",
           [](Script& s, const Words& w) {
             s.cluster_->disk_at_once(node_from(w.at(1)), w.at(2) == "auto");
           }},
          {"sync",
           [](Script& s, const Words& w) {
             s.cluster_->sync(node_from(w.at(1)), w.size() > 2 ? count_from(w[2]) : SIZE_MAX);
           }},
          {"chunks", [](Script& s, const Words& w) { s.cluster_->do_chunks(node_from(w.at(1))); }},
          {"crash", [](Script& s, const Words& w) { s.cluster_->crash(node_from(w.at(1))); }},
          {"restart", [](Script& s, const Words& w) { s.cluster_->restart(node_from(w.at(1))); }},
          {"snapshot", [](Script& s, const Words& w) {
             const NodeId id = node_from(w.at(1));
             const Index applied = s.cluster_->raft(id).status().applied;
             s.cluster_->snapshot(id, w.size() > 2 ? Index{count_from(w[2])} : applied);
           }}};
}

Script::Commands Script::view_commands() {
  return {{"status",
           [](Script& s, const Words&) {
             for (const NodeId id : s.cluster_->ids()) s.status_of(id);
           }},
          {"log",
           [](Script& s, const Words& w) {
             if (w.size() > 1) return s.log_of(node_from(w[1]));
             for (const NodeId id : s.cluster_->ids()) s.log_of(id);
           }},
          {"wire", [](Script& s, const Words&) {
             s.collect();
             for (const auto& message : s.wire_) s.print(describe(message));
           }}};
}

const Script::Commands& Script::commands() {
  static const Commands all = [] {
    Commands table = time_commands();
    table.merge(wire_commands());
    table.merge(node_commands());
    table.merge(view_commands());
    return table;
  }();
  return all;
}

}  // namespace

ScriptResult run_script(std::string_view script) {
  ScriptResult result;
  Script run;
  std::istringstream in{std::string(script)};
  std::string line;
  while (std::getline(in, line)) {
    if (!line.empty() && line[0] == ' ') continue;  // what was printed when it was written
    result.text += line + "\n";
    if (line.empty() || line[0] == '#') continue;
    try {
      run.run(line);
    } catch (const Mistake& mistake) {
      result.mistake = str(line, ": ", mistake.what);
      return result;
    }
    for (const auto& printed : run.take_output()) result.text += "    " + printed + "\n";
  }
  result.violated = run.violated();
  return result;
}

}  // namespace plumbline::raft::testing
