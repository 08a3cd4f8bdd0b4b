#include "node/kv/state_machine.h"

#include <algorithm>

#include "core/base/check.h"
#include "node/kv/hash.h"

namespace plumbline::kv {
namespace {

// "Many" sessions for the defect nondeterministic-apply, so that a test need not open thousands.
constexpr std::size_t k_sessions_by_hash = 4;

}  // namespace

Outcome StateMachine::apply(std::uint64_t index, const Command& command) {
  advance(index);
  Outcome outcome = settle(index, command);
  remember_hash();
  return outcome;
}

Outcome StateMachine::settle(std::uint64_t index, const Command& command) {
  log_time_ms_ = std::max(log_time_ms_, command.time_ms);
  expire_sessions();
  if (command.op == Op::register_session) return register_session(index);
  if (command.op == Op::end_session) return end_session(command.session);
  return command.session == 0 ? change(index, command) : change_once(index, command);
}

void StateMachine::skip(std::uint64_t index) {
  advance(index);
  remember_hash();
}

void StateMachine::remember_hash() {
  if (applied_ % k_hash_interval != 0) return;
  recent_hashes_[applied_] = hash();
  if (recent_hashes_.size() > k_hashes_kept) recent_hashes_.erase(recent_hashes_.begin());
}

void StateMachine::advance(std::uint64_t index) {
  CHECK(index > applied_ || defects_.has(Defect::reapply_on_restart),
        "entries are applied in the order of the log, each once");
  applied_ = index;
}

const Item* StateMachine::get(const std::string& key) const {
  const auto found = items_.find(key);
  return found == items_.end() ? nullptr : &found->second;
}

// ---- Sessions -----------------------------------------------------------------------------------

Outcome StateMachine::register_session(std::uint64_t id) {
  const bool by_hash = defects_.has(Defect::nondeterministic_apply);
  if (sessions_.size() >= (by_hash ? k_sessions_by_hash : k_max_sessions)) forget_one_session();
  sessions_[id].last_used_ms = log_time_ms_;
  by_use_.emplace(log_time_ms_, id);
  return {.revision = id};
}

Outcome StateMachine::end_session(std::uint64_t id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return {.code = Code::session_expired};
  by_use_.erase({found->second.last_used_ms, id});
  sessions_.erase(found);
  return {.revision = id};
}

void StateMachine::forget_one_session() {
  auto victim = by_use_.begin();
  if (defects_.has(Defect::nondeterministic_apply))
    victim = std::ranges::min_element(by_use_, {}, [this](const auto& used) {
      return hash_of(std::to_string(used.second), surroundings_.node);
    });
  sessions_.erase(victim->second);
  by_use_.erase(victim);
}

void StateMachine::use(std::uint64_t id, Session& session) {
  if (session.last_used_ms == log_time_ms_) return;
  auto place = by_use_.extract({session.last_used_ms, id});
  session.last_used_ms = log_time_ms_;
  place.value() = {log_time_ms_, id};
  by_use_.insert(std::move(place));
}

void StateMachine::expire_sessions() {
  std::uint64_t now = log_time_ms_;
  if (defects_.has(Defect::expiry_by_local_clock) && surroundings_.wall_ms > now)
    now = surroundings_.wall_ms;
  while (!by_use_.empty() && now - by_use_.begin()->first > k_session_lifetime_ms) {
    sessions_.erase(by_use_.begin()->second);
    by_use_.erase(by_use_.begin());
  }
}

Outcome StateMachine::change_once(std::uint64_t index, const Command& command) {
  const auto found = sessions_.find(command.session);
  if (found == sessions_.end()) return {.code = Code::session_expired};
  if (defects_.has(Defect::no_dedup)) return change(index, command);
  Session& session = found->second;
  use(command.session, session);
  // A late copy carries an older mark than the one known.
  session.ack_below = std::max(session.ack_below, command.ack_below);
  auto& answers = session.answers;
  answers.erase(answers.begin(), answers.lower_bound(session.ack_below));
  if (command.sequence < session.ack_below) return {.code = Code::sequence_forgotten};

  const auto place = answers.lower_bound(command.sequence);
  if (place != answers.end() && place->first == command.sequence) {
    if (defects_.has(Defect::session_answer_wrong)) return {.revision = index};
    return place->second;
  }
  Outcome outcome = change(index, command);
  answers.emplace_hint(place, command.sequence, outcome);
  if (answers.size() > k_max_answers) {
    session.ack_below = answers.begin()->first + 1;
    answers.erase(answers.begin());
  }
  return outcome;
}

// ---- The map ------------------------------------------------------------------------------------

Outcome StateMachine::change(std::uint64_t index, const Command& command) {
  switch (command.op) {
    case Op::put:
      set(index, command.key, command.value);
      return {.revision = index};
    case Op::remove: {
      const auto found = items_.find(command.key);
      if (found == items_.end()) return {.code = Code::not_found};
      items_hash_ -= share_of_value(command.key, found->second.value) +
                     share_of_revision(command.key, found->second.revision);
      Outcome outcome{.value = std::move(found->second.value), .revision = index};
      items_.erase(found);
      return outcome;
    }
    case Op::compare_and_set:
      return compare_and_set(index, command);
    case Op::append:
      return append(index, command);
    case Op::register_session:
    case Op::end_session:
      break;
  }
  CHECK(false, "apply() deals with sessions, and a decoded command has a known operation");
  return {};
}

Outcome StateMachine::compare_and_set(std::uint64_t index, const Command& command) {
  if (const Item* there = get(command.key)) {
    const auto* text = std::get_if<std::string>(&there->value);
    const bool matches = command.expected ? text && *text == *command.expected
                                          : defects_.has(Defect::cas_ignores_expected);
    if (!matches) {
      Outcome refused{.code = text ? Code::mismatch : Code::wrong_type,
                      .value = there->value,
                      .revision = there->revision};
      if (defects_.has(Defect::failed_cas_writes)) set(index, command.key, command.value);
      return refused;
    }
  } else if (command.expected) {
    return {.code = Code::mismatch};
  }
  set(index, command.key, command.value);
  return {.revision = index};
}

Outcome StateMachine::append(std::uint64_t index, const Command& command) {
  const auto [place, is_new] = items_.try_emplace(command.key, Item{List{}, 0});
  Item& item = place->second;
  auto* list = std::get_if<List>(&item.value);
  if (!list) return {.code = Code::wrong_type, .value = item.value, .revision = item.revision};
  if (!is_new) items_hash_ -= share_of_revision(command.key, item.revision);
  items_hash_ += share_of_text(command.key, list->size(), command.value) +
                 share_of_revision(command.key, index);
  list->push_back(command.value);
  item.revision = index;
  return {.revision = index};
}

void StateMachine::set(std::uint64_t index, const std::string& key, Stored value) {
  const auto [place, is_new] = items_.try_emplace(key);
  Item& item = place->second;
  if (!is_new)
    items_hash_ -= share_of_value(key, item.value) + share_of_revision(key, item.revision);
  items_hash_ += share_of_value(key, value) + share_of_revision(key, index);
  item = {std::move(value), index};
}

}  // namespace plumbline::kv
