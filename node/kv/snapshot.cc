// The state machine as bytes, and back. Everything is in ascending order and in its only encoding,
// so equal states have equal bytes, and bytes that restore() takes are those that snapshot() gives.

#include "core/base/text.h"
#include "node/kv/bytes.h"
#include "node/kv/hash.h"
#include "node/kv/state_machine.h"

namespace plumbline::kv {
namespace {

constexpr std::string_view k_magic = "PLKV";
constexpr std::uint64_t k_version = 1;
constexpr std::uint64_t k_seed_of_sessions = 0x73657373ULL;

void put_outcome(std::string& out, const Outcome& outcome) {
  put_number(out, static_cast<std::uint64_t>(outcome.code));
  put_number(out, outcome.revision);
  put_number(out, outcome.value ? 1 : 0);
  if (outcome.value) put_stored(out, *outcome.value);
}

Outcome read_outcome(Reader& in, std::uint64_t applied) {
  Outcome outcome;
  const std::uint64_t code = in.number();
  in.expect(code <= static_cast<std::uint64_t>(Code::sequence_forgotten));
  outcome.code = static_cast<Code>(code);
  outcome.revision = in.number();
  in.expect(outcome.revision <= applied);
  const std::uint64_t with_value = in.number();
  in.expect(with_value <= 1);
  if (with_value == 1) outcome.value = in.stored();
  return outcome;
}

// Whether `key` may come after all that is in `map` already.
template <class Map, class Key>
bool ascends(const Map& map, const Key& key) {
  return map.empty() || map.rbegin()->first < key;
}

}  // namespace

std::string StateMachine::session_bytes() const {
  std::string out;
  put_number(out, sessions_.size());
  for (const auto& [id, session] : sessions_) {
    put_number(out, id);
    put_number(out, session.last_used_ms);
    put_number(out, session.ack_below);
    put_number(out, session.answers.size());
    for (const auto& [sequence, outcome] : session.answers) {
      put_number(out, sequence);
      put_outcome(out, outcome);
    }
  }
  return out;
}

std::uint64_t StateMachine::hash() const {
  std::string rest = session_bytes();
  put_number(rest, applied_);
  put_number(rest, log_time_ms_);
  return hash_of(rest, k_seed_of_sessions ^ items_hash_);
}

std::string StateMachine::snapshot() const {
  std::string out(k_magic);
  put_number(out, k_version);
  put_number(out, applied_);
  put_number(out, log_time_ms_);
  put_number(out, items_.size());
  for (const auto& [key, item] : items_) {
    put_text(out, key);
    put_number(out, item.revision);
    put_stored(out, item.value);
  }
  return out + session_bytes();
}

Status StateMachine::restore(std::string_view bytes) {
  const auto damaged = [](std::string_view what) {
    return fail(Error::Code::corrupt, str("snapshot of the key-value store: ", what,
                                          "; take another snapshot, from another node"));
  };
  if (!bytes.starts_with(k_magic)) return damaged("it does not begin like one");
  Reader in(bytes.substr(k_magic.size()));
  const std::uint64_t version = in.number();
  if (in.ok() && version != k_version)
    return damaged(str("format ", version, ", but this version reads ", k_version));

  StateMachine read(defects_);
  read.surroundings_ = surroundings_;
  read.applied_ = in.number();
  read.log_time_ms_ = in.number();
  read.read_items(in);
  read.read_sessions(in);
  if (!in.finished()) return damaged("its bytes are damaged");
  if (defects_.has(Defect::snapshot_merge)) read.items_.merge(items_);
  *this = std::move(read);
  return {};
}

void StateMachine::read_items(Reader& in) {
  for (std::uint64_t left = in.number(); left > 0 && in.ok(); --left) {
    std::string key(in.text());
    const std::uint64_t revision = in.number();
    Stored value = in.stored();
    in.expect(ascends(items_, key) && revision > 0 && revision <= applied_);
    // append() makes the lists, so none is empty.
    in.expect(!std::holds_alternative<List>(value) || !std::get<List>(value).empty());
    if (auto* list = std::get_if<List>(&value);
        list && list->size() > 1 && defects_.has(Defect::append_lost_on_restore))
      list->pop_back();
    items_hash_ += share_of_value(key, value) + share_of_revision(key, revision);
    items_.emplace_hint(items_.end(), std::move(key), Item{std::move(value), revision});
  }
}

void StateMachine::read_sessions(Reader& in) {
  const std::uint64_t count = in.number();
  in.expect(count <= k_max_sessions);
  for (std::uint64_t left = count; left > 0 && in.ok(); --left) {
    const std::uint64_t id = in.number();
    in.expect(ascends(sessions_, id) && id > 0 && id <= applied_);
    Session& session = sessions_[id];
    session.last_used_ms = in.number();
    in.expect(session.last_used_ms <= log_time_ms_ &&
              log_time_ms_ - session.last_used_ms <= k_session_lifetime_ms);
    by_use_.emplace(session.last_used_ms, id);
    read_answers(in, session);
    if (defects_.has(Defect::dedup_lost_in_snapshot)) session.answers.clear();
  }
}

void StateMachine::read_answers(Reader& in, Session& session) const {
  session.ack_below = in.number();
  const std::uint64_t count = in.number();
  in.expect(count <= k_max_answers);
  for (std::uint64_t left = count; left > 0 && in.ok(); --left) {
    const std::uint64_t sequence = in.number();
    in.expect(ascends(session.answers, sequence) && sequence >= session.ack_below);
    session.answers.emplace_hint(session.answers.end(), sequence, read_outcome(in, applied_));
  }
}

}  // namespace plumbline::kv
