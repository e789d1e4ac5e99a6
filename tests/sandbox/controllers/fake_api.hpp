// SPDX-License-Identifier: Apache-2.0
// An API server small enough to read: what the controllers lean on of resourceVersions, finalizers, deletion and uids.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sandbox/controllers/api.hpp"
#include "sandbox/controllers/controller.hpp"

namespace controllers::test {

class FakeApi final : public Api {
 public:
  explicit FakeApi(const Now& now) : now_(now) {}
  // After every write, with the object before and after.
  std::function<void(const Change&)> changed = [](const Change&) {};
  // Asked before every write with its verb ("create", "update", "patch", "delete", "bind") and object or name.
  std::function<std::optional<k8s::Error>(std::string_view verb, const std::string& kind, const std::string& name)>
      refuse = [](auto, auto&, auto&) { return std::nullopt; };
  std::vector<ServedKind> kinds;
  int writes = 0;

  std::vector<ServedKind> served() const override { return kinds; }
  Result<ObjectRef> get(const Kind& kind, const std::string& ns, const std::string& name) const override;
  Result<Objects> list(const Kind& kind, const std::string& ns, const Selector& selector) const override;
  Result<ObjectRef> create(const Value& object) override;
  Result<ObjectRef> update(const Value& object, Subresource subresource) override;
  Result<ObjectRef> patch(const Kind& kind, const std::string& ns, const std::string& name, const Value& patch,
                          Subresource subresource) override;
  Result<void> remove(const Kind& kind, const std::string& ns, const std::string& name,
                      const DeleteOptions& options) override;
  Result<void> bind(const std::string& ns, const std::string& pod, const std::string& uid,
                    const std::string& node) override;

 private:
  using Places = std::map<Key, ObjectRef>;
  Result<ObjectRef> store(const Value& before, Value next);
  std::string next_version() { return std::to_string(++version_); }

  const Now& now_;
  std::map<std::string, Places, std::less<>> objects_;
  std::uint64_t version_ = 0;
  std::uint64_t uids_ = 0;
};

}  // namespace controllers::test
