// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/io/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace simmongod {
namespace {

using mongo::bson::Document;
using mongo::bson::Value;
using Bad = std::optional<BadSettings>;

struct Flag {
  std::string_view word;
  std::string_view option;
  enum class Takes { value, nothing } takes;
};
using enum Flag::Takes;
constexpr std::array kFlags{
    Flag{"--replSet", "replication.replSet", value},
    Flag{"--port", "net.port", value},
    Flag{"--bind_ip", "net.bindIp", value},
    Flag{"--bind_ip_all", "net.bindIpAll", nothing},
    Flag{"--ipv6", "net.ipv6", nothing},
    Flag{"--dbpath", "storage.dbPath", value},
    Flag{"--keyFile", "security.keyFile", value},
    Flag{"--clusterAuthMode", "security.clusterAuthMode", value},
    Flag{"--logpath", "systemLog.path", value},
    Flag{"--logappend", "systemLog.logAppend", nothing},
    Flag{"--quiet", "systemLog.quiet", nothing},
    Flag{"--oplogSize", "replication.oplogSizeMB", value},
    Flag{"--wiredTigerCacheSizeGB", "storage.wiredTiger.engineConfig.cacheSizeGB", value},
    Flag{"--directoryperdb", "storage.directoryPerDB", nothing},
    Flag{"--pidfilepath", "processManagement.pidFilePath", value},
};

std::string number_error(const std::string& text, const char* end) {
  if (text.empty()) return "Empty string";
  return end == text.data() ? "Did not consume any digits" : "Did not consume whole string.";
}

std::variant<Value, BadSettings> typed(const std::string& name, OptionType type, const std::string& text) {
  const char* const end = text.data() + text.size();
  if (type == OptionType::integer) {
    int number = 0;
    const auto [at, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc{} && at == end) return Value(number);
    return BadSettings{fmt::format("Error parsing option \"{}\" as int: {}", name, number_error(text, at))};
  }
  if (type == OptionType::real) {
    double number = 0;
    const auto [at, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc{} && at == end) return Value(number);
    return BadSettings{fmt::format("Error parsing option \"{}\" as double: {}", name, number_error(text, at))};
  }
  if (type == OptionType::boolean) {
    if (text == "true" || text == "false") return Value(text == "true");
    return BadSettings{fmt::format("Expected boolean but found string: {} for option: {}", text, name)};
  }
  return Value(text);
}

Bad set(Settings& settings, const std::string& name, const std::string& text) {
  const auto type = option_type(name);
  if (!type) return BadSettings{"Unrecognized option: " + name};
  if (name.starts_with("setParameter.")) {
    settings.parameters[name.substr(std::string_view("setParameter.").size())] = text;
    return {};
  }
  auto read = typed(name, *type, text);
  if (auto* bad = std::get_if<BadSettings>(&read)) return *bad;
  settings.options.insert_or_assign(name, std::get<Value>(std::move(read)));
  return {};
}

Bad walk(Settings& settings, const YAML::Node& node, const std::string& prefix) {
  for (const auto& field : node) {
    const std::string name = prefix + field.first.as<std::string>();
    if (field.second.IsMap()) {
      if (auto bad = walk(settings, field.second, name + ".")) return bad;
    } else if (field.second.IsScalar()) {
      if (auto bad = set(settings, name, field.second.Scalar())) return bad;
    } else if (!option_type(name)) {
      return BadSettings{"Unrecognized option: " + name};
    }
  }
  return {};
}

Bad parse_file(Settings& settings, const std::string& path, const ReadFile& read_file) {
  std::string why;
  const auto content = read_file(path, why);
  if (!content) return BadSettings{fmt::format("Error reading config file {}: {}", path, why)};
  // The third-party edge: yaml-cpp reports by exception.
  try {
    const YAML::Node root = YAML::Load(*content);
    if (root.IsNull()) return {};
    if (!root.IsMap()) return BadSettings{"Error parsing YAML config file: the file is not a map of options"};
    return walk(settings, root, "");
  } catch (const YAML::Exception& error) {
    return BadSettings{fmt::format("Error parsing YAML config file: {}", error.what())};
  }
}

Bad parse_word(Settings& settings, const std::string& word, const std::function<std::optional<std::string>()>& next,
               const ReadFile& read_file) {
  const auto missing = [&word] {
    return BadSettings{
        fmt::format("Error parsing command line: the required argument for option '{}' is missing", word)};
  };
  if (word == "--outputConfig") settings.output_config = true;
  if (word == "--version") settings.version = true;
  if (word == "--help" || word == "-h") settings.help = true;
  if (word == "--outputConfig" || word == "--version" || word == "--help" || word == "-h") return {};
  if (word == "--auth") return set(settings, "security.authorization", "enabled");
  if (word == "--noauth") return set(settings, "security.authorization", "disabled");
  if (word == "-f" || word == "--config") {
    const auto path = next();
    return path ? parse_file(settings, *path, read_file) : Bad(missing());
  }
  if (word == "--setParameter") {
    const auto given = next();
    if (!given) return missing();
    const std::size_t equals = given->find('=');
    if (equals == std::string::npos) {
      return BadSettings{fmt::format("Illegal option assignment: \"{}\"", *given)};
    }
    return set(settings, "setParameter." + given->substr(0, equals), given->substr(equals + 1));
  }
  const auto flag = std::ranges::find(kFlags, word, &Flag::word);
  if (flag == kFlags.end())
    return BadSettings{fmt::format("Error parsing command line: unrecognised option '{}'", word)};
  if (flag->takes == nothing) return set(settings, std::string(flag->option), "true");
  const auto given = next();
  if (!given) return missing();
  if (flag->option == "systemLog.path") settings.options.insert_or_assign("systemLog.destination", Value("file"));
  return set(settings, std::string(flag->option), *given);
}

// A nested document of names and values, in order of the names.
struct Tree {
  std::map<std::string, Tree> children;
  std::optional<Value> value;

