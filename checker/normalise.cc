#include "checker/normalise.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace plumbline {
namespace {

/// Rule 2. -1 stands for a value that is never needed.
void find_last_uses(std::vector<NormalCall>& calls, const ModelEntry& model) {
  std::unordered_map<Value, std::int64_t> last_use;
  std::vector<std::pair<Value, Value>> swaps;  // of indeterminate calls
  std::vector<Transition> transitions;
  for (const NormalCall& c : calls) {
    transitions.push_back(model.transition(*c.call));
    const Transition& t = transitions.back();
    if (!t.from) continue;
    auto& use = last_use.try_emplace(*t.from, -1).first->second;
    if (c.required)
      use = std::max(use, c.returned);
    else if (t.to)
      swaps.emplace_back(*t.from, *t.to);
  }
  const auto use_of = [&](const Value& v) {
    const auto at = last_use.find(v);
    return at == last_use.end() ? std::int64_t{-1} : at->second;
  };
  std::sort(swaps.begin(), swaps.end());
  swaps.erase(std::unique(swaps.begin(), swaps.end()), swaps.end());
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& [from, to] : swaps)
      if (use_of(to) > use_of(from)) {
        last_use[from] = use_of(to);
        changed = true;
      }
  }
  for (std::size_t i = 0; i < calls.size(); ++i)
    if (!calls[i].required && transitions[i].to) calls[i].last_use = use_of(*transitions[i].to);
}

/// Rule 3, for lists. Marks the updates that are not needed.
void find_unseen_elements(std::vector<NormalCall>& calls) {
  std::unordered_set<Value> seen;
  for (const NormalCall& c : calls)
    if (c.role == Role::observer && c.call->result.is_list())
      seen.insert(c.call->result.as_list().begin(), c.call->result.as_list().end());
  for (NormalCall& c : calls)
    if (!c.required && !seen.contains(c.call->arguments)) c.last_use = -1;
}

/// Rule 3, for texts; if there is nothing but reads, and updates whose argument is a text.
void find_unseen_texts(std::vector<NormalCall>& calls) {
  for (const NormalCall& c : calls)
    if (c.role == Role::observer ? !c.call->arguments.is_nil() : !c.call->arguments.is_text())
      return;
  for (NormalCall& update : calls) {
    if (update.required) continue;
    const bool seen = std::any_of(calls.begin(), calls.end(), [&](const NormalCall& c) {
      return c.role == Role::observer && c.call->result.is_text() &&
             c.call->result.as_text().find(update.call->arguments.as_text()) != std::string::npos;
    });
    if (!seen) update.last_use = -1;
  }
}

}  // namespace

std::vector<NormalCall> normalise(const std::vector<Call>& calls, const ModelEntry& model) {
  std::vector<NormalCall> kept;
  for (const Call& call : calls) {
    if (call.type == EventType::fail) continue;
    const Role role = model.role(call);
    const bool required = call.type == EventType::ok;
    if (!required && role == Role::observer) continue;
    kept.push_back({.call = &call,
                    .role = role,
                    .required = required,
                    .returned = required ? call.returned : k_open});
  }
  // What was left out may have been the only use of something else.
  for (std::size_t before = kept.size() + 1; kept.size() < before;) {
    before = kept.size();
    if (model.transition != nullptr) find_last_uses(kept, model);
    if (model.shows == Shows::elements) find_unseen_elements(kept);
    if (model.shows == Shows::text) find_unseen_texts(kept);
    std::erase_if(kept,
                  [](const NormalCall& c) { return !c.required && c.last_use < c.call->invoked; });
  }
  return kept;
}

}  // namespace plumbline
