#include "nemesis/perform.h"

#include <algorithm>

namespace plumbline {

namespace {

constexpr std::string_view k_heal = "heal-";

const Fault& named(const std::vector<Fault>& faults, const std::string& name) {
  const auto found = std::ranges::find(faults, name, &Fault::name);
  CHECK(found != faults.end(), "the schedule asks for a fault that was not given: " + name);
  return *found;
}

Deed failed(const Operation& operation, Error error) {
  return {.value = operation.value, .error = error.what, .failure = std::move(error)};
}

}  // namespace

Operation heal_operation(const Fault& fault) {
  return {.f = std::string(k_heal) + fault.name, .key = {}, .value = {}};
}

Deed perform(const std::vector<Fault>& faults, const Operation& operation, Cluster& cluster,
             Rng& rng) {
  if (operation.f.starts_with(k_heal)) {
    auto healed = named(faults, operation.f.substr(k_heal.size())).heal(cluster);
    if (!healed) return failed(operation, std::move(healed).error());
    return {.value = *std::move(healed), .error = {}, .failure = {}};
  }
  const Fault& fault = named(faults, operation.f);
  auto injected = fault.inject(cluster, operation.value.as_text(), rng);
  if (!injected) return failed(operation, std::move(injected).error());
  if (const auto* skipped = std::get_if<Skipped>(&*injected))
    return {.value = operation.value, .error = "skipped: " + skipped->why, .failure = {}};
  return {.value = std::get<Installed>(*injected).targets, .error = {}, .failure = {}};
}

std::vector<Operation> final_heals(const std::vector<Fault>& faults) {
  std::vector<const Fault*> order;
  for (const Fault& fault : faults) order.push_back(&fault);
  std::ranges::stable_sort(order, {}, &Fault::heal_order);
  std::vector<Operation> operations;
  for (const Fault* fault : order) operations.push_back(heal_operation(*fault));
  return operations;
}

}  // namespace plumbline
