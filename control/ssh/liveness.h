#pragma once

namespace plumbline {

/// Has the kernel ask the other end of an idle TCP connection every 2 s whether it is there, and
/// end the connection when nothing was heard for 6 s: a peer that vanished without a word is
/// noticed.
void notice_vanished_peer(int socket);

}  // namespace plumbline
