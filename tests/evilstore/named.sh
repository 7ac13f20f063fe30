#!/bin/sh
# SPDX-License-Identifier: ISC
# Every test that doc/attacks.md names is there and is run; every case of the tests here is in it, in its row.
set -eu
cd "${top_srcdir:-$(dirname "$0")/../..}"
failed=0
no() {
  echo "$*" >&2
  failed=1
}

# case, file and test of all that rows name
rows=$(grep -E '^\| [0-9]+ \|' doc/attacks.md | while IFS='|' read -r _ number _ _ tests _; do
  echo "$tests" | grep -oE '`tests/[a-z_/]+\.c` [a-z0-9_]+' | sed "s/^/$((number)) /; s/\`//g"
done)
[ "$(printf '%s\n' "$rows" | wc -l)" -ge 36 ] || no "too few rows name a test"
for number in $(seq 90); do
  [ "$(grep -c "^| $number |" doc/attacks.md)" -eq 1 ] || no "case $number is not in one row"
done
while read -r number file name; do
  grep -q "CHECK_TEST($name)" "$file" || no "case $number: $file runs no $name"
  grep -qF "${file%.c} \\" "$(dirname "$file")/local.am" || grep -qxF "	${file%.c}" "$(dirname "$file")/local.am" ||
    no "case $number: $file is not among the tests"
done << ROWS
$rows
ROWS
for file in tests/evilstore/test_*.c; do
  for name in $(sed -nE 's/.*CHECK_TEST\((case_[0-9]+_[a-z0-9_]+)\).*/\1/p' "$file"); do
    number=${name#case_}
    number=$(expr "${number%%_*}" + 0)
    grep -qE "^\| $number \|.*\`$file\`" doc/attacks.md || no "$name of $file is not in row $number"
  done
done
exit $failed
