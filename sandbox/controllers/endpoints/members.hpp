// SPDX-License-Identifier: Apache-2.0
// Which pods are behind a Service, and at which ports?
#pragma once

#include "sandbox/controllers/controller.hpp"

namespace controllers::endpoints {

// Not ended, with an address, matched by the Service's selector; by name. Nothing for a Service without a selector.
Result<Objects> pods_behind(const Api& api, const Value& service);
// [{name, port, protocol, appProtocol}], names resolved by the pod's containers; a name that the pod lacks is left out.
Value ports_of(const Value& service, const Value& pod);
std::string zone_of(const Api& api, const Value& pod);
// The pod's own host name, where the Service's domain gives it one.
std::string hostname_of(const Value& service, const Value& pod);
bool is_headless(const Value& service);
Value target_of(const Value& pod);
// The keys of Services whose selector matches the pod, before or after; nothing when nothing of interest changed.
void wake_services(const Api& api, const Change& change, Keys& keys);
Wake wake_by_node();

}  // namespace controllers::endpoints
