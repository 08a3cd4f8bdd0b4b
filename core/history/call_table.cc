#include "core/history/call_table.h"

#include <array>

#include "core/base/text.h"

namespace plumbline {
namespace {

std::unexpected<Error> bad(const EventRow& event, const std::string& why) {
  return fail(Error::Code::corrupt,
              str("event ", event.index, ": process ", event.process, " ", why));
}

}  // namespace

Result<std::uint16_t> NameTable::id(std::string_view name) {
  const std::size_t place =
      (name.size() * 2 + (name.empty() ? 0 : static_cast<unsigned char>(name.front()))) % k_recent;
  if (recent_[place] < names_.size() && names_[recent_[place]] == name) return recent_[place];
  const std::uint32_t found =
      ids_.insert(texts_.text(name), static_cast<std::uint32_t>(names_.size()));
  if (found == names_.size()) {
    if (names_.size() == k_most)
      return fail(Error::Code::corrupt,
                  str("more than ", k_most, " different operations or nodes"));
    names_.emplace_back(name);
  }
  recent_[place] = static_cast<std::uint16_t>(found);
  return recent_[place];
}

Value CallTable::arguments(std::size_t row) const {
  const Value first = values_.value(argument_[row]);
  if (second_[row] == ValueTable::k_no_value) return first;
  return Value::list(first, values_.value(second_[row]));
}

Call CallTable::call(std::size_t row) const {
  Call call;
  call.id = id(row);
  call.process = processes_[process_[row]];
  call.f = fs_.name(f_[row]);
  call.key = key_value(key_[row]);
  call.arguments = arguments(row);
  call.type = type_[row];
  if (call.type == EventType::ok)
    call.result = result_[row] == k_same ? call.arguments : values_.value(result_[row]);
  call.invoked = invoked_[row];
  call.returned = returned_[row] == k_open_row ? k_open : static_cast<std::int64_t>(returned_[row]);
  call.invoke_time = invoke_time(row);
  call.return_time = return_time(row);
  if (error_[row] != ValueTable::k_nil) call.error = std::string(values_.text_of(error_[row]));
  call.node = nodes_.name(node_[row]);
  return call;
}

bool CallTable::looks_keyed() const {
  if (keys_.size() != 1 || keys_.front() != ValueTable::k_nil) return false;
  bool read = false;
  for (std::size_t row = 0; row < size(); ++row) {
    if (second_[row] == ValueTable::k_no_value) return false;
    if (fs_.name(f_[row]) != "read") continue;
    read = true;
    if (second_[row] != ValueTable::k_nil) return false;
  }
  return read;
}

void CallTable::split_keys() {
  FlatMap<ValueId> numbers;
  const std::vector<ValueId> before = std::exchange(keys_, {});
  const auto number = [&](ValueId key) {
    const auto fresh = static_cast<std::uint32_t>(keys_.size());
    const std::uint32_t found = numbers.insert(key, fresh);
    if (found == fresh) keys_.push_back(key);
    return found;
  };
  const auto pair = [&](ValueId id) {
    return values_.is_list(id) && values_.elements(id).size() == 2;
  };
  for (std::size_t row = 0; row < size(); ++row) {
    const bool splits = before[key_[row]] == ValueTable::k_nil;
    if (splits && result_[row] != k_same && pair(result_[row]))
      result_[row] = values_.elements(result_[row])[1];
    if (!splits || second_[row] == ValueTable::k_no_value) {
      key_[row] = number(before[key_[row]]);
      continue;
    }
    key_[row] = number(argument_[row]);
    const ValueId value = std::exchange(second_[row], ValueTable::k_no_value);
    argument_[row] = value;
    if (!pair(value)) continue;
    argument_[row] = values_.elements(value)[0];
    second_[row] = values_.elements(value)[1];
    if (result_[row] == value) result_[row] = k_same;
  }
}

Status CallTableBuilder::add(const EventRow& event) {
  constexpr std::uint64_t k_most_events = CallTable::k_open_row;
  if (table_.events_ == k_most_events)
    return fail(Error::Code::corrupt, str("event ", event.index, ": more than ", k_most_events,
                                          " events; judge the history in parts, key by key"));
  if (table_.values_.full())
    return fail(Error::Code::corrupt, str("event ", event.index,
                                          ": more than 2^31 different values; judge the history "
                                          "in parts, key by key"));
  if (event.process == k_nemesis) {
    ++table_.events_;
    return {};
  }
  const auto fresh = static_cast<std::uint32_t>(open_.size());
  const std::uint32_t slot = slots_.insert(static_cast<std::uint64_t>(event.process), fresh);
  if (slot == fresh) {
    open_.push_back(CallTable::k_open_row);
    table_.processes_.push_back(event.process);
  }
  TRY(event.type == EventType::invoke ? invoke(event, slot) : complete(event, slot));
  ++table_.events_;
  return {};
}

void CallTableBuilder::note_id(std::int64_t index) {
  Column<std::int64_t>& ids = table_.ids_;
  if (ids.empty()) {
    if (index == static_cast<std::int64_t>(table_.events_)) return;
    for (std::size_t row = 0; row < table_.invoked_.size(); ++row)
      ids.push_back(table_.invoked_[row]);
  }
  ids.push_back(index);
}

Status CallTableBuilder::invoke(const EventRow& event, std::uint32_t slot) {
  if (open_[slot] != CallTable::k_open_row)
    return bad(event, str("invokes '", event.f, "' while its last call is open"));
  TRY_ASSIGN(const std::uint16_t f, table_.fs_.id(event.f));
  TRY_ASSIGN(const std::uint16_t node, table_.nodes_.id(event.node));
  open_[slot] = static_cast<std::uint32_t>(table_.size());
  const auto fresh = static_cast<std::uint32_t>(table_.keys_.size());
  const std::uint32_t key = key_numbers_.insert(event.key, fresh);
  if (key == fresh) table_.keys_.push_back(event.key);
  note_id(event.index);
  table_.type_.push_back(EventType::info);
  table_.f_.push_back(f);
  table_.node_.push_back(node);
  table_.key_.push_back(key);
  table_.process_.push_back(slot);
  table_.invoked_.push_back(static_cast<std::uint32_t>(table_.events_));
  table_.returned_.push_back(CallTable::k_open_row);
  table_.argument_.push_back(event.value);
  table_.second_.push_back(event.second);
  table_.result_.push_back(ValueTable::k_nil);
  table_.error_.push_back(ValueTable::k_nil);
  table_.invoke_time_.push_back(event.time);
  table_.return_time_.push_back(k_never.count());
  return {};
}

Status CallTableBuilder::complete(const EventRow& event, std::uint32_t slot) {
  const std::uint32_t row = open_[slot];
  if (row == CallTable::k_open_row)
    return bad(event, str("completes '", event.f, "', which it did not invoke"));
  if (const std::string& invoked = table_.fs_.name(table_.f_[row]); invoked != event.f)
    return bad(event, str("completes '", event.f, "' but invoked '", invoked, "'"));
  if (!event.node.empty()) {
    TRY_ASSIGN(table_.node_[row], table_.nodes_.id(event.node));
  }
  open_[slot] = CallTable::k_open_row;
  table_.type_[row] = event.type;
  table_.error_[row] = event.error;
  table_.return_time_[row] = event.time;
  if (event.type != EventType::info)
    table_.returned_[row] = static_cast<std::uint32_t>(table_.events_);
  if (event.type != EventType::ok) return {};
  if (event.value == table_.argument_[row] && event.second == table_.second_[row]) {
    table_.result_[row] = CallTable::k_same;
  } else if (event.second == ValueTable::k_no_value) {
    table_.result_[row] = event.value;
  } else {
    const std::array<ValueId, 2> pair{event.value, event.second};
    table_.result_[row] = table_.values_.list(pair);
  }
  return {};
}

Status CallTableBuilder::add(const Event& event) {
  ValueTable& values = table_.values_;
  EventRow row{.index = event.index,
               .time = event.time.count(),
               .process = event.process,
               .type = event.type,
               .f = event.f,
               .node = event.node};
  if (event.process == k_nemesis) return add(row);
  row.key = values.id(event.key);
  if (event.value.is_list() && event.value.as_list().size() == 2) {
    row.value = values.id(event.value.as_list()[0]);
    row.second = values.id(event.value.as_list()[1]);
  } else {
    row.value = values.id(event.value);
  }
  if (!event.error.empty()) row.error = values.text(event.error);
  return add(row);
}

Result<CallTable> table_of(const History& history) {
  CallTableBuilder builder;
  for (const Event& event : history) TRY(builder.add(event));
  return builder.finish();
}

}  // namespace plumbline
