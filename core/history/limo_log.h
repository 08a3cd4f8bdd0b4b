#pragma once
/// The logs of LiMo and like monitors: a call or a return a line, each with its process.
///   # @object atomic-queue
///   [1] call add(7)
///   [2] call remove
///   [1] return
///   [2] return 7          or `return empty`
/// Operations get the names of this project's models: add, enq and insert become enqueue, remove,
/// deq and poll become dequeue, unless `# @object` says that it is a set; others stay as they are.
/// `return` without a value answers the argument, `return empty` nil. Lines that are empty or begin
/// with # are passed. Times are the numbers of the events.

#include <string>
#include <string_view>

#include "core/history/codec.h"

namespace plumbline {

/// Would parse_limo_log accept this line?
bool looks_like_limo_log(std::string_view line);

/// A last line without its newline that does not parse is left out, with a warning.
/// Fails: corrupt, with the line and what is wrong.
Result<ReadHistory> parse_limo_log(std::string_view text, const std::string& name);

}  // namespace plumbline
