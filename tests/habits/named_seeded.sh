#!/bin/sh
# SPDX-License-Identifier: ISC
# named.sh fails when a document names a test that is not there, and one that names none.
set -u
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# shellcheck disable=SC2016
printf '| a | 1 | `circle/test_merge nobody_wrote_this` |\n' > "$work/wrong.md"
printf 'nothing\n' > "$work/empty.md"
for document in wrong empty; do
  if "$here/named.sh" "$work/$document.md" > /dev/null; then
    echo "$document.md was let through"
    exit 1
  fi
done
