#include "control/run/zoo_record.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "control/run/run_folder.h"
#include "core/base/text.h"

namespace plumbline {

namespace {

namespace fs = std::filesystem;
using ZooJson = nlohmann::ordered_json;
constexpr std::string_view k_begin = "<!-- zoo -->\n";
constexpr std::string_view k_end = "<!-- /zoo -->\n";

ZooJson json_of(const ZooEntry& entry) {
  return {{"defect", entry.defect},
          {"target", entry.target},
          {"found", entry.found},
          {"found_by", entry.found_by},
          {"what", entry.what},
          {"inside", entry.inside},
          {"command", entry.command},
          {"runs", entry.runs},
          {"run_time_ms", entry.run_time / 1ms},
          {"cpu_ms", entry.cpu / 1ms},
          {"versions", entry.versions}};
}

ZooEntry entry_from(const ZooJson& object) {
  ZooEntry entry;
  object.at("defect").get_to(entry.defect);
  object.at("target").get_to(entry.target);
  object.at("found").get_to(entry.found);
  object.at("found_by").get_to(entry.found_by);
  object.at("what").get_to(entry.what);
  object.at("inside").get_to(entry.inside);
  object.at("command").get_to(entry.command);
  object.at("runs").get_to(entry.runs);
  entry.run_time = std::chrono::milliseconds(object.at("run_time_ms").get<std::int64_t>());
  entry.cpu = std::chrono::milliseconds(object.at("cpu_ms").get<std::int64_t>());
  object.at("versions").get_to(entry.versions);
  return entry;
}

const ZooEntry* entry_of(const std::vector<ZooEntry>& entries, const std::string& defect,
                         const std::string& target) {
  const auto found = std::ranges::find_if(entries, [&](const ZooEntry& entry) {
    return entry.defect == defect && entry.target == target;
  });
  return found == entries.end() ? nullptr : &*found;
}

/// A text that a cell of a Markdown table can hold.
std::string cell(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  std::string safe;
  for (const char c : printable(text, 120)) {
    if (c == '|' || c == '<') safe += '\\';
    safe += c;
  }
  return safe;
}

std::string whole_seconds(Nanos time) {
  char text[40];
  std::snprintf(text, sizeof text, time < 10s ? "%.1f s" : "%.0f s", seconds(time));
  return text;
}

std::string outcome_cell(const ZooEntry* entry) {
  if (entry == nullptr) return "not tried";
  return entry->found ? entry->found_by : str("not found in ", entry->runs, " runs");
}

std::string sim_table(const std::vector<ZooName>& names, const std::vector<ZooEntry>& entries) {
  std::string text =
      "| defect | kind | as in | found by | runs | simulated | CPU | seen inside first |\n"
      "|---|---|---|---|---|---|---|---|\n";
  for (const ZooName& name : names) {
    const ZooEntry* entry = entry_of(entries, name.name, "sim");
    text += str("| `", name.name, "` | ", name.group, " | ", cell(name.model), " | ",
                outcome_cell(entry));
    if (entry != nullptr && entry->found)
      text += str(" | ", entry->runs, " | ", whole_seconds(entry->run_time), " | ",
                  whole_seconds(entry->cpu), " | ",
                  entry->inside.empty() ? "nothing" : cell(entry->inside), " |\n");
    else
      text += " | | | | |\n";
  }
  return text;
}

std::string local_table(const std::vector<ZooName>& names, const std::vector<ZooEntry>& entries) {
  std::string text = "| defect | found by | runs | time of the runs |\n|---|---|---|---|\n";
  for (const ZooName& name : names)
    if (const ZooEntry* entry = entry_of(entries, name.name, "local"))
      text += str("| `", name.name, "` | ", outcome_cell(entry), " | ", entry->runs, " | ",
                  whole_seconds(entry->run_time), " |\n");
  return text;
}

std::string commands(const std::vector<ZooName>& names, const std::vector<ZooEntry>& entries) {
  std::string text = "```sh\n";
  for (const char* target : {"sim", "local"})
    for (const ZooName& name : names)
      if (const ZooEntry* entry = entry_of(entries, name.name, target); entry && entry->found)
        text += entry->command + "\n";
  return text + "```\n";
}

std::string clean_line(const ZooEntry& clean) {
  return str("Without a defect, over the same workloads and faults and with the invariants on: ",
             clean.runs, " runs, ", whole_seconds(clean.run_time), " simulated in ",
             whole_seconds(clean.cpu), " of CPU, ",
             clean.found ? "and something was found: " + clean.what : "no alarm", ".\n");
}

std::size_t how_many(const std::vector<ZooName>& names, const std::vector<ZooEntry>& entries) {
  return static_cast<std::size_t>(std::ranges::count_if(names, [&](const ZooName& name) {
    const ZooEntry* entry = entry_of(entries, name.name, "sim");
    return entry != nullptr && entry->found;
  }));
}

}  // namespace

Status save(const ZooEntry& entry, const fs::path& folder) {
  std::error_code code;
  fs::create_directories(folder, code);
  return write_whole(folder / str(entry.target, "-", entry.defect, ".json"),
                     json_of(entry).dump(2, ' ', false, ZooJson::error_handler_t::replace) + "\n");
}

Result<std::vector<ZooEntry>> load_zoo(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code code;
  for (auto at = fs::directory_iterator(folder, code); !code && at != fs::directory_iterator();
       at.increment(code))
    if (at->path().extension() == ".json") files.push_back(at->path());
  std::ranges::sort(files);
  std::vector<ZooEntry> entries;
  for (const fs::path& file : files) {
    try {
      std::ifstream in(file);
      entries.push_back(entry_from(ZooJson::parse(in)));
    } catch (const ZooJson::exception& error) {
      return fail(Error::Code::corrupt, file.string() + ": " + error.what());
    }
  }
  return entries;
}

std::string zoo_tables(const std::vector<ZooName>& names, const std::vector<ZooEntry>& entries) {
  std::string text = str("\n### In the simulator: ", how_many(names, entries), " of ", names.size(),
                         "\n\n", sim_table(names, entries), "\n");
  std::string notes;
  for (const ZooName& name : names)
    if (!name.note.empty()) notes += str("- `", name.name, "`: ", name.note, "\n");
  if (!notes.empty()) text += notes + "\n";
  if (const ZooEntry* clean = entry_of(entries, k_clean, "sim")) text += clean_line(*clean) + "\n";
  text += "### On real processes (`--target local`)\n\n" + local_table(names, entries) + "\n";
  return text + "### The commands that show each\n\n" + commands(names, entries) + "\n";
}

Result<std::string> between_marks(std::string_view page, std::string_view text) {
  const std::size_t begin = page.find(k_begin);
  const std::size_t end = page.find(k_end);
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin)
    return fail(Error::Code::corrupt, "there are no lines <!-- zoo --> and <!-- /zoo -->");
  return str(page.substr(0, begin + k_begin.size()), text, page.substr(end));
}

}  // namespace plumbline
