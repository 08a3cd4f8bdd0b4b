#include "simulator/weather.h"

#include <functional>
#include <vector>

#include "core/base/text.h"

namespace plumbline::simulator {
namespace {

/// A field of Weather: what it is called, and how it is written and read.
struct Field {
  const char* name;
  std::function<std::string(const Weather&)> text;
  std::function<bool(Weather&, const std::string&)> read;
};

/// In the largest unit that is exact: "20ms", "1500us".
std::string exact(Nanos time) {
  if (time % 1s == Nanos::zero()) return str(time / 1s, "s");
  if (time % 1ms == Nanos::zero()) return str(time / 1ms, "ms");
  if (time % 1us == Nanos::zero()) return str(time / 1us, "us");
  return str(time.count(), "ns");
}

Field time_field(const char* name, Nanos Weather::* member) {
  return {name, [=](const Weather& w) { return exact(w.*member); },
          [=](Weather& w, const std::string& text) {
            const auto time = parse_duration(text);
            if (!time || *time < Nanos::zero()) return false;
            w.*member = *time;
            return true;
          }};
}

/// Shares are whole millionths, so that their text is exact.
constexpr std::int64_t k_whole = 1'000'000;
double share_of(std::int64_t millionths) {
  return static_cast<double>(millionths) / static_cast<double>(k_whole);
}
std::int64_t millionths_of(double share) {
  return static_cast<std::int64_t>(share * static_cast<double>(k_whole) + 0.5);
}

std::string share_text(double share) {
  const std::int64_t millionths = millionths_of(share);
  std::string digits = std::to_string(k_whole + millionths % k_whole).substr(1);
  digits.erase(digits.find_last_not_of('0') + 1);
  return str(millionths / k_whole, digits.empty() ? "" : ".", digits);
}

Field share_field(const char* name, double Weather::* member) {
  return {name, [=](const Weather& w) { return share_text(w.*member); },
          [=](Weather& w, const std::string& text) {
            const auto share = parse_share(text);
            if (share) w.*member = share_of(millionths_of(*share));
            return share.has_value();
          }};
}

Field count_field(const char* name, std::uint64_t Weather::* member) {
  return {name, [=](const Weather& w) { return std::to_string(w.*member); },
          [=](Weather& w, const std::string& text) {
            const auto number = parse_int(text);
            if (!number || *number < 1) return false;
            w.*member = static_cast<std::uint64_t>(*number);
            return true;
          }};
}

Field switch_field(const char* name, bool Weather::* member) {
  return {name, [=](const Weather& w) { return std::string(w.*member ? "yes" : "no"); },
          [=](Weather& w, const std::string& text) {
            w.*member = text == "yes";
            return text == "yes" || text == "no";
          }};
}

const std::vector<Field>& fields() {
  static const std::vector<Field> k_fields = {
      time_field("delay-min", &Weather::delay_min),
      time_field("delay-max", &Weather::delay_max),
      share_field("slow", &Weather::slow),
      time_field("slow-max", &Weather::slow_max),
      share_field("loss", &Weather::loss),
      share_field("duplicate", &Weather::duplicate),
      time_field("sync-min", &Weather::sync_min),
      time_field("sync-max", &Weather::sync_max),
      share_field("torn", &Weather::torn),
      share_field("reset-voted", &Weather::reset_voted),
      share_field("reset-appended", &Weather::reset_appended),
      share_field("reset-installed", &Weather::reset_installed),
      share_field("drift", &Weather::drift),
      time_field("election-min", &Weather::election_min),
      time_field("election-max", &Weather::election_max),
      time_field("heartbeat", &Weather::heartbeat),
      count_field("snapshot-every", &Weather::snapshot_every),
      count_field("segment-bytes", &Weather::segment_bytes),
      count_field("chunk-bytes", &Weather::chunk_bytes),
      count_field("append-bytes", &Weather::append_bytes),
      count_field("inflight", &Weather::inflight),
      count_field("inflight-bytes", &Weather::inflight_bytes),
      switch_field("sessions", &Weather::sessions),
      time_field("patience", &Weather::patience),
  };
  return k_fields;
}

/// Empty if the settings go together.
std::string what_is_wrong(const Weather& weather) {
  if (weather.delay_max < weather.delay_min || weather.slow_max < weather.delay_min)
    return "delay-max and slow-max must not be less than delay-min";
  if (weather.sync_max < weather.sync_min) return "sync-max must not be less than sync-min";
  if (weather.election_max < weather.election_min)
    return "election-max must not be less than election-min";
  if (weather.heartbeat < 10ms || weather.election_min < 2 * weather.heartbeat)
    return "heartbeat must be 10ms or more, and election-min at least twice that";
  constexpr double k_most_drift = 0.5;
  return weather.drift > k_most_drift ? "drift must be at most 0.5" : "";
}

double drawn_share(Rng& rng, std::int64_t most_millionths) {
  return share_of(rng.between(0, most_millionths));
}

Nanos drawn_time(Rng& rng, Nanos low, Nanos high) {
  constexpr Nanos k_step = 10us;
  return k_step * rng.between(low / k_step, high / k_step);
}

}  // namespace

Weather draw_weather(Rng& rng) {
  Weather weather;
  if (rng.chance(0.5)) {  // a network that is worse than a rack's
    weather.delay_max = drawn_time(rng, 1ms, 20ms);
    if (rng.chance(0.5)) weather.slow = drawn_share(rng, 50'000);
    weather.slow_max = drawn_time(rng, 50ms, 600ms);
  }
  if (rng.chance(0.5)) weather.loss = drawn_share(rng, 100'000);
  if (rng.chance(0.5)) weather.duplicate = drawn_share(rng, 100'000);
  if (rng.chance(0.5)) weather.sync_max = drawn_time(rng, 1ms, 30ms);
  weather.torn = drawn_share(rng, 1'000'000);
  if (rng.chance(0.3)) weather.drift = drawn_share(rng, 20'000);
  if (rng.chance(0.3)) {  // nodes in a hurry
    weather.election_min = drawn_time(rng, 100ms, 300ms);
    weather.election_max = weather.election_min + drawn_time(rng, 50ms, 300ms);
    weather.heartbeat = weather.election_min / 5;
  }
  weather.snapshot_every = static_cast<std::uint64_t>(rng.between(20, 400));
  weather.segment_bytes = static_cast<std::uint64_t>(rng.between(4, 64)) << 10;
  weather.chunk_bytes = static_cast<std::uint64_t>(rng.between(256, 8192));
  weather.append_bytes = rng.chance(0.3) ? 512 : 64 << 10;
  weather.inflight = static_cast<std::uint64_t>(rng.between(1, 64));
  weather.sessions = rng.chance(0.5);
  return weather;
}

std::string to_text(const Weather& weather) {
  const Weather plain;
  std::vector<std::string> words;
  for (const Field& field : fields())
    if (field.text(weather) != field.text(plain))
      words.push_back(str(field.name, '=', field.text(weather)));
  return join(words, ",");
}

plumbline::Result<Weather> parse_weather(std::string_view text) {
  Weather weather;
  for (const std::string& word : split(text, ',')) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    std::vector<std::string> names;
    const Field* found = nullptr;
    for (const Field& field : fields()) {
      names.emplace_back(field.name);
      if (field.name == name) found = &field;
    }
    if (found == nullptr) {
      const auto close = nearest(name, names);
      return fail(Error::Code::invalid,
                  str("weather has no '", printable(name), "'",
                      close ? str(": did you mean '", *close, "'?") : std::string()));
    }
    if (!found->read(weather, value))
      return fail(Error::Code::invalid,
                  str("weather: ", name, " cannot be '", printable(value), "'"));
  }
  if (std::string wrong = what_is_wrong(weather); !wrong.empty())
    return fail(Error::Code::invalid, "weather: " + wrong);
  return weather;
}

}  // namespace plumbline::simulator
