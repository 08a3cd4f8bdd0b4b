/// plumbline check: judges a history that is there already, of a run or from elsewhere.

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <set>

#include "control/run/check_stream.h"
#include "control/run/commands/commands.h"
#include "control/run/commands/property_flags.h"
#include "control/run/judge_again.h"
#include "control/run/stop.h"
#include "core/base/text.h"
#include "core/files/history_file.h"
#include "core/files/text_file.h"

namespace plumbline {

namespace {

constexpr std::size_t k_megabyte = 1 << 20;

struct CheckFlags {
  std::string path;
  std::string model;
  std::string time_budget = "60s";
  std::size_t memory_budget = CheckOptions().memory_budget / k_megabyte;
  bool keyed = false;
  bool json = false;
  bool cross_check = false;
  bool stop_on_violation = false;
  PropertyFlags properties;
  std::string certificate;
};

std::set<std::string> operations_of(const CallTable& calls) {
  std::set<std::string> names;
  for (std::size_t f = 0; f < calls.fs(); ++f)
    names.emplace(calls.f_name(static_cast<std::uint16_t>(f)));
  return names;
}

struct Judged {
  std::string warning;
  Verdict verdict;
};

Result<Judged> judge_properties_of(const CheckFlags& flags, Nanos time_budget) {
  TRY_ASSIGN(const ReadHistory read, read_history(flags.path, flags.keyed));
  TRY_ASSIGN(Verdict verdict, judge_properties(read.events, flags.properties, time_budget));
  return Judged{read.warning, std::move(verdict)};
}

/// Of all threads so far.
double cpu_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return seconds(std::chrono::seconds(used.tv_sec) + Nanos(used.tv_nsec));
}

/// For people and for `--json`: reading is most of the work on a large file.
void say_speed(const ReadTable& read, Verdict& verdict) {
  constexpr double k_mega = 1e6, k_worth_a_line = 10;
  const double megabytes = static_cast<double>(read.bytes) / k_mega;
  const int speed = static_cast<int>(megabytes / std::max(seconds(read.took), 1 / k_mega));
  verdict.figures.emplace_back("bytes read", std::to_string(read.bytes));
  verdict.figures.emplace_back("megabytes read a second", std::to_string(speed));
  if (megabytes >= k_worth_a_line)
    std::cerr << "read " << static_cast<int>(megabytes) << " MB, " << speed << " MB/s\n";
}

Result<Judged> judge_file(const CheckFlags& flags, CheckOptions options) {
  const double began = cpu_seconds();
  TRY_ASSIGN(ReadTable read, read_table(flags.path, flags.keyed));
  const double reading = cpu_seconds() - began;
  std::string warning = read.warning;
  if (!flags.keyed && read.calls.looks_keyed()) {
    read.calls.split_keys();
    if (warning.empty()) warning = "every value is a pair: taken as [key value], as with --keyed";
  }
  if (options.model.empty()) options.model = likely_model(operations_of(read.calls)).name;
  Judged judged{std::move(warning), judge_table(read.calls, options)};
  const double judging = cpu_seconds() - began - reading;
  judged.verdict.figures.emplace_back("CPU seconds reading", std::to_string(reading));
  judged.verdict.figures.emplace_back("CPU seconds judging", std::to_string(judging));
  say_speed(read, judged.verdict);
  return judged;
}

Result<Judged> judge_path(const CheckFlags& flags, CheckOptions options, const Stop& stop) {
  if (!flags.properties.names.empty()) return judge_properties_of(flags, options.time_budget);
  if (flags.path == "-") {
    const StreamFlags how{.stop_on_violation = flags.stop_on_violation,
                          .whole = !flags.certificate.empty()};
    TRY_ASSIGN(StreamJudged judged, check_stream(STDIN_FILENO, options, how, stop));
    return Judged{std::move(judged.warning), std::move(judged.verdict)};
  }
  // Any other folder is a Jepsen test's or an etcd report.
  if (std::filesystem::exists(std::filesystem::path(flags.path) / "run.json")) {
    TRY_ASSIGN(JudgedAgain again, judge_again(flags.path, options));
    return Judged{std::move(again.warning), std::move(again.verdict)};
  }
  return judge_file(flags, options);
}

/// A verdict without a proof leaves no file behind that might be taken for one.
Status save_certificate(const std::filesystem::path& file, const Verdict& verdict) {
  if (const Certificate* proof = certificate_of(verdict); proof != nullptr)
    return write_text(file, to_text(*proof));
  std::filesystem::remove(file);
  std::cerr << "warning: there is no certificate: " << file.string() << " was not written\n";
  return {};
}

Result<int> carry_out(const CheckFlags& flags) {
  CheckOptions options;
  options.model = flags.model;
  if (!flags.model.empty()) {
    // A name that is not there is a slip of whoever typed it, not a missing file.
    if (const auto known = known_model(flags.model); !known)
      return fail(Error::Code::invalid, known.error().what);
  }
  TRY_ASSIGN(options.time_budget, duration_of("--time-budget", flags.time_budget));
  options.memory_budget = flags.memory_budget * k_megabyte;
  if (flags.path == "-" ? flags.keyed : flags.stop_on_violation)
    return fail(Error::Code::invalid,
                flags.path == "-" ? "--keyed is for a file"
                                  : "--stop-on-violation is for a history that comes in: -");
  Stop stop;
  const SignalsTo signals(stop);
  stop.begin_judging();
  options.cross_check = flags.cross_check;
  options.certify = !flags.certificate.empty();
  options.stop = &stop.abandon_judging();
  TRY_ASSIGN(const Judged judged, judge_path(flags, options, stop));
  if (!judged.warning.empty()) std::cerr << "warning: " << judged.warning << "\n";
  if (const std::string& bug = disagreement_in(judged.verdict); !bug.empty())
    return fail(Error::Code::failed, str(bug, ": please keep ", flags.path, " and report it"));
  if (!flags.certificate.empty()) TRY(save_certificate(flags.certificate, judged.verdict));
  if (flags.json)
    std::cout << to_json(judged.verdict) << std::endl;
  else
    std::cout << in_words(judged.verdict) << std::flush;
  return stop.by_signal() ? k_exit_interrupted : exit_code(judged.verdict.validity);
}

}  // namespace

Command add_check_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("check", "Judges a history file or a run's folder");
  auto flags = std::make_shared<CheckFlags>();
  command
      ->add_option("path", flags->path,
                   "A run's folder, a Jepsen test's, an etcd report, or a history file; or - for "
                   "JSON lines that come in, judged as they do")
      ->required();
  command->add_option("--model", flags->model,
                      "What it is checked against (default: the run's own; else the likeliest "
                      "by the names of the operations, docs/models.md)");
  command->add_option("--time-budget", flags->time_budget, "Then the answer is unknown")
      ->capture_default_str();
  command
      ->add_option(
          "--memory-budget", flags->memory_budget,
          "Megabytes that searches may take besides the history; then the answer is unknown")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  command->add_flag("--keyed", flags->keyed, "Values are [key value] pairs (Jepsen's tuples)");
  command->add_option("--certificate", flags->certificate,
                      "Where to write the proof, for `plumbline verify`");
  add_property_flags(*command, flags->properties);
  command->add_flag("--stop-on-violation", flags->stop_on_violation,
                    "With -: ends at the first violation");
  command->add_flag("--cross-check", flags->cross_check,
                    "Asks every other engine too; a disagreement is a bug of the checker (255)");
  command->add_flag("--json", flags->json, "The verdict as one JSON object");
  return {command, [flags](const Invocation&) { return carry_out(*flags); }};
}

}  // namespace plumbline
