# SPDX-License-Identifier: ISC
# What the tests with other people's programs share: a keychain of their own, open, and counted checks.
#
# Sourced by each test, which ends with `finish`. A program that is not installed leaves its test out
# (exit 77).
set -u
top_builddir=${top_builddir:-.}
module=$top_builddir/.libs/keycircle-pkcs11.so
KEYCIRCLED=$top_builddir/tests/service/keycircled-fast
work=$(mktemp -d)
mkdir -m 700 "$work/run" "$work/home"
KEYCIRCLE_HOME=$work/home
XDG_RUNTIME_DIR=$work/run
HOME=$work
LC_ALL=C.UTF-8
PATH=$PATH:/usr/sbin # for sshd
export KEYCIRCLED KEYCIRCLE_HOME XDG_RUNTIME_DIR HOME LC_ALL PATH
unset KC_ASKPASS SSH_ASKPASS SSH_ASKPASS_REQUIRE DISPLAY WAYLAND_DISPLAY SSH_AUTH_SOCK
kc=$top_builddir/kc
pin='correct horse'
printf '%s\n' "$pin" > "$work/pin"
# Whoever is asked for the password gives it, and is counted.
printf '#!/bin/sh\necho asked >> "%s/asked"\ncat "%s/pin"\n' "$work" "$work" > "$work/askpass"
chmod 700 "$work/askpass"
out=$work/out
passed=0
failed=0

clean_up() {
  "$kc" service stop > /dev/null 2>&1
  for pid in ${ours-}; do kill "$pid" 2> /dev/null; done
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

needs() { # program…
  for program in "$@"; do
    command -v "$program" > /dev/null || { echo "no $program here"; exit 77; }
  done
}

make_keychain() {
  "$kc" setup --name test --password-file "$work/pin" > "$out" 2>&1 || { cat "$out"; exit 99; }
}

# Runs a command with nothing to read, bounded in time; what it writes is in $out.
try() {
  timeout 60 "$@" < /dev/null > "$out" 2>&1
}

bad() { # what
  failed=$((failed + 1))
  printf 'not so: %s\n' "$1"
  sed 's/^/    | /' "$out" | tail -n 12
}

works() { # what, command…
  what=$1
  shift
  if try "$@"; then passed=$((passed + 1)); else bad "$what (exit $?)"; fi
}

fails() { # what, command…
  what=$1
  shift
  if try "$@"; then bad "$what (exit 0)"; else passed=$((passed + 1)); fi
}

# The last command wrote a line that this extended expression fits, or wrote none such.
says() { # expression, what
  if grep -qE -- "$1" "$out"; then passed=$((passed + 1)); else bad "$2"; fi
}
is_silent_about() { # expression, what
  if grep -qE -- "$1" "$out"; then bad "$2"; else passed=$((passed + 1)); fi
}

finish() {
  printf '%s: %d passed, %d failed\n' "$(basename "$0")" "$passed" "$failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit
}
