#pragma once
/// The verdict of a run that is over, from its folder: the same checks on the same evidence.

#include "control/run/run_record.h"

namespace plumbline {

struct JudgedAgain {
  RunRecord record;
  History history;
  std::string warning;  ///< of the reader: a torn last line
  Verdict verdict;
};
/// `options.model` empty: the model that the run names.
/// Fails: not_found, corrupt, io.
Result<JudgedAgain> judge_again(const std::filesystem::path& folder, CheckOptions options);

}  // namespace plumbline
