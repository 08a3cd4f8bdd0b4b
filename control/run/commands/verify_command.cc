/// plumbline verify: checks the proof of a verdict, without any of the engines that found it.

#include <iostream>

#include "checker/verify/verify.h"
#include "control/run/commands/commands.h"
#include "core/base/text.h"
#include "core/files/history_file.h"
#include "core/files/text_file.h"

namespace plumbline {

namespace {

struct VerifyFlags {
  std::string certificate;
  std::string history;
  bool keyed = false;
};

Result<int> verify_files(const VerifyFlags& flags) {
  TRY_ASSIGN(const FileText proof, read_text(flags.certificate));
  if (!proof.warning.empty()) return fail(Error::Code::corrupt, proof.warning);
  TRY_ASSIGN(const Certificate certificate, parse_certificate(proof.text, flags.certificate));
  TRY_ASSIGN(ReadTable read, read_table(flags.history, flags.keyed));
  if (!read.warning.empty()) std::cerr << "warning: " << read.warning << "\n";
  if (read.calls.looks_keyed()) read.calls.split_keys();  // as `check` takes such a history
  std::vector<Call> calls;
  calls.reserve(read.calls.size());
  for (std::uint32_t row = 0; row < read.calls.size(); ++row) calls.push_back(read.calls.call(row));
  const Verification verification = verify(certificate, calls);
  const std::string claim =
      str(certificate.valid ? "valid" : "invalid", ", ", certificate.model, " from ",
          certificate.initial.is_nil() ? "its own start" : to_string(certificate.initial));
  switch (verification.outcome) {
    case Verification::Outcome::accepted:
      std::cout << "accepted: " << claim << ": " << verification.why << std::endl;
      return k_exit_ok;
    case Verification::Outcome::refused:
      std::cout << "refused: " << claim << ": " << verification.why << std::endl;
      return k_exit_invalid;
    case Verification::Outcome::too_large:
      std::cout << "too large to verify: " << claim << ": " << verification.why << std::endl;
      return k_exit_unknown;
  }
  return k_exit_unknown;
}

}  // namespace

Command add_verify_command(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("verify", "Checks a certificate that `plumbline check` or a run wrote");
  auto flags = std::make_shared<VerifyFlags>();
  command->add_option("certificate", flags->certificate, "The certificate")->required();
  command->add_option("history", flags->history, "The history it was made for")->required();
  command->add_flag("--keyed", flags->keyed, "Values are [key value] pairs (Jepsen's tuples)");
  command->footer("Exit codes: 0 accepted, 1 refused, 2 too large to verify, 254 and 255 as ever.");
  return {command, [flags](const Invocation&) { return verify_files(*flags); }};
}

}  // namespace plumbline
