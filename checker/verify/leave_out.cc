#include "checker/verify/leave_out.h"

#include <algorithm>
#include <map>

#include "core/base/text.h"

namespace plumbline::verifying {
namespace {

enum class Kept { required, optional };

std::unexpected<Refusal> refuse(std::string why) {
  return std::unexpected(Refusal{.why = std::move(why)});
}

class LeavingOut {
 public:
  LeavingOut(const SpecSource& specs, const Value& initial, const KeyCore& core)
      : specs_(specs), initial_(initial), core_(core), spec_(specs(initial)) {
    if (core.only) only_.insert(core.only->begin(), core.only->end());
  }

  std::expected<Remainder, Refusal> run(const std::vector<Call>& calls) {
    Calls of_key;
    for (const Call& call : calls)
      if (call.key == core_.key && call.type != EventType::fail) of_key.push_back(&call);
    if (!std::ranges::is_sorted(of_key, {}, &Call::id)) std::ranges::sort(of_key, {}, &Call::id);
    for (const Call* call : of_key)
      if (!spec_->knows(*call))
        return refuse(str("call ", call->id, " is no operation of this model"));
    if (std::string why = note_kept(of_key); !why.empty()) return refuse(std::move(why));
    if (std::string why = find_start(of_key); !why.empty()) return refuse(std::move(why));
    all_taken_ = core_.only && !core_.after && all_taken(of_key);
    for (const Call* call : of_key)
      if (std::string why = sort_out(*call); !why.empty()) return refuse(std::move(why));
    find_deadlines();
    Refusal missing;
    for (const Call& update : updates_) {
      std::string why = may_go(update);
      if (why.empty()) continue;
      missing.missing.push_back(update.id);
      missing.why = std::move(why);
    }
    if (!missing.missing.empty()) return std::unexpected(std::move(missing));
    return std::move(rest_);
  }

 private:
  using Calls = std::vector<const Call*>;  // sorted by id

  static const Call* find(const Calls& of_key, std::int64_t id) {
    const auto at = std::ranges::lower_bound(of_key, id, {}, &Call::id);
    return at != of_key.end() && (*at)->id == id ? *at : nullptr;
  }

  std::string note_kept(const Calls& of_key) {
    if (core_.required.empty()) return "nothing of it has to have happened";
    for (const auto& [ids, kind] :
         {std::pair(&core_.required, Kept::required), std::pair(&core_.optional, Kept::optional)})
      for (const std::int64_t id : *ids) {
        const Call* call = find(of_key, id);
        if (call == nullptr) return str("call ", id, " is none of the key's, or failed");
        if (!kept_.emplace(id, kind).second) return str("call ", id, " stands there twice");
        if (kind == Kept::optional) continue;
        if (call->type != EventType::ok) return str("call ", id, " need not have happened");
        end_ = std::max(end_, call->returned);
        begin_ = std::min(begin_, call->invoked);
      }
    return "";
  }

  /// Rules 1 and 2 for the state that is started from.
  std::string find_start(const Calls& of_key) {
    if (core_.only && !spec_->has_parts()) return "this model's objects have no parts";
    rest_.initial = initial_;
    if (core_.only) rest_.initial = spec_->narrow_start(rest_.initial, only_);
    rest_.start = specs_(rest_.initial);
    if (core_.any_state) return start_anywhere();
    if (!core_.after) return core_.counted ? "it counts up to no call" : "";
    after_ = find(of_key, *core_.after);
    if (after_ == nullptr || after_->type != EventType::ok)
      return str("call ", *core_.after, " is no call of this key that ended ok");
    if (core_.counted) return count(of_key);
    Call call = *after_;
    const auto state = narrow(call) ? spec_->settles(call) : std::nullopt;
    if (!state) return str("call ", call.id, " does not tell the state after it");
    rest_.initial = *state;
    rest_.start = specs_(*state);
    return "";
  }

  std::string count(const Calls& of_key) {
    if (core_.only) return "it counts calls, and looks at parts";
    std::vector<const Call*> ended, open;
    for (const Call* call : of_key)
      if (call->invoked < after_->returned && !spec_->observes(*call))
        (has_ended(*call) ? ended : open).push_back(call);
    auto instant = spec_->at_instant(ended, open);
    if (!instant) return str("the state when call ", after_->id, " ended cannot be counted out");
    before_ = std::move(instant->before);
    rest_.initial = std::move(instant->state);
    rest_.start = specs_(rest_.initial);
    return "";
  }
  bool has_ended(const Call& call) const {
    return call.type == EventType::ok && call.returned <= after_->returned;
  }

  std::string start_anywhere() {
    if (core_.after || core_.counted) return "it starts from a state that is known";
    std::vector<Value> states = spec_->states();
    if (states.empty()) return "this model has too many states to start from any";
    rest_.initial = states.back();
    rest_.start = specs_(rest_.initial);
    states.pop_back();
    for (const Value& state : states) rest_.other_starts.push_back(specs_(state));
    rest_.or_else = std::move(states);
    return "";
  }

