// SPDX-License-Identifier: Apache-2.0
// What did a container say before it ended? A termination message with FallbackToLogsOnError is the tail of a log (at
// most 2 KiB, 80 lines), of which people want the one line that says why.
#pragma once

#include <string>
#include <string_view>

namespace mongodb {

// The last line of severity F or E in mongod's JSON log format
// (https://www.mongodb.com/docs/manual/reference/log-messages/), as "msg: error"; else the last line, or all the lines
// of plain text at the end, which is how mongod refuses a configuration. At most 400 bytes, without timestamps: the
// same failure gives the same words each time. Empty when nothing was said.
std::string last_words(std::string_view termination_message);

}  // namespace mongodb
