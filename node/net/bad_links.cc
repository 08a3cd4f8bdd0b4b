#include "node/net/bad_links.h"

#include <fstream>
#include <utility>

#include "core/base/text.h"
#include "node/net/clock.h"

namespace plumbline::net {
namespace {

constexpr Nanos k_look_every = 20ms;

bool read_time(const std::string& text, Nanos& time) {
  const auto parsed = parse_duration(text);
  if (parsed) time = *parsed;
  return parsed && time >= Nanos::zero();
}

bool read_share(const std::string& text, double& share) {
  const auto parsed = parse_share(text);
  if (parsed) share = *parsed;
  return parsed.has_value();
}

bool read_word(const std::string& name, const std::string& value, LinkTrouble& trouble) {
  if (name == "delay") return read_time(value, trouble.delay);
  if (name == "jitter") return read_time(value, trouble.jitter);
  if (name == "slow") return read_share(value, trouble.slow);
  if (name == "slow-max") return read_time(value, trouble.slow_max);
  if (name == "loss") return read_share(value, trouble.loss);
  return name == "duplicate" && read_share(value, trouble.duplicate);
}

}  // namespace

Result<LinkTrouble> parse_link_trouble(std::string_view text) {
  LinkTrouble trouble;
  if (trim(text).empty()) return trouble;
  for (const std::string& word : split(trim(text), ',')) {
    const std::size_t equals = word.find('=');
    const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (!read_word(word.substr(0, equals), value, trouble))
      return fail(Error::Code::invalid,
                  str("'", printable(word),
                      "': write delay=5ms,jitter=5ms,slow=0.1,slow-max=1s,loss=0.1,duplicate=0.1"));
  }
  return trouble;
}

BadLinks::BadLinks(asio::io_context& io, Setup setup, Deliver deliver)
    : timer_(io), setup_(std::move(setup)), deliver_(std::move(deliver)), rng_(setup_.seed) {}

void BadLinks::arrived(raft::Message message) {
  if (setup_.always == LinkTrouble{} && now_ == LinkTrouble{}) return deliver_(std::move(message));
  if (is_lost(setup_.always) || is_lost(now_)) return;
  if (rng_.chance(setup_.always.duplicate) || rng_.chance(now_.duplicate))
    deliver_after(time_on_the_way(), message);
  deliver_after(time_on_the_way(), std::move(message));
}

void BadLinks::tick(Nanos now) {
  if (setup_.file.empty() || now < look_at_) return;
  look_at_ = now + k_look_every;
  std::ifstream in(setup_.file);
  std::string text;
  std::getline(in, text);
  now_ = parse_link_trouble(text).value_or(LinkTrouble{});
}

bool BadLinks::is_lost(const LinkTrouble& trouble) { return rng_.chance(trouble.loss); }

Nanos BadLinks::time_on_the_way() {
  Nanos time{};
  for (const LinkTrouble* trouble : {&setup_.always, &std::as_const(now_)}) {
    const bool slow = trouble->slow > 0 && rng_.chance(trouble->slow);
    const Nanos more = slow ? trouble->slow_max : trouble->jitter;
    time += trouble->delay + Nanos(rng_.between(0, more.count()));
  }
  return time;
}

void BadLinks::deliver_after(Nanos time, raft::Message message) {
  if (time == Nanos::zero()) return deliver_(std::move(message));
  const Nanos due = steady_now() + time;
  const bool is_next = on_the_way_.empty() || due < on_the_way_.begin()->first;
  on_the_way_.emplace(due, std::move(message));
  if (is_next) await_next();
}

void BadLinks::await_next() {
  timer_.expires_after(on_the_way_.begin()->first - steady_now());
  timer_.async_wait([this](const std::error_code& error) {
    if (!error) deliver_due();
  });
}

void BadLinks::deliver_due() {
  const Nanos now = steady_now();
  while (!on_the_way_.empty() && on_the_way_.begin()->first <= now)
    deliver_(std::move(on_the_way_.extract(on_the_way_.begin()).mapped()));
  if (!on_the_way_.empty()) await_next();
}

}  // namespace plumbline::net
