#!/bin/sh
# SPDX-License-Identifier: ISC
# What no source file may contain, and what each must begin with. With an argument, checks that tree instead.
set -eu
tree=${1:-${top_srcdir:-$(dirname "$0")/../..}}
cd "$tree"
failed=0
sources=$(find base crypto wire module keychainapi cli backend service tests -name '*.[ch]' | sort)

# pattern (extended regular expression, word on its own)|why
while IFS='|' read -r word why; do
  # shellcheck disable=SC2086
  if grep -nE "(^|[^_[:alnum:]])${word}[[:space:]]*\\(" $sources; then
    echo "banned: $word: $why" >&2
    failed=1
  fi
done << 'ROWS'
gets|no bound
strcpy|no bound: struct kc_buf, or memcpy with a length
strcat|no bound: struct kc_buf
sprintf|no bound: snprintf or kc_buf_printf
vsprintf|no bound: vsnprintf
strncpy|leaves strings without an end
strtok|keeps hidden state
rand|not random: base/random.h
srand|not random: base/random.h
alloca|no bound on the stack
system|starts a shell
popen|starts a shell
mktemp|a race: mkstemp
atoi|no errors: strtol
atol|no errors: strtol
ROWS

for file in $sources; do
  head -n 1 "$file" | grep -q '^/\* SPDX-License-Identifier: ISC \*/$' || {
    echo "$file: the first line is not the licence" >&2
    failed=1
  }
done
exit $failed
