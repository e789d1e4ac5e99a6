// SPDX-License-Identifier: Apache-2.0
// Answers: what does an operator do with an image whose mongod cannot start? This one says so and exits 1.
// With PASSES_PREFLIGHT it still tells its version and accepts its configuration (`--version`, `--outputConfig`), so
// that only the real start fails.
#include <stdio.h>
#include <string.h>

int main(int count, char** arguments) {
#ifdef PASSES_PREFLIGHT
  for (int i = 1; i < count; ++i) {
    if (strcmp(arguments[i], "--version") == 0) return puts("db version v8.0.98") < 0;
    if (strcmp(arguments[i], "--outputConfig") == 0) return puts("outputConfig: true") < 0;
  }
#else
  (void)count;
  (void)arguments;
#endif
  puts(
      "{\"s\":\"F\",\"c\":\"CONTROL\",\"ctx\":\"main\",\"msg\":\"broken on purpose: this build of mongod cannot "
      "start\"}");
  return 1;
}
