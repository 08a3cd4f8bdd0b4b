#include "bench/histories/source.h"

#include <algorithm>
#include <cmath>
#include <queue>

#include "bench/histories/lines.h"
#include "bench/histories/plant.h"

namespace plumbline::bench {
namespace {

constexpr std::int64_t k_step_nanos = 10'000;  // between two things that happen
constexpr std::int64_t k_most_added = 5;       // to a counter at once
// An element of a list is written about so often a call, however long the list.
constexpr double k_listed_a_call = 8;

/// How a call ends.
enum class Fate : std::uint8_t { answered, given_up_after, given_up_before, never };

struct Client {
  ProcessId process = 0;
  bool busy = false, applied = false, scripted = false;
  bool holds = false;  ///< a lock, that of `call.key`
  Fate fate = Fate::answered;
  Call call{};
};

/// A call that was given up and takes effect later.
struct Late {
  std::int64_t due = 0;
  std::int64_t serial = 0;
  Call call{};
  bool operator>(const Late& other) const {
    return std::pair(due, serial) > std::pair(other.due, other.serial);
  }
};

/// Keys by Zipf's law: the first is the most used.
class KeyChoice {
 public:
  explicit KeyChoice(const Shape& shape) : keys_(static_cast<std::uint64_t>(shape.keys)) {
    if (shape.skew == 0 || keys_ == 1) return;
    double sum = 0;
    for (std::uint64_t key = 1; key <= keys_; ++key)
      upto_.push_back(sum += std::pow(static_cast<double>(key), -shape.skew));
  }
  std::size_t draw(Rng& rng) const {
    if (upto_.empty()) return keys_ == 1 ? 0 : rng.below(keys_);
    const auto at = std::upper_bound(upto_.begin(), upto_.end(), rng.unit() * upto_.back());
    return std::min<std::size_t>(static_cast<std::size_t>(at - upto_.begin()), keys_ - 1);
  }

 private:
  std::uint64_t keys_;
  std::vector<double> upto_;
};

class Source {
 public:
  Source(const Shape& shape, const std::function<void(std::string_view)>& out)
      : shape_(shape),
        rng_(shape.seed),
        keys_(shape),
        plant_(shape),
        lines_(shape, out),
        objects_(static_cast<std::size_t>(shape.keys), Object(shape.model, shape.values == 0)),
        written_(objects_.size(), 0),
        clients_(static_cast<std::size_t>(shape.processes)) {
    for (Client& client : clients_) client.process = next_process_++;
    while (std::int64_t{1} << priority_bits_ <= shape.calls * 2) ++priority_bits_;
  }
  void run() {
    while (!clients_.empty()) step();
  }

 private:
  void step();
  void begin(std::size_t at);
  void begin(Client& client, Call call);
  bool draw(const Client& client, Call& call);
  Op draw_op(const Object& object);
  Fate draw_fate(const Call& call);
  void take_effect(Client& client);
  void end(Client& client);
  void late_effects();
  bool barred_is_open() const;
  std::int64_t fresh(std::size_t key);
  std::int64_t value(std::size_t key) {
    return shape_.values == 0 ? fresh(key) : rng_.between(1, shape_.values);
  }
  void add(const Client& client, EventType type) {
    lines_.add(steps_ * k_step_nanos, client.process, type, client.call);
  }

