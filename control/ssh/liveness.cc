#include "control/ssh/liveness.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace plumbline {
namespace {
constexpr int k_ask_every_s = 2;
constexpr int k_answers_missed = 3;
}  // namespace

void notice_vanished_peer(int socket) {
  const int on = 1, dead_after_ms = k_ask_every_s * k_answers_missed * 1000;
  // A kernel that knows none of these notices later, that is all.
  (void)setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  (void)setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &k_ask_every_s, sizeof k_ask_every_s);
  (void)setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &k_ask_every_s, sizeof k_ask_every_s);
  (void)setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &k_answers_missed, sizeof k_answers_missed);
  (void)setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_after_ms, sizeof dead_after_ms);
}

}  // namespace plumbline
