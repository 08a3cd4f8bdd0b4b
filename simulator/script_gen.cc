#include "simulator/script_gen.h"

#include <algorithm>
#include <map>
#include <utility>

#include "nemesis/replay.h"

namespace plumbline::simulator {
namespace {

struct Line {
  Nanos at{};
  std::size_t place = 0;  // in the script: at equal times it decides
  Operation operation;
  bool is_before(const Line& other) const {
    return at != other.at ? at < other.at : place < other.place;
  }
};
/// What each thread does, in order.
using Lines = std::map<gen::Thread, std::vector<Line>>;

class ScriptGen final : public gen::Gen {
 public:
  ScriptGen(std::shared_ptr<const Lines> lines, std::map<gen::Thread, std::size_t> done)
      : lines_(std::move(lines)), done_(std::move(done)) {}

  gen::Answer next(const gen::Context& context) const override {
    const Line* first = nullptr;
    gen::Thread by = 0;
    bool more = false;
    for (const auto& [thread, lines] : *lines_) {
      const std::size_t done = done_.at(thread);
      if (done == lines.size()) continue;
      more = true;
      if (!context.is_free(thread) || (first != nullptr && first->is_before(lines[done]))) continue;
      first = &lines[done];
      by = thread;
    }
    if (!more) return gen::Exhausted{};
    if (first == nullptr) return gen::Pending{};
    std::map<gen::Thread, std::size_t> done = done_;
    ++done[by];
    return gen::Next{.planned = {.operation = first->operation,
                                 .thread = by,
                                 .time = std::max(context.time, first->at),
                                 .note = {}},
                     .then = std::make_shared<ScriptGen>(lines_, std::move(done))};
  }

 private:
  const std::shared_ptr<const Lines> lines_;
  const std::map<gen::Thread, std::size_t> done_;
};

}  // namespace

gen::GenPtr from_script(const Script& script) {
  auto lines = std::make_shared<Lines>();
  std::size_t place = 0;
  for (const ClusterCall& call : script.faults)
    (*lines)[gen::k_nemesis_thread].push_back(
        {call.at, place++,
         call.verb == "heal" ? Operation{.f = call.verb, .key = {}, .value = {}}
                             : operation_of(call)});
  for (const ClientCall& call : script.operations)
    (*lines)[call.thread].push_back({call.at, place++, call.operation});
  std::map<gen::Thread, std::size_t> done;
  for (const auto& [thread, of_thread] : *lines) done[thread] = 0;
  return std::make_shared<ScriptGen>(std::move(lines), std::move(done));
}

}  // namespace plumbline::simulator
