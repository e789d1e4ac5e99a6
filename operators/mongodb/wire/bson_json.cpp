// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/bson_json.hpp"

#include <memory>

#include <bson/bson.h>

namespace mongo::bson {
namespace {

struct FreeText {
  void operator()(char* text) const { bson_free(text); }
};

// Not a unique_ptr: bson_t's alignment attribute is lost as a template argument, and g++ says so.
struct Parsed {
  explicit Parsed(bson_t* its_document) : document(its_document) {}
  Parsed(const Parsed&) = delete;
  Parsed& operator=(const Parsed&) = delete;
  ~Parsed() { bson_destroy(document); }

  bson_t* document;
};

}  // namespace

std::string to_json(View document) {
  const std::string_view bytes = document.bytes();
  bson_t parsed;
  if (!bson_init_static(&parsed, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size())) return "{}";
  std::size_t size = 0;
  const std::unique_ptr<char, FreeText> text(bson_as_canonical_extended_json(&parsed, &size));
  return text ? std::string(text.get(), size) : "{}";
}

k8s::Result<Document> from_json(std::string_view json) {
  bson_error_t error;
  const auto* text = reinterpret_cast<const std::uint8_t*>(json.data());
  const Parsed parsed(bson_new_from_json(text, static_cast<ssize_t>(json.size()), &error));
  if (parsed.document == nullptr)
    return k8s::Error{.code = k8s::Code::invalid, .message = std::string("not extended JSON: ") + error.message};
  const auto* bytes = reinterpret_cast<const char*>(bson_get_data(parsed.document));
  return Document::from_bytes(std::string_view(bytes, parsed.document->len));
}

}  // namespace mongo::bson
