// SPDX-License-Identifier: Apache-2.0
#include "operators/mongodb/wire/bson.hpp"

#include <cmath>
#include <limits>

#include <bson/bson.h>
#include <gtest/gtest.h>

#include "operators/mongodb/wire/bson_edit.hpp"
#include "operators/mongodb/wire/bson_json.hpp"

namespace mongo::bson {
namespace {

Document json(std::string_view text) {
  auto document = from_json(text);
  EXPECT_TRUE(document) << (document ? "" : document.error().message);
  return document ? *document : Document{};
}

Document every_type() {
  return json(R"({"real": {"$numberDouble": "1.5"}, "string": "žluť", "document": {"a": {"$numberInt": "1"}},
    "array": ["x", {"$numberInt": "2"}], "binary": {"$binary": {"base64": "AAEC", "subType": "04"}},
    "undefined": {"$undefined": true}, "oid": {"$oid": "6b019c69cfce2996d95c516f"}, "bool": true,
    "date": {"$date": {"$numberLong": "1795267690853"}}, "null": null,
    "regex": {"$regularExpression": {"pattern": "^a", "options": "i"}}, "code": {"$code": "f;"},
    "scoped": {"$code": "g;", "$scope": {"x": {"$numberInt": "1"}}}, "symbol": {"$symbol": "s"},
    "int32": {"$numberInt": "-7"}, "timestamp": {"$timestamp": {"t": 1795267691, "i": 10}},
    "int64": {"$numberLong": "9007199254740993"}, "decimal": {"$numberDecimal": "1.10"},
    "min": {"$minKey": 1}, "max": {"$maxKey": 1},
    "pointer": {"$dbPointer": {"$ref": "a.b", "$id": {"$oid": "6b019c69cfce2996d95c516f"}}}})");
}

TEST(Bson, a_built_document_has_the_bytes_of_the_specification) {
  const Document document = Builder{}.append("hello", "world").done();
  EXPECT_EQ(document.bytes(), std::string_view("\x16\0\0\0\x02hello\0\x06\0\0\0world\0\0", 22));
  EXPECT_EQ(Document{}.bytes(), std::string_view("\x05\0\0\0\0", 5));
}

TEST(Bson, what_was_appended_is_read_back_in_order) {
  const ObjectId id = *ObjectId::from_hex("6b019c69cfce2996d95c516f");
  const OpTime op_time{.ts = {.t = 5, .i = 2}, .t = 3};
  const Document document = Builder{}
                                .append("i", 1)
                                .append("l", std::int64_t{1} << 40)
                                .append("d", 2.5)
                                .append("b", true)
                                .append("s", "text")
                                .append("n", Null{})
                                .append("id", id)
                                .append("date", Date{.ms = 17})
                                .append("ts", Timestamp{.t = 9, .i = 8})
                                .append("op", op_time)
                                .append("bin", Binary{.bytes = std::string("\0x", 2), .subtype = 4})
                                .append("doc", Document{{"x", Document{{"y", 1}}}})
                                .append("arr", Array{1, "two", Document{{"three", 3}}})
                                .done();
  EXPECT_EQ(document.first_key(), "i");
  EXPECT_EQ(document.size(), 13u);
  EXPECT_EQ(document.find("i")->type, Type::int32);
  EXPECT_EQ(document.number("l"), std::int64_t{1} << 40);
  EXPECT_EQ(document.real("d"), 2.5);
  EXPECT_EQ(document.boolean("b"), true);
  EXPECT_EQ(document.string("s"), "text");
  EXPECT_EQ(document.find("n")->type, Type::null);
  EXPECT_EQ(document.object_id("id"), id);
  EXPECT_EQ(document.object_id("id")->hex(), "6b019c69cfce2996d95c516f");
  EXPECT_EQ(document.date("date"), Date{.ms = 17});
  EXPECT_EQ(document.timestamp("ts"), (Timestamp{.t = 9, .i = 8}));
  EXPECT_EQ(document.op_time("op"), op_time);
  EXPECT_EQ(document.binary("bin"), (Binary{.bytes = std::string("\0x", 2), .subtype = 4}));
  EXPECT_EQ(document.number("doc.x.y"), 1);
  EXPECT_EQ(document.string("arr.1"), "two");
  EXPECT_EQ(document.number("arr.2.three"), 3);
  EXPECT_FALSE(document.has("arr.3"));
  EXPECT_FALSE(document.has("s.x"));
  EXPECT_TRUE(validate(document.bytes()));
}

TEST(Bson, numbers_are_lenient_but_never_wrong) {
  const Document document{{"whole", 3.0},   {"broken", 3.5}, {"huge", 1e300}, {"nan", std::nan("")},
                          {"edge", 0x1p63}, {"true", true},  {"text", "3"},   {"least", -0x1p63}};
  EXPECT_EQ(document.number("whole"), 3);
  EXPECT_EQ(document.number("true"), 1);
  EXPECT_EQ(document.number("least"), std::numeric_limits<std::int64_t>::min());
  for (const char* key : {"broken", "huge", "nan", "edge", "text", "missing"})
    EXPECT_EQ(document.number(key), std::nullopt) << key;
  EXPECT_TRUE(document.flag("whole"));
  EXPECT_FALSE(document.flag("missing"));
  EXPECT_EQ(required(document.number("text"), "text").error().message, "text: missing or of another type");
}

TEST(Bson, optimes_are_ordered_by_term_and_then_by_timestamp) {
  const OpTime old_term{.ts = {.t = 900, .i = 1}, .t = 1};
  const OpTime new_term{.ts = {.t = 100, .i = 1}, .t = 2};
  EXPECT_LT(old_term, new_term);
  EXPECT_LT(new_term, (OpTime{.ts = {.t = 100, .i = 2}, .t = 2}));
  EXPECT_LT(OpTime{}, old_term);
}

TEST(Bson, text_and_bytes_carry_every_type_both_ways) {
  const Document document = every_type();
  EXPECT_EQ(json(to_json(document)), document);
  EXPECT_EQ(*Document::from_bytes(document.bytes()), document);
  EXPECT_EQ(document.string("string"), "žluť");
}

TEST(Bson, every_cut_and_every_changed_byte_is_refused_or_read_without_harm) {
  const std::string good(every_type().bytes());
  for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(validate(good.substr(0, size))) << size;
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const int change : {1, 0x40, 0x80, 0xFF}) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ change);
      // Unvalidated reading must not step outside either.
      for (const Element& element : View(bad)) {
        (void)element.string();
        (void)element.number();
        (void)element.binary();
        (void)element.op_time();
      }
      if (!validate(bad)) continue;
      // What we accept, libbson accepts.
      bson_t other;
      ASSERT_TRUE(bson_init_static(&other, reinterpret_cast<const std::uint8_t*>(bad.data()), bad.size())) << at;
      const auto flags = static_cast<bson_validate_flags_t>(BSON_VALIDATE_UTF8 | BSON_VALIDATE_UTF8_ALLOW_NULL);
      EXPECT_TRUE(bson_validate(&other, flags, nullptr)) << at << " ^ " << change;
    }
  }
}

