// SPDX-License-Identifier: Apache-2.0
// Every recorded object and every recorded CRD, judged: the same complaints, the same defaults, the same pruning.
#include "sandbox/objects/defaults.hpp"
#include "sandbox/objects/prune.hpp"
#include "sandbox/objects/validate.hpp"
#include "tests/sandbox/objects/recorded.hpp"

namespace objects {
namespace {

std::vector<std::string> warnings(const std::vector<std::string>& unknown) {
  std::vector<std::string> out;
  for (const std::string& field : unknown) out.push_back("299 - \"unknown field \\\"" + field + "\\\"\"");
  return out;
}

std::string strict_message(const std::vector<std::string>& unknown) {
  std::string out = "Check in version \"v1\" cannot be handled as a Check: strict decoding error: ";
  for (const std::string& field : unknown)
    out += (field == unknown.front() ? "" : ", ") + ("unknown field \"" + field + "\"");
  return out;
}

void expect_step(const Value& step, const Value* live, const Schema& schema) {
  const Value& answer = step.at("answer");
  Value object = step.at("body");
  whole_numbers_as_integers(object);
  const std::vector<std::string> unknown = unknown_fields(object, schema);
  if (step.at("code") == 400) {
    EXPECT_EQ(strict_message(unknown), answer.at("message").get<std::string>());
    return;
  }
  prune(object, schema);
  drop_forbidden_nulls(object, schema);
  apply_defaults(object, schema);
  const std::vector<FieldError> errors = validate(object, live, schema, nullptr);
  if (step.at("code") == 422) {
    EXPECT_EQ(recorded::sorted_lines(recorded::causes_of(errors)),
              recorded::sorted_lines(answer.at("details").at("causes")));
    return;
  }
  EXPECT_TRUE(errors.empty()) << to_string(errors);
  EXPECT_EQ(object.value("spec", Value()).dump(1), answer.value("spec", Value()).dump(1));
  const bool ignores = step.value("validation", "") == "Ignore";
  EXPECT_EQ(ignores ? Value() : Value(warnings(unknown)), ignores ? Value() : step.value("warnings", Value::array()));
}

TEST(Validation, judges_every_recorded_object_as_the_real_server_did) {
  const recorded::World world;
  const Value cases = recorded::load("cases/validation.json");
  ASSERT_GE(cases.size(), 100u);
  for (const Value& row : cases) {
    SCOPED_TRACE(row.at("name").get<std::string>());
    Value live;
    for (const Value& step : row.at("steps")) {
      expect_step(step, live.is_null() ? nullptr : &live, *world.check);
      live = step.at("answer");
    }
  }
}

std::vector<FieldError> errors_of(const Value& crd) {
  const Value& versions = crd.at("spec").at("versions");
  std::vector<FieldError> out;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    const std::string path = versions.size() == 1 ? "spec.validation.openAPIV3Schema"
                                                  : "spec.versions[" + std::to_string(i) + "].schema.openAPIV3Schema";
    const auto parsed = parse_crd_schema(versions[i].at("schema").at("openAPIV3Schema"), path);
    if (const auto* errors = std::get_if<std::vector<FieldError>>(&parsed)) {
      out.insert(out.end(), errors->begin(), errors->end());
    }
  }
  return out;
}

TEST(CrdSchema, refuses_every_recorded_schema_in_the_words_of_the_real_server) {
  const Value cases = recorded::load("cases/crd.json");
  ASSERT_GE(cases.size(), 90u);
  for (const Value& row : cases) {
    SCOPED_TRACE(row.at("name").get<std::string>());
    const Value& step = row.at("steps").at(0);
    const std::vector<FieldError> errors = errors_of(step.at("body"));
    const Value expected = step.at("code") == 201 ? Value::array() : step.at("answer").at("details").at("causes");
    EXPECT_EQ(recorded::sorted_lines(recorded::causes_of(errors)), recorded::sorted_lines(expected));
  }
}

}  // namespace
}  // namespace objects
