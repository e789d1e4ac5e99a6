// SPDX-License-Identifier: Apache-2.0
#include "libk8s/base/error.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace k8s {
namespace {

constexpr std::array kNames{
    std::pair{Code::not_found, std::string_view{"not_found"}},
    std::pair{Code::already_exists, std::string_view{"already_exists"}},
    std::pair{Code::conflict, std::string_view{"conflict"}},
    std::pair{Code::gone, std::string_view{"gone"}},
    std::pair{Code::invalid, std::string_view{"invalid"}},
    std::pair{Code::forbidden, std::string_view{"forbidden"}},
    std::pair{Code::unauthenticated, std::string_view{"unauthenticated"}},
    std::pair{Code::too_many_requests, std::string_view{"too_many_requests"}},
    std::pair{Code::unavailable, std::string_view{"unavailable"}},
    std::pair{Code::timeout, std::string_view{"timeout"}},
    std::pair{Code::unknown_outcome, std::string_view{"unknown_outcome"}},
    std::pair{Code::cancelled, std::string_view{"cancelled"}},
    std::pair{Code::internal, std::string_view{"internal"}},
};

}  // namespace

std::string_view name(Code code) {
  for (const auto& [value, text] : kNames) {
    if (value == code) return text;
  }
  return "internal";
}

std::optional<Code> code_from_name(std::string_view wanted) {
  for (const auto& [value, text] : kNames) {
    if (text == wanted) return value;
  }
  return std::nullopt;
}

bool is_transient(Code code) {
  switch (code) {
    case Code::conflict:
    case Code::gone:
    case Code::unauthenticated:
    case Code::too_many_requests:
    case Code::unavailable:
    case Code::timeout:
    case Code::unknown_outcome: return true;
    case Code::not_found:
    case Code::already_exists:
    case Code::invalid:
    case Code::forbidden:
    case Code::cancelled:
    case Code::internal: return false;
  }
  return false;
}

std::string to_string(const Error& error) {
  return fmt::format("{}: {}", name(error.code), error.message);
}

Error in_context(std::string_view doing, Error error) {
  error.message = fmt::format("{}: {}", doing, error.message);
  return error;
}

}  // namespace k8s
