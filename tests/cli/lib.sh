# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# What the whole-program tests of kc share: devices of their own, commands without a terminal, counted checks.
#
# Sourced by each test, which ends with `finish`. A device is a KEYCIRCLE_HOME under $work with a service that
# is cheap to unlock; it is ended at the end, by its process id, without the help of kc.
set -u
top_builddir=${top_builddir:-.}
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
work=$(mktemp -d)
mkdir -m 700 "$work/run" "$work/secret"
XDG_RUNTIME_DIR=$work/run
KEYCIRCLED=$top_builddir/tests/service/keycircled-fast
LC_ALL=C.UTF-8
TERM=xterm
export XDG_RUNTIME_DIR KEYCIRCLED LC_ALL TERM
unset KC_ASKPASS SSH_ASKPASS SSH_ASKPASS_REQUIRE KC_PLAIN DISPLAY WAYLAND_DISPLAY CREDENTIALS_DIRECTORY
program=$top_builddir/kc
passed=0
failed=0
out=$work/out
err=$work/err
status=0
printf 'correct horse\n' > "$work/secret/keychain"
printf 'one for all devices\n' > "$work/secret/account"
printf 'another one\n' > "$work/secret/wrong"

# The process that listens on a device's socket.
service_of() { # home
  KEYCIRCLE_HOME=$1 python3 "$top_srcdir/tests/cli/service_pid.py"
}

end_services() {
  for home in "$work"/device-*; do
    [ -d "$home" ] || continue
    pid=$(service_of "$home") && kill "$pid" 2> /dev/null
  done
}

clean_up() {
  end_services
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# A device's name; from here on kc works on it.
on() { # name
  KEYCIRCLE_HOME=$work/device-$1
  export KEYCIRCLE_HOME
}

# A device with a keychain, open.
make_device() { # name
  on "$1"
  run setup --name "$1" --password-file "$work/secret/keychain"
  [ "$status" -eq 0 ] || { cat "$err" >&2; echo "no keychain could be made" >&2; exit 99; }
}

# Runs kc without a terminal and with an empty standard input; output in $out and $err, exit in $status.
run() {
  timeout 60 setsid -w "$program" "$@" < /dev/null > "$out" 2> "$err"
  status=$?
}

# The same with text on its standard input, as printf's %b writes it.
run_with() { # text, words…
  text=$1
  shift
  printf '%b' "$text" > "$work/stdin"
  timeout 60 setsid -w "$program" "$@" < "$work/stdin" > "$out" 2> "$err"
  status=$?
}

good() {
  passed=$((passed + 1))
}

bad() { # what
  failed=$((failed + 1))
  printf 'not so: %s\n' "$1"
  sed 's/^/    out| /' "$out" | head -n 5
  sed 's/^/    err| /' "$err" | head -n 5
}

# The last run ended with this status.
exits() { # status, what
  if [ "$status" -eq "$1" ]; then good; else bad "$2 (exit $status, not $1)"; fi
}

# The last run wrote exactly these bytes, as printf's %b writes them.
writes() { # text, what
  printf '%b' "$1" > "$work/wanted"
  if cmp -s "$work/wanted" "$out"; then good; else bad "$2"; fi
}

# The last run's standard output, standard error, hold a line that this extended expression fits.
says() { # expression, what
  if grep -qE -- "$1" "$out"; then good; else bad "$2"; fi
}
complains() { # expression, what
  if grep -qE -- "$1" "$err"; then good; else bad "$2"; fi
}
never_says() { # fixed text, what: in neither of the two
  if grep -qF -- "$1" "$out" "$err"; then bad "$2"; else good; fi
}

# The last run's standard output is one JSON object of version 1 for which the expression of jq is true.
json() { # expression, what
  if [ "$(jq -s length < "$out" 2> /dev/null)" = 1 ] && jq -e ".v == 1 and ($1)" < "$out" > /dev/null 2>&1
  then good; else bad "$2"; fi
}
# The same for the error on standard error.
json_error() { # expression, what
  if [ "$(jq -s length < "$err" 2> /dev/null)" = 1 ] &&
    jq -e ".v == 1 and (.error | (.code|type) == \"number\" and (.name|type) == \"string\" and
      (.exit|type) == \"number\" and (.message|length) > 0 and (.try|type) == \"array\" and ($1))" \
      < "$err" > /dev/null 2>&1
  then good; else bad "$2"; fi
}

# Any other command.
holds() { # what, command…
  what=$1
  shift
  if "$@"; then good; else bad "$what"; fi
}

finish() {
  printf '%s: %d passed, %d failed\n' "$(basename "$0")" "$passed" "$failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit
}
