# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# What the tests of `security` share: it is run like kc (tests/cli/lib.sh), which makes the devices.
. "$(dirname "$0")/lib.sh"
security=$top_builddir/security

sec() {
  timeout 60 setsid -w "$security" "$@" < /dev/null > "$out" 2> "$err"
  status=$?
}
# The same with lines on its standard input, as printf's %b writes them.
sec_with() { # text, words…
  text=$1
  shift
  printf '%b' "$text" > "$work/stdin"
  timeout 60 setsid -w "$security" "$@" < "$work/stdin" > "$out" 2> "$err"
  status=$?
}
# The last run wrote exactly these bytes to standard error, as printf's %b writes them.
tells() { # text, what
  printf '%b' "$1" > "$work/wanted"
  if cmp -s "$work/wanted" "$err"; then good; else bad "$2"; fi
}
