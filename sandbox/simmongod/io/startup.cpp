// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/io/startup.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "operators/mongodb/wire/keyfile.hpp"
#include "sandbox/simmongod/errors.hpp"
#include "sandbox/simmongod/parameters.hpp"

namespace simmongod {
namespace {

using mongo::bson::Document;

constexpr int kInvalidPath = 30;
constexpr int kUnsupportedFormat = 12;

void keyfile_failed(LogSink& log, int code, std::string_view name, const std::string& text) {
  log.say({'I', "ACCESS", 20254, "Read security file failed"},
          Document{{"error", Document{{"code", code}, {"codeName", name}, {"errmsg", text}}}});
}

std::string without_space(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0) out += c;
  }
  return out;
}

bool is_base64(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '/' || c == '=';
}

std::optional<std::vector<k8s::SecretBytes>> read_keyfile(const std::string& path, LogSink& log) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0) {
    keyfile_failed(log, kInvalidPath, "InvalidPath",
                   fmt::format("Error reading file {}: {}", path, std::strerror(errno)));
    return {};
  }
  if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    keyfile_failed(log, kInvalidPath, "InvalidPath", fmt::format("permissions on {} are too open", path));
    return {};
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  const std::string text = content.str();
  auto keys = mongo::parse_keyfile(k8s::SecretBytes(text));
  if (keys) return *std::move(keys);
  const std::string key = without_space(text);
  for (const char c : key) {
    if (is_base64(c)) continue;
    keyfile_failed(log, kUnsupportedFormat, "UnsupportedFormat",
                   fmt::format("invalid char in key file {}: {}", path, c));
    return {};
  }
  keyfile_failed(log, 2, "BadValue",
                 fmt::format("security key in {} has length {}, must be between 6 and 1024 chars", path, key.size()));
  return {};
}

std::string host_name() {
  std::string name(256, '\0');
  if (::gethostname(name.data(), name.size() - 1) != 0) return "localhost";
  return name.c_str();
}

}  // namespace

std::optional<Options> make_options(const Settings& settings, const std::string& version, LogSink& log) {
  const auto flavor = version == "recorded-4.9" ? std::optional(recorded_flavor()) : flavor_of(version);
  if (!flavor) {
    log.say({'E', "CONTROL", 20574, "Error during global initialization"},
            Document{{"error", fmt::format("MONGO_VERSION {} is not a version this double knows", version)}});
    return {};
  }
  Options options;
  options.flavor = *flavor;
  for (const auto& [name, value] : settings.parameters) {
    if (is_known_parameter(name)) continue;
    log.say({'E', "CONTROL", 20574, "Error during global initialization"},
            Document{{"error", Document{{"code", 2},
                                        {"codeName", "BadValue"},
                                        {"errmsg", fmt::format("Unknown --setParameter '{}'", name)}}}});
    return {};
  }
  if (settings.text("net.tls.mode").value_or("disabled") != "disabled") {
    log.say({'E', "CONTROL", 20574, "Error during global initialization"},
            Document{{"error", "net.tls.mode: this double has no TLS"}});
    return {};
  }
  options.set_name =
      settings.text("replication.replSetName").value_or(settings.text("replication.replSet").value_or(""));
  // "name/host,host" is an old form: only the name counts.
  options.set_name = options.set_name.substr(0, options.set_name.find('/'));
  options.port = static_cast<std::uint16_t>(settings.number("net.port", 27017));
  options.host_text = fmt::format("{}:{}", host_name(), options.port);
  options.pid = ::getpid();
  options.authorization = settings.text("security.authorization") == "enabled";
  options.parsed = settings.parsed();
  mongo::bson::Builder parameters;
  for (const auto& [name, value] : settings.parameters) parameters.append(name, value);
  options.parameters = parameters.done();
  constexpr std::int64_t kMegabyte = std::int64_t{1024} * 1024;
  options.oplog_bytes = static_cast<std::size_t>(settings.number("replication.oplogSizeMB", 256) * kMegabyte);
  if (const auto keyfile = settings.text("security.keyFile")) {
    auto keys = read_keyfile(*keyfile, log);
    if (!keys) return {};
    options.keys = *std::move(keys);
  }
  return options;
}

DirectoryLock::~DirectoryLock() {
  if (file_ >= 0) ::close(file_);
}

bool DirectoryLock::take(const std::string& directory, LogSink& log) {
  const auto fail = [&log](const std::string& text) {
    log.say({'E', "STORAGE", 20557, "DBException in initAndListen, terminating"}, Document{{"error", text}});
    return false;
  };
  struct stat about{};
  if (::stat(directory.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)) {
    return fail(fmt::format(
        "NonExistentPath: Data directory {} not found. Create the missing directory or specify another path using "
        "(1) the --dbpath command line option, or (2) by adding the 'storage.dbPath' option in the configuration "
        "file.",
        directory));
  }
  const std::string path = directory + "/mongod.lock";
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0) {
    return fail(
        fmt::format("IllegalOperation: Attempted to create a lock file on a read-only directory: {}", directory));
  }
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    return fail(fmt::format(
        "DBPathInUse: Unable to lock the lock file: {} (Resource temporarily unavailable). Another mongod instance "
        "is already running on the {} directory",
        path, directory));
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(file_, 0) != 0 || ::write(file_, pid.data(), pid.size()) < 0)
    return fail("Unable to write to " + path);
  return true;
}

}  // namespace simmongod
