/// plumbline test: one run, and its verdict.

#include <iostream>
#include <nlohmann/json.hpp>
#include <random>

#include "control/run/commands/commands.h"
#include "control/run/judge.h"
#include "control/run/run.h"
#include "control/run/sim_replay.h"
#include "control/run/sim_run.h"
#include "control/ssh/ssh_remote.h"
#include "control/systems/all.h"
#include "core/base/text.h"
#include "nemesis/all.h"
#include "node/replica/defects.h"
#include "workloads/all.h"

namespace plumbline {

namespace {

struct TestFlags {
  TargetFlags target;
  RunOptions run;
  std::string time_limit = "60s";
  std::string fault_interval = "5s";
  std::string patience = "5s";
  std::string results = "results";
  std::string node_binary;
  std::string script;
  std::string seed;
  CLI::Option* weather = nullptr;
  bool weather_given = false;  ///< without the option above; an empty weather means something
  std::string weather_text;
  bool no_invariants = false;
  bool json = false;
};

void add_flags(CLI::App& app, TestFlags& flags) {
  RunOptions& run = flags.run;
  app.add_option("--workload", run.workload, "What clients do (see plumbline list workloads)")
      ->capture_default_str();
  app.add_option("--faults", run.faults, "What goes wrong: a list like partition,kill; all; none")
      ->capture_default_str();
  app.add_option("--system", run.system, "What is under test")->capture_default_str();
  add_target_flags(app, flags.target);
  app.add_option("--concurrency", run.concurrency, "Client processes; 2n is two a node")
      ->capture_default_str();
  app.add_option("--rate", run.rate, "Operations a second, in all")
      ->check(CLI::Range(0.1, 1e6))
      ->capture_default_str();
  app.add_option("--ops-per-key", run.ops_per_key, "Operations until a key is used up")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  app.add_option("--time-limit", flags.time_limit, "How long the load lasts")
      ->capture_default_str();
  app.add_option("--fault-interval", flags.fault_interval, "How long a fault lasts, and a pause")
      ->capture_default_str();
  app.add_option("--patience", flags.patience,
                 "How long the removal of a member is waited for before the next fault")
      ->capture_default_str();
  app.add_option("--schedule", run.schedule, "interval, staggered or mixed")->capture_default_str();
  app.add_option("--seed", flags.seed, "Repeats the choices of another run");
  app.add_option("--results", flags.results, "Where the run's folder goes")
      ->envname("PLUMBLINE_RESULTS")
      ->capture_default_str();
  app.add_option("--node-binary", flags.node_binary,
                 "The node's program (default: beside this one)");
  app.add_option("--node-flag", run.node_flags, "Passed on to every node (repeatable; use =)")
      ->allow_extra_args(false);
  app.add_option("--defect", run.defects, "Switches on a planted bug (see plumbline list defects)")
      ->allow_extra_args(false);
  app.add_option("--reads", run.reads, "linearizable, lease or stale, where the system can")
      ->check(CLI::IsMember({"linearizable", "lease", "stale"}))
      ->capture_default_str();
  app.add_flag("--sessions", run.sessions,
               "Changes are made under sessions: asked again until answered, and done once");
  flags.weather = app.add_option("--weather", flags.weather_text,
                                 "sim: how bad the world is (default: drawn from the seed)");
  app.add_flag("--no-invariants", flags.no_invariants, "sim: judges what clients saw, and no more");
  app.add_option("--script", flags.script,
                 "The faults of a run's script.json, each at its time, instead of a schedule");
  app.add_flag("--stop-on-violation", run.stop_on_violation,
               "Ends the load as soon as what clients saw cannot be right");
  app.add_flag("--leave-running", run.leave_running,
               "Keeps the nodes up after the verdict, until Ctrl-C");
  app.add_flag("--json", flags.json, "One JSON object on standard output, and nothing else");
}

Result<RunOptions> options_of_flags(const TestFlags& flags) {
  RunOptions options = flags.run;
  TRY_ASSIGN(options.target, target_options(flags.target));
  TRY_ASSIGN(options.time_limit, duration_of("--time-limit", flags.time_limit));
  TRY_ASSIGN(options.fault_interval, duration_of("--fault-interval", flags.fault_interval));
  TRY_ASSIGN(options.patience, duration_of("--patience", flags.patience));
  options.results = flags.results;
  options.node_binary = flags.node_binary;
  options.script = flags.script;
  if (flags.weather_given || (flags.weather != nullptr && flags.weather->count() > 0))
    options.weather = flags.weather_text;
  options.invariants = !flags.no_invariants;
  if (options.target.name != "sim" && (options.weather || !options.invariants))
    return fail(Error::Code::invalid, "--weather and --no-invariants are for --target sim");
  if (options.target.name == "sim" && options.sessions)
    return fail(Error::Code::invalid, "--sessions: of --target sim its --weather has sessions=yes");
  if (options.target.name == "sim" && options.patience != RunOptions{}.patience)
    return fail(Error::Code::invalid,
                "--patience: of --target sim its --weather has patience=" + flags.patience);
  if (flags.seed.empty()) {
    options.seed = std::random_device{}();
  } else {
    const auto seed = parse_int(flags.seed);
    if (!seed || *seed < 0)
      return fail(Error::Code::invalid,
                  "--seed: a whole number from 0, not '" + printable(flags.seed) + "'");
    options.seed = static_cast<std::uint64_t>(*seed);
  }
  return options;
}

Status understands(const System& system, const Workload& workload) {
  const auto known = system.operations();
  for (const std::string& operation : workload.operations)
    if (std::find(known.begin(), known.end(), operation) == known.end())
      return fail(Error::Code::invalid, str("the workload ", workload.name, " needs ", operation,
                                            ", which ", system.name(), " does not offer"));
  return {};
}

Status knows_defects(const RunOptions& options) {
  const Status known = replica::check_defects({options.defects.begin(), options.defects.end()});
  if (known) return {};
  return fail(Error::Code::invalid, "--defect: " + known.error().what);
}

Result<RunParts> run_parts(const RunOptions& options) {
  RunParts parts;
  WorkloadOptions load;
  load.nodes = options.target.nodes;
  TRY_ASSIGN(load.concurrency, parse_concurrency(options.concurrency, load.nodes));
  load.ops_per_key = options.ops_per_key;
  load.rate = options.rate;
  load.seed = options.seed;
  parts.concurrency = load.concurrency;
  TRY_ASSIGN(parts.workload, make_workload(options.workload, load));
  TRY_ASSIGN(parts.cadence, parse_cadence(options.schedule));
  if (!options.script.empty()) {
    TRY_ASSIGN(Script script, load_script(options.script));
    parts.replay = std::move(script.faults);
  }
  SystemOptions what;
  what.node_binary = options.node_binary;
  what.node_flags = options.node_flags;
  what.defects = options.defects;
  what.reads = options.reads;
  what.sessions = options.sessions;
  TRY_ASSIGN(const std::vector<Fault> asked, parse_faults(options.faults));
  for (const Fault& fault : asked) what.needs.insert(fault.needs.begin(), fault.needs.end());
  TRY_ASSIGN(parts.system, make_system(options.system, what));
  TRY_ASSIGN(parts.faults,
             faults_for(options.faults, parts.system->abilities(), options.target.name));
  TRY(understands(*parts.system, parts.workload));
  TRY(knows_defects(options));
  parts.connect = [](const NodeAccess& node, Nanos timeout) {
    return connect_ssh(node.name, node.ssh, timeout);
  };
  parts.started = date_for_people();
  parts.stamp = date_for_names();
  parts.versions = program_version();
  return parts;
}

void print_words(const RunOutcome& outcome) {
  std::cout << "\n";
  if (outcome.failure) std::cout << "HARNESS FAILURE: " << outcome.failure->what << "\n";
  std::cout << in_words(outcome.verdict);
  for (const std::string& problem : outcome.problems) std::cout << "note: " << problem << "\n";
  if (!outcome.folder.empty())
    std::cout << "report: " << (outcome.folder / "report.html").string() << std::endl;
}

nlohmann::ordered_json json_of(const RunOutcome& outcome, const RunOptions& options) {
  nlohmann::ordered_json object = {
      {"outcome", outcome.failure ? "harness-failure" : to_string(outcome.verdict.validity)},
      {"exit_code", outcome.exit_code},
      {"seed", options.seed},
      {"command", command_of(options)},
      {"folder", outcome.folder.string()},
      {"failure", outcome.failure ? outcome.failure->what : ""},
      {"problems", outcome.problems}};
  object["verdict"] = nlohmann::ordered_json::parse(to_json(outcome.verdict), nullptr, false);
  return object;
}

void print(const nlohmann::ordered_json& object) {
  std::cout << object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
            << std::endl;
}

void print_first_line(const TestFlags& flags, const RunOptions& options) {
  (flags.json ? std::cerr : std::cout)
      << "seed " << options.seed << "  " << command_of(options) << std::endl;
}

Result<int> carry_out_simulated(const TestFlags& flags, const RunOptions& options) {
  TRY(knows_defects(options));
  TRY(sim_options(options));
  SimParts parts;
  parts.started = date_for_people();
  parts.stamp = date_for_names();
  parts.versions = program_version();
  print_first_line(flags, options);
  Stop stop;
  const SignalsTo signals(stop);
  TRY_ASSIGN(const SimOutcome outcome, run_simulated(options, parts, stop));
  if (flags.json) {
    nlohmann::ordered_json object = json_of(outcome.run, options);
    object["virtual_seconds"] = seconds(outcome.virtual_time);
    object["cpu_seconds"] = seconds(outcome.cpu);
    print(object);
  } else {
    std::cout << "simulated " << format_duration(outcome.virtual_time) << " of virtual time in "
              << format_duration(outcome.cpu) << " of CPU" << std::endl;
    print_words(outcome.run);
  }
  return outcome.run.exit_code;
}

Result<int> carry_out(const TestFlags& flags, const Invocation& invocation) {
  TRY_ASSIGN(const RunOptions options, options_of_flags(flags));
  if (options.target.name == "sim") return carry_out_simulated(flags, options);
  TRY_ASSIGN(RunParts parts, run_parts(options));
  if (const int code =
          enter_local_world_if_needed(options.target, invocation.argc, invocation.argv);
      code >= 0)
    return code;
  TRY_ASSIGN(parts.target, make_target(options.target));
  print_first_line(flags, options);
  parts.on_outcome = [&](const RunOutcome& outcome) {
    if (flags.json)
      print(json_of(outcome, options));
    else
      print_words(outcome);
    if (options.leave_running && outcome.exit_code <= 2)
      std::cerr << "the nodes are left running until Ctrl-C" << std::endl;
  };
  Stop stop;
  const SignalsTo signals(stop);
  Progress progress(stderr, options.time_limit);
  return run(options, std::move(parts), stop, progress).exit_code;
}

/// What the words of a command say, as if they were typed again.
Result<TestFlags> flags_of(const std::vector<std::string>& words,
                           const std::filesystem::path& script) {
  CLI::App app;
  TestFlags flags;
  add_flags(app, flags);
  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::ParseError& error) {
    return fail(Error::Code::invalid, str("the run's command is not understood: ", error.what()));
  }
  flags.weather_given = flags.weather->count() > 0;
  flags.weather = nullptr;  // it goes with the app
  flags.script = script.string();
  return flags;
}

}  // namespace

Result<RunOptions> options_of_words(const std::vector<std::string>& words,
                                    const std::filesystem::path& script) {
  TRY_ASSIGN(const TestFlags flags, flags_of(words, script));
  return options_of_flags(flags);
}

Result<int> test_again(const std::vector<std::string>& words, const std::filesystem::path& script,
                       const Invocation& invocation) {
  TRY_ASSIGN(const TestFlags flags, flags_of(words, script));
  return carry_out(flags, invocation);
}

Command add_test_command(CLI::App& app) {
  CLI::App* command = app.add_subcommand("test", "Runs one test and judges it");
  auto flags = std::make_shared<TestFlags>();
  add_flags(*command, *flags);
  return {command, [flags](const Invocation& invocation) { return carry_out(*flags, invocation); }};
}

}  // namespace plumbline
