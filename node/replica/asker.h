#pragma once
/// Who asked a replica something, and where the reply goes.

#include <cstdint>
#include <memory>

#include "node/proto/request.h"

namespace plumbline::replica {

/// A connection, or a simulated client. An answer to one that is gone meanwhile is dropped there.
class Asker {
 public:
  virtual ~Asker() = default;
  virtual void answer(std::uint64_t request, const proto::Reply& reply) = 0;
};

/// Cheap to keep; keeps the asker alive.
struct ReturnAddress {
  std::shared_ptr<Asker> asker;
  std::uint64_t request = 0;  ///< as the asker numbers them
  void answer(const proto::Reply& reply) const { asker->answer(request, reply); }
};

}  // namespace plumbline::replica
