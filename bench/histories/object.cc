#include "bench/histories/object.h"

#include <algorithm>
#include <functional>

namespace plumbline::bench {

bool Object::apply(Call& call, Rng& rng) {
  call.answer = Answer::nothing;
  call.refused = false;
  switch (model_) {
    case Model::register_:
    case Model::cas_register:
      if (call.op == Op::observe) {
        call.answer = cell_ == 0 ? Answer::nothing : Answer::number;
        call.number = cell_;
      } else if (call.op == Op::compare && cell_ != call.expected) {
        call.refused = true;
      } else {
        cell_ = call.argument;
      }
      return true;
    case Model::counter:
      call.answer = call.op == Op::observe ? Answer::number : Answer::nothing;
      if (call.op == Op::put) cell_ += call.argument;
      call.number = cell_;
      return true;
    case Model::set:
      call.answer = Answer::flag;
      call.number = call.op == Op::put ? 1 - cell_ : cell_;
      if (call.op != Op::observe) cell_ = call.op == Op::put ? 1 : 0;
      return true;
    case Model::lock:
      if ((call.op == Op::put) == (cell_ == 1)) return false;
      cell_ = 1 - cell_;
      return true;
    case Model::kv:
    case Model::list_append:
    case Model::gset:
      if (call.op == Op::observe) {
        call.answer = Answer::list;
        call.list = elements_;
        return true;
      }
      if (model_ == Model::kv && call.op == Op::put) elements_.clear();
      if (model_ != Model::gset || distinct_ ||
          std::find(elements_.rbegin(), elements_.rend(), call.argument) == elements_.rend())
        elements_.push_back(call.argument);
      return true;
    default:
      if (call.op == Op::take) {
        take(call, rng);
        return true;
      }
      elements_.push_back(call.argument);
      if (model_ == Model::priority_queue)
        std::push_heap(elements_.begin(), elements_.end(), std::greater<>());
      return true;
  }
}

void Object::take(Call& call, Rng& rng) {
  if (size() == 0) return;
  call.answer = Answer::number;
  if (model_ == Model::unordered_queue)
    std::swap(elements_[rng.below(elements_.size())], elements_.back());
  if (model_ == Model::priority_queue)
    std::pop_heap(elements_.begin(), elements_.end(), std::greater<>());
  if (model_ != Model::queue) {
    call.number = elements_.back();
    elements_.pop_back();
    return;
  }
  call.number = elements_[head_++];
  if (head_ * 2 < elements_.size()) return;
  elements_.erase(elements_.begin(), elements_.begin() + static_cast<std::ptrdiff_t>(head_));
  head_ = 0;
}

std::int64_t Object::front() const {
  if (model_ == Model::queue) return elements_[head_];
  return model_ == Model::priority_queue ? elements_.front() : elements_.back();
}

void Object::erase(std::int64_t element) {
  const auto from = elements_.begin() + static_cast<std::ptrdiff_t>(head_);
  const auto at = std::find(from, elements_.end(), element);
  CHECK(at != elements_.end(), "only what is in can be taken out");
  elements_.erase(at);
  if (model_ == Model::priority_queue)
    std::make_heap(elements_.begin(), elements_.end(), std::greater<>());
}

void Object::clear() {
  elements_.clear();
  head_ = 0;
  cell_ = 0;
}

}  // namespace plumbline::bench
