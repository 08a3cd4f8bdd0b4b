#include "checker/sessions.h"

#include <algorithm>
#include <map>

#include "checker/models/lock.h"
#include "checker/order.h"

namespace plumbline {
namespace {

struct Session {
  std::vector<const NormalCall*> calls{};
  bool ends = false;
  std::int64_t first_return = k_open, last_invoked = -1;
  std::int64_t key = 0;  ///< as of a chain, see zones.h

  void add(const NormalCall& c) {
    calls.push_back(&c);
    first_return = std::min(first_return, c.returned);
    last_invoked = std::max(last_invoked, c.call->invoked);
  }
  void close(bool freed) {
    ends = freed;
    // What never ends comes after everything.
    if (!ends) last_invoked = k_open - 1;
    key = ends ? std::min(first_return, last_invoked) : k_open;
  }
  bool must_precede(const Session& other) const { return first_return < other.last_invoked; }
};

enum class Cut { done, unclear, impossible };

/// Cuts one holder's calls into sessions.
class Holder {
 public:
  Cut add(const NormalCall& c, std::int64_t most, std::vector<Session>& sessions) {
    if (HeldLock<HeldOften>::refused(*c.call) || last_ > c.call->invoked) return Cut::unclear;
    // An indeterminate call has no end: whatever comes after it overlaps it.
    last_ = c.returned;
    if (broken_) return Cut::done;
    const bool acquire = c.call->f == "acquire";
    if (acquire ? times_ == most : times_ == 0) {
      if (!c.required) return Cut::done;
      session_.add(c);
      broken_ = true;
      return Cut::impossible;
    }
    if (!c.required && (acquire || times_ > 1)) return Cut::done;
    session_.add(c);
    times_ += acquire ? 1 : -1;
    if (times_ == 0) finish(true, sessions);
    return Cut::done;
  }
  void finish(bool freed, std::vector<Session>& sessions) {
    if (session_.calls.empty()) return;
    session_.close(freed);
    sessions.push_back(std::move(session_));
    session_ = {};
  }
  const std::vector<const NormalCall*>& session() const { return session_.calls; }

 private:
  Session session_;
  std::int64_t times_ = 0, last_ = -1;
  bool broken_ =
      false;  ///< its calls so far are impossible; later ones matter if they overlap them
};

/// Two sessions that must precede one another; empty if there are none.
std::vector<const NormalCall*> conflict(const std::vector<Session>& sessions) {
  // In order of the keys: if one must precede any of those before it, then also the one of them
  // that was invoked last; and that is a conflict by the proof of zones.h.
  const Session* latest = nullptr;
  for (const Session& s : sessions) {
    if (latest != nullptr && latest->must_precede(s) && s.must_precede(*latest)) {
      std::vector<const NormalCall*> core = latest->calls;
      core.insert(core.end(), s.calls.begin(), s.calls.end());
      std::sort(core.begin(), core.end(), [](const NormalCall* a, const NormalCall* b) {
        return a->call->invoked < b->call->invoked;
      });
      return core;
    }
    if (latest == nullptr || s.last_invoked > latest->last_invoked) latest = &s;
  }
  return {};
}

}  // namespace

std::optional<DirectAnswer> decide_by_sessions(const std::vector<NormalCall>& calls,
                                               const ModelEntry& model, const Value& initial,
                                               Budget& /*budget*/) {
  if (initial.is_list()) return std::nullopt;  // somebody holds it at first
  const std::int64_t most = model.info.name == "owner-lock"
                                ? 1
                                : HeldLock<HeldOften>::most(ReentrantLock::initial(initial));
  std::map<Value, Holder> holders;
  std::vector<Session> sessions;
  const Holder* impossible = nullptr;
  for (const NormalCall& c : calls) {
    Holder& holder = holders[OwnerLock::owner(*c.call)];
    switch (holder.add(c, most, sessions)) {
      case Cut::done:
        break;
      case Cut::unclear:
        return std::nullopt;
      case Cut::impossible:
        if (impossible == nullptr) impossible = &holder;
    }
  }
  if (impossible != nullptr) return DirectAnswer{.core = impossible->session()};
  for (auto& [owner, holder] : holders) holder.finish(false, sessions);
  std::stable_sort(sessions.begin(), sessions.end(),
                   [](const Session& a, const Session& b) { return a.key < b.key; });
  std::vector<const NormalCall*> order;
  for (const Session& s : sessions) order.insert(order.end(), s.calls.begin(), s.calls.end());
  const bool two_never_end =
      std::count_if(sessions.begin(), sessions.end(), [](const Session& s) { return !s.ends; }) > 1;
  if (two_never_end || !respects_real_time(order)) return DirectAnswer{.core = conflict(sessions)};
  return DirectAnswer{.linearizable = true, .order = std::move(order)};
}

}  // namespace plumbline
