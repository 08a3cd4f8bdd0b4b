#pragma once
/// OnlineChecker: check_linearizable for a history that is still being made: it is told one event
/// at a time and says at any time whether what it has heard is linearizable.
///
/// Promise: `invalid` means that the events up to violation()->event are not linearizable, which
///   no later event can mend, and those before are. What finish() says is what check_linearizable
///   says of the whole, or unknown with the reason; it is never wrong. (If a call that the model
///   refuses comes after a violation, the violation stands.)
///
/// Each key is judged by the first of these that can:
///   zones   cells (register, cas-register, mutex ...) in which no value is written while the same
///           value may still be seen: at once, in memory that does not grow with the history
///           (online_zones.h). The first events of such a key are kept for a while, so that one
///           that turns out otherwise can still be judged as below.
///   kept    any model: the key's events are kept and judged again whenever they have grown by a
///           share. Cells forget them when nothing is open (online_kept.h).
///   at the end  a key whose events were not kept, or for which the memory budget ran out: finish()
///           says unknown, and the whole history must be judged by check_linearizable.
///
/// Takes:   events in order; those of the nemesis are passed over.
/// Fails:   feed(): corrupt, as pair_calls(). What came before stays judged.
/// Threads: one.

#include <map>
#include <memory>
#include <optional>
#include <unordered_map>

#include "checker/check.h"
#include "checker/models/all.h"
#include "checker/online_kept.h"
#include "checker/online_zones.h"

namespace plumbline {

struct OnlineOptions {
  std::string model{};
  Value initial{};
  Nanos time_budget = 60s;                  ///< of finish()
  Nanos time_again = 1s;                    ///< of one judgement of one key meanwhile
  double share_again = 0.125;               ///< see OnlineKept
  std::size_t memory_budget = 256UL << 20;  ///< bytes of events that are kept, of all keys
  std::size_t kept_of_a_cell = 1024;        ///< events of a key that zones judge
  const std::atomic<bool>* stop = nullptr;  ///< as CheckOptions::stop
};

struct OnlineStatus {
  Validity validity = Validity::valid;  ///< so far; unknown if some key waits for the end
  std::int64_t events = 0;              ///< heard of, the nemesis's included
  std::int64_t explained_up_to = 0;     ///< every event before this position is linearizable
  std::size_t open_calls = 0;
  std::size_t held = 0;   ///< values, chains and open calls of zones; events kept
  std::size_t bytes = 0;  ///< about what all of it takes
  std::size_t keys = 0, keys_at_end = 0;
};

class OnlineChecker {
 public:
  /// Fails: not_found: no such model.
  static Result<OnlineChecker> create(OnlineOptions options);

  Status feed(const Event& event);
  OnlineStatus status() const;

  struct Violation {
    Value key{};
    std::int64_t event = 0;     ///< its position in the history
    std::int64_t heard_at = 0;  ///< how many events had been heard of when it was found
  };
  const std::optional<Violation>& violation() const { return violation_; }

  /// Judges keys of few events whose last ones wait for more; for when there is nothing else to do.
  void catch_up();

  /// Judges what is left. Nothing may be fed after it.
  Verdict finish();

 private:
  struct Object {
    Value key{};
    std::optional<OnlineZones> zones{};
    std::optional<OnlineKept> kept{};  ///< beside zones: the first events, while they are all
    std::string at_end{};              ///< why it waits for the end
    std::int64_t explained = k_open;   ///< the first position that is not, of at_end
    std::size_t zones_held = 0, zones_bytes = 0;
  };
  struct OpenCall {
    Object* object = nullptr;
    Call call{};
  };

  OnlineChecker(OnlineOptions options, const ModelEntry& model);
  Object& object_of(const Value& key);
  Status complete(const Event& event, std::int64_t position);
  void refuse(const Call& call);
  void keep(Object& object, const Event& event, std::int64_t position, bool lasting = false);
  void drop_kept(Object& object);
  void forget(Object& object);
  void give_up(Object& object, const std::string& why, std::int64_t position);
  void hear(Object& object, OnlineZones::Said said, std::int64_t position);
  void judge(Object& object);
  void set_explained(Object& object, std::int64_t position);
  void note_violation(const Value& key, std::int64_t event);
  std::string finish_kept();

  OnlineOptions options_;
  const ModelEntry* model_;
  std::map<Value, Object> objects_;
  std::unordered_map<ProcessId, OpenCall> open_;
  std::optional<Violation> violation_;
  std::string refused_;  ///< why the model does not know some call
  std::string damaged_;
  /// Where the judgement of a key has come to, of those that have not come to the last event.
  std::map<std::int64_t, Object*> unexplained_;
  std::int64_t events_ = 0, calls_ = 0, indeterminate_ = 0;
  std::size_t keys_at_end_ = 0;
  std::size_t kept_bytes_ = 0, kept_events_ = 0, zones_held_ = 0, zones_bytes_ = 0;
};

}  // namespace plumbline
