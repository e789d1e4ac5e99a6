// SPDX-License-Identifier: Apache-2.0
// What did the command line and the configuration file say? Names, types and errors are mongod's own.
// https://www.mongodb.com/docs/manual/reference/configuration-options/
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "operators/mongodb/wire/bson.hpp"

namespace simmongod {

enum class OptionType { boolean, integer, real, text, anything };

// The type of "net.port"; nothing for a name that no mongod knows. Below setParameter everything is known.
std::optional<OptionType> option_type(const std::string& name);

struct Settings {
  // By dotted name, in order: {"net.port", 27017}.
  std::map<std::string, mongo::bson::Value> options;
  std::map<std::string, std::string> parameters;
  bool output_config = false;
  bool version = false;
  bool help = false;

  std::optional<std::string> text(const std::string& name) const;
  std::int64_t number(const std::string& name, std::int64_t otherwise) const;
  bool flag(const std::string& name) const;
  // getCmdLineOpts.parsed
  mongo::bson::Document parsed() const;
  // --outputConfig
  std::string yaml() const;
};

// One line for standard error; the process exits 2.
struct BadSettings {
  std::string line;
};

// Nothing: the file cannot be read (the text says why).
using ReadFile = std::function<std::optional<std::string>(const std::string& path, std::string& why)>;

std::variant<Settings, BadSettings> parse_settings(const std::vector<std::string>& arguments,
                                                   const ReadFile& read_file);

}  // namespace simmongod
