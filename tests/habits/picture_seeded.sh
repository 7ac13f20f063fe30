#!/bin/sh
# SPDX-License-Identifier: ISC
# The checker of the picture must notice: each seeded violation in a copy of the tree has to fail it.
. "$(dirname "$0")/seeded.sh"

fresh() {
  rm -rf "${copy:?}"/*
  mkdir -p "$copy/tests/habits" "$copy/doc"
  cp "$top/README.md" "$copy"
  cp "$top/doc/architecture.md" "$copy/doc"
  cp "$top/tests/habits/layers.sh" "$copy/tests/habits"
  # Of the sources only where they are: one a folder.
  (cd "$top" && find $folders doc conf -name '*.c' -o -name local.am) |
    sed 's|[^/]*\.c$|a.c|' | sort -u | while read -r file; do
      mkdir -p "$copy/${file%/*}"
      : > "$copy/$file"
    done
}

fresh
expect 0 "the tree as it is"
mkdir "$copy/backend/attic" && : > "$copy/backend/attic/a.c"
expect 1 "a folder that is not drawn"
fresh
rm -r "$copy/backend/cloud"
expect 1 "a drawn folder that is not there"
# file, what sed does to it, what it violates
while IFS='@' read -r file change what; do
  fresh
  sed "$change" "$top/$file" > "$copy/$file"
  cmp -s "$top/$file" "$copy/$file" && failed=$((failed + 1)) && echo "nothing was changed for: $what"
  expect 1 "$what"
done << 'ROWS'
doc/architecture.md@/^   vault\//d@a folder that is not drawn any more
doc/architecture.md@s/^   store\//   shop\//@a folder drawn with another name
doc/architecture.md@/^   crypto\//{h;d;};/^   base\//G@crypto drawn below base
tests/habits/layers.sh@/^backend\/cloud/d@a folder without a row in the table
tests/habits/layers.sh@s/^backend\/vault .*/& backend\/store/@the table lets the vault include upward
README.md@/^. `wire\/`/d@a folder that README.md does not name
README.md@s/^. `service\/`/| `services\/`/@a folder that README.md names and that is not there
ROWS
verdict
