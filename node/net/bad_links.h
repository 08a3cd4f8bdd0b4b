#pragma once
/// BadLinks: what a bad network would do to the messages that other nodes send here: it delays,
/// loses, repeats and reorders them, whole ones, as a network of datagrams does and TCP does not.
/// For tests of real processes. It sits where messages arrive, so that those of a sender that was
/// killed are still on their way, and those to a receiver that was killed are lost. Threads: that
/// of its io_context.

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/rng.h"
#include "core/base/time.h"
#include "node/raft/messages.h"

namespace plumbline::net {

/// All zeros: none.
struct LinkTrouble {
  Nanos delay{};    ///< added to each message
  Nanos jitter{};   ///< up to this much more, which also reorders
  double slow = 0;  ///< share of the messages that take up to slow_max more instead
  Nanos slow_max{};
  double loss = 0;
  double duplicate = 0;
  bool operator==(const LinkTrouble&) const = default;
};
/// "delay=5ms,jitter=35ms,slow=0.3,slow-max=600ms,loss=0.1,duplicate=0.5", any of them; "": none.
/// Fails: invalid, naming the word.
Result<LinkTrouble> parse_link_trouble(std::string_view text);

class BadLinks {
 public:
  using Deliver = std::function<void(raft::Message)>;
  struct Setup {
    LinkTrouble always{};
    /// Holds more trouble while it is there, as parse_link_trouble() reads it; empty: no such file.
    std::string file{};
    std::uint64_t seed = 0;
  };
  BadLinks(asio::io_context& io, Setup setup, Deliver deliver);

  /// Delivers it now, later, twice or never.
  void arrived(raft::Message message);
  /// About every 10 ms: looks whether the file says something else. What it cannot read is none.
  void tick(Nanos now);

 private:
  bool is_lost(const LinkTrouble& trouble);
  Nanos time_on_the_way();
  void deliver_after(Nanos time, raft::Message message);
  void await_next();
  void deliver_due();

  asio::steady_timer timer_;
  const Setup setup_;
  const Deliver deliver_;
  Rng rng_;
  LinkTrouble now_{};  // of the file
  Nanos look_at_{0};
  std::multimap<Nanos, raft::Message> on_the_way_;  // by when they arrive
};

}  // namespace plumbline::net
