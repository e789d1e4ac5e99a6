// SPDX-License-Identifier: Apache-2.0
// What is the CRC-32C (Castagnoli) of these bytes? OP_MSG's optional checksum.
#pragma once

#include <cstdint>
#include <string_view>

namespace mongo {

std::uint32_t crc32c(std::string_view bytes);

}  // namespace mongo
