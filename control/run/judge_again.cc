#include "control/run/judge_again.h"

#include <algorithm>

#include "core/history/codec.h"

namespace plumbline {

namespace {

std::vector<Alarm> alarms_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code code;
  for (auto at = std::filesystem::recursive_directory_iterator(folder / "nodes", code);
       !code && at != std::filesystem::recursive_directory_iterator(); at.increment(code))
    if (at->is_regular_file(code)) files.push_back(at->path());
  std::ranges::sort(files);
  std::vector<Alarm> alarms;
  for (const auto& file : files)
    if (const auto alarm = first_alarm(file.parent_path().filename().string(), file))
      alarms.push_back(*alarm);
  return alarms;
}

}  // namespace

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
  if (options.model.empty()) options.model = again.record.model;
  again.verdict = judge(again.history, evidence, options);
  return again;
}

}  // namespace plumbline
