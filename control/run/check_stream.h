#pragma once
/// check_stream: judges a history of JSON lines while it comes in, from a pipe: `plumbline check
/// -`. What is valid to its end is judged in the memory that OnlineChecker promises. What is
/// invalid, or could not be judged as it came, is judged once more as a whole, for the evidence:
/// the lines are kept in a temporary file for that.

#include "checker/check.h"
#include "control/run/stop.h"
#include "core/base/result.h"

namespace plumbline {

struct StreamFlags {
  bool stop_on_violation = false;  ///< read no further than that
  bool whole = false;              ///< judge the whole at the end in any case
};
struct StreamJudged {
  Verdict verdict;
  std::string warning;  ///< a torn last line
};

/// Reads `file` to its end, the first violation (if asked), or a signal. Draws its progress on
/// standard error if that is a terminal, and says there at once when something is found.
/// Takes: options.model empty: guessed from the first operation that is no read, as for a file.
/// Fails: corrupt, with line and column; io; not_found: no such model.
Result<StreamJudged> check_stream(int file, CheckOptions options, const StreamFlags& flags,
                                  const Stop& stop);

}  // namespace plumbline
