#!/bin/sh
# SPDX-License-Identifier: ISC
# doc/porting.md tells of every function that is exported, and calls none done that is not.
set -u
top=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
build=${top_builddir:-.}
python=/usr/bin/python3
[ -x "$python" ] || { echo "no python3"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
failed=0

run() { # words… page
  "$python" -B "$top/doc/porting.py" "$@" "$build/.libs/libCoreFoundation.so" "$build/.libs/libSecurity.so" \
    > "$scratch/log" 2>&1
}
run "$top/keychainapi/include" "$top/doc/porting.md" || { cat "$scratch/log"; failed=1; }
tail -n 1 "$scratch/log"

# What is done is in the order that --write gives it: nobody has to sort by hand.
cp "$top/doc/porting.md" "$scratch/written.md"
run --write "$top/keychainapi/include" "$scratch/written.md"
cmp -s "$top/doc/porting.md" "$scratch/written.md" || {
  echo "doc/porting.md is not as doc/porting.py --write has it"
  failed=1
}

# The check itself must notice: each expression of sed makes another fault.
while IFS= read -r seed; do
  sed "$seed" "$top/doc/porting.md" > "$scratch/seeded.md"
  cmp -s "$top/doc/porting.md" "$scratch/seeded.md" && { echo "the fault changes nothing: $seed"; failed=1; }
  if run "$top/keychainapi/include" "$scratch/seeded.md"; then
    echo "not noticed: $seed"
    failed=1
  fi
done << 'SEEDS'
s/`SecItemDelete` //
s/`SecItemDelete`/`SecItemDelete` `SecItemForget`/
s/`SecItemDelete`/`SecItemDelete` `SecItemAdd`/
s/`SSL\*`/`SecItem*`/
s/| absent | polkit |/| absent | |/
s/^### Security\/SecItem.h$/### Security\/SecKey.h/
s/| done | |/| finished | |/
SEEDS
[ "$failed" -eq 0 ]
