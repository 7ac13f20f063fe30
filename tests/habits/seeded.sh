# SPDX-License-Identifier: ISC
# What the X_seeded.sh share: X.sh is run on a copy of the tree in which something is wrong, and must
# notice. A script that includes this seeds "$copy", says what it expects, and ends with verdict.
set -eu
top=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
checker=$(basename "$0" _seeded.sh)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT INT TERM
folders='base crypto wire module keychainapi cli backend service tests'
passed=0
failed=0

expect() { # wanted status (0 or 1), what was seeded
  if sh "$top/tests/habits/$checker.sh" "${checked-$copy}" > /dev/null 2>&1; then got=0; else got=1; fi
  if [ "$got" = "$1" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "wrong: $2"
  fi
}

verdict() {
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}
