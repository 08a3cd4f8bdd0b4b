#include "checker/certificate.h"

#include <charconv>
#include <span>

#include "core/base/text.h"
#include "core/history/codec.h"
#include "core/history/json_fields.h"
#include "core/history/json_reader.h"

namespace plumbline {
namespace {

constexpr const char* k_kind = "certificate";
constexpr std::int64_t k_version = 1;
/// A line holds no more ids: who reads it need not hold a whole key's as text.
constexpr std::size_t k_ids_a_line = 10'000;

void add_ids(std::string& text, const char* name, std::span<const std::int64_t> ids) {
  text += str(",\"", name, "\":[");
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i > 0) text += ',';
    char digits[24];
    const auto end = std::to_chars(std::begin(digits), std::end(digits), ids[i]);
    text.append(digits, end.ptr);
  }
  text += ']';
}

std::string key_field(const Value& key) { return "{\"key\":" + to_json_text(key); }

void add_order(std::string& text, const KeyOrder& order) {
  const std::span<const std::int64_t> ids = order.ids;
  std::size_t from = 0;
  do {
    text += key_field(order.key);
    add_ids(text, "order", ids.subspan(from, std::min(k_ids_a_line, ids.size() - from)));
    text += "}\n";
    from += k_ids_a_line;
  } while (from < ids.size());
}

void add_core(std::string& text, const KeyCore& core) {
  text += key_field(core.key);
  add_ids(text, "required", core.required);
  add_ids(text, "optional", core.optional);
  if (core.after) text += str(",\"after\":", *core.after);
  if (core.counted) text += ",\"counted\":true";
  if (core.any_state) text += ",\"any_state\":true";
  if (core.only) text += ",\"only\":" + to_json_text(Value(*core.only));
  text += "}\n";
}

Result<std::vector<std::int64_t>> ids_of(const JsonFields& fields, const std::string& name) {
  TRY_ASSIGN(const Value::List list, fields.list(name));
  std::vector<std::int64_t> ids;
  ids.reserve(list.size());
  for (const Value& id : list) {
    if (!id.is_int() || id.as_int() < 0) return fields.wrong(name, "a list of call ids");
    ids.push_back(id.as_int());
  }
  return ids;
}

Result<Certificate> parse_head(const JsonFields& fields) {
  if (fields.get("plumbline") != Value(k_kind)) return fields.wrong("not a certificate");
  TRY_ASSIGN(const std::int64_t version, fields.number("version"));
  if (version != k_version)
    return fields.wrong(str("version ", version, ", this program knows ", k_version));
  Certificate certificate;
  TRY_ASSIGN(const std::string verdict, fields.text("verdict"));
  certificate.valid = verdict == "valid";
  if (!certificate.valid && verdict != "invalid")
    return fields.wrong("verdict", "valid or invalid");
  TRY_ASSIGN(certificate.model, fields.text("model"));
  certificate.initial = fields.get("initial");
  TRY_ASSIGN(certificate.digest, fields.text("digest"));
  TRY_ASSIGN(certificate.calls, fields.number("calls"));
  return certificate;
}

Status parse_order(const JsonFields& fields, Certificate& certificate) {
  TRY_ASSIGN(const std::vector<std::int64_t> ids, ids_of(fields, "order"));
  const Value key = fields.get("key");
  if (certificate.orders.empty() || certificate.orders.back().key != key)
    certificate.orders.push_back({.key = key});
  auto& all = certificate.orders.back().ids;
  all.insert(all.end(), ids.begin(), ids.end());
  return {};
}

Status parse_core(const JsonFields& fields, Certificate& certificate) {
  KeyCore core{.key = fields.get("key")};
  TRY_ASSIGN(core.required, ids_of(fields, "required"));
  TRY_ASSIGN(core.optional, ids_of(fields, "optional"));
  if (fields.has("after")) {
    TRY_ASSIGN(core.after, fields.number("after"));
  }
  core.counted = fields.get("counted") == Value(true);
  core.any_state = fields.get("any_state") == Value(true);
  if (fields.has("only")) {
    TRY_ASSIGN(core.only, fields.list("only"));
  }
  certificate.cores.push_back(std::move(core));
  return {};
}

}  // namespace

std::string to_text(const Certificate& certificate) {
  std::string text = str("{\"plumbline\":\"", k_kind, "\",\"version\":", k_version,
                         ",\"verdict\":\"", certificate.valid ? "valid" : "invalid",
                         "\",\"model\":", to_json_text(Value(certificate.model)),
                         ",\"initial\":", to_json_text(certificate.initial),
                         ",\"digest\":", to_json_text(Value(certificate.digest)),
                         ",\"calls\":", certificate.calls, "}\n");
  for (const KeyOrder& order : certificate.orders) add_order(text, order);
  for (const KeyCore& core : certificate.cores) add_core(text, core);
  return text;
}

Result<Certificate> parse_certificate(std::string_view text, const std::string& name) {
  Certificate certificate;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string where = str(name, ":", ++number);
    JsonReader reader(line);
    const auto object = reader.value();
    if (!object) return context(object.error(), where);
    if (reader.peek() != '\0') return context(reader.bad("more than one value").error(), where);
    TRY_ASSIGN(const JsonFields fields, JsonFields::of(*object, where));
    if (number == 1) {
      TRY_ASSIGN(certificate, parse_head(fields));
    } else {
      TRY(certificate.valid ? parse_order(fields, certificate) : parse_core(fields, certificate));
    }
  }
  if (number == 0) return fail(Error::Code::corrupt, name + ": is empty");
  return certificate;
}

}  // namespace plumbline
