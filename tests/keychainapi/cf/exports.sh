#!/bin/sh
# SPDX-License-Identifier: ISC
# The library exports what its headers declare and nothing else, and its constants are initialised
# data: a program may read them before any constructor has run.
set -eu
top=${top_srcdir:-$(cd "$(dirname "$0")/../../.." && pwd)}
library=${top_builddir:-.}/.libs/libCoreFoundation.so
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
export LC_ALL=C

# Declarations: from CF_EXPORT to the semicolon; the name stands before the ( or the ;.
declared() {
  cat "$top"/keychainapi/include/CoreFoundation/*.h \
    "$top/keychainapi/CoreFoundation/cf_runtime.h" |
    grep -v '#define' | tr '\n\t' '  ' | grep -oE 'CF_EXPORT [^;]*;' |
    sed -E 's/ *[(;].*//; s/.*[ *]//' | sort
}
exported() {
  nm -D --defined-only "$library" | awk '{ print $3 }' | sed 's/@.*//' |
    grep -vE '^(_init|_fini|__gcov|__llvm|__asan|__odr_asan)' | sort
}

declared > "$scratch/declared"
exported > "$scratch/exported"
count=$(wc -l < "$scratch/declared")
[ "$count" -gt 150 ] || { echo "only $count declarations were read"; exit 1; }
diff "$scratch/declared" "$scratch/exported" || {
  echo "declared (<) and exported (>) names differ"
  exit 1
}

# D and R: initialised data. B would be zeros until somebody filled them in.
nm -D --defined-only "$library" | awk '$3 ~ /^k/ && $2 !~ /^[DRV]$/ { print; bad = 1 } END { exit bad }' || {
  echo "these constants are not initialised data"
  exit 1
}
echo "$count names are declared and exported"