  void put(std::string_view name, const Value& leaf) {
    const std::size_t dot = name.find('.');
    Tree& child = children[std::string(name.substr(0, dot))];
    if (dot == std::string_view::npos) {
      child.value = leaf;
    } else {
      child.put(name.substr(dot + 1), leaf);
    }
  }
  Document document() const {
    mongo::bson::Builder out;
    for (const auto& [name, child] : children) {
      if (child.value) {
        out.append(name, *child.value);
      } else {
        out.append(name, child.document());
      }
    }
    return out.done();
  }
};

void emit(YAML::Emitter& out, mongo::bson::View document) {
  out << YAML::BeginMap;
  for (const mongo::bson::Element& field : document) {
    out << YAML::Key << std::string(field.key) << YAML::Value;
    if (field.is_document()) {
      emit(out, field.sub());
    } else if (field.type == mongo::bson::Type::boolean) {
      out << *field.boolean();
    } else if (field.type == mongo::bson::Type::real) {
      out << *field.real();
    } else if (const auto number = field.number()) {
      out << *number;
    } else {
      out << field.string().value_or("");
    }
  }
  out << YAML::EndMap;
}

}  // namespace

std::optional<std::string> Settings::text(const std::string& name) const {
  const auto found = options.find(name);
  return found == options.end() ? std::nullopt : found->second.element().string();
}

std::int64_t Settings::number(const std::string& name, std::int64_t otherwise) const {
  const auto found = options.find(name);
  return found == options.end() ? otherwise : found->second.element().number().value_or(otherwise);
}

bool Settings::flag(const std::string& name) const {
  const auto found = options.find(name);
  return found != options.end() && found->second.element().boolean().value_or(false);
}

Document Settings::parsed() const {
  Tree root;
  for (const auto& [name, value] : options) root.put(name, value);
  for (const auto& [name, value] : parameters) root.children["setParameter"].children[name].value = Value(value);
  return root.document();
}

std::string Settings::yaml() const {
  YAML::Emitter out;
  Tree root;
  for (const auto& [name, value] : options) root.put(name, value);
  for (const auto& [name, value] : parameters) root.children["setParameter"].children[name].value = Value(value);
  root.children["outputConfig"].value = Value(true);
  emit(out, root.document());
  return std::string(out.c_str()) + "\n";
}

std::variant<Settings, BadSettings> parse_settings(const std::vector<std::string>& arguments,
                                                   const ReadFile& read_file) {
  Settings settings;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string word = arguments[i];
    std::optional<std::string> attached;
    if (const std::size_t equals = word.find('='); word.starts_with("--") && equals != std::string::npos) {
      attached = word.substr(equals + 1);
      word.resize(equals);
    }
    const auto next = [&]() -> std::optional<std::string> {
      if (attached) return std::exchange(attached, std::nullopt);
      if (i + 1 >= arguments.size()) return {};
      return arguments[++i];
    };
    if (auto bad = parse_word(settings, word, next, read_file)) return *bad;
  }
  return settings;
}

}  // namespace simmongod
