#pragma once
/// RunRecord: run.json, what a run was and how it ended; and faults.jsonl, what was really done to
/// its nodes. docs/history-format.md describes both files.

#include <cstdio>
#include <filesystem>
#include <mutex>

#include "checker/check.h"
#include "control/run/judge.h"
#include "nemesis/script.h"
#include "report/report.h"

namespace plumbline {

struct RunRecord {
  RunInfo info;
  std::string model;          ///< what the history is checked against
  Expectations expectations;  ///< what must have happened for the run to mean anything
  Nodes nodes;
  std::vector<Death> deaths;
  std::vector<Verdict> also;  ///< of the target sim: what its history alone does not show
  std::string outcome =
      "running";        ///< then valid, invalid, unknown, interrupted or harness-failure
  std::string failure;  ///< of the harness, in one line
  /// Why it did not go to its end; empty once it did.
  std::string cut_short = "the controller ended before the run did";
  int exit_code = -1;
};

/// Writes run.json in `folder`, atomically. Fails: io.
Status save(const RunRecord& record, const std::filesystem::path& folder);
/// Fails: not_found, corrupt, naming the field.
Result<RunRecord> load_run_record(const std::filesystem::path& folder);

/// faults.jsonl: one action on one node a line, flushed as it goes. Threads: safe.
class FaultLog {
 public:
  /// Fails: io.
  static Result<std::unique_ptr<FaultLog>> open(const std::filesystem::path& file);
  ~FaultLog();
  FaultLog(const FaultLog&) = delete;
  FaultLog& operator=(const FaultLog&) = delete;

  void write(const Action& action, Nanos time);
  void write(const ClusterCall& call);  ///< of a simulated run
  Status close();                       ///< Fails: io, if any line could not be written.

 private:
  explicit FaultLog(std::FILE* file) : file_(file) {}
  void append(const std::string& text);
  std::mutex mutex_;
  std::FILE* file_;
};

}  // namespace plumbline
