// SPDX-License-Identifier: Apache-2.0
// Which server parameters are there, and which may be set?
#pragma once

#include "sandbox/simmongod/errors.hpp"
#include "sandbox/simmongod/ports.hpp"

namespace simmongod {

struct Member;

// Defaults with the options' --setParameter values over them. Values take the default's type.
bson::Document default_parameters(const Options& options);
bool is_known_parameter(std::string_view name);

bson::Document get_parameter_command(Member& member, bson::View command);
bson::Document set_parameter_command(Member& member, bson::View command);

std::int64_t number_parameter(const Member& member, std::string_view name, std::int64_t otherwise);
bool flag_parameter(const Member& member, std::string_view name, bool otherwise);

}  // namespace simmongod
