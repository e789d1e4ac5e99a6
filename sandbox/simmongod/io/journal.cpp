// SPDX-License-Identifier: Apache-2.0
#include "sandbox/simmongod/io/journal.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "operators/mongodb/wire/crc32c.hpp"
#include "operators/mongodb/wire/little_endian.hpp"

namespace simmongod {
namespace {

constexpr std::size_t kHeader = 8;
constexpr std::uint32_t kMaxRecord = 64u * 1024 * 1024;

k8s::Error system_error(const std::string& doing) {
  return k8s::Error{.code = k8s::Code::internal, .message = doing + ": " + std::strerror(errno)};
}

std::string framed(const mongo::bson::Document& record) {
  std::string out;
  mongo::append_uint32(out, static_cast<std::uint32_t>(record.bytes().size()));
  mongo::append_uint32(out, mongo::crc32c(record.bytes()));
  out += record.bytes();
  return out;
}

k8s::Result<void> write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error("write journal.bin");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

k8s::Result<std::string> read_all(int file) {
  std::string content;
  std::string chunk(1 << 20, '\0');
  for (;;) {
    const ssize_t got = ::read(file, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("read journal.bin");
    if (got == 0) return content;
    content.append(chunk, 0, static_cast<std::size_t>(got));
  }
}

// How many bytes of whole, unharmed records there are.
std::size_t play_back(std::string_view content, const Journal::Read& read) {
  std::size_t at = 0;
  while (content.size() - at >= kHeader) {
    const std::uint32_t length = mongo::load_uint32(content.substr(at));
    const std::uint32_t sum = mongo::load_uint32(content.substr(at + 4));
    if (length > kMaxRecord || content.size() - at - kHeader < length) break;
    const std::string_view bytes = content.substr(at + kHeader, length);
    if (mongo::crc32c(bytes) != sum) break;
    const auto record = mongo::bson::Document::from_bytes(bytes);
    if (!record) break;
    read(*record);
    at += kHeader + length;
  }
  return at;
}

void sync_directory(const std::string& directory) {
  const int handle = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return;
  ::fsync(handle);
  ::close(handle);
}

}  // namespace

Journal::~Journal() {
  if (file_ >= 0) ::close(file_);
}

k8s::Result<void> Journal::open(const std::string& directory, const Read& read) {
  directory_ = directory;
  file_ = ::open(path().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0) return system_error("open " + path());
  const auto content = read_all(file_);
  if (!content) return content.error();
  size_ = play_back(*content, read);
  if (::ftruncate(file_, static_cast<off_t>(size_)) != 0) return system_error("truncate " + path());
  if (::lseek(file_, 0, SEEK_END) < 0) return system_error("seek " + path());
  sync_directory(directory_);
  return {};
}

k8s::Result<void> Journal::replace(const std::vector<mongo::bson::Document>& records) {
  const std::string fresh = path() + ".new";
  const int file = ::open(fresh.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return system_error("open " + fresh);
  std::uint64_t size = 0;
  std::string bytes;
  for (const mongo::bson::Document& record : records) {
    bytes += framed(record);
    if (bytes.size() < (1u << 20) && &record != &records.back()) continue;
    if (auto written = write_all(file, bytes); !written) return written;
    size += bytes.size();
    bytes.clear();
  }
  if (::fsync(file) != 0) return system_error("fsync " + fresh);
  if (::rename(fresh.c_str(), path().c_str()) != 0) return system_error("rename " + fresh);
  sync_directory(directory_);
  ::close(file_);
  file_ = file;
  size_ = size;
  return {};
}

void Journal::append(const mongo::bson::Document& record) {
  if (!record.empty()) buffer_ += framed(record);
}

k8s::Result<void> Journal::write() {
  if (buffer_.empty()) return {};
  auto written = write_all(file_, buffer_);
  size_ += buffer_.size();
  buffer_.clear();
  return written;
}

k8s::Result<void> Journal::sync() {
  if (auto written = write(); !written) return written;
  if (::fdatasync(file_) != 0) return system_error("fdatasync " + path());
  return {};
}

}  // namespace simmongod
