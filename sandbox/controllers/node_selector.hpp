// SPDX-License-Identifier: Apache-2.0
// Is it one of these nodes, and may a pod stay there? core/v1 NodeSelector, taints and tolerations.
#pragma once

#include "sandbox/controllers/object.hpp"

namespace controllers {

// NodeSelector: its terms are alternatives; a term's expressions and fields all hold. A term without any matches
// nothing.
bool matches_node(const Value& node_selector, const Value& node);
bool matches_node_term(const Value& term, const Value& node);

bool tolerates(const Value& toleration, const Value& taint);
// The first toleration of the pod that tolerates the taint; null when none does.
const Value* toleration_of(const Value& pod, const Value& taint);

}  // namespace controllers
