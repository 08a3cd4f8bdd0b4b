#pragma once
/// The report of a run: one HTML file that opens from disk without a network, and a JUnit file for
/// CI. Values, errors and names of a history are hostile input: in the HTML they exist only as
/// escaped JSON and compressed columns, become DOM text nodes, and a strict content security policy
/// lets nothing but the report's own script and style run.

#include <filesystem>
#include <string>

#include "checker/verdict.h"
#include "core/base/result.h"
#include "core/history/history.h"
#include "report/diagram.h"

namespace plumbline {

/// What is known about a run besides its history. Texts are shown as they are; empty ones are left
/// out.
struct RunInfo {
  std::string title;    ///< "register, partition and kill"
  std::string command;  ///< the exact command that repeats the run
  std::string seed, system, target, workload, faults;
  std::string started;   ///< a date for people
  std::string versions;  ///< of plumbline and the system
  Nanos duration{};
};

/// Writes the whole report to `file`, atomically (a reader sees the old file or the new one).
/// Fails: corrupt if the history cannot be paired into calls; io.
/// Cost:  about 1 s and 10 MB of file for a million calls.
Status write_report(const std::filesystem::path& file, const RunInfo& run, const History& history,
                    const Verdict& verdict, const MessageDiagram& diagram = {});
/// The same as text.
Result<std::string> render_report(const RunInfo& run, const History& history,
                                  const Verdict& verdict, const MessageDiagram& diagram = {});

/// Writes one testcase for each check that has no parts of its own: invalid is a failure with its
/// explanation, unknown an error (never a pass, never skipped). Atomically.
/// Fails: io.
Status write_junit(const std::filesystem::path& file, const RunInfo& run, const Verdict& verdict);
/// The same as text.
std::string render_junit(const RunInfo& run, const Verdict& verdict);

}  // namespace plumbline
