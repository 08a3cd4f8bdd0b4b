#pragma once
/// Columns: the calls of a history as the report's script reads them: one section a field, numbers
/// as LEB128 varints, repeated texts as places in a table. Many of these bytes repeat, so they
/// deflate well: about 8 bytes a call.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/history/history.h"

namespace plumbline::report {

/// Where an event stands on the time axis, in microseconds. A history without times (an imported
/// one) is laid out by position: one millisecond an event.
class TimeAxis {
 public:
  explicit TimeAxis(const History& history);
  bool by_position() const { return by_position_; }
  /// Requires: position < size of the history.
  double at(std::size_t position) const;
  double end() const { return at_.empty() ? 0 : at_.back(); }

 private:
  bool by_position_ = false;
  std::vector<double> at_;  // never falls, even if the clock of an imported history does
};

struct Columns {
  std::string bytes;
  std::vector<std::pair<std::string, std::size_t>> sections;  ///< name and size, in order
};

/// Sections of numbers, one a call: id (delta), start (delta), span (0: never completed, else
/// microseconds + 1), process, f_type (f * 4 + type; 1 ok, 2 fail, 3 info), node (differs from the
/// last of this process: 0 or node + 1), key, arguments, result (value codes), error. Sections of
/// texts (count, then length and bytes each): processes, fs, nodes, keys, errors, texts.
/// A value code is 2 * zigzag(i) + 1 for an integer, else 2 * place in texts; texts[0] is empty.
Columns encode_columns(const History& history, const std::vector<Call>& calls,
                       const TimeAxis& axis);

}  // namespace plumbline::report
