// SPDX-License-Identifier: Apache-2.0
// Does one type fit where another is wanted, and what do the type parameters stand for then?
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "sandbox/cel/type.hpp"

namespace cel {

class Inference {
 public:
  // A parameter that stands for nothing yet.
  TypePtr fresh();
  // The type with fresh parameters in place of its own; one name is one parameter within `names`.
  TypePtr instantiate(const TypePtr& type, std::map<std::string, TypePtr>& names);

  // Whether values of the types `from` can be given where `to` are wanted. What that says of parameters is kept if they
  // all can, and nothing of it otherwise.
  bool assign(std::span<const TypePtr> to, std::span<const TypePtr> from);
  bool assign(const TypePtr& to, const TypePtr& from);

  // The type with every parameter replaced by what it stands for; by dyn, when `final` and it stands for nothing.
  TypePtr resolve(const TypePtr& type, bool final = false) const;

  // Of two types that agree, the one that says less.
  static TypePtr more_general(const TypePtr& a, const TypePtr& b);

 private:
  bool fits(const TypePtr& to, const TypePtr& from);
  bool substitute(const TypePtr& type, const TypePtr& parameter, bool& had_one);
  bool occurs(const TypePtr& parameter, const TypePtr& in) const;

  std::map<std::string, TypePtr> stands_for_;
  std::size_t next_ = 0;
};

}  // namespace cel
