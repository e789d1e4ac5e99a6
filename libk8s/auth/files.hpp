// SPDX-License-Identifier: Apache-2.0
// Files, as a port: what kubeconfig, token and certificates are read through.
#pragma once

#include <string>

#include "libk8s/base/result.hpp"

namespace k8s {

class Files {
 public:
  virtual ~Files() = default;
  // The whole file. Code::not_found, Code::forbidden, or Code::invalid above 4 MiB; the message names the path.
  virtual Result<std::string> read(const std::string& path) = 0;
};

class SystemFiles final : public Files {
 public:
  Result<std::string> read(const std::string& path) override;
};

}  // namespace k8s
