#!/bin/sh
# SPDX-License-Identifier: ISC
# The units: where the manager listens is where programs look, and systemd understands them.
set -eu
socket=$top_srcdir/conf/keycircled.socket
service=$top_builddir/conf/keycircled.service
name=$(sed -n 's|^ListenStream=%t/keycircle/||p' "$socket")
[ -n "$name" ] && grep -qF "\"$name\"" "$top_srcdir/base/place.c" || {
  echo "nobody looks for $name" >&2
  exit 1
}
grep -q '^ExecStart=/.*/keycircled$' "$service" || {
  echo "no program in $service" >&2
  exit 1
}
command -v systemd-analyze > /dev/null || { echo "no systemd-analyze here: not verified"; exit 77; }
# The program is not installed yet, so let the unit name the one that was built.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
sed "s|^ExecStart=.*|ExecStart=$top_builddir/keycircled|" "$service" > "$work/keycircled.service"
cp "$socket" "$work"
XDG_RUNTIME_DIR=$work systemd-analyze --user --man=no verify "$work/keycircled.socket" "$work/keycircled.service" 2> "$work/said" || true
if grep keycircled "$work/said"; then exit 1; fi
echo "verified"
