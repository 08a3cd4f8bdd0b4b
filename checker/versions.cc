#include "checker/versions.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "checker/models/versioned.h"
#include "checker/order.h"

namespace plumbline {
namespace {

/// All that concerns one revision.
struct Revision {
  std::optional<Value> value{};
  const NormalCall* change = nullptr;
  std::vector<const NormalCall*> reads{};
  std::int64_t deadline = k_open;  ///< first return of this or a later one

  /// A required call that tells of it. Requires: there is one.
  const NormalCall* any() const {
    return change != nullptr && change->required ? change : reads.front();
  }
};

/// Requires: a cas.
std::int64_t expected(const NormalCall* cas) { return cas->call->arguments.as_list()[0].as_int(); }

class Revisions {
 public:
  Revisions(const std::vector<NormalCall>& calls, const Value& initial) : calls_(calls) {
    const Value start = Versioned::initial(initial);
    first_ = Versioned::revision(start);
    revisions_[first_].value = start.as_list()[0];
  }
  std::optional<DirectAnswer> decide();

 private:
  bool read(const NormalCall& c);
  bool change(const NormalCall& c);
  /// Finds who made the revisions that no required call answered; false if nobody can have.
  bool assign();
  const NormalCall* maker(const Revision& revision, std::int64_t before);
  bool cas_fits();
  DirectAnswer ordered() const;
  bool impossible(std::vector<const NormalCall*> core) {
    core_ = std::move(core);
    return false;
  }

  /// Indeterminate changes in order of invocation, the first `used` of which are taken.
  struct Spare {
    std::vector<const NormalCall*> changes{};
    std::size_t used = 0;
  };
  const std::vector<NormalCall>& calls_;
  std::int64_t first_ = 0;
  std::map<std::int64_t, Revision> revisions_;
  std::map<Value, Spare> blind_;                         ///< by value
  std::map<std::pair<std::int64_t, Value>, Spare> cas_;  ///< by expected revision and value
  std::vector<const NormalCall*> core_;
};

bool Revisions::read(const NormalCall& c) {
  const Value seen = Versioned::initial(c.call->result);
  Revision& revision = revisions_[Versioned::revision(seen)];
  const Value& value = seen.as_list()[0];
  if (revision.value && *revision.value != value) {
    if (revision.change == nullptr && revision.reads.empty()) return impossible({&c});
    return impossible({revision.any(), &c});
  }
  revision.value = value;
  revision.reads.push_back(&c);
  return true;
}

bool Revisions::change(const NormalCall& c) {
  const Value written = Versioned::written(*c.call);
  const bool cas = c.call->f == "cas";
  const std::int64_t from = cas ? expected(&c) : 0;
  if (!c.required) {
    Spare& spare = cas ? cas_[{from, written}] : blind_[written];
    spare.changes.push_back(&c);
    return true;
  }
  const std::int64_t number = c.call->result.as_int();
  if (number <= first_ || (cas && number <= from)) return impossible({&c});
  Revision& revision = revisions_[number];
  const bool other = revision.value && *revision.value != written;
  if (revision.change != nullptr || other) return impossible({revision.any(), &c});
  revision.value = written;
  revision.change = &c;
  return true;
}

const NormalCall* Revisions::maker(const Revision& revision, std::int64_t before) {
  const auto next = [&](Spare& spare) -> const NormalCall* {
    if (spare.used == spare.changes.size()) return nullptr;
    const NormalCall* change = spare.changes[spare.used];
    if (change->call->invoked > revision.deadline) return nullptr;
    ++spare.used;
    return change;
  };
  if (const auto cas = cas_.find({before, *revision.value}); cas != cas_.end())
    if (const NormalCall* change = next(cas->second)) return change;
  const auto blind = blind_.find(*revision.value);
  return blind == blind_.end() ? nullptr : next(blind->second);
}

bool Revisions::assign() {
  std::int64_t deadline = k_open;
  for (auto at = revisions_.rbegin(); at != revisions_.rend(); ++at) {
    if (at->second.change != nullptr) deadline = std::min(deadline, at->second.change->returned);
    for (const NormalCall* r : at->second.reads) deadline = std::min(deadline, r->returned);
    at->second.deadline = deadline;
  }
  std::int64_t before = first_;
  for (auto& [number, revision] : revisions_) {
    if (number < first_) return impossible({revision.any()});
    if (number > first_ && revision.change == nullptr) {
      revision.change = maker(revision, before);
      if (revision.change == nullptr) return false;
    }
    before = number;
  }
  return true;
}

/// Does each required cas come right after the revision that it expected?
bool Revisions::cas_fits() {
  const Revision* before = nullptr;
  std::int64_t number_before = first_;
  for (const auto& [number, revision] : revisions_) {
    const NormalCall* c = revision.change;
    if (c != nullptr && c->required && c->call->f == "cas" && expected(c) != number_before)
      return impossible({before->any(), c});
    before = &revision;
    number_before = number;
  }
  return true;
}

DirectAnswer Revisions::ordered() const {
  std::vector<const NormalCall*> order;
  for (const auto& [number, revision] : revisions_) {
    if (revision.change != nullptr) order.push_back(revision.change);
    order.insert(order.end(), revision.reads.begin(), revision.reads.end());
  }
  if (respects_real_time(order)) return {.linearizable = true, .order = std::move(order)};
  // The first that stands behind one invoked after it had returned.
  const NormalCall* latest = order.front();
  for (const NormalCall* c : order) {
    if (c->returned < latest->call->invoked) {
      const bool told = c->required && latest->required;
      return told ? DirectAnswer{.core = {c, latest}} : DirectAnswer{};
    }
    if (c->call->invoked > latest->call->invoked) latest = c;
  }
  return {};
}

std::optional<DirectAnswer> Revisions::decide() {
  for (const NormalCall& c : calls_)
    if (Versioned::refused(*c.call)) return std::nullopt;
  for (const NormalCall& c : calls_)
    if (!(c.call->f == "read" ? read(c) : change(c))) return DirectAnswer{.core = core_};
  for (const NormalCall& c : calls_)
    if (c.call->f == "cas" && !revisions_.contains(expected(&c))) return std::nullopt;
  if (!assign()) return DirectAnswer{.core = core_};
  if (!cas_fits()) return DirectAnswer{.core = core_};
  return ordered();
}

}  // namespace

std::optional<DirectAnswer> decide_by_revisions(const std::vector<NormalCall>& calls,
                                                const ModelEntry& /*model*/, const Value& initial,
                                                Budget& /*budget*/) {
  return Revisions(calls, initial).decide();
}

}  // namespace plumbline
