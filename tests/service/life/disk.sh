#!/bin/sh
# SPDX-License-Identifier: ISC
# After a life no secret and no name is in any file of the home: neither when the service was killed,
# which leaves the write-ahead log behind, nor when it ended well.
set -eu
build=$(cd "${top_builddir:-.}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
. "$here/files.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
KEYCIRCLED=$build/tests/service/keycircled-fast
export KEYCIRCLED
unset XDG_RUNTIME_DIR

for end in kill term; do
  mkdir -m 700 "$work/$end" "$work/$end.files"
  make_files "$work/$end.files" "$work/$end.needles"
  KEYCIRCLE_HOME=$work/$end "$build/tests/service/life/one_life" \
    "$work/$end.files" "$work/$end.needles" $end > "$work/log" || { cat "$work/log"; exit 1; }
done
[ -s "$work/kill/data/keychain.db-wal" ] || { echo "no log was left behind"; exit 1; }
[ ! -e "$work/term/data/keychain.db-wal" ] || { echo "a log was left behind"; exit 1; }
for end in kill term; do
  python3 "$here/../../leak_scan.py" "$work/$end.needles" "$work/$end"
done
