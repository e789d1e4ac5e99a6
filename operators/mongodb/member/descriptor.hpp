// SPDX-License-Identifier: Apache-2.0
// Who closes a file descriptor? The one Descriptor that owns it.
#pragma once

#include <unistd.h>

#include <utility>

namespace mongo::member {

class Descriptor {
 public:
  // A negative number owns nothing.
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      number_ = std::exchange(other.number_, -1);
    }
    return *this;
  }
  ~Descriptor() { reset(); }

  explicit operator bool() const { return number_ >= 0; }
  int get() const { return number_; }
  void reset() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

}  // namespace mongo::member
