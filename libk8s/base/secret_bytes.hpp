// SPDX-License-Identifier: Apache-2.0
// Bytes that no formatter, log or JSON writer can print. Zeroed when destroyed or moved from.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace k8s {

class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::string bytes) : bytes_(std::move(bytes)) {}
  SecretBytes(const SecretBytes&) = default;
  SecretBytes(SecretBytes&& other) noexcept : bytes_(other.bytes_) { other.wipe(); }
  SecretBytes& operator=(const SecretBytes& other) {
    if (this != &other) {
      wipe();
      bytes_ = other.bytes_;
    }
    return *this;
  }
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
      wipe();
      bytes_ = other.bytes_;
      other.wipe();
    }
    return *this;
  }
  ~SecretBytes() { wipe(); }

  // The only way out; call it where the bytes are used, and do not keep the view.
  std::string_view expose() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }
  bool operator==(const SecretBytes&) const = default;

 private:
  void wipe() noexcept {
    volatile char* byte = bytes_.data();
    for (std::size_t i = 0; i < bytes_.size(); ++i) byte[i] = 0;
    bytes_.clear();
  }

  std::string bytes_;
};

}  // namespace k8s
