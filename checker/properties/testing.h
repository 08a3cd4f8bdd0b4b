#pragma once
/// For the tests of properties: histories written down call by call.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "checker/properties/property.h"

namespace plumbline::testing_properties {

class Script {
 public:
  Script& begin(ProcessId process, const std::string& f, Value value = {}, Value key = "x") {
    pending_[process] = {f, key};
    return add(process, EventType::invoke, f, std::move(key), std::move(value));
  }
  Script& end(ProcessId process, Value value, EventType type = EventType::ok) {
    const auto [f, key] = pending_.at(process);
    return add(process, type, f, key, std::move(value));
  }
  Script& read(ProcessId process, Value value, Value key = "x") {
    return begin(process, "read", {}, std::move(key)).end(process, std::move(value));
  }
  Script& write(ProcessId process, const Value& value, Value key = "x") {
    return begin(process, "write", value, std::move(key)).end(process, value);
  }
  Script& txn(ProcessId process, const Value& asked, const Value& answered,
              EventType type = EventType::ok) {
    return begin(process, "txn", asked, {}).end(process, answered, type);
  }
  const History& history() const { return history_; }

 private:
  Script& add(ProcessId process, EventType type, const std::string& f, Value key, Value value) {
    const auto index = static_cast<std::int64_t>(history_.size());
    history_.push_back({.index = index,
                        .time = Nanos(index * 1'000'000),
                        .process = process,
                        .type = type,
                        .f = f,
                        .key = std::move(key),
                        .value = std::move(value)});
    return *this;
  }
  History history_;
  std::map<ProcessId, std::pair<std::string, Value>> pending_;
};

inline Verdict judged(const std::string& property, const History& history,
                      const PropertyOptions& options = {}) {
  auto verdict = check_property(property, history, options);
  EXPECT_TRUE(verdict) << verdict.error().what;
  return verdict ? *std::move(verdict) : Verdict{};
}

inline std::string figure(const Verdict& verdict, const std::string& name) {
  for (const auto& [each, value] : verdict.figures)
    if (each == name) return value;
  return "";
}

}  // namespace plumbline::testing_properties
