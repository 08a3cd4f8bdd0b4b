#include "control/run/judge_again.h"

#include "core/files/history_file.h"

namespace plumbline {

Result<JudgedAgain> judge_again(const std::filesystem::path& folder, CheckOptions options) {
  JudgedAgain again;
  TRY_ASSIGN(again.record, load_run_record(folder));
  TRY_ASSIGN(ReadHistory read, read_history(folder / "history.jsonl"));
  again.history = std::move(read.events);
  again.warning = std::move(read.warning);
  Evidence evidence;
  evidence.expectations = again.record.expectations;
  evidence.alarms = alarms_in(folder);
  evidence.deaths = again.record.deaths;
  evidence.cut_short = again.record.cut_short;
  evidence.also = again.record.also;
  if (options.model.empty()) options.model = again.record.model;
  again.verdict = judge(again.history, evidence, options);
  return again;
}

}  // namespace plumbline
