#pragma once
/// ByteSource: the bytes of a file as they are wanted, unpacked if they are gzip; so a history of
/// any size is read in little memory. text_file.h gives the whole of a small one.
/// Threads: one.

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "core/base/result.h"

namespace plumbline {

class ByteSource {
 public:
  /// A plain file, or a pipe by its name. Fails: not_found, io; invalid if it is a folder.
  static Result<ByteSource> open(const std::filesystem::path& file);

  /// Fills `room` from its start: how many bytes, 0 only at the end.
  /// Fails: io, or corrupt if it is gzip and damaged in its middle.
  Result<std::size_t> read(std::span<char> room);
  /// A gzip stream that ended early: what could be unpacked was given. Known at the end.
  const std::string& warning() const { return warning_; }

 private:
  struct Inflater;
  struct Close {
    void operator()(Inflater* inflater) const;
  };
  class Descriptor {
   public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
      std::swap(fd_, other.fd_);
      return *this;
    }
    ~Descriptor();
    int get() const { return fd_; }

   private:
    int fd_;
  };

  ByteSource(Descriptor fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}
  Result<std::size_t> read_packed(std::span<char> room);
  Status start();
  Result<std::size_t> read_file(std::span<char> room);

  Descriptor fd_;
  std::string name_;
  std::string first_{};  ///< what start() read ahead and nobody was given yet
  bool started_ = false;
  std::unique_ptr<Inflater, Close> inflater_{};  ///< if it is gzip
  std::string warning_{};
};

}  // namespace plumbline
