#pragma once
/// Clients: the processes of a workload. Each has a node of its own (process p: node p % nodes) and
/// does as raftkv's real client does; under Weather::sessions it makes its changes under a session
/// of its own and asks again, of other nodes too, until it is answered or its time is up: a change
/// must still be made once only.

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/generator/gen.h"
#include "core/history/event.h"
#include "node/proto/request.h"
#include "simulator/world.h"

namespace plumbline::simulator {

class Clients final : public Caller {
 public:
  using OnCompleted = std::function<void(gen::Thread, const Completion&)>;
  Clients(World& world, int concurrency, proto::ReadMode reads, OnCompleted completed);

  /// Requires: no call of `thread` is open.
  void invoke(gen::Thread thread, ProcessId process, const Operation& operation);
  /// The node that `process` speaks to.
  std::size_t home_of(ProcessId process) const;

  void answered(std::uint64_t call, const proto::Reply& reply) override;
  void lost(std::uint64_t call, bool sent) override;
  void timer(std::uint64_t which) override;

 private:
  enum class Wait : std::uint8_t { nothing, answer, pause, end };
  struct Client {
    Rng rng;
    ProcessId process = -1;
    std::size_t home = 0;
    bool follows = false;
    std::uint64_t session = 0;   // 0: none yet
    std::uint64_t sequence = 0;  // of the last change
    // Of the operation that is open:
    Wait waits_for = Wait::nothing;
    Nanos until{};          // when it stops waiting
    Nanos timer = k_never;  // the one that counts; those set for later are not heard
    Operation operation{};
    proto::Request request{};
    Nanos deadline{};
    std::uint64_t call = 0;  // under way; 0: none
    std::size_t asked = 0;   // the node; while it pauses: the next one
    int hops = 0;
    bool registering = false;
    bool may_be_done = false;  // by an attempt that was not answered
    Completion end{};
    explicit Client(Rng random) : rng(random) {}
  };

  bool in_session(const Client& client) const;
  void prepare_change(Client& client);
  void ask(Client& client, std::size_t place);
  /// Asks `place`, or the next node, after a pause.
  void ask_later(Client& client, std::size_t place);
  void answered_once(Client& client, const proto::Reply& reply);
  void answered_in_session(Client& client, const proto::Reply& reply);
  std::optional<std::size_t> hinted(const Client& client, const proto::Reply& reply) const;
  void no_answer(Client& client);
  void out_of_time(Client& client);
  void end(Client& client, Completion completion, Nanos pause = {});
  void wait(Client& client, Wait what, Nanos until);
  void set_timer(Client& client);
  Client* caller_of(std::uint64_t call);

  World& world_;
  const proto::ReadMode reads_;
  const OnCompleted completed_;
  const std::uint16_t me_;
  std::vector<Client> clients_;
  std::vector<bool> next_follows_;  // of the node's next client
};

}  // namespace plumbline::simulator
