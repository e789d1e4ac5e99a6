// SPDX-License-Identifier: Apache-2.0
// How is a file read whole, and put in place so that nobody ever sees half of it?
#pragma once

#include <sys/types.h>

#include <string>

#include "libk8s/base/result.hpp"
#include "libk8s/base/secret_bytes.hpp"

namespace mongo::member {

// Code::not_found when there is none, Code::invalid when it is larger than `max_bytes`.
k8s::Result<std::string> read_file(const std::string& path, std::size_t max_bytes = 1u << 20);
k8s::Result<k8s::SecretBytes> read_secret_file(const std::string& path);

// Writes beside `path`, flushes, then renames over it. The file belongs to this process' user and has exactly that
// mode, whatever the umask. What a killed run left behind is replaced.
k8s::Result<void> put_file(const std::string& path, std::string_view content, mode_t mode);

// The same for this very program.
k8s::Result<void> install_self(const std::string& path);

}  // namespace mongo::member
