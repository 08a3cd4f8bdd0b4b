#pragma once
/// What a run's folder holds to do the run again: its script of faults, and if it was simulated the
/// whole case.

#include <filesystem>

#include "report/diagram.h"
#include "simulator/campaign.h"
#include "simulator/saved_case.h"

namespace plumbline {

/// Fails: not_found, corrupt, io; naming the file.
Result<Script> load_script(const std::filesystem::path& file);

/// sim.json of a run's folder, or a file of that form. Fails: not_found, corrupt, io.
Result<simulator::SavedCase> load_saved_case(const std::filesystem::path& path);
/// Whether `folder` is that of a simulated run.
bool was_simulated(const std::filesystem::path& folder);

/// The run made once more for its messages; empty if it cannot be made.
MessageDiagram diagram_of(simulator::Options options, const simulator::Simulate& simulate);
MessageDiagram diagram_of(const simulator::Result& traced, int nodes);

/// The check that a folder's verdict.json calls invalid, the first without parts; empty: none.
/// Fails: not_found, corrupt, io.
Result<std::string> failed_check(const std::filesystem::path& folder);

}  // namespace plumbline
