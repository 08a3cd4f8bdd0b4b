#include "node/raft/configuration.h"

#include <vector>

#include "core/base/text.h"

namespace plumbline::raft {
namespace {

std::string ids(const std::set<NodeId>& nodes) {
  std::vector<std::string> words;
  for (const NodeId node : nodes) words.push_back(str(node));
  return join(words, " ");
}

std::optional<NodeId> id_of(const std::string& word) {
  const auto number = parse_int(word);
  if (!number || *number <= 0) return std::nullopt;
  return NodeId{static_cast<std::uint64_t>(*number)};
}

bool read_ids(const std::string& line, std::set<NodeId>& nodes) {
  if (line.empty()) return true;
  for (const std::string& word : split(line, ' ')) {
    const auto id = id_of(word);
    if (!id) return false;
    nodes.insert(*id);
  }
  return true;
}

bool makes_sense(const Configuration& configuration) {
  for (const NodeId learner : configuration.learners)
    if (configuration.voters.contains(learner)) return false;
  for (const auto& [id, contact] : configuration.contacts)
    if (!configuration.has(id)) return false;
  const std::size_t members =
      configuration.voters.size() + configuration.outgoing.size() + configuration.learners.size();
  return members <= k_members_max && (members == 0 || !configuration.voters.empty());
}

}  // namespace

std::string encode(const Configuration& configuration) {
  std::string out = str("voters ", ids(configuration.voters), "\noutgoing ",
                        ids(configuration.outgoing), "\nlearners ", ids(configuration.learners));
  for (const auto& [id, contact] : configuration.contacts) out += str("\n", id, " ", contact);
  return out;
}

std::optional<Configuration> decode_configuration(std::string_view bytes) {
  Configuration configuration;
  const std::vector<std::string> lines = split(std::string(bytes), '\n');
  if (lines.size() < 3 || !lines[0].starts_with("voters ") || !lines[1].starts_with("outgoing ") ||
      !lines[2].starts_with("learners "))
    return std::nullopt;
  const auto rest = [](const std::string& line) { return line.substr(line.find(' ') + 1); };
  if (!read_ids(rest(lines[0]), configuration.voters) ||
      !read_ids(rest(lines[1]), configuration.outgoing) ||
      !read_ids(rest(lines[2]), configuration.learners))
    return std::nullopt;
  for (std::size_t i = 3; i < lines.size(); ++i) {
    const auto id = id_of(lines[i].substr(0, lines[i].find(' ')));
    if (!id) return std::nullopt;
    configuration.contacts[*id] = rest(lines[i]);
  }
  // Only the very bytes that encode() writes: two spellings of one configuration must not differ.
  if (!makes_sense(configuration) || encode(configuration) != bytes) return std::nullopt;
  return configuration;
}

std::string describe(const Configuration& configuration) {
  std::string out = ids(configuration.voters);
  if (configuration.is_joint()) out += " (from " + ids(configuration.outgoing) + ")";
  if (!configuration.learners.empty()) out += " + learners " + ids(configuration.learners);
  return out;
}

}  // namespace plumbline::raft
