// SPDX-License-Identifier: Apache-2.0
// How does this program get into a pod that runs somebody else's image? An init container of our image copies it.
#include "operators/mongodb/member/files.hpp"
#include "operators/mongodb/member/log_line.hpp"
#include "operators/mongodb/member/subcommands.hpp"

namespace mongo::member {

int install(const std::string& destination, const k8s::Clock& clock) {
  StderrLog log(clock, "install");
  if (const auto installed = install_self(destination); !installed) {
    log.error("sagong-member could not be installed", {{"error", k8s::to_string(installed.error())}});
    return 1;
  }
  log.info("sagong-member is installed", {{"path", destination}});
  return 0;
}

}  // namespace mongo::member