TEST(Bson, a_document_that_is_nested_too_deep_is_refused_before_anything_recurses) {
  std::string deep("\x05\0\0\0\0", 5);
  Document nested;
  for (int depth = 1; depth < kMaxDepth; ++depth) nested = Document{{"a", nested}};
  EXPECT_TRUE(validate(nested.bytes()));
  EXPECT_FALSE(validate(Document{{"a", nested}}.bytes()));
}

TEST(Bson, strings_that_are_not_utf8_are_refused) {
  for (const std::string_view text :
       {"\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\x80", "\xE0\x80\xAF"}) {
    EXPECT_FALSE(validate(Document{{"k", text}}.bytes()));
    EXPECT_FALSE(validate(Document{{text, 1}}.bytes()));
  }
  EXPECT_TRUE(validate(Document{{"k", "\xF0\x9F\x9A\xA3"}}.bytes()));
}

TEST(Bson, text_that_is_no_document_is_an_error) {
  EXPECT_EQ(from_json("{").error().code, k8s::Code::invalid);
  EXPECT_EQ(from_json("").error().code, k8s::Code::invalid);
}

TEST(BsonEdit, a_replaced_field_keeps_its_place_and_everything_else_its_bytes) {
  const Document before = json(R"({"_id": "rs0", "unknown": {"$numberDecimal": "1"}, "members": [
    {"_id": 0, "host": "a:1", "votes": 0, "odd": {"$minKey": 1}}, {"_id": 1, "host": "b:1"}], "term": 3})");
  const Document after = with(before, "members.0.votes", 1);
  EXPECT_EQ(after, json(R"({"_id": "rs0", "unknown": {"$numberDecimal": "1"}, "members": [
    {"_id": 0, "host": "a:1", "votes": 1, "odd": {"$minKey": 1}}, {"_id": 1, "host": "b:1"}], "term": 3})"));
  EXPECT_EQ(with(after, "members.0.votes", 0), before);
  EXPECT_TRUE(validate(after.bytes()));
}

TEST(BsonEdit, missing_fields_are_added_at_the_end_with_the_documents_on_the_way) {
  EXPECT_EQ(with(Document{{"a", 1}}, "b.c", 2), (Document{{"a", 1}, {"b", Document{{"c", 2}}}}));
  EXPECT_EQ(with(Document{{"a", 1}}, "a.c", 2), (Document{{"a", Document{{"c", 2}}}}));
  EXPECT_EQ(with(Document{{"a", Array{1}}}, "a.7", 2), (Document{{"a", Array{1, 2}}}));
}

TEST(BsonEdit, a_removed_array_element_lets_the_later_ones_move_up) {
  const Document document{{"m", Array{"a", "b", "c"}}, {"k", 1}};
  EXPECT_EQ(without(document, "m.1"), (Document{{"m", Array{"a", "c"}}, {"k", 1}}));
  EXPECT_EQ(without(document, "k"), (Document{{"m", Array{"a", "b", "c"}}}));
  EXPECT_EQ(without(document, "m.9"), document);
  EXPECT_EQ(without(document, "k.x"), document);
}

TEST(BsonEdit, an_element_is_appended_to_an_array_there_or_not) {
  EXPECT_EQ(with_appended(Document{{"m", Array{1}}}, "m", 2), (Document{{"m", Array{1, 2}}}));
  EXPECT_EQ(with_appended(Document{}, "m", 2), (Document{{"m", Array{2}}}));
}

}  // namespace
}  // namespace mongo::bson
