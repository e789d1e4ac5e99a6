// SPDX-License-Identifier: Apache-2.0
// Which nameservers does /etc/resolv.conf name? Only those: the search list and options are for relative names.
#pragma once

#include <string_view>
#include <vector>

#include "operators/mongodb/member/ip_address.hpp"

namespace mongo::member {

// In the order of the file, three at most, as resolv.conf(5) says; 127.0.0.1 when it names none. Lines that are no
// address are skipped.
std::vector<IpAddress> nameservers(std::string_view resolv_conf);

}  // namespace mongo::member
