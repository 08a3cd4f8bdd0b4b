#include "core/history/operation_fields.h"

#include "core/base/text.h"

namespace plumbline {
namespace {

std::unexpected<Error> wrong(std::string_view name, const char* expected) {
  return fail(Error::Code::corrupt, str("\"", name, "\" must be ", expected));
}

}  // namespace

Status OperationFields::set_type(std::string_view type) {
  for (const EventType known :
       {EventType::invoke, EventType::ok, EventType::fail, EventType::info}) {
    if (type != to_string(known)) continue;
    event_.type = known;
    type_ = true;
    return {};
  }
  return wrong("type", "invoke, ok, fail or info");
}

void OperationFields::set_f(std::string_view f) {
  event_.f = f;
  f_ = true;
}

Status OperationFields::set(std::string_view name, Value value) {
  if (name == "index" || name == "time") {
    if (!value.is_int() || value.as_int() < 0) return wrong(name, "an integer from 0");
    if (name == "time") {
      event_.time = Nanos(value.as_int());
    } else {
      event_.index = value.as_int();
      index_ = true;
    }
  } else if (name == "process") {
    const bool nemesis = value == Value("nemesis");
    if (!nemesis && (!value.is_int() || value.as_int() < 0))
      return wrong(name, "a number from 0, or nemesis");
    event_.process = nemesis ? k_nemesis : value.as_int();
    process_ = true;
  } else if (name == "type") {
    return set_type(value.is_text() ? std::string_view(value.as_text()) : "");
  } else if (name == "f" || name == "node") {
    if (!value.is_text()) return wrong(name, "a text");
    (name == "f" ? event_.f : event_.node) = value.as_text();
    f_ = f_ || name == "f";
  } else if (name == "error") {
    event_.error = value.is_text() ? value.as_text() : value.is_nil() ? "" : to_string(value);
  } else if (name == "key") {
    event_.key = std::move(value);
  } else if (name == "value") {
    event_.value = std::move(value);
  }
  return {};
}

Result<Event> OperationFields::finish() {
  const auto missing = [](const char* name) {
    return fail(Error::Code::corrupt, std::string("\"") + name + "\" is missing");
  };
  if (!process_) return missing("process");
  if (!type_) return missing("type");
  if (!f_) return missing("f");
  return std::move(event_);
}

}  // namespace plumbline
