#!/bin/sh
# SPDX-License-Identifier: ISC
# Each library exports what its headers declare and nothing else, and its constants are initialised
# data: a program may read them before any constructor has run.
set -eu
top=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${top_builddir:-.}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
export LC_ALL=C

# Declarations: from CF_EXPORT to the semicolon; the name stands before the ( or the ;.
declared() { # headers
  cat "$@" | grep -v '#define' | tr '\n\t' '  ' | grep -oE 'CF_EXPORT [^;]*;' |
    sed -E 's/ *[(;].*//; s/.*[ *]//' | sort
}
exported() { # library
  nm -D --defined-only "$1" | awk '{ print $3 }' | sed 's/@.*//' |
    grep -vE '^(_init|_fini|__gcov|__llvm|__asan|__odr_asan)' | sort
}

check() { # library, least number of names, headers
  library=$build/.libs/$1
  least=$2
  shift 2
  declared "$@" > "$scratch/declared"
  exported "$library" > "$scratch/exported"
  count=$(wc -l < "$scratch/declared")
  [ "$count" -gt "$least" ] || { echo "$library: only $count declarations were read"; exit 1; }
  diff "$scratch/declared" "$scratch/exported" || {
    echo "$library: declared (<) and exported (>) names differ"
    exit 1
  }
  # D and R: initialised data. B would be zeros until somebody filled them in.
  nm -D --defined-only "$library" |
    awk '$3 ~ /^k/ && $2 !~ /^[DRV]$/ { print; bad = 1 } END { exit bad }' || {
    echo "$library: these constants are not initialised data"
    exit 1
  }
  # Objects, constants and classes outlive a dlclose() of whoever brought the library.
  readelf -d "$library" | grep -q NODELETE || {
    echo "$library: can be unmapped"
    exit 1
  }
  echo "$library: $count names are declared and exported"
}

check libCoreFoundation.so 300 "$top"/keychainapi/include/CoreFoundation/*.h \
  "$top/keychainapi/CoreFoundation/cf_runtime.h"
check libSecurity.so 250 "$top"/keychainapi/include/Security/*.h
