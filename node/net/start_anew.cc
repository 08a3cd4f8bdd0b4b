#include "node/net/start_anew.h"

#include <linux/close_range.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::net {

Error start_anew() {
  std::ifstream in("/proc/self/cmdline", std::ios::binary);
  // Each word ends with a zero byte.
  std::string line((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::vector<char*> words;
  for (std::size_t at = 0; at < line.size(); at += std::string_view(&line[at]).size() + 1)
    words.push_back(&line[at]);
  words.push_back(nullptr);
  // Or those who connect would still reach this one's sockets.
  ::close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  ::execv("/proc/self/exe", words.data());
  return fail_errno("start anew").error();
}

}  // namespace plumbline::net
