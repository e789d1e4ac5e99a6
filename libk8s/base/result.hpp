// SPDX-License-Identifier: Apache-2.0
// A value or an Error. Member names follow std::expected, which g++ 12 has only in C++23 mode.
//
//   Result<Pod> pod = decode(text);
//   if (!pod) return pod.error();
//   use(*pod);
#pragma once

#include <optional>
#include <utility>
#include <variant>

#include "libk8s/base/check.hpp"
#include "libk8s/base/error.hpp"

namespace k8s {

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit by design
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & {
    check(has_value(), "Result::value() on an error");
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    check(has_value(), "Result::value() on an error");
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    check(has_value(), "Result::value() on an error");
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const {
    check(!has_value(), "Result::error() on a value");
    return *std::get_if<1>(&state_);
  }

  bool operator==(const Result&) const = default;

 private:
  std::variant<T, Error> state_;
};

// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: implicit by design

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  const Error& error() const {
    check(error_.has_value(), "Result::error() on a value");
    return *error_;
  }

  bool operator==(const Result&) const = default;

 private:
  std::optional<Error> error_;
};

}  // namespace k8s
