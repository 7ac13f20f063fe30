#!/bin/sh
# SPDX-License-Identifier: ISC
# Every test that doc/requirements.md names exists, is run, and is a test of the program it is said to be in.
set -u
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
document=${1:-$top_srcdir/doc/requirements.md}
bad=0
count=0

# A program and a function, between backticks.
names=$(grep -o '`[a-z]*/test_[a-z_]* [a-z][a-z0-9_]*`' "$document" | tr -d '`' | tr ' ' ':')
for name in $names; do
  program=${name%:*}
  function=${name#*:}
  source=$top_srcdir/tests/$program.c
  count=$((count + 1))
  if ! grep -q "CHECK_TEST($function)" "$source" 2> /dev/null; then
    echo "$document: there is no test $function in tests/$program.c"
    bad=1
  elif ! grep -qw "tests/$program" "$top_srcdir/tests/${program%/*}/local.am"; then
    echo "$document: tests/$program is not run"
    bad=1
  fi
done
[ "$count" -gt 0 ] || { echo "$document: names no test"; bad=1; }
exit $bad
