// SPDX-License-Identifier: Apache-2.0
// RFC 6902 as the API server carries it out: indexes may count from the end, and replace and copy take a member of a
// map that is not there for null.
#include "sandbox/objects/patch/json_patch.hpp"

#include <charconv>
#include <optional>

namespace objects {
namespace {

// The server never says which operation failed, or why.
k8s::Error does_not_fit() {
  return {.code = k8s::Code::invalid,
          .message = "the server rejected our request due to an error in our request",
          .retry_after = {},
          .remote_code = 422};
}

k8s::Error no_patch(std::string_view got) {
  return {.code = k8s::Code::invalid,
          .message = "error decoding patch: json: cannot unmarshal " + std::string(got) +
                     " into Go value of type []handlers.jsonPatchOp",
          .retry_after = {},
          .remote_code = 400};
}

std::string unescaped(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool escape = token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1');
    out += !escape ? token[i] : token[i + 1] == '0' ? '~' : '/';
    i += escape ? 1 : 0;
  }
  return out;
}

std::vector<std::string> tokens(std::string_view path) {
  std::vector<std::string> out;
  auto slash = path.find('/');
  while (slash != std::string_view::npos) {
    path.remove_prefix(slash + 1);
    slash = path.find('/');
    out.push_back(unescaped(path.substr(0, slash)));
  }
  return out;
}

// Which item a token means; `size` is one past the last that may be meant.
std::optional<std::size_t> index_of(const std::string& token, std::size_t size) {
  std::int64_t index = 0;
  const auto [end, failed] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (failed != std::errc() || end != token.data() + token.size()) return std::nullopt;
  if (index < 0) index += static_cast<std::int64_t>(size);
  if (index < 0 || index >= static_cast<std::int64_t>(size)) return std::nullopt;
  return static_cast<std::size_t>(index);
}

Value* member(Value& container, const std::string& token) {
  if (container.is_object()) {
    const auto found = container.find(token);
    return found == container.end() ? nullptr : &*found;
  }
  if (!container.is_array()) return nullptr;
  const auto index = index_of(token, container.size());
  return index ? &container[*index] : nullptr;
}

class Patcher {
 public:
  explicit Patcher(Value document) : document_(std::move(document)) {}

  bool apply(const Value& operation) {
    if (!operation.is_object()) return false;
    const std::string verb = text(operation, "op");
    if (!operation.contains("path") || !operation["path"].is_string()) return false;
    const std::string path = text(operation, "path");
    const Value value = operation.value("value", Value());
    if (verb == "add") return add(path, value);
    if (verb == "remove") return remove(path);
    if (verb == "replace") return replace(path, value);
    if (verb == "test") return test(path, value);
    if (verb != "move" && verb != "copy") return false;
    return transfer(text(operation, "from"), path, verb == "move");
  }

  Value take() { return std::move(document_); }

 private:
  static std::string text(const Value& operation, const char* key) {
    const auto found = operation.find(key);
    return found != operation.end() && found->is_string() ? found->get<std::string>() : std::string();
  }

  struct Place {
    Value* container = nullptr;  // null: there is no such place
    std::string token;
  };

  Place find(const std::string& path) {
    std::vector<std::string> all = tokens(path);
    if (all.empty()) return {};
    Value* at = &document_;
    for (std::size_t i = 0; i + 1 < all.size() && at != nullptr; ++i) at = member(*at, all[i]);
    if (at == nullptr || !at->is_structured()) return {};
    return {at, std::move(all.back())};
  }

  bool add(const std::string& path, const Value& value) {
    const Place place = find(path);
    if (place.container == nullptr) return false;
    if (place.container->is_object()) {
      (*place.container)[place.token] = value;
      return true;
    }
    const std::size_t size = place.container->size();
    const auto index = place.token == "-" ? std::optional<std::size_t>(size) : index_of(place.token, size + 1);
    if (!index) return false;
    place.container->insert(place.container->begin() + static_cast<std::ptrdiff_t>(*index), value);
    return true;
  }

  bool remove(const std::string& path) {
    const Place place = find(path);
    if (place.container == nullptr || member(*place.container, place.token) == nullptr) return false;
    if (place.container->is_object()) {
      place.container->erase(place.token);
    } else {
      place.container->erase(*index_of(place.token, place.container->size()));
    }
    return true;
  }

  bool replace(const std::string& path, const Value& value) {
    if (path.empty()) {
      if (!value.is_structured()) return false;
      document_ = value;
      return true;
    }
    const Place place = find(path);
    if (place.container == nullptr) return false;
    if (place.container->is_object()) {
      (*place.container)[place.token] = value;
      return true;
    }
    Value* found = member(*place.container, place.token);
    if (found != nullptr) *found = value;
    return found != nullptr;
  }

  bool test(const std::string& path, const Value& value) {
    if (path.empty()) return document_ == value;
    const Place place = find(path);
    if (place.container == nullptr) return false;
    const Value* found = member(*place.container, place.token);
    if (found == nullptr) return place.container->is_object() && value.is_null();
    return *found == value;
  }

  bool transfer(const std::string& from, const std::string& to, bool move) {
    const Place place = find(from);
    if (place.container == nullptr) return false;
    const Value* found = member(*place.container, place.token);
    if (found == nullptr && (move || place.container->is_array())) return false;
    const Value value = found == nullptr ? Value() : *found;
    return (!move || remove(from)) && add(to, value);
  }

  Value document_;
};

}  // namespace

k8s::Result<Value> apply_json_patch(const Value& document, const Value& patch) {
  if (!patch.is_array()) return no_patch(patch.type_name());
  Patcher patcher(document);
  for (const Value& operation : patch) {
    if (!patcher.apply(operation)) return does_not_fit();
  }
  return patcher.take();
}

}  // namespace objects
