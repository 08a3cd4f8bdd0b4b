#include "control/ssh/keys.h"

#include <fcntl.h>
#include <libssh/libssh.h>
#include <unistd.h>

#include <fstream>

#include "core/base/text.h"

namespace plumbline {

Status make_keypair(const std::filesystem::path& path) {
  // Made with its final mode before there is anything to read in it.
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return fail_errno(str("cannot write the key ", path.string()));
  close(fd);
  ssh_key key = nullptr;
  if (ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) != SSH_OK)
    return fail(Error::Code::io, "libssh cannot make an ed25519 key");
  const std::filesystem::path public_half = path.string() + ".pub";
  const bool written =
      ssh_pki_export_privkey_file(key, nullptr, nullptr, nullptr, path.c_str()) == SSH_OK &&
      ssh_pki_export_pubkey_file(key, public_half.c_str()) == SSH_OK;
  ssh_key_free(key);
  if (!written) return fail(Error::Code::io, str("cannot write the key ", path.string()));
  return {};
}

Result<std::string> read_public_key(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string type, key;
  if (!(file >> type >> key)) return fail(Error::Code::io, str("no public key in ", path.string()));
  return type + " " + key;
}

std::string known_hosts_line(const std::string& host, int port, const std::string& public_key) {
  const std::string name = port == 22 ? host : str("[", host, "]:", port);
  return name + " " + public_key + "\n";
}

}  // namespace plumbline
