#include <algorithm>
#include <cstdio>

#include "core/base/text.h"
#include "core/history/codec.h"
#include "simulator/campaign_tally.h"

namespace plumbline::simulator {

namespace {

class Merge {
 public:
  Status add(const std::string& name, const std::string& content) {
    const std::vector<std::string> lines = split(content, '\n');
    std::optional<std::uint64_t> shard;
    bool ended = false;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (lines[i].empty()) continue;
      auto line = parse_line(lines[i]);
      const bool last = i + 1 == lines.size();  // without a newline: what a killed process leaves
      if (!line && last) {
        merged_.warnings.push_back(name + ": the last line is torn, and left out");
        break;
      }
      if (!line) return context(line.error(), str(name, ":", i + 1));
      if (const auto* header = std::get_if<ShardHeader>(&*line)) {
        TRY(take_header(name, *header));
        shard = header->seeds.shard;
      } else if (!shard) {
        return fail(Error::Code::corrupt, name + ": does not begin with the header of a shard");
      } else if (const auto* record = std::get_if<CaseRecord>(&*line)) {
        if (seen_.insert(record->index).second) merged_.tally.add(*record);
      } else {
        ended = true;
      }
    }
    if (!shard) return fail(Error::Code::corrupt, name + ": has no header of a shard");
    if (ended)
      merged_.shards.insert(*shard);
    else
      merged_.warnings.push_back(name + ": the shard did not come to its end");
    return {};
  }

  MergedCampaign finish() {
    std::vector<std::string> missing;
    for (std::uint64_t shard = 1; shard <= merged_.header.seeds.shards; ++shard)
      if (!present_.contains(shard)) missing.push_back(str(shard));
    if (!missing.empty())
      merged_.warnings.push_back(
          str("shards missing of ", merged_.header.seeds.shards, ": ", join(missing, ", ")));
    return std::move(merged_);
  }

 private:
  Status take_header(const std::string& name, const ShardHeader& header) {
    if (present_.empty()) {
      merged_.header = header;
    } else {
      ShardHeader alike = header;
      alike.seeds.shard = merged_.header.seeds.shard;
      if (alike != merged_.header)
        return fail(Error::Code::invalid,
                    str(name, " is of another campaign: ", header.command, " (", header.versions,
                        ", ", header.seeds.shards, " shards) instead of ", merged_.header.command));
    }
    present_.insert(header.seeds.shard);
    return {};
  }

  MergedCampaign merged_;
  std::set<std::uint64_t> present_;
  std::set<std::uint64_t> seen_;
};

std::string quoted(const std::string& text) { return to_json_text(Value(text)); }

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '&')
      safe += "&amp;";
    else if (c == '"')
      safe += "&quot;";
    else
      safe += c;
  }
  return safe;
}

template <class... Cells>
std::string html_row(const char* kind, const Cells&... cells) {
  std::string row = "<tr>";
  ((row += str("<", kind, ">", escaped(str(cells)), "</", kind, ">")), ...);
  return row + "</tr>\n";
}

constexpr const char* k_style =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;"
    "color:#1c1c1c;background:#fff}table{border-collapse:collapse;margin:1rem 0}"
    "td,th{padding:.2rem .8rem .2rem 0;text-align:left;border-bottom:1px solid #ddd;"
    "font-variant-numeric:tabular-nums;vertical-align:top}code{font-size:.9em;overflow-wrap:"
    "anywhere}"
    "@media(prefers-color-scheme:dark){body{color:#e4e4e4;background:#161616}"
    "td,th{border-color:#333}}";

}  // namespace

plumbline::Result<MergedCampaign> merge_shards(
    const std::vector<std::pair<std::string, std::string>>& files) {
  Merge merge;
  for (const auto& [name, content] : files) TRY(merge.add(name, content));
  return merge.finish();
}

std::string to_json(const MergedCampaign& merged) {
  const CampaignTally& tally = merged.tally;
  std::string text =
      str("{\"campaign\": ", quoted(merged.header.command),
          ",\n \"versions\": ", quoted(merged.header.versions), ",\n \"seeds\": [",
          merged.header.seeds.first, ", ", merged.header.seeds.last, "],\n \"runs\": ", tally.runs);
  for (const Ending ending :
       {Ending::valid, Ending::vacuous, Ending::undecided, Ending::failed, Ending::refused})
    text += str(",\n ", quoted(to_string(ending)), ": ", tally.of(ending));
  text +=
      str(",\n \"virtual_seconds\": ", tally.virtual_time / 1s, ",\n \"cpu_ms\": ", tally.cpu / 1ms,
          ",\n \"steps\": ", tally.steps, ",\n \"states\": {");
  for (std::size_t i = 0; i < tally.states.size(); ++i) {
    const StateFigures& state = tally.states[i];
    text += str(i == 0 ? "\n  " : ",\n  ", quoted(to_string(static_cast<State>(i))),
                ": {\"runs\": ", state.runs, ", \"times\": ", state.times);
    if (state.runs > 0) text += str(", \"first_run\": ", state.first);
    text += "}";
  }
  text += "},\n \"failures\": [";
  bool first = true;
  for (const auto& [index, record] : tally.failures) {
    text += str(first ? "\n  " : ",\n  ", to_line(record));
    first = false;
  }
  text += "],\n \"warnings\": [";
  for (const std::string& warning : merged.warnings)
    text += str(&warning == &merged.warnings.front() ? "" : ", ", quoted(warning));
  return text + "]}\n";
}

std::string to_html(const MergedCampaign& merged) {
  const CampaignTally& tally = merged.tally;
  std::string page =
      str("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
          "<meta name=\"viewport\" content=\"width=device-width\">"
          "<title>Plumbline campaign</title><style>",
          k_style, "</style></head><body>\n<h1>Campaign</h1>\n<p><code>",
          escaped(merged.header.command), "</code></p>\n");
  for (const std::string& warning : merged.warnings)
    page += str("<p><strong>Note:</strong> ", escaped(warning), "</p>\n");
  page += "<table>\n" + html_row("th", "ending", "runs");
  for (const auto& [ending, runs] : tally.endings) page += html_row("td", to_string(ending), runs);
  page += str("</table>\n<p>", tally.virtual_time / 1s, " s simulated in ", tally.cpu / 1s,
              " s of CPU; ", tally.steps, " steps.</p>\n<h2>Failures</h2>\n<table>\n",
              html_row("th", "seed", "found by", "what", "command"));
  for (const auto& [index, record] : tally.failures)
    page += html_row("td", record.seed,
                     record.found_by.empty() ? to_string(record.ending) : record.found_by,
                     record.found, record.command);
  page += "</table>\n<h2>States</h2>\n<table>\n" +
          html_row("th", "state", "runs", "times", "first in run");
  for (std::size_t i = 0; i < tally.states.size(); ++i) {
    const StateFigures& state = tally.states[i];
    page += html_row("td", to_string(static_cast<State>(i)), state.runs, state.times,
                     state.runs == 0 ? "never" : str(state.first + 1));
  }
  return page + "</table>\n</body></html>\n";
}

}  // namespace plumbline::simulator
