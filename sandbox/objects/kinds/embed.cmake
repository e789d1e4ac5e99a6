# SPDX-License-Identifier: Apache-2.0
# Answers: how does a file become part of a program? cmake -DIN=FILE -DOUT=FILE.cpp -P embed.cmake
file(READ "${IN}" bytes HEX)
string(REGEX REPLACE "(................................................................)" "\\1\n" bytes "${bytes}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE "${OUT}" "// SPDX-License-Identifier: Apache-2.0
#include \"sandbox/objects/kinds/embedded.hpp\"

namespace objects {
namespace {
const unsigned char kBytes[] = {
${bytes}
};
}  // namespace

std::string_view embedded_kinds() { return {reinterpret_cast<const char*>(kBytes), sizeof kBytes}; }
}  // namespace objects
")
