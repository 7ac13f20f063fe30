#!/bin/sh
# SPDX-License-Identifier: ISC
# SecItem on a keychain of its own and, where both were there when it was built, libsecret on a
# gnome-keyring of its own, on a private bus: finds among more and more items, and durable adds.
#
#   bench_keyring.sh [ROUNDS [SIZES...]]      in the build folder
#
# gnome-keyring would need hours to take the largest keyring in by calls (it writes all of it anew
# with each), so it starts with a file of its own unencrypted format, which is only in its favour.
set -eu

# The second half of theirs, below: on the private bus, whose end ends the daemon.
if [ "${1:-}" = --on-this-bus ]; then
  gnome-keyring-daemon --foreground --components=secrets > /dev/null 2>&1 &
  daemon=$!
  trap 'kill "$daemon" 2> /dev/null' EXIT
  for _ in $(seq 600); do
    if dbus-send --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
      string:org.freedesktop.secrets 2> /dev/null | grep -q true; then
      ./tests/bench/bench_keyring libsecret measure "$2" "$3"
      exit
    fi
    sleep 0.2
  done
  echo 'bench: gnome-keyring was not there after two minutes' >&2
  exit 1
fi

rounds=${1:-1000}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- 100 10000 100000
adds_of_theirs=10 # seconds each with a large one
work=$(mktemp -d)
KEYCIRCLED=$PWD/keycircled
XDG_RUNTIME_DIR=$work
export KEYCIRCLED XDG_RUNTIME_DIR
trap 'end_service; rm -rf "$work"' EXIT
printf 'correct horse\n' > "$work/password"

end_service() {
  ./kc service stop > /dev/null 2>&1 || :
}

# ours COUNT: prints the numbers of a keychain of that size.
ours() {
  KEYCIRCLE_HOME=$work/home-$1
  export KEYCIRCLE_HOME
  ./kc setup --name bench --password-file "$work/password" > /dev/null 2>&1
  ./tests/bench/bench_keyring secitem fill "$1"
  ./tests/bench/bench_keyring secitem measure "$1" "$rounds"
  end_service
  rm -rf "$KEYCIRCLE_HOME"
}

write_keyring() { # COUNT FILE
  awk -v count="$1" 'BEGIN {
    print "[keyring]\ndisplay-name=login\nctime=0\nmtime=0\nlock-on-idle=false\nlock-after=false\n"
    for (i = 0; i < count; i++) {
      printf "[%d]\nitem-type=0\ndisplay-name=Label-%d\nsecret=correct horse battery\n", i + 1, i
      printf "mtime=0\nctime=0\n\n"
      attribute(i + 1, 0, "service", "service-" i)
      attribute(i + 1, 1, "account", "somebody@example.org")
      attribute(i + 1, 2, "label", "Label-" i)
    }
  }
  function attribute(item, number, name, value) {
    printf "[%d:attribute%d]\nname=%s\ntype=string\nvalue=%s\n\n", item, number, name, value
  }' > "$2"
}

# theirs COUNT: the same of gnome-keyring.
theirs() {
  XDG_DATA_HOME=$work/theirs-$1
  export XDG_DATA_HOME
  mkdir -p "$XDG_DATA_HOME/keyrings"
  write_keyring "$1" "$XDG_DATA_HOME/keyrings/login.keyring"
  printf login > "$XDG_DATA_HOME/keyrings/default"
  if ! dbus-run-session -- "$0" --on-this-bus "$1" "$adds_of_theirs" 2> "$work/log"; then
    cat "$work/log" >&2
  fi
  rm -rf "$XDG_DATA_HOME"
}

is_there_to_compare() {
  ./tests/bench/bench_keyring 2>&1 | grep -qw libsecret &&
    command -v gnome-keyring-daemon > /dev/null && command -v dbus-run-session > /dev/null
}

row() { # WORDS OURS THEIRS
  awk -v words="$1" -v ours="$2" -v theirs="${3:-}" 'BEGIN {
    printf "  %-28s %10.1f us", words, ours
    if (theirs != "") printf " %12.1f us %10.1f times", theirs, theirs / ours
    print ""
  }'
}

smallest=
for size; do
  # shellcheck disable=SC2046 # three numbers
  set -- $(ours "$size")
  printf '%s items                        SecItem    gnome-keyring\n' "$size"
  if is_there_to_compare; then
    # shellcheck disable=SC2046
    set -- "$@" $(theirs "$size")
  fi
  row 'find by primary key' "$1" "${4:-}"
  row 'find by label' "$2" "${5:-}"
  row 'add, durable' "$3" "${6:-}"
  [ -n "$smallest" ] || smallest="$size $1 $2"
  awk -v now="$size $1 $2" -v then="$smallest" 'BEGIN {
    split(now, a, " "); split(then, b, " ")
    printf "  of its times with %d items: by primary key %.2f, by label %.2f\n", b[1], a[2] / b[2], a[3] / b[3]
  }'
done
