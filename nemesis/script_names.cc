#include "nemesis/script_names.h"

#include <algorithm>

#include "nemesis/script_calls.h"

namespace plumbline {

namespace {

Value named(const Value& value, const std::map<NodeName, NodeName>& names) {
  if (value.is_text()) {
    const auto found = names.find(value.as_text());
    return found == names.end() ? value : Value(found->second);
  }
  if (!value.is_list()) return value;
  Value::List items;
  for (const Value& item : value.as_list()) items.push_back(named(item, names));
  return Value(std::move(items));
}

/// Of clock and disk the first argument names nodes; the others are about the trouble itself.
Value first_named(const Value& arguments, const std::map<NodeName, NodeName>& names) {
  Value::List parts = arguments.as_list();
  if (!parts.empty()) parts[0] = named(parts[0], names);
  return Value(std::move(parts));
}

}  // namespace

std::vector<ClusterCall> with_nodes_named(std::vector<ClusterCall> calls,
                                          const std::map<NodeName, NodeName>& names) {
  for (ClusterCall& call : calls) {
    const auto read = read_call(call);
    if (!read) continue;
    switch (read->form) {
      case CallForm::nodes:
      case CallForm::one_node:
      case CallForm::cut:
        call.arguments = named(call.arguments, names);
        break;
      case CallForm::clock:
      case CallForm::disk:
        call.arguments = first_named(call.arguments, names);
        break;
      case CallForm::packets: {
        Packets packets = read->packets;
        if (const auto found = names.find(packets.to); found != names.end())
          packets.to = found->second;
        call.arguments = packets_arguments(packets);
        break;
      }
      case CallForm::nothing:
        break;
    }
  }
  return calls;
}

}  // namespace plumbline
