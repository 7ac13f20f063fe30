#!/bin/sh
# SPDX-License-Identifier: ISC
# The checker of banned words must notice a seeded one, and a file without its first line.
. "$(dirname "$0")/seeded.sh"
for folder in $folders; do mkdir "$copy/$folder"; done
printf '/* SPDX-License-Identifier: ISC */\nint f(void);\n' > "$copy/base/a.c"
expect 0 "a clean file"
printf '/* SPDX-License-Identifier: ISC */\nint g(char *a) { return atoi (a); }\n' > "$copy/cli/b.c"
expect 1 "atoi"
printf '/* SPDX-License-Identifier: ISC */\nint g(char *a) { return my_atoi(a); }\n' > "$copy/cli/b.c"
expect 0 "a longer name"
printf 'int g(void);\n' > "$copy/cli/b.c"
expect 1 "no licence line"
verdict
