#include "nemesis/schedule.h"

#include <algorithm>
#include <optional>

#include "core/base/text.h"
#include "nemesis/perform.h"

namespace plumbline {

namespace {

/// Draws every place of 0..count-1 once, in random order, before it draws any again: in a short run
/// everything that was asked for has its turn.
class Deck {
 public:
  std::size_t draw(std::size_t count, Rng& rng) {
    if (left_.empty()) {
      for (std::size_t i = 0; i < count; ++i) left_.push_back(i);
      rng.shuffle(left_);
    }
    const std::size_t drawn = left_.back();
    left_.pop_back();
    return drawn;
  }

 private:
  std::vector<std::size_t> left_;
};

/// What the schedule must know of a fault.
struct Choice {
  std::string name;
  std::vector<std::string> specs;
  Operation heal;
  int flaps = 1;
  Deck spec_deck{};
};

/// The faults of one family, of which at most one is in force.
struct Lane {
  std::vector<Choice> choices{};
  Deck deck{};
  std::optional<std::size_t> in_force{};
  std::size_t last = 0;  ///< of choices, the one begun last
  int again = 0;         ///< it flaps so many times more
  Nanos due{};
  Rng rng;  ///< its own, so that one family's timing does not shift the choices of another
};

Nanos scaled(Nanos duration, double factor) {
  return Nanos(static_cast<Nanos::rep>(static_cast<double>(duration.count()) * factor));
}

Nanos next_stretch(const ScheduleOptions& options, Rng& rng) {
  constexpr double k_flap = 0.25;
  switch (options.cadence) {
    case Cadence::interval:
      return options.interval;
    case Cadence::staggered:
      return scaled(options.interval, 2 * rng.unit());
    case Cadence::mixed:
      break;
  }
  switch (rng.below(3)) {
    case 0:
      return options.interval;
    case 1:
      return scaled(options.interval, k_flap);
    default:
      return scaled(options.interval, 2 * rng.unit());
  }
}

class Schedule : public gen::Gen {
 public:
  /// `lanes` are due on the clock of the run or, until it is `anchored`, counted from when the
  /// schedule is first asked.
  Schedule(ScheduleOptions options, std::vector<Lane> lanes, bool anchored)
      : options_(options), lanes_(std::move(lanes)), anchored_(anchored) {}

  gen::Answer next(const gen::Context& context) const override {
    if (lanes_.empty()) return gen::Exhausted{};
    if (!context.is_free(gen::k_nemesis_thread)) return gen::Pending{};
    std::vector<Lane> lanes = lanes_;
    if (!anchored_) {
      for (Lane& lane : lanes) lane.due += context.time;
      return gen::Pending{.then = std::make_shared<Schedule>(options_, std::move(lanes), true),
                          .until = context.time};
    }
    Lane& lane = *std::ranges::min_element(lanes, {}, &Lane::due);
    const Nanos when = std::max(context.time, lane.due);
    gen::Next answer;
    answer.planned.operation = flip(lane);
    answer.planned.thread = gen::k_nemesis_thread;
    answer.planned.time = when;
    lane.due = when + next_stretch(options_, lane.rng) / lane.choices[lane.last].flaps;
    answer.then = std::make_shared<Schedule>(options_, std::move(lanes), true);
    return answer;
  }

 private:
  static Operation flip(Lane& lane) {
    if (lane.in_force) {
      const Choice& ending = lane.choices[*lane.in_force];
      lane.in_force.reset();
      return ending.heal;
    }
    if (lane.again > 0) {
      --lane.again;
    } else {
      lane.last = lane.deck.draw(lane.choices.size(), lane.rng);
      lane.again = lane.choices[lane.last].flaps - 1;
    }
    lane.in_force = lane.last;
    Choice& starting = lane.choices[lane.last];
    const std::size_t spec = starting.spec_deck.draw(starting.specs.size(), lane.rng);
    return {.f = starting.name, .key = {}, .value = Value(starting.specs[spec])};
  }

  ScheduleOptions options_;
  std::vector<Lane> lanes_;
  bool anchored_;
};

}  // namespace

const std::vector<std::string>& all_cadences() {
  static const std::vector<std::string> k_names = {"interval", "staggered", "mixed"};
  return k_names;
}

Result<Cadence> parse_cadence(const std::string& name) {
  if (name == "interval") return Cadence::interval;
  if (name == "staggered") return Cadence::staggered;
  if (name == "mixed") return Cadence::mixed;
  const auto close = nearest(name, all_cadences());
  return fail(Error::Code::invalid, str("unknown schedule '", printable(name), "'",
                                        close ? str(": did you mean '", *close, "'?")
                                              : str(": one of ", join(all_cadences(), ", "))));
}

gen::GenPtr make_schedule(const std::vector<Fault>& faults, const ScheduleOptions& options) {
  Rng rng(options.seed);
  std::vector<std::string> families;
  std::vector<Lane> lanes;
  for (const Fault& fault : faults) {
    std::size_t place =
        static_cast<std::size_t>(std::ranges::find(families, fault.family) - families.begin());
    if (place == families.size()) {
      families.push_back(fault.family);
      lanes.push_back({.rng = rng.fork()});
    }
    lanes[place].choices.push_back(
        {fault.name, fault.specs, heal_operation(fault), fault.flaps, {}});
  }
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    // Shifted evenly over one interval, so that fixed intervals do not run in step.
    const auto shift =
        options.interval * static_cast<Nanos::rep>(i) / static_cast<Nanos::rep>(lanes.size());
    lanes[i].due = options.quiet_start + shift;
  }
  return std::make_shared<Schedule>(options, std::move(lanes), false);
}

}  // namespace plumbline
