#include "nemesis/script_calls.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "core/base/text.h"

namespace plumbline {

namespace {

struct Verb {
  const char* name;
  CallForm form;
};
constexpr std::array k_verbs = {
    Verb{"cut", CallForm::cut},           Verb{"packets", CallForm::packets},
    Verb{"kill", CallForm::nodes},        Verb{"start", CallForm::nodes},
    Verb{"pause", CallForm::nodes},       Verb{"resume", CallForm::nodes},
    Verb{"power", CallForm::nodes},       Verb{"flip-bit", CallForm::nodes},
    Verb{"clock", CallForm::clock},       Verb{"disk", CallForm::disk},
    Verb{"remove", CallForm::one_node},   Verb{"add", CallForm::one_node},
    Verb{"transfer", CallForm::one_node}, Verb{"vote-out", CallForm::nodes},
    Verb{"vote-in", CallForm::nodes},     Verb{"learn", CallForm::nodes},
    Verb{"heal", CallForm::nothing}};
constexpr std::array k_disk_troubles = {DiskTrouble::none, DiskTrouble::slow, DiskTrouble::full,
                                        DiskTrouble::failing};

std::unexpected<Error> must_be(const std::string& verb, const std::string& form) {
  return fail(Error::Code::invalid, str("arguments of ", verb, " must be ", form));
}

std::optional<Nodes> nodes_in(const Value& value) {
  if (!value.is_list()) return std::nullopt;
  Nodes nodes;
  for (const Value& node : value.as_list()) {
    if (!node.is_text()) return std::nullopt;
    nodes.push_back(node.as_text());
  }
  return nodes;
}

std::optional<double> number_in(const Value& value) {
  if (value.is_int()) return static_cast<double>(value.as_int());
  if (!value.is_text()) return std::nullopt;
  const std::string& text = value.as_text();
  double number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc{} || end != text.data() + text.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

std::optional<Cut> cut_in(const Value& value) {
  if (!value.is_list()) return std::nullopt;
  Cut cut;
  for (const Value& entry : value.as_list()) {
    if (!entry.is_list() || entry.as_list().size() != 2 || !entry.as_list()[0].is_text())
      return std::nullopt;
    const auto peers = nodes_in(entry.as_list()[1]);
    if (!peers) return std::nullopt;
    cut[entry.as_list()[0].as_text()] = {peers->begin(), peers->end()};
  }
  return cut;
}

bool set_packets_field(Packets& packets, const std::string& name, const Value& value) {
  if (name == "to") {
    if (!value.is_text()) return false;
    packets.to = value.as_text();
    return true;
  }
  if (name == "delay" || name == "jitter") {
    if (!value.is_int() || value.as_int() < 0) return false;
    (name == "delay" ? packets.delay : packets.jitter) = Nanos(value.as_int());
    return true;
  }
  if (name != "loss" && name != "duplicate") return false;
  const auto share = number_in(value);
  if (!share || *share < 0 || *share > 1) return false;
  (name == "loss" ? packets.loss : packets.duplicate) = *share;
  return true;
}

std::optional<Packets> packets_in(const Value& value) {
  if (!value.is_list()) return std::nullopt;
  Packets packets;
  for (const Value& entry : value.as_list())
    if (!entry.is_list() || entry.as_list().size() != 2 || !entry.as_list()[0].is_text() ||
        !set_packets_field(packets, entry.as_list()[0].as_text(), entry.as_list()[1]))
      return std::nullopt;
  return packets;
}

bool read_clock(const Value& value, ReadCall& read) {
  if (!value.is_list() || value.as_list().size() != 3 || !value.as_list()[2].is_int()) return false;
  const auto nodes = nodes_in(value.as_list()[0]);
  const auto rate = number_in(value.as_list()[1]);
  if (!nodes || !rate || *rate < 0) return false;
  read.nodes = *nodes;
  read.clock = {.rate = *rate, .jump = Nanos(value.as_list()[2].as_int())};
  return true;
}

bool read_disk(const Value& value, ReadCall& read) {
  if (!value.is_list() || value.as_list().size() != 2) return false;
  const auto nodes = nodes_in(value.as_list()[0]);
  if (!nodes) return false;
  read.nodes = *nodes;
  for (const DiskTrouble trouble : k_disk_troubles) {
    if (value.as_list()[1] != Value(to_string(trouble))) continue;
    read.disk = trouble;
    return true;
  }
  return false;
}

}  // namespace

const char* to_string(DiskTrouble trouble) {
  switch (trouble) {
    case DiskTrouble::none:
      return "none";
    case DiskTrouble::slow:
      return "slow";
    case DiskTrouble::full:
      return "full";
    case DiskTrouble::failing:
      return "failing";
  }
  return "?";
}

std::string shortest(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

Value packets_arguments(const Packets& packets) {
  Value::List fields;
  if (packets.delay != Nanos{}) fields.push_back(Value::list("delay", packets.delay.count()));
  if (packets.jitter != Nanos{}) fields.push_back(Value::list("jitter", packets.jitter.count()));
  if (packets.loss != 0) fields.push_back(Value::list("loss", shortest(packets.loss)));
  if (packets.duplicate != 0)
    fields.push_back(Value::list("duplicate", shortest(packets.duplicate)));
  if (!packets.to.empty()) fields.push_back(Value::list("to", packets.to));
  return Value(std::move(fields));
}

Result<ReadCall> read_call(const ClusterCall& call) {
  const auto* verb =
      std::ranges::find_if(k_verbs, [&](const Verb& known) { return call.verb == known.name; });
  if (verb == k_verbs.end())
    return fail(Error::Code::invalid, str("there is no verb '", printable(call.verb), "'"));
  ReadCall read;
  read.form = verb->form;
  switch (verb->form) {
    case CallForm::nodes:
    case CallForm::one_node: {
      const auto nodes = nodes_in(call.arguments);
      if (!nodes) return must_be(call.verb, "a list of nodes");
      if (verb->form == CallForm::one_node && nodes->size() != 1)
        return must_be(call.verb, "one node");
      read.nodes = *nodes;
      break;
    }
    case CallForm::cut: {
      const auto cut = cut_in(call.arguments);
      if (!cut) return must_be(call.verb, "a list of [node, [peers that it drops]]");
      read.cut = *cut;
      break;
    }
    case CallForm::packets: {
      const auto packets = packets_in(call.arguments);
      if (!packets) return must_be(call.verb, "delay, jitter, loss, duplicate and to, by name");
      read.packets = *packets;
      break;
    }
    case CallForm::clock:
      if (!read_clock(call.arguments, read)) return must_be(call.verb, "[[nodes], rate, jump]");
      break;
    case CallForm::disk:
      if (!read_disk(call.arguments, read))
        return must_be(call.verb, "[[nodes], none, slow, full or failing]");
      break;
    case CallForm::nothing:
      if (!call.arguments.is_nil()) return must_be(call.verb, "none");
      break;
  }
  return read;
}

}  // namespace plumbline