  /// Rule 2: before this nothing is looked at, and what ended before this came before.
  bool comes_before(const Call& call) const {
    if (core_.counted) return has_ended(call) || before_.contains(call.id);
    if (call.type != EventType::ok) return false;
    if (core_.any_state) return call.returned < begin_;
    return after_ != nullptr && (call.id == after_->id || call.returned < after_->invoked);
  }

  /// Rule 1: no call that takes what it finds took any of the parts.
  bool all_taken(const Calls& of_key) const {
    std::vector<const Call*> begun, ended;
    for (const Call* call : of_key) {
      if (call->invoked < end_) begun.push_back(call);
      if (call->type == EventType::ok && call->returned <= end_) ended.push_back(call);
    }
    return spec_->all_taken(initial_, begun, ended, only_);
  }

  bool narrow(Call& call) const { return !core_.only || spec_->narrow(call, only_); }

  /// Rules 1 to 5 for one call; updates that are left out wait for rule 6.
  std::string sort_out(const Call& whole) {
    const auto kept = kept_.find(whole.id);
    const bool stays = kept != kept_.end(), required = stays && kept->second == Kept::required;
    const bool past = comes_before(whole), observes = spec_->observes(whole);
    const bool told = core_.counted && !observes;
    const bool unsure = after_ != nullptr && !told && whole.invoked < after_->returned;
    if (stays && past) return str("call ", whole.id, " comes before what is looked at");
    if (required && unsure) return str("call ", whole.id, " may come before what is looked at");
    if (past) return "";
    if (!stays && (observes || whole.invoked >= end_ || (all_taken_ && spec_->takes_any(whole))))
      return "";
    Call call = whole;
    if (stays && !required) {
      call.type = EventType::info;
      call.returned = k_open;
      call.result = Value();
    }
    if (!narrow(call)) return stays ? str("call ", call.id, " is of other parts") : "";
    if (stays)
      rest_.calls.push_back(std::move(call));
    else if (!spec_->observes(call))
      updates_.push_back(std::move(call));
    return "";
  }

  /// Rule 6, of the kept calls: each pass is the next one's start until nothing changes.
  void find_deadlines() {
    for (const Call& call : rest_.calls)
      deadlines_.push_back(call.type == EventType::ok ? call.returned : -1);
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t u = 0; u < deadlines_.size(); ++u) {
        if (rest_.calls[u].type == EventType::ok) continue;
        for (std::size_t s = 0; s < deadlines_.size(); ++s) {
          const bool later = s != u && deadlines_[s] > deadlines_[u];
          if (!later || !spec_->may_see(rest_.calls[s], rest_.calls[u])) continue;
          deadlines_[u] = deadlines_[s];
          changed = true;
        }
      }
    }
  }

  std::string may_go(const Call& update) const {
    for (std::size_t s = 0; s < deadlines_.size(); ++s) {
      const Call& seer = rest_.calls[s];
      if (deadlines_[s] < update.invoked || !spec_->may_see(seer, update)) continue;
      const bool settled = std::ranges::any_of(rest_.calls, [&](const Call& between) {
        return between.type == EventType::ok && update.returned < between.invoked &&
               between.returned < seer.invoked && spec_->settles(between).has_value();
      });
      if (!settled)
        return str("call ", update.id, " is left out, but call ", seer.id, " may have seen it");
    }
    return "";
  }

  const SpecSource& specs_;
  const Value& initial_;
  const KeyCore& core_;
  std::unique_ptr<Spec> spec_;
  std::set<Value> only_;
  bool all_taken_ = false;  ///< of `only_`, by calls that say so
  std::map<std::int64_t, Kept> kept_;
  const Call* after_ = nullptr;
  std::set<std::int64_t> before_;  ///< open at the end of `after_`, and yet before it
  std::int64_t begin_ = k_open;    ///< the first invocation of a required call
  std::int64_t end_ = -1;          ///< the last return of one
  Remainder rest_;
  std::vector<std::int64_t> deadlines_;  ///< of rest_.calls
  std::vector<Call> updates_;            ///< that are left out
};

}  // namespace

std::expected<Remainder, Refusal> leave_out(const SpecSource& specs, const Value& initial,
                                            const std::vector<Call>& calls, const KeyCore& core) {
  return LeavingOut(specs, initial, core).run(calls);
}

std::expected<Remainder, Refusal> leave_out(const Certificate& certificate,
                                            const std::vector<Call>& calls, const KeyCore& core) {
  const auto specs = [&](const Value& initial) { return spec_of(certificate.model, initial); };
  return leave_out(specs, certificate.initial, calls, core);
}

}  // namespace plumbline::verifying
