#!/bin/sh
# SPDX-License-Identifier: ISC
# A program written for macOS, built against what "make install" installs and nothing else, keeps
# its passwords here.
set -eu
top=${top_srcdir:-$(cd "$(dirname "$0")/../../.." && pwd)}
build=${top_builddir:-.}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
passed=0
failed=0

check() { # what, wanted, got
  if [ "$2" = "$3" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "wrong: $1: '$3', not '$2'"
  fi
}

if [ "${1-}" = served ]; then
  # The second half: beside a service.
  manager=$2
  store() {
    status=0
    output=$("$manager" "$@" 2>&1) || status=$?
  }
  store get mail ana
  check "nothing there yet" "1 The specified item could not be found in the keychain." "$status $output"
  store set mail ana 'first secret'
  check "set" "0 " "$status $output"
  store get mail ana
  check "get" "0 first secret" "$status $output"
  store set mail ana 'zwei Äpfel 🍎'
  check "replace" "0 " "$status $output"
  store get mail ana
  check "get the new one" "0 zwei Äpfel 🍎" "$status $output"
  store set mail bob b
  check "another" 0 "$status"
  store list mail
  check "list" "ana bob" "$(printf '%s\n' "$output" | sort | tr '\n' ' ' | sed 's/ $//')"
  store delete mail ana
  check "delete" "0 " "$status $output"
  store get mail ana
  check "gone" 1 "$status"
  store get mail bob
  check "the other is there" "0 b" "$status $output"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
  exit
fi

make -s -C "$build" install DESTDIR="$scratch/root" > "$scratch/log" 2>&1 || {
  cat "$scratch/log"
  exit 1
}
pc=$(find "$scratch/root" -name security.pc)
libdir=$(dirname "$(dirname "$pc")")
PKG_CONFIG_SYSROOT_DIR=$scratch/root
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_SYSROOT_DIR PKG_CONFIG_PATH
# shellcheck disable=SC2046
${CC:-cc} -std=c99 -Wall -Wextra -pedantic -Werror -o "$scratch/manager" \
  "$top/tests/keychainapi/security/password_manager.c" $(pkg-config --cflags --libs security)
LD_LIBRARY_PATH=$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
[ -e "$libdir/libSecurity.so.0" ] || { echo "no libSecurity.so.0"; exit 1; }
"$build/tests/keychainapi/security/serve" sh "$0" served "$scratch/manager"
