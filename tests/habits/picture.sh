#!/bin/sh
# SPDX-License-Identifier: ISC
# The picture in doc/architecture.md, the table in layers.sh and the folders of the tree are the same, and what
# the table lets a folder include is drawn below it. README.md names every folder. With an argument, checks
# that tree instead.
set -eu
tree=${1:-${top_srcdir:-$(dirname "$0")/../..}}
cd "$tree"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
failed=0

same() { # what the one is, what the other is, file, file: both sorted
  diff "$3" "$4" > "$scratch/diff" && return
  sed -n "s|^< \(.*\)|\1: in $1, not in $2|p; s|^> \(.*\)|\1: in $2, not in $1|p" "$scratch/diff" >&2
  failed=1
}

# From the top down; the layers of the backend have the names of its folders.
# shellcheck disable=SC2016
sed -n '/^```$/,/^```$/p; /^Includes point down/q' doc/architecture.md |
  grep -oE '[A-Za-z]+/' | sed 's|/||' > "$scratch/drawn"
sed -n "/^table='\$/,/^'\$/p" tests/habits/layers.sh |
  awk 'NF > 1 { gsub("backend/", ""); print }' > "$scratch/table"
find base crypto wire module keychainapi cli backend service -name '*.c' |
  awk -F/ '{ print ($1 == "backend" && NF > 2) ? $2 : $1 }' | sort -u > "$scratch/tree"
[ "$(wc -l < "$scratch/drawn")" -gt 10 ] || { echo "the picture was not found" >&2; exit 1; }

sort -u "$scratch/drawn" > "$scratch/pictured"
awk '{ print $1 }' "$scratch/table" | sort > "$scratch/rows"
same "the picture" "the tree" "$scratch/pictured" "$scratch/tree"
same "the table of layers" "the tree" "$scratch/rows" "$scratch/tree"

# wire/ is drawn between the front ends and the service, and is for both.
awk '
  NR == FNR { if (!($1 in height)) height[$1] = FNR; next }
  {
    for (i = 2; i <= NF; i++)
      if ($i != $1 && $1 " " $i != "service wire" && height[$i] <= height[$1]) {
        print $1 ": may include " $i ", which is not drawn below it" > "/dev/stderr"
        failed = 1
      }
  }
  END { exit failed }' "$scratch/drawn" "$scratch/table" || failed=1

awk -F'|' '/^## What is where/, /^## State/ { print $2 }' README.md | grep -oE '[a-z]+/' | sed 's|/||' | sort \
  > "$scratch/readme"
find . -mindepth 2 -maxdepth 3 -name local.am ! -path './keycircle-*' | cut -d/ -f2 | sort -u > "$scratch/top"
same "README.md" "the tree" "$scratch/readme" "$scratch/top"
exit $failed
