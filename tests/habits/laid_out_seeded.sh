#!/bin/sh
# SPDX-License-Identifier: ISC
# The checker of layout must notice a seeded file that is laid out in another way.
set -eu
top=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT INT TERM
passed=0
failed=0
expect() { # wanted status, what
  if sh "$top/tests/habits/laid_out.sh" "$copy" > /dev/null 2>&1; then got=0; else got=1; fi
  if [ "$got" = "$1" ]; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "wrong: $2"; fi
}
for folder in base crypto wire module keychainapi cli backend service tests; do mkdir "$copy/$folder"; done
cp "$top/.clang-format" "$copy"
printf 'int f(void);\n' > "$copy/base/a.h"
expect 0 "a file as it should be"
printf 'int f( void ) ;\n' > "$copy/tests/b.h"
expect 1 "spaces of another style"
printf '/* clang-format off */\nint f( void ) ;\n' > "$copy/tests/b.h"
expect 0 "a table that says so"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
