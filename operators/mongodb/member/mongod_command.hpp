// SPDX-License-Identifier: Apache-2.0
// Which program is run, with which arguments, and what does it mean when it does not run?
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "operators/mongodb/member/ip_address.hpp"

namespace mongo::member {

// Where mongod may be: the folders of PATH in order, then /usr/bin, each once. Relative and empty entries are skipped.
std::vector<std::string> mongod_candidates(std::string_view path);

// 127.0.0.1 or ::1, as the pod's address is.
IpAddress loopback_like(const IpAddress& pod);

// mongod bound to the pod's address, and to loopback when its port is free there (`kubectl port-forward` dials it).
std::vector<std::string> mongod_command(const std::string& mongod, const std::string& config, const IpAddress& pod,
                                        bool loopback_is_free);

// How a trial run of mongod ended, from waitpid's status and what it printed: empty when all is well, else a sentence.
std::string why_it_does_not_run(int wait_status, std::string_view output);

}  // namespace mongo::member
