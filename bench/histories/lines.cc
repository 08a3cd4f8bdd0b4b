#include "bench/histories/lines.h"

namespace plumbline::bench {
namespace {

/// What a model calls an operation.
std::string_view word(Model model, Op op) {
  const bool cell = model == Model::register_ || model == Model::cas_register;
  switch (op) {
    case Op::observe:
      return model == Model::kv ? "get" : model == Model::set ? "contains" : "read";
    case Op::compare:
      return "cas";
    case Op::take:
      return model == Model::lock             ? "release"
             : model == Model::set            ? "remove"
             : model == Model::stack          ? "pop"
             : model == Model::priority_queue ? "pop-min"
                                              : "dequeue";
    case Op::append:
      return "append";
    case Op::put:
      break;
  }
  if (cell) return "write";
  if (model == Model::kv) return "put";
  if (model == Model::list_append) return "append";
  if (model == Model::lock) return "acquire";
  if (model == Model::stack) return "push";
  if (model == Model::priority_queue) return "insert";
  return is_collection(model) ? "enqueue" : "add";
}

}  // namespace

void Lines::arguments(const Call& call) {
  const bool none = call.op == Op::observe || call.op == Op::take || model_ == Model::set ||
                    model_ == Model::lock;
  if (none) return;
  if (call.op == Op::compare)
    *this << ",\"value\":[" << call.expected << "," << call.argument << "]";
  else if (model_ == Model::kv)
    *this << ",\"value\":\"x" << call.argument << "\"";
  else
    *this << ",\"value\":" << call.argument;
}

void Lines::answer(const Call& call) {
  switch (call.answer) {
    case Answer::nothing:
      return arguments(call);
    case Answer::number:
      *this << ",\"value\":" << call.number;
      return;
    case Answer::flag:
      *this << ",\"value\":" << (call.number != 0 ? "true" : "false");
      return;
    case Answer::list:
      break;
  }
  const bool text = model_ == Model::kv;
  *this << (text ? ",\"value\":\"" : ",\"value\":[");
  for (std::size_t i = 0; i < call.list.size(); ++i) {
    if (text || i > 0) *this << (text ? "x" : ",");
    *this << call.list[i];
  }
  *this << (text ? "\"" : "]");
}

void Lines::add(std::int64_t time, ProcessId process, EventType type, const Call& call) {
  *this << "{\"index\":" << index_++ << ",\"time\":" << time << ",\"process\":" << process
        << ",\"type\":\"" << to_string(type) << "\",\"f\":\"" << word(model_, call.op) << "\"";
  if (keyed_) *this << ",\"key\":" << static_cast<std::int64_t>(call.key);
  if (type == EventType::ok)
    answer(call);
  else
    arguments(call);
  *this << "}\n";
  if (text_.size() < k_piece) return;
  out_(text_);
  text_.clear();
}

}  // namespace plumbline::bench
