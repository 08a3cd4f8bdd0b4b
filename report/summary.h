#pragma once
/// The small part of a report's data: run, verdict, counts, latencies and faults, as JSON.

#include <string>

#include "report/columns.h"
#include "report/report.h"

namespace plumbline::report {

/// JSON that may stand inside a <script> element: all but ASCII, and < > &, as \u escapes.
std::string summary_json(const RunInfo& run, const History& history, const std::vector<Call>& calls,
                         const Verdict& verdict, const TimeAxis& axis, const Columns& columns);

}  // namespace plumbline::report
