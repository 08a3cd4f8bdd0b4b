#pragma once
/// Column: a growing array of plain numbers, for tables of many millions of rows.
/// What std::vector lacks is growing in place: realloc moves the pages of a large block instead of
/// copying them, so the peak is the size, and what is not yet used costs no memory.
/// Fails:  std::bad_alloc when memory runs out.
/// Cost:   push_back amortised O(1).

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

namespace plumbline {

template <class T>
class Column {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  void push_back(T value) {
    if (size_ == room_) grow();
    data_.get()[size_++] = value;
  }
  void append(const T* from, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) push_back(from[i]);
  }
  T& operator[](std::size_t i) { return data_.get()[i]; }
  const T& operator[](std::size_t i) const { return data_.get()[i]; }
  const T* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::span<const T> all() const { return {data_.get(), size_}; }
  std::size_t bytes() const { return size_ * sizeof(T); }

 private:
  struct Free {
    void operator()(T* block) const { std::free(block); }
  };
  void grow() {
    constexpr std::size_t k_first = 64;
    const std::size_t room = room_ == 0 ? k_first : room_ * 2;
    void* block = std::realloc(data_.get(), room * sizeof(T));
    if (block == nullptr) throw std::bad_alloc();
    (void)data_.release();  // realloc has taken the old block
    data_.reset(static_cast<T*>(block));
    room_ = room;
  }

  std::unique_ptr<T, Free> data_;
  std::size_t size_ = 0, room_ = 0;
};

}  // namespace plumbline