  Shape shape_;
  Rng rng_;
  KeyChoice keys_;
  Plant plant_;
  Lines lines_;
  std::vector<Object> objects_;
  std::vector<std::int64_t> written_;  ///< of each key: how many fresh values
  std::vector<Client> clients_;
  std::priority_queue<Late, std::vector<Late>, std::greater<>> late_;
  std::int64_t calls_ = 0, steps_ = 0, serial_ = 0;
  ProcessId next_process_ = 0;
  int priority_bits_ = 6;  // as many as leave room for all calls and the script's
};

std::int64_t Source::fresh(std::size_t key) {
  if (shape_.model == Model::counter) return rng_.between(1, k_most_added);
  const std::int64_t nth = ++written_[key];
  if (shape_.model != Model::priority_queue) return nth;
  // All different and without order: multiplied by an odd number, modulo a power of two.
  constexpr std::uint64_t k_odd = 0x9e3779b97f4a7c15;
  const std::uint64_t mask = (std::uint64_t{1} << priority_bits_) - 1;
  return static_cast<std::int64_t>((static_cast<std::uint64_t>(nth) * k_odd) & mask) + 1;
}

void Source::step() {
  ++steps_;
  late_effects();
  if (plant_.waits() && !barred_is_open()) plant_.none_open();
  const std::size_t at = rng_.below(clients_.size());
  Client& client = clients_[at];
  if (!client.busy) {
    begin(at);
  } else if (!client.applied) {
    take_effect(client);
  } else {
    end(client);
    begin(at);
  }
}

bool Source::barred_is_open() const {
  return std::any_of(clients_.begin(), clients_.end(),
                     [&](const Client& client) { return client.busy && plant_.bars(client.call); });
}

void Source::begin(std::size_t at) {
  Client& client = clients_[at];
  if (plant_.plays() && std::none_of(clients_.begin(), clients_.end(),
                                     [](const Client& c) { return c.busy && c.scripted; })) {
    const std::int64_t other = rng_.between(1, std::max<std::int64_t>(1, shape_.values - 1));
    client.scripted = true;
    client.fate = Fate::answered;
    return begin(client, plant_.next(fresh(0), other));
  }
  client.scripted = false;
  // Who holds a lock lets go first: others may wait for it.
  if (calls_ >= shape_.calls && plant_.over() && !client.holds) {
    std::swap(client, clients_.back());
    clients_.pop_back();
    return;
  }
  constexpr int k_draws = 8;  // after so many that are barred it waits a while
  for (int i = 0; i < k_draws; ++i) {
    Call call;
    if (!draw(client, call)) continue;
    client.fate = draw_fate(call);
    return begin(client, std::move(call));
  }
}

void Source::begin(Client& client, Call call) {
  client.call = std::move(call);
  client.busy = true;
  client.applied = false;
  ++calls_;
  plant_.began(client.call, client.fate != Fate::answered, calls_);
  add(client, EventType::invoke);
}

Op Source::draw_op(const Object& object) {
  switch (shape_.model) {
    case Model::register_:
      return rng_.chance(0.5) ? Op::observe : Op::put;
    case Model::cas_register:
      return std::array{Op::observe, Op::put, Op::compare}[rng_.below(3)];
    case Model::kv:
      return std::array{Op::observe, Op::observe, Op::put, Op::append}[rng_.below(4)];
    case Model::set:
      return std::array{Op::observe, Op::put, Op::take}[rng_.below(3)];
    case Model::counter:
      return rng_.chance(0.5) ? Op::observe : Op::put;
    case Model::list_append:
    case Model::gset: {
      const auto length = static_cast<double>(object.size()) + 1;
      return rng_.chance(std::min(0.5, k_listed_a_call / length)) ? Op::observe : Op::put;
    }
    default:
      return rng_.chance(0.5) ? Op::take : Op::put;
  }
}

/// False: not this one, now.
bool Source::draw(const Client& client, Call& call) {
  call.key = shape_.model == Model::lock && client.holds ? client.call.key : keys_.draw(rng_);
  Object& object = objects_[call.key];
  call.op = draw_op(object);
  if (shape_.model == Model::lock) call.op = client.holds ? Op::take : Op::put;
  if (call.op == Op::compare) {  // mostly from what is there
    const bool known = rng_.chance(0.8);
    const std::int64_t most = shape_.values == 0 ? written_[call.key] : shape_.values;
    call.expected = known || most == 0 ? object.cell() : rng_.between(1, most);
    if (call.expected == 0) call.op = Op::put;
  }
  // Where each value is fresh, none is spent on a call that is not to be.
  if (shape_.values == 0 && plant_.bars(call)) return false;
  const bool writes = call.op == Op::put || call.op == Op::append || call.op == Op::compare;
  if (shape_.model == Model::counter && writes) {
    call.argument = shape_.values == 0 ? fresh(0) : rng_.between(1, shape_.values);
  } else if (writes && shape_.model != Model::set && shape_.model != Model::lock) {
    call.argument = value(call.key);
  }
  return !plant_.bars(call);
}

Fate Source::draw_fate(const Call& call) {
  if (!rng_.chance(shape_.indeterminate) || plant_.wants_answer(call)) return Fate::answered;
  const std::uint64_t one_of = rng_.below(4);
  if (shape_.model == Model::lock) {
    // Who gave up an acquire lets go, so it must know; a lock that nobody lets go ends the history.
    if (call.op == Op::put) return one_of < 2 ? Fate::given_up_after : Fate::never;
    return one_of < 2 ? Fate::given_up_after : Fate::given_up_before;
  }
  return one_of < 2 ? Fate::given_up_after : one_of == 2 ? Fate::given_up_before : Fate::never;
}

void Source::take_effect(Client& client) {
  Call& call = client.call;
  if (client.fate == Fate::given_up_before || client.fate == Fate::never) {
    client.applied = true;
  } else if (call.lies) {
    plant_.lie(call, objects_[call.key]);
    client.applied = true;
  } else {
    client.applied = objects_[call.key].apply(call, rng_);
    if (!client.applied && call.key == 0 && plant_.grant()) call.lies = client.applied = true;
  }
}

void Source::end(Client& client) {
  Call& call = client.call;
  client.busy = false;
  client.holds = shape_.model == Model::lock && call.op == Op::put && !call.lies &&
                 (client.fate == Fate::answered || client.fate == Fate::given_up_after);
  if (client.fate == Fate::answered) {
    add(client, call.refused ? EventType::fail : EventType::ok);
    plant_.answered(call);
    if (call.lies || client.scripted) plant_.played(call);
    return;
  }
  add(client, EventType::info);
  client.process = next_process_++;
  if (client.fate != Fate::given_up_before) return;
  // Mostly soon, sometimes long after.
  const std::int64_t span = shape_.processes * (rng_.chance(0.1) ? 1000 : 20);
  late_.push({.due = steps_ + rng_.between(1, span), .serial = ++serial_, .call = call});
}

void Source::late_effects() {
  while (!late_.empty() && late_.top().due <= steps_) {
    Late late = late_.top();
    late_.pop();
    if (plant_.holds_back(late.call.key)) {
      late.due = steps_ + shape_.processes;
      late_.push(std::move(late));
    } else {
      CHECK(objects_[late.call.key].apply(late.call, rng_), "only a lock that is held is released");
    }
  }
}

}  // namespace

Status generate(const Shape& shape, const std::function<void(std::string_view)>& out) {
  TRY(check_shape(shape));
  Source(shape, out).run();
  return {};
}

}  // namespace plumbline::bench
