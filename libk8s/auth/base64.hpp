// SPDX-License-Identifier: Apache-2.0
// Base64 as kubeconfigs and Secrets use it: the standard alphabet of RFC 4648 section 4, padded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace k8s {

std::string base64_encode(std::string_view bytes);
// White space between characters is skipped; nothing for any other stray character or a wrong length.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace k8s
