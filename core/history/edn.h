#pragma once
/// EDN as Jepsen writes histories: maps of one operation each, bare or inside one vector or list,
/// with comments, commas, discards (#_), tagged literals and maps over several lines.
/// What Value cannot hold: a keyword, symbol or character becomes its name as text, a set a list,
/// a map a list of [key value] pairs, a tagged literal its content, a number that is no 64-bit
/// integer its text.

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/history/codec.h"

namespace plumbline {

/// One EDN value out of `text`, all of it. Fails: corrupt, with the line.
Result<Value> parse_edn_value(std::string_view text);

/// A history of operation maps; keys other than :type :process :f :value :key :time :index :error
/// :node are ignored. A last operation that is cut off is left out with a warning.
/// Fails: corrupt, with the line and what is wrong.
Result<ReadHistory> parse_edn(std::string_view text, const std::string& name);

/// As Jepsen writes it: one vector, one operation a line. A key becomes :key.
std::string write_edn(const History& history);

}  // namespace plumbline
