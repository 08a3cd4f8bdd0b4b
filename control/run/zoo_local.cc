#include "control/run/zoo_local.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>
#include <thread>

#include "control/run/exit_codes.h"
#include "control/run/local_hunts.h"
#include "core/base/text.h"

namespace plumbline {

namespace {

constexpr Nanos k_look_again = 100ms;

struct LocalRun {
  int exit_code = 0;
  nlohmann::json said;
  Nanos took{};  ///< from its start to its verdict
};

std::vector<std::string> words_of(const replica::PlantedDefect& defect, std::uint64_t seed,
                                  Nanos time_limit, const std::filesystem::path& results) {
  std::vector<std::string> words = {"plumbline", "test", "--target=local", "--json"};
  for (std::string& word : words_of_local_hunt(defect)) words.push_back(std::move(word));
  for (const std::string& word : {std::string("--stop-on-violation"), std::string("--time-limit"),
                                  format_duration(time_limit), std::string("--results"),
                                  results.string(), std::string("--seed"), str(seed)})
    words.push_back(word);
  return words;
}

[[noreturn]] void become_program(const std::vector<std::string>& words, int out) {
  const int nothing = ::open("/dev/null", O_RDWR);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(nothing, STDERR_FILENO);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv("/proc/self/exe", arguments.data());
  ::_exit(k_exit_harness);
}

/// Fails: interrupted, once the run has ended.
Result<LocalRun> run_once(const std::vector<std::string>& words, const Stop& stop) {
  const auto start = std::chrono::steady_clock::now();
  std::array<int, 2> out{};
  if (::pipe2(out.data(), O_CLOEXEC) != 0) return fail_errno("pipe");
  const pid_t pid = ::fork();
  if (pid == 0) become_program(words, out[1]);
  ::close(out[1]);
  if (pid < 0) {
    ::close(out[0]);
    return fail_errno("fork");
  }
  ::fcntl(out[0], F_SETFL, O_NONBLOCK);
  std::string said;
  bool told = false;
  for (ssize_t count = -1; count != 0;) {
    std::array<char, 4096> bytes{};
    count = ::read(out[0], bytes.data(), bytes.size());
    if (count > 0) said.append(bytes.data(), static_cast<std::size_t>(count));
    if (stop.asked() && !told) told = ::kill(pid, SIGINT) == 0;
    if (count < 0) std::this_thread::sleep_for(k_look_again);
  }
  ::close(out[0]);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (stop.asked()) return fail(Error::Code::interrupted, "interrupted");
  LocalRun run{WIFEXITED(status) ? WEXITSTATUS(status) : k_exit_harness,
               nlohmann::json::parse(said, nullptr, false),
               std::chrono::steady_clock::now() - start};
  if (run.exit_code <= k_exit_unknown && run.said.is_object()) return run;
  return fail(Error::Code::failed,
              "a run failed: " + join(words, " ") + ": " +
                  (run.said.is_object() ? run.said.value("failure", "") : "it said nothing"));
}

/// The first invalid part decides.
void describe(const nlohmann::json& verdict, ZooEntry& entry) {
  for (const nlohmann::json& part : verdict.at("parts")) {
    if (part.value("validity", "") != "invalid") continue;
    const std::string check = part.value("check", "");
    entry.found_by = check.starts_with("linearizable") ? "history"
                     : check == "progress"             ? "progress"
                                                       : check;
    entry.what = check + ": " + part.value("reason", "");
    return;
  }
}

}  // namespace

Result<ZooEntry> hunt_on_local(const replica::PlantedDefect& defect,
                               const simulator::HuntOptions& hunt,
                               const std::filesystem::path& results, const Stop& stop) {
  ZooEntry entry{.defect = std::string(defect.name), .target = "local"};
  for (std::uint64_t i = 0; i < hunt.budget && !entry.found; ++i) {
    TRY_ASSIGN(const LocalRun run,
               run_once(words_of(defect, hunt.first_seed + i, hunt.time_limit, results), stop));
    ++entry.runs;
    entry.run_time += run.took;
    entry.found = run.exit_code == k_exit_invalid;
    if (!entry.found) continue;
    describe(run.said.at("verdict"), entry);
    entry.command = run.said.value("command", "");
    // Where the runs of this hunt went is of no interest to who repeats one.
    const std::string folder = " --results " + results.string();
    if (const std::size_t at = entry.command.find(folder); at != std::string::npos)
      entry.command.erase(at, folder.size());
  }
  return entry;
}

}  // namespace plumbline
