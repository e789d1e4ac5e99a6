// SPDX-License-Identifier: Apache-2.0
// How does the server print a document: in its error messages, and in the attributes of its log lines?
#pragma once

#include <string>

#include "operators/mongodb/wire/bson.hpp"

namespace simmongod {

namespace bson = mongo::bson;

// As in errmsg: { _id: 0, host: "a:1", lsid: { id: UUID("…") } }.
std::string shell_text(bson::View document);
std::string shell_text(const bson::Element& value);

// Relaxed extended JSON on one line, as in the log: {"term":1,"ts":{"$timestamp":{"t":1,"i":2}}}.
std::string relaxed_json(bson::View document);

// Text between quotes, escaped as JSON.
std::string json_string(std::string_view text);

}  // namespace simmongod
