#!/bin/sh
# SPDX-License-Identifier: ISC
# The checker of layout must notice a seeded file that is laid out in another way.
. "$(dirname "$0")/seeded.sh"
for folder in $folders; do mkdir "$copy/$folder"; done
cp "$top/.clang-format" "$copy"
printf 'int f(void);\n' > "$copy/base/a.h"
expect 0 "a file as it should be"
printf 'int f( void ) ;\n' > "$copy/tests/b.h"
expect 1 "spaces of another style"
printf '/* clang-format off */\nint f( void ) ;\n' > "$copy/tests/b.h"
expect 0 "a table that says so"
verdict
