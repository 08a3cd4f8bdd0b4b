#include "bench/histories/plant.h"

#include <algorithm>

namespace plumbline::bench {

Plant::Plant(const Shape& shape)
    : shape_(shape),
      stage_(shape.violation == Violation::none ? Stage::over : Stage::early),
      start_(static_cast<std::int64_t>(shape.at * static_cast<double>(shape.calls))) {}

bool Plant::is_value() const {
  return shape_.model == Model::register_ || shape_.model == Model::cas_register ||
         shape_.model == Model::kv;
}

bool Plant::writes_own_value(const Call& call) const {
  const bool writes = call.op == Op::put || call.op == Op::compare;
  return is_value() && writes && shape_.values != 0 && call.argument == shape_.values;
}

bool Plant::wants_answer(const Call& call) const {
  if (is(Violation::none)) return false;
  if (shape_.model == Model::lock) return call.op == Op::put;
  if (call.key != 0) return false;
  return writes_own_value(call) || (shape_.model == Model::set && call.op == Op::take);
}

bool Plant::bars(const Call& call) const {
  if (call.key != 0 || stage_ == Stage::early || stage_ == Stage::over) return false;
  const bool takes = call.op == Op::take;
  if (is_value())
    return is(Violation::lost_write) ? call.op != Op::observe : writes_own_value(call);
  if (shape_.model == Model::counter) return !is(Violation::stale_read) && call.op == Op::put;
  if (is(Violation::reorder)) return is_collection(shape_.model);
  if (is(Violation::duplicate) || is(Violation::phantom)) return false;
  return takes;
}

bool Plant::holds_back(std::size_t key) const {
  const bool now = stage_ == Stage::waits || stage_ == Stage::plays;
  return now && key == 0 && shape_.model != Model::lock;
}

void Plant::began(const Call& call, bool indeterminate, std::int64_t calls) {
  if (stage_ == Stage::early && calls >= start_) stage_ = Stage::waits;
  if (call.key != 0) return;
  if (call.op == Op::put) put_began_ += call.argument;
  if (call.op == Op::take) ++releases_;
  if (call.op == Op::take && indeterminate) ++maybe_taken_;
}

void Plant::answered(const Call& call) {
  if (call.key != 0) return;
  if (call.op == Op::put) put_ += shape_.model == Model::counter ? call.argument : 1;
  if (call.op == Op::take && call.answer == Answer::number) ++taken_;
}

void Plant::none_open() {
  if (shape_.model == Model::lock && put_ <= releases_) return;  // nobody holds it for certain
  stage_ = Stage::plays;
}

bool Plant::grant() {
  if (stage_ != Stage::plays || last_) return false;
  last_ = true;
  return true;
}

Call Plant::next(std::int64_t fresh, std::int64_t other) {
  const std::int64_t step = step_++;
  if (is_value()) return step_of_value(step, fresh, other);
  return is_collection(shape_.model) ? step_of_collection(step, fresh)
                                     : step_of_sum_or_list(step, fresh);
}

Call Plant::step_of_value(std::int64_t step, std::int64_t fresh, std::int64_t other) {
  if (is(Violation::phantom)) {
    last_ = true;
    a_ = shape_.values == 0 ? fresh : shape_.values + 1;
    return {.op = Op::observe, .lies = true};
  }
  const std::int64_t replaces = shape_.values == 0 ? fresh : other;
  if (step == 0) {
    a_ = shape_.values == 0 ? fresh : shape_.values;
    return {.op = Op::put, .argument = a_};
  }
  if (step == 1) return {.op = Op::put, .argument = replaces, .lies = is(Violation::lost_write)};
  last_ = true;
  if (!is(Violation::bad_cas)) return {.op = Op::observe, .lies = true};
  return {.op = Op::compare, .argument = replaces, .expected = a_, .lies = true};
}

Call Plant::step_of_sum_or_list(std::int64_t step, std::int64_t fresh) {
  const std::int64_t puts = is(Violation::phantom) ? 0 : is(Violation::reorder) ? 2 : 1;
  if (step == puts) {
    last_ = true;
    if (puts == 0) a_ = fresh;
    // Of the counter: too little for what was certainly added, or more than was ever added.
    const std::int64_t sum = puts == 0 ? put_began_ + 1 : put_ - a_;
    return {.op = Op::observe, .lies = true, .number = sum};
  }
  (step == 0 ? a_ : b_) = fresh;
  return {.op = Op::put, .argument = fresh, .lies = is(Violation::lost_write)};
}

Call Plant::step_of_collection(std::int64_t step, std::int64_t fresh) {
  if (is(Violation::reorder) && step < 2) {
    (step == 0 ? a_ : b_) = fresh;
    return {.op = Op::put, .argument = fresh};
  }
  if (is(Violation::reorder)) return {.op = Op::take, .lies = true};
  if (is(Violation::duplicate) && a_ == 0) return {.op = Op::take};
  const bool empties = is(Violation::wrong_empty) || is(Violation::lost);
  if (empties && put_ - taken_ <= maybe_taken_) return {.op = Op::put, .argument = fresh};
  last_ = true;
  if (is(Violation::phantom)) a_ = fresh;
  return {.op = Op::take, .lies = true};
}

void Plant::lie(Call& call, Object& object) {
  call.answer = Answer::nothing;
  if (call.op == Op::take) return lie_about_removal(call, object);
  if (call.op == Op::compare) return object.set_cell(call.argument);
  if (shape_.model == Model::counter) {
    call.answer = call.op == Op::put ? Answer::nothing : Answer::number;
    if (call.op == Op::put) object.set_cell(put_);
  } else if (shape_.model == Model::set) {
    call.answer = Answer::flag;
    call.number = call.op == Op::put ? 1 - object.cell() : 0;
    if (call.op == Op::put) object.set_cell(0);
  } else if (call.op == Op::observe && shape_.model == Model::kv) {
    call.answer = Answer::list;
    call.list = {a_};
  } else if (call.op == Op::observe && is_value()) {
    call.answer = Answer::number;
    call.number = a_;
  } else if (call.op == Op::observe) {
    lie_about_list(call, object);
  }
}

void Plant::lie_about_list(Call& call, const Object& object) const {
  call.answer = Answer::list;
  call.list = object.elements();
  const auto at = std::find(call.list.begin(), call.list.end(), a_);
  if (is(Violation::stale_read)) call.list.erase(at, call.list.end());
  if (is(Violation::duplicate) || is(Violation::phantom)) call.list.push_back(a_);
  if (is(Violation::reorder)) std::swap(*at, *std::find(at, call.list.end(), b_));
}

void Plant::lie_about_removal(Call& call, Object& object) {
  if (is(Violation::lost)) object.clear();
  if (is(Violation::lost) || is(Violation::wrong_empty)) return;
  call.answer = Answer::number;
  call.number = a_;
  if (!is(Violation::reorder)) return;
  call.number = object.front();
  const bool first = !a_out_ && !b_out_;
  if (first && call.number == a_)
    call.number = b_;
  else if (first && call.number == b_)
    call.number = a_;
  object.erase(call.number);
  a_out_ = a_out_ || call.number == a_;
  b_out_ = b_out_ || call.number == b_;
  last_ = a_out_ && b_out_;
}

void Plant::played(const Call& call) {
  if (is(Violation::duplicate) && call.op == Op::take && call.answer == Answer::number)
    a_ = call.number;
  if (last_) stage_ = Stage::over;
}

}  // namespace plumbline::bench
