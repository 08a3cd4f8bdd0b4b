#include "control/run/run_record.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "control/run/run_folder.h"
#include "core/history/codec.h"

namespace plumbline {

namespace {

using Json = nlohmann::ordered_json;
constexpr int k_schema = 1;
constexpr auto k_replace = Json::error_handler_t::replace;  // what nodes say need not be UTF-8

Json to_array(const std::vector<Death>& deaths) {
  Json array = Json::array();
  for (const Death& death : deaths)
    array.push_back(
        {{"node", death.node},
         {"noticed_ms", std::chrono::floor<std::chrono::milliseconds>(death.noticed).count()},
         {"last_words", death.last_words}});
  return array;
}

/// Of plain verdicts: without parts and counterexamples.
Json to_array(const std::vector<Verdict>& verdicts) {
  Json array = Json::array();
  for (const Verdict& verdict : verdicts)
    array.push_back({{"check", verdict.check},
                     {"validity", to_string(verdict.validity)},
                     {"reason", verdict.reason},
                     {"figures", verdict.figures}});
  return array;
}

Verdict verdict_from(const Json& object) {
  Verdict verdict;
  verdict.check = object.at("check").get<std::string>();
  verdict.reason = object.at("reason").get<std::string>();
  verdict.figures = object.at("figures").get<decltype(verdict.figures)>();
  const auto validity = object.at("validity").get<std::string>();
  verdict.validity = validity == to_string(Validity::valid)     ? Validity::valid
                     : validity == to_string(Validity::invalid) ? Validity::invalid
                                                                : Validity::unknown;
  return verdict;
}

Json to_object(const RunRecord& record) {
  const RunInfo& info = record.info;
  return {{"schema", k_schema},
          {"title", info.title},
          {"command", info.command},
          {"seed", info.seed},
          {"workload", info.workload},
          {"faults", info.faults},
          {"system", info.system},
          {"target", info.target},
          {"nodes", record.nodes},
          {"started", info.started},
          {"duration_ms", std::chrono::floor<std::chrono::milliseconds>(info.duration).count()},
          {"versions", info.versions},
          {"model", record.model},
          {"expected",
           {{"operations", record.expectations.operations},
            {"faults", record.expectations.faults},
            {"least_ok", record.expectations.min_ok},
            {"changes_under_faults", record.expectations.changes_under_faults}}},
          {"died", to_array(record.deaths)},
          {"also", to_array(record.also)},
          {"outcome", record.outcome},
          {"failure", record.failure},
          {"cut_short", record.cut_short},
          {"exit_code", record.exit_code}};
}

RunRecord from_object(const Json& object) {
  const auto text = [&](const char* name) { return object.at(name).get<std::string>(); };
  RunRecord record;
  record.info = {
      .title = text("title"),
      .command = text("command"),
      .seed = text("seed"),
      .system = text("system"),
      .target = text("target"),
      .workload = text("workload"),
      .faults = text("faults"),
      .started = text("started"),
      .versions = text("versions"),
      .duration = std::chrono::milliseconds(object.at("duration_ms").get<std::int64_t>())};
  record.nodes = object.at("nodes").get<Nodes>();
  record.model = text("model");
  const Json& expected = object.at("expected");
  record.expectations.operations = expected.at("operations").get<std::vector<std::string>>();
  record.expectations.faults = expected.at("faults").get<std::vector<std::string>>();
  record.expectations.min_ok = expected.at("least_ok").get<std::size_t>();
  record.expectations.changes_under_faults = expected.at("changes_under_faults").get<bool>();
  for (const Json& death : object.at("died")) {
    const auto noticed = std::chrono::milliseconds(death.at("noticed_ms").get<std::int64_t>());
    record.deaths.push_back(
        {death.at("node").get<std::string>(), noticed, death.at("last_words").get<std::string>()});
  }
  if (object.contains("also"))
    for (const Json& verdict : object.at("also")) record.also.push_back(verdict_from(verdict));
  record.outcome = text("outcome");
  record.failure = text("failure");
  record.cut_short = text("cut_short");
  record.exit_code = object.at("exit_code").get<int>();
  return record;
}

}  // namespace

Status save(const RunRecord& record, const std::filesystem::path& folder) {
  return write_whole(folder / "run.json", to_object(record).dump(2, ' ', false, k_replace) + "\n");
}

Result<RunRecord> load_run_record(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "run.json";
  std::ifstream in(file);
  if (!in) return fail(Error::Code::not_found, folder.string() + " is no run: it has no run.json");
  try {
    return from_object(Json::parse(in));
  } catch (const Json::exception& error) {
    return fail(Error::Code::corrupt, file.string() + ": " + error.what());
  }
}

Result<std::unique_ptr<FaultLog>> FaultLog::open(const std::filesystem::path& file) {
  std::FILE* opened = std::fopen(file.c_str(), "we");
  if (opened == nullptr) return fail_errno("open " + file.string());
  return std::unique_ptr<FaultLog>(new FaultLog(opened));
}

FaultLog::~FaultLog() {
  if (file_ != nullptr) std::fclose(file_);
}

void FaultLog::write(const Action& action, Nanos time) {
  Json line = {{"time", time.count()}, {"action", action.verb}, {"node", action.node}};
  if (action.verb == "cut") line["drops"] = action.drops;
  line["took_ms"] = millis(action.took);
  if (!action.error.empty()) line["error"] = action.error;
  append(line.dump(-1, ' ', false, k_replace) + "\n");
}

void FaultLog::write(const ClusterCall& call) {
  Json line = {{"time", call.at.count()}, {"action", call.verb}};
  line["arguments"] = Json::parse(to_json_text(call.arguments));
  append(line.dump(-1, ' ', false, k_replace) + "\n");
}

void FaultLog::append(const std::string& text) {
  const std::lock_guard lock(mutex_);
  if (file_ == nullptr) return;
  std::fwrite(text.data(), 1, text.size(), file_);
  std::fflush(file_);
}

Status FaultLog::close() {
  const std::lock_guard lock(mutex_);
  if (file_ == nullptr) return {};
  const bool failed = std::ferror(file_) != 0;
  const bool closed = std::fclose(file_) == 0;
  file_ = nullptr;
  if (failed || !closed) return fail(Error::Code::io, "faults.jsonl is not complete: disk full?");
  return {};
}

}  // namespace plumbline
