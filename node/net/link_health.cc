#include "node/net/link_health.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace plumbline::net {

void tune_peer_socket(int descriptor, Nanos unacknowledged_limit) {
  const int on = 1;
  const auto limit_ms = static_cast<unsigned>(unacknowledged_limit / 1ms);
  // A kernel without one of these serves as well, only slower in bad times.
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &limit_ms, sizeof limit_ms);
  ::setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

Nanos LinkHealth::stuck_for(int descriptor, std::size_t unsent, Nanos now) {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (::getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return Nanos(0);
  const bool outstanding = info.tcpi_unacked > 0 || info.tcpi_notsent_bytes > 0 || unsent > 0;
  if (!outstanding || info.tcpi_bytes_acked != acknowledged_) {
    acknowledged_ = info.tcpi_bytes_acked;
    progress_at_ = now;
  }
  return now - progress_at_;
}

}  // namespace plumbline::net
