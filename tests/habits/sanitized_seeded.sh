#!/bin/sh
# SPDX-License-Identifier: ISC
# What runs the tests of a sanitized build must notice a report of a process that nobody waits for.
set -eu
cd "${top_builddir:-.}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT INT TERM
unset ASAN_OPTIONS TSAN_OPTIONS UBSAN_OPTIONS
passed=0
failed=0
expect() { # wanted status, what the process does, what the report says
  # The test is over when the process that it leaves behind begins.
  if tests/sanitized sh -c "(sleep 0.1; exec tests/habits/misdeed $2) > /dev/null 2>&1 &" > "$log" 2>&1; then
    got=0
  else
    got=1
  fi
  if [ "$got" = "$1" ] && { [ -z "$3" ] || grep -q "$3" "$log"; }; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "wrong: $2"
    cat "$log"
  fi
}
expect 0 nothing ''
case $KC_SANITIZER in
  address)
    expect 1 leak 'detected memory leaks'
    expect 1 overflow 'heap-buffer-overflow'
    ;;
  thread) expect 1 race 'data race' ;;
esac
if tests/sanitized false > "$log"; then
  failed=$((failed + 1))
  echo "a test that fails passes"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
