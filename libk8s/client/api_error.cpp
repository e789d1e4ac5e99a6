// SPDX-License-Identifier: Apache-2.0
#include "libk8s/client/api_error.hpp"

#include <array>

#include <fmt/format.h>

#include "libk8s/json/node.hpp"

namespace k8s {
namespace {

constexpr std::string_view kUnserved = "the API server does not serve this resource (is its CRD installed?)";
constexpr std::string_view kNamespaceTerminating = "NamespaceTerminating";

std::string text_of(const json::Node& node, const char* member) {
  const auto child = node.get(member);
  const auto text = child ? child->string() : std::nullopt;
  return std::string{text.value_or("")};
}

ApiStatus status_of(const json::Node& node) {
  ApiStatus status{.reason = text_of(node, "reason"), .message = text_of(node, "message")};
  if (const auto code = node.get("code")) status.code = static_cast<int>(code->integer().value_or(0));
  const auto details = node.get("details");
  if (!details) return status;
  status.kind = text_of(*details, "kind");
  status.name = text_of(*details, "name");
  const auto seconds = details->get("retryAfterSeconds");
  if (seconds && seconds->integer().value_or(0) > 0) status.retry_after = Seconds{*seconds->integer()};
  if (const auto causes = details->get("causes")) {
    causes->each_element([&](const json::Node& cause) {
      status.causes.push_back(
          {.reason = text_of(cause, "reason"), .message = text_of(cause, "message"), .field = text_of(cause, "field")});
    });
  }
  return status;
}

bool contains(std::string_view text, std::string_view words) {
  return text.find(words) != std::string_view::npos;
}

// Somebody behind the API server stopped waiting; what it was waiting for may still happen.
bool outcome_is_open(int http, const ApiStatus* status) {
  if (http == 502 || http == 504) return true;
  if (http != 500 || status == nullptr) return false;
  constexpr std::array<std::string_view, 3> kGaveUp{"etcdserver: ", "context deadline exceeded", "context canceled"};
  for (const std::string_view words : kGaveUp) {
    if (contains(status->message, words)) return true;
  }
  return false;
}

Code code_of(int http, const ApiStatus* status, Method method) {
  switch (http) {
    case 400:
    case 405:
    case 406:
    case 413:
    case 415:
    case 422: return Code::invalid;
    case 401: return Code::unauthenticated;
    case 403: return Code::forbidden;
    case 404: return Code::not_found;
    case 409: return status != nullptr && status->reason == "AlreadyExists" ? Code::already_exists : Code::conflict;
    case 410: return Code::gone;
    case 429: return Code::too_many_requests;
    default: break;
  }
  if (http < 500) return Code::internal;
  return is_write(method) && outcome_is_open(http, status) ? Code::unknown_outcome : Code::unavailable;
}

std::string spelled_out(const ApiStatus& status) {
  std::string message = status.message.empty() ? status.reason : status.message;
  std::string more;
  for (const ApiStatus::Cause& cause : status.causes) {
    if (cause.message.empty() || contains(message, cause.message)) continue;
    more +=
        fmt::format("{}{}{}", more.empty() ? "" : "; ", cause.field.empty() ? "" : cause.field + ": ", cause.message);
  }
  return more.empty() ? message : fmt::format("{} ({})", message, more);
}

bool says_terminating(const ApiStatus& status) {
  for (const ApiStatus::Cause& cause : status.causes) {
    if (cause.reason == kNamespaceTerminating) return true;
  }
  return false;
}

// Server-side apply with the uid of an object that was deleted and made again: the server calls it a change of an
// immutable field.
bool says_other_uid(const ApiStatus& status) {
  for (const ApiStatus::Cause& cause : status.causes) {
    if (cause.field == "metadata.uid") return true;
  }
  return false;
}

Error error_from(int http, const ApiStatus& status, Method method) {
  Error error{
      .code = code_of(http, &status, method), .message = spelled_out(status), .retry_after = {}, .remote_code = http};
  if (status.retry_after) error.retry_after = *status.retry_after;
  if (http == 422 && says_other_uid(status)) error.code = Code::conflict;
  // An object that is not there is named; a resource that is not there has nothing to name.
  if (http == 404 && status.name.empty()) error.message = fmt::format("{}: {}", kUnserved, error.message);
  if (http == 403 && says_terminating(status)) error.message += fmt::format(" [{}]", kNamespaceTerminating);
  if (error.message.empty()) error.message = fmt::format("HTTP {}", http);
  return error;
}

// A body that is no Status comes from something in between: its beginning, on one line, is what there is to say.
std::string excerpt(std::string_view body) {
  constexpr std::size_t kMost = 200;
  std::string text;
  for (const char c : body.substr(0, kMost)) text += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

}  // namespace

std::optional<ApiStatus> parse_status(std::string_view body) {
  json::Parser parser;
  const Result<json::Node> node = parser.parse(body);
  if (!node || text_of(*node, "kind") != "Status") return std::nullopt;
  return status_of(*node);
}

Error api_error(const Reply& reply, Method method) {
  Error error;
  if (const std::optional<ApiStatus> status = parse_status(reply.body)) {
    error = error_from(reply.status, *status, method);
  } else {
    error = {.code = code_of(reply.status, nullptr, method),
             .message = fmt::format("HTTP {}: {}", reply.status, excerpt(reply.body))};
    error.remote_code = reply.status;
    if (reply.status == 404) error.message = fmt::format("{}: {}", kUnserved, error.message);
  }
  if (!error.retry_after) error.retry_after = reply.retry_after;
  return error;
}

Error api_error(const ApiStatus& status, Method method) {
  return error_from(status.code == 0 ? 500 : status.code, status, method);
}

bool is_namespace_terminating(const Error& error) {
  return error.code == Code::forbidden && contains(error.message, kNamespaceTerminating);
}

bool is_unserved(const Error& error) {
  return error.code == Code::not_found && contains(error.message, kUnserved);
}

}  // namespace k8s
