// SPDX-License-Identifier: Apache-2.0
// Who depends on whom, by uid?
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sandbox/controllers/controller.hpp"

namespace controllers::garbage {

struct Owner {
  std::string uid;
  bool blocks = false;  // blockOwnerDeletion
};

struct Node {
  std::string api_version;
  std::string kind;
  Key key;
  std::vector<Owner> owners = {};
  bool deletes_dependents = false;  // being deleted in the foreground
  Kind view() const { return {.api_version = api_version, .kind = kind}; }
};

class Graph {
 public:
  // Keys to look at again are {"", uid}.
  void change(const Change& change, Keys& keys);

  const Node* find(const std::string& uid) const;
  // Sorted uids.
  const std::set<std::string>& dependents(const std::string& uid) const;
  // There, and where the dependent may refer to: in its namespace, or in none.
  bool is_present(const Owner& owner, const Node& dependent) const;

 private:
  void forget(const std::string& uid, Keys& keys);

  std::map<std::string, Node> nodes_;
  std::map<std::string, std::set<std::string>> dependents_;
};

}  // namespace controllers::garbage
