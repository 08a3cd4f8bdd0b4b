#include "checker/properties/register_versions.h"

#include "core/base/text.h"

namespace plumbline::properties {
namespace {

struct Shape {
  std::optional<Value> reads{}, writes{};
};

Result<Shape> shape_of(const Call& call) {
  const bool ok = call.type == EventType::ok;
  if (call.f == "read") return Shape{.reads = ok ? std::optional(call.result) : std::nullopt};
  if (call.f == "write") return Shape{.writes = call.arguments};
  const bool pair = call.arguments.is_list() && call.arguments.as_list().size() == 2;
  if (call.f == "cas" && pair)
    return Shape{.reads = call.arguments.as_list()[0], .writes = call.arguments.as_list()[1]};
  return fail(Error::Code::invalid,
              str("call ", call.id, " (", call.f, ") is no read, write or cas [expected new]"));
}

class Gatherer {
 public:
  Gatherer(const std::vector<Call>& calls, const Value& initial)
      : calls_(calls), initial_(initial) {}

  Result<RegisterVersions> gather() {
    for (const Call& call : calls_) {
      TRY_ASSIGN(shapes_.emplace_back(), shape_of(call));
      register_of(call.key);
    }
    TRY(find_writers());
    find_those_that_happened();
    for (std::size_t i = 0; i < calls_.size(); ++i)
      if (happened_[i]) add(i);
    return std::move(found_);
  }

 private:
  std::uint32_t register_of(const Value& key) {
    const auto [at, fresh] =
        registers_.emplace(key, static_cast<std::uint32_t>(found_.keys.size()));
    if (fresh) {
      found_.keys.push_back(key);
      values_.emplace_back();
      versions_.emplace_back();
      version_of(at->second, initial_);
      found_.versions.back().initial = true;
    }
    return at->second;
  }
  std::uint32_t version_of(std::uint32_t reg, const Value& value) {
    const auto [at, fresh] =
        versions_[reg].emplace(value, static_cast<std::uint32_t>(found_.versions.size()));
    if (fresh) found_.versions.push_back({.register_id = reg, .value = value});
    return at->second;
  }
  Status find_writers() {
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      if (!shapes_[i].writes || calls_[i].type == EventType::fail) continue;
      const std::uint32_t reg = register_of(calls_[i].key);
      const bool fresh = values_[reg].emplace(*shapes_[i].writes, i).second;
      if (!fresh || *shapes_[i].writes == initial_)
        return fail(Error::Code::invalid,
                    str("call ", calls_[i].id, " writes ", to_string(*shapes_[i].writes), " to ",
                        to_string(calls_[i].key),
                        " again: this property needs values that are written but once"));
    }
    return {};
  }
  /// An indeterminate cas that happened also read: its old value's writer happened too.
  void find_those_that_happened() {
    happened_.assign(calls_.size(), false);
    std::vector<std::size_t> work;
    const auto happened = [&](std::size_t i) {
      if (happened_[i]) return;
      happened_[i] = true;
      work.push_back(i);
    };
    for (std::size_t i = 0; i < calls_.size(); ++i)
      if (calls_[i].type == EventType::ok) happened(i);
    while (!work.empty()) {
      const std::size_t i = work.back();
      work.pop_back();
      if (!shapes_[i].reads) continue;
      const auto& values = values_[register_of(calls_[i].key)];
      if (const auto writer = values.find(*shapes_[i].reads); writer != values.end())
        happened(writer->second);
    }
  }
  void add(std::size_t i) {
    Access access{.call = &calls_[i], .register_id = register_of(calls_[i].key)};
    const std::uint32_t reg = access.register_id;
    if (shapes_[i].reads) {
      access.reads = version_of(reg, *shapes_[i].reads);
      if (*shapes_[i].reads != initial_ && !values_[reg].contains(*shapes_[i].reads))
        found_.phantoms.push_back(&calls_[i]);
    }
    if (shapes_[i].writes) {
      access.writes = version_of(reg, *shapes_[i].writes);
      found_.versions[*access.writes].writer = static_cast<std::uint32_t>(found_.accesses.size());
    }
    found_.accesses.push_back(access);
  }

  const std::vector<Call>& calls_;
  const Value initial_;
  RegisterVersions found_;
  std::vector<Shape> shapes_;
  std::vector<bool> happened_;
  std::unordered_map<Value, std::uint32_t> registers_;
  std::vector<std::unordered_map<Value, std::size_t>> values_;  // register -> value -> its write
  std::vector<std::unordered_map<Value, std::uint32_t>> versions_;  // register -> value -> version
};

}  // namespace

Result<RegisterVersions> gather_versions(const std::vector<Call>& calls, const Value& initial) {
  return Gatherer(calls, initial).gather();
}

}  // namespace plumbline::properties
