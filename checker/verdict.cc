#include "checker/verdict.h"

#include <nlohmann/json.hpp>

#include "core/base/text.h"

namespace plumbline {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Value& value) {
  if (value.is_bool()) return value.as_bool();
  if (value.is_int()) return value.as_int();
  if (value.is_text()) return value.as_text();
  if (value.is_nil()) return nullptr;
  Json list = Json::array();
  for (const Value& item : value.as_list()) list.push_back(json_of(item));
  return list;
}

Json json_of(const Call& call) {
  Json json = {{"id", call.id}, {"process", call.process}, {"f", call.f}};
  if (!call.key.is_nil()) json["key"] = json_of(call.key);
  json["arguments"] = json_of(call.arguments);
  json["type"] = to_string(call.type);
  if (call.type == EventType::ok) json["result"] = json_of(call.result);
  json["invoked_ns"] = call.invoke_time.count();
  if (call.return_time != k_never) json["returned_ns"] = call.return_time.count();
  if (!call.error.empty()) json["error"] = call.error;
  if (!call.node.empty()) json["node"] = call.node;
  return json;
}

Json json_of(const Counterexample& example) {
  Json core = Json::array();
  for (const Call& call : example.core) core.push_back(json_of(call));
  Json json = {{"key", json_of(example.key)},
               {"explanation", example.explanation},
               {"core", std::move(core)},
               {"prefix", example.prefix},
               {"state", example.state},
               {"unplaceable", example.unplaceable},
               {"explained_up_to", example.explained_up_to}};
  if (example.may_be_smaller) json["may_be_smaller"] = true;
  if (example.after) json["after"] = *example.after;
  if (example.counted) json["counted"] = true;
  if (example.any_state) json["any_state"] = true;
  if (example.only) json["only"] = json_of(Value(*example.only));
  return json;
}

Json json_of(const Verdict& verdict) {
  Json json = {{"check", verdict.check}, {"validity", to_string(verdict.validity)}};
  if (!verdict.reason.empty()) json["reason"] = verdict.reason;
  if (!verdict.figures.empty()) {
    Json figures = Json::object();
    for (const auto& [name, value] : verdict.figures) figures[name] = value;
    json["figures"] = std::move(figures);
  }
  for (const Counterexample& example : verdict.counterexamples)
    json["counterexamples"].push_back(json_of(example));
  for (const Verdict& part : verdict.parts) json["parts"].push_back(json_of(part));
  return json;
}

}  // namespace

const char* to_string(Validity validity) {
  switch (validity) {
    case Validity::valid:
      return "valid";
    case Validity::unknown:
      return "unknown";
    case Validity::invalid:
      return "invalid";
  }
  return "?";
}

Verdict compose(std::string check, std::vector<Verdict> parts) {
  Verdict whole{.check = std::move(check)};
  for (const Verdict& part : parts) whole.validity = merge(whole.validity, part.validity);
  std::vector<std::string> reasons;
  for (const Verdict& part : parts)
    if (part.validity == whole.validity && !part.reason.empty())
      reasons.push_back(part.check + ": " + part.reason);
  whole.reason = join(reasons, "; ");
  whole.parts = std::move(parts);
  return whole;
}

const Certificate* certificate_of(const Verdict& verdict) {
  if (verdict.certificate != nullptr) return verdict.certificate.get();
  for (const Verdict& part : verdict.parts)
    if (const Certificate* found = certificate_of(part); found != nullptr) return found;
  return nullptr;
}

const std::string& disagreement_in(const Verdict& verdict) {
  for (const Verdict& part : verdict.parts)
    if (const std::string& found = disagreement_in(part); !found.empty()) return found;
  return verdict.disagreement;
}

std::string to_json(const Verdict& verdict) {
  constexpr int k_indent = 2;
  // Texts come from systems under test: bytes that are not UTF-8 are replaced, never refused.
  return json_of(verdict).dump(k_indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace plumbline
