#pragma once
/// The columns that jepsen.log and old knossos files hold: `<process> :<type> :<f> <value>`, each
/// line bare, inside [ ], or behind a logger's prefix that ends in ` - `. The process may be
/// `:nemesis`. Empty lines and lines of nothing but a comment (`;`, `#`) are passed.

#include <string>
#include <string_view>

#include "core/history/codec.h"

namespace plumbline {

/// Would parse_jepsen_log accept this line?
bool looks_like_jepsen_log(std::string_view line);

/// A last line without its newline that does not parse is left out, with a warning.
/// Fails: corrupt, with the line and what is wrong.
Result<ReadHistory> parse_jepsen_log(std::string_view text, const std::string& name);

}  // namespace plumbline
