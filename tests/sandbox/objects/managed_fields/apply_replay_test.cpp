// SPDX-License-Identifier: Apache-2.0
// Every recorded write, put to the field manager: the same object, the same owners, the same words.
#include <algorithm>

#include "sandbox/objects/defaults.hpp"
#include "sandbox/objects/managed_fields/field_manager.hpp"
#include "sandbox/objects/managed_fields/reset_fields.hpp"
#include "sandbox/objects/patch/merge_patch.hpp"
#include "tests/sandbox/objects/recorded.hpp"

namespace objects {
namespace {

std::string text(const Value& object, const char* key) {
  return object.is_object() && object.contains(key) ? object[key].get<std::string>() : std::string();
}

Value managed_fields(const Value& object) {
  return object.value("metadata", Value::object()).value("managedFields", Value::array());
}

// One entry a line: what a failure is to show.
std::string lines(const Value& object) {
  std::string out;
  for (const Value& entry : managed_fields(object)) out += entry.dump() + "\n";
  return out;
}

// Everything of `part` is in `whole`: the rest is what the server itself filled in.
bool is_part_of(const Value& part, const Value& whole) {
  if (part.is_null()) return true;
  if (part.is_object() && whole.is_object()) {
    for (const auto& [key, value] : part.items()) {
      if (!value.is_null() && (!whole.contains(key) || !is_part_of(value, whole[key]))) return false;
    }
    return true;
  }
  if (part.is_array() && whole.is_array()) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (i >= whole.size() || !is_part_of(part[i], whole[i])) return false;
    }
    return part.size() == whole.size();
  }
  return part == whole;
}

// One case, step by step. The live object is always what the real server answered last.
class Replay {
 public:
  Replay(const recorded::World& world, const Value& row) : case_(row) {
    const Value& target = row.at("target");
    api_version_ = target.at("apiVersion");
    custom_ = target.at("plural") == "things";
    if (custom_) {
      schema_ = world.thing.get();
      return;
    }
    const auto slash = api_version_.find('/');
    const std::string group = slash == std::string::npos ? "" : api_version_.substr(0, slash);
    kind_ = world.built_ins.find(group, api_version_.substr(slash == std::string::npos ? 0 : slash + 1),
                                 target.at("plural").get<std::string>());
    schema_ = kind_->schema.get();
  }

  void run() {
    for (const Value& row : case_.at("steps")) {
      step(row);
      if (row.at("code") == 200 || row.at("code") == 201) live_ = row.at("answer");
      ++number_;
    }
  }

 private:
  void step(const Value& row) {
    SCOPED_TRACE(case_.at("name").get<std::string>() + ", step " + std::to_string(number_));
    subresource_ = text(row, "subresource");
    answer_ = &row.at("answer");
    scope_.custom_resource = custom_;
    scope_.ignored = custom_ ? custom_resource_reset_fields(true, subresource_) : reset_fields(*kind_, subresource_);
    if (row.at("do") == "apply") {
      apply(row);
    } else if (row.at("code") == 200 || row.at("code") == 201) {
      write(row);
    }
  }

  // Our clock shows what the server's did.
  Manager manager(const Value& row, const char* operation) const {
    Manager out{.name = text(row, "manager"),
                .operation = operation,
                .api_version = api_version_,
                .subresource = subresource_,
                .time = "2000-01-01T00:00:00Z"};
    for (const Value& entry : managed_fields(*answer_)) {
      if (text(entry, "manager") == out.name && text(entry, "operation") == operation &&
          text(entry, "subresource") == subresource_ && !text(entry, "time").empty()) {
        out.time = text(entry, "time");
      } else if (text(entry, "manager") == "before-first-apply") {
        out.time = text(entry, "time");
      }
    }
    return out;
  }

  Value in_default_namespace(Value body) const {
    if (!case_.at("target").contains("cluster")) body["metadata"]["namespace"] = "default";
    return body;
  }

  void apply(const Value& row) {
    Value body = row.at("body");
    const Value& live_meta = live_.is_null() ? answer_->value("metadata", Value::object()) : live_.at("metadata");
    body["metadata"]["name"] = live_meta.contains("name") ? live_meta["name"] : Value(name_in_message());
    const bool created = live_.is_null();
    if (created && row.at("code") == 201) body = in_default_namespace(std::move(body));
    const Force force = row.value("force", false) ? Force::yes : Force::no;
    ApplyOutcome outcome =
        server_side_apply(created ? nullptr : &live_, body, *schema_, manager(row, "Apply"), force, scope_);
    const int code = row.at("code");
    if (code == 409) return expect_conflicts(outcome);
    if (code == 422) return;  // validation comes after
    if (code >= 400) return expect_error(outcome, code);
    ASSERT_TRUE(std::holds_alternative<Applied>(outcome))
        << (std::holds_alternative<Conflicts>(outcome) ? conflict_message(std::get<Conflicts>(outcome))
                                                       : std::get<k8s::Error>(outcome).message);
    expect_object(std::get<Applied>(std::move(outcome)));
  }

