#pragma once
/// What a run's verdict is made of: the history's checks, and what the nodes themselves showed.

#include "checker/check.h"
#include "control/run/node_logs.h"
#include "nemesis/fault.h"
#include "workloads/workload.h"

namespace plumbline {

/// A node's process that ended although no fault ended it.
struct Death {
  NodeName node;
  Nanos noticed{};
  std::string last_words;  ///< the end of its log
};

struct Evidence {
  Expectations expectations;
  std::vector<Alarm> alarms;
  std::vector<Death> deaths;
  std::string cut_short;  ///< why the run did not go to its end; empty if it did
  /// What the run saw itself: each takes the place of the part of the same name, or is added.
  std::vector<Verdict> also{};
};

/// One check whose outcome is known.
Verdict plain(std::string check, Validity validity, std::string reason);

/// What a run of `workload` under `faults` must show to mean anything.
Expectations expected_of(const Workload& workload, const std::vector<Fault>& faults);

/// linearizable, statistics, vacuity, node logs, node died and completeness, composed. A run that
/// was cut short is at best unknown.
Verdict judge(const History& history, const Evidence& evidence, const CheckOptions& options);

/// The same with the first of them made already.
Verdict judge_rest(Verdict linearizable, const History& history, const Evidence& evidence);

/// Why a run ended at the first violation, as Evidence::cut_short has it.
std::string stopped_at_violation(std::int64_t event);

/// For a run that left nothing to judge: unknown, and why.
Verdict not_judged(const std::string& why);

/// The checks of the history alone, as for a history from elsewhere.
Verdict judge_history(const History& history, const CheckOptions& options);
Verdict judge_table(const CallTable& calls, const CheckOptions& options);

/// 0 valid, 1 invalid, 2 unknown.
int exit_code(Validity validity);

/// A verdict for people: the word first, then each part's reason, then the smallest offending
/// calls.
std::string in_words(const Verdict& verdict);

}  // namespace plumbline
