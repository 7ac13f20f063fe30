#!/bin/sh
# SPDX-License-Identifier: ISC
# The checker of banned words must notice a seeded one, and a file without its first line.
set -eu
top=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT INT TERM
passed=0
failed=0
expect() { # wanted status, what
  if sh "$top/tests/habits/banned.sh" "$copy" > /dev/null 2>&1; then got=0; else got=1; fi
  if [ "$got" = "$1" ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "wrong: $2"; fi
}
for folder in base crypto wire module keychainapi cli backend service tests; do mkdir "$copy/$folder"; done
printf '/* SPDX-License-Identifier: ISC */\nint f(void);\n' > "$copy/base/a.c"
expect 0 "a clean file"
printf '/* SPDX-License-Identifier: ISC */\nint g(char *a) { return atoi (a); }\n' > "$copy/cli/b.c"
expect 1 "atoi"
printf '/* SPDX-License-Identifier: ISC */\nint g(char *a) { return my_atoi(a); }\n' > "$copy/cli/b.c"
expect 0 "a longer name"
printf 'int g(void);\n' > "$copy/cli/b.c"
expect 1 "no licence line"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