  std::string name_in_message() const {
    const std::string message = text(*answer_, "message");
    const auto slash = message.find('/');
    return slash == std::string::npos ? "x" : message.substr(slash + 1, message.find(';') - slash - 1);
  }

  void expect_conflicts(const ApplyOutcome& outcome) const {
    ASSERT_TRUE(std::holds_alternative<Conflicts>(outcome));
    const Conflicts& conflicts = std::get<Conflicts>(outcome);
    EXPECT_EQ(conflict_message(conflicts), text(*answer_, "message"));
    EXPECT_EQ(recorded::sorted_lines(conflict_causes(conflicts)),
              recorded::sorted_lines(answer_->at("details").at("causes")));
  }

  void expect_error(const ApplyOutcome& outcome, int code) const {
    ASSERT_TRUE(std::holds_alternative<k8s::Error>(outcome));
    EXPECT_EQ(std::get<k8s::Error>(outcome).remote_code, code);
    EXPECT_EQ(std::get<k8s::Error>(outcome).message, text(*answer_, "message"));
  }

  // What the API server does between merging and storing.
  Value stored(Value object) const {
    drop_forbidden_nulls(object, *schema_);
    apply_defaults(object, *schema_);
    const Value before = live_.is_null() ? Value::object() : live_;
    if (subresource_ == "status") {
      Value out = before;
      out["status"] = object.value("status", Value());
      out["metadata"]["managedFields"] = managed_fields(object);
      return out;
    }
    object.erase("status");
    if (before.contains("status")) object["status"] = before["status"];
    return object;
  }

  void expect_object(Applied applied) const {
    EXPECT_EQ(lines(applied.object), lines(*answer_));
    EXPECT_EQ(applied.changed, live_.is_null() || applied.object != live_);
    if (!custom_) {
      // Through the status door the server keeps nothing else, through the main door it drops the status.
      if (subresource_ == "status") applied.object = {{"status", applied.object.value("status", Value())}};
      if (subresource_.empty() && kind_->subresource("status") != nullptr) applied.object.erase("status");
      if (!applied.object.contains("status")) applied.object["status"] = answer_->value("status", Value());
      normalize_built_in(applied.object, *schema_);
      EXPECT_TRUE(is_part_of(applied.object, *answer_)) << applied.object.dump(1) << answer_->dump(1);
      return;
    }
    Value object = stored(std::move(applied.object));
    if (object["metadata"]["managedFields"].empty()) object["metadata"].erase("managedFields");
    EXPECT_EQ(object.dump(1), answer_->dump(1));
  }

  // What was to be stored when owners were reckoned. Of a built-in kind that is what was answered, without what the
  // server filled in only afterwards: allocated addresses, and what admission adds to a pod.
  Value written(const Value& row) const {
    const bool clears = row.at("body").value("metadata", Value::object()).contains("managedFields");
    if (row.at("do") == "merge_patch" && (custom_ || clears)) return apply_merge_patch(live_, row.at("body"));
    if (!custom_) {
      Value out = recorded::without_managed_fields(*answer_);
      for (const char* later :
           {"clusterIPs", "ipFamilies", "ipFamilyPolicy", "tolerations", "priority", "preemptionPolicy"}) {
        if (row.at("do") == "create" && out.contains("spec")) out["spec"].erase(later);
      }
      return out;
    }
    Value out = in_default_namespace(row.at("body"));
    out["metadata"]["name"] = answer_->at("metadata").at("name");
    apply_defaults(out, *schema_);
    return out;
  }

  void write(const Value& row) {
    Value after =
        track_update(live_.is_null() ? nullptr : &live_, written(row), *schema_, manager(row, "Update"), scope_);
    EXPECT_EQ(lines(after), lines(*answer_));
  }

  const Value& case_;
  std::string api_version_, subresource_;
  bool custom_ = false;
  const Kind* kind_ = nullptr;
  const Schema* schema_ = nullptr;
  WriteScope scope_;
  Value live_;
  const Value* answer_ = nullptr;
  int number_ = 0;
};

void replay(const std::string& file) {
  const recorded::World world;
  const Value cases = recorded::load("cases/" + file);
  ASSERT_TRUE(cases.is_array() && !cases.empty());
  for (const Value& row : cases) Replay(world, row).run();
}

TEST(FieldManager, answers_every_recorded_write_of_a_custom_resource_as_the_real_server_did) {
  replay("apply_custom.json");
}

TEST(FieldManager, answers_every_recorded_write_of_a_built_in_kind_as_the_real_server_did) {
  replay("apply_builtin.json");
}

}  // namespace
}  // namespace objects
