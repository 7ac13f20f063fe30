# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# What the tests with other people's programs share: a keychain of their own, open, the ways in which a program
# comes to the module, servers on the loopback, and counted checks.
#
# Sourced by each test, which ends with `finish`. A program that is not installed leaves its test out
# (exit 77).
set -u
top_builddir=${top_builddir:-.}
top_srcdir=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}

# As root, p11-kit passes over a user's configuration. So a test that root starts goes on as nobody, with copies
# of what it needs: nobody may look into root's folders.
if [ "$(id -u)" -eq 0 ]; then
  as_nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'
  $as_nobody true 2> /dev/null || { echo "root cannot go on as nobody here"; exit 77; }
  copies=$(mktemp -d)
  (
    set -e
    mkdir -p "$copies/.libs" "$copies/conf" "$copies/tests/cli" "$copies/tests/service"
    cp "$top_builddir/kc" "$copies"
    cp "$top_builddir/.libs/keycircle-pkcs11.so" "$copies/.libs"
    cp "$top_builddir/conf/keycircle.module" "$copies/conf"
    cp "$top_builddir/tests/service/keycircled-fast" "$copies/tests/service"
    cp "$top_srcdir/tests/cli/terminal.py" "$copies/tests/cli"
    cp -R "$top_srcdir/tests/consumers" "$copies/tests"
  ) || { rm -rf "$copies"; exit 99; }
  chmod -R u+w "$copies"
  chown -R 65534:65534 "$copies"
  cd "$copies" || exit 99
  KC_TEST_COPIES=$copies top_builddir=$copies top_srcdir=$copies exec $as_nobody \
    sh "$copies/tests/consumers/$(basename "$0")"
fi

KEYCIRCLED=$top_builddir/tests/service/keycircled-fast
work=$(mktemp -d)
mkdir -m 700 "$work/run" "$work/home"
mkdir -p "$work/.config/pkcs11/modules"
KEYCIRCLE_HOME=$work/home
XDG_RUNTIME_DIR=$work/run
HOME=$work
LC_ALL=C.UTF-8
PATH=$PATH:/usr/sbin # for sshd and openvpn
export KEYCIRCLED KEYCIRCLE_HOME XDG_RUNTIME_DIR HOME LC_ALL PATH
unset KC_ASKPASS SSH_ASKPASS SSH_ASKPASS_REQUIRE DISPLAY WAYLAND_DISPLAY SSH_AUTH_SOCK XDG_CONFIG_HOME
kc=$top_builddir/kc
own_module=$top_builddir/.libs/keycircle-pkcs11.so
module=$own_module
way=direct
pin='correct horse'
printf '%s\n' "$pin" > "$work/pin"
# Whoever is asked for the password gives this answer, and is counted.
cp "$work/pin" "$work/answer"
printf '#!/bin/sh\necho asked >> "%s/asked"\ncat "%s/answer"\n' "$work" "$work" > "$work/askpass"
chmod 700 "$work/askpass"
out=$work/out
passed=0
failed=0

clean_up() {
  for pid in ${ours-}; do kill "$pid" 2> /dev/null; done
  "$kc" service stop > /dev/null 2>&1
  rm -rf "$work" ${KC_TEST_COPIES:+"$KC_TEST_COPIES"}
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

needs() { # program…
  for program in "$@"; do
    command -v "$program" > /dev/null || { echo "no $program here"; exit 77; }
  done
}

# A keychain, open and empty; the one before is gone. A test that wants a kc.conf has it in $settings.
make_keychain() {
  "$kc" service stop > /dev/null 2>&1
  rm -rf "$KEYCIRCLE_HOME"
  mkdir -m 700 "$KEYCIRCLE_HOME" "$KEYCIRCLE_HOME/config"
  printf '%s\n' "${settings-}" > "$KEYCIRCLE_HOME/config/kc.conf"
  "$kc" setup --name test --password-file "$work/pin" > "$out" 2>&1 || { cat "$out"; exit 99; }
}

# Settings of the service, which starts anew with them and opens the keychain.
settle() { # line of kc.conf…
  mkdir -p "$KEYCIRCLE_HOME/config"
  printf '%s\n' "$@" > "$KEYCIRCLE_HOME/config/kc.conf"
  works "ends the service" "$kc" service stop
  works "opens a new one" "$kc" unlock --password-file "$work/pin"
}

# How a program comes to the module: direct, it loads it itself; proxy, through p11-kit's proxy module, which reads
# the module file of a user; remote, the same with the module in a process of its own, behind p11-kit's protocol.
come_by() { # direct | proxy | remote
  way=$1
  case $way in
    direct) module=$own_module ;;
    *) module=$(pkg-config --variable=proxy_module p11-kit-1) ;;
  esac
  [ -f "$module" ] || { echo "no p11-kit-proxy.so here"; exit 77; }
  printf 'user-config: only\n' > "$work/.config/pkcs11/pkcs11.conf"
  case $way in
    remote) printf 'remote: |p11-kit remote %s\n' "$own_module" ;;
    *) sed "s|^module: .*/keycircle-pkcs11.so\$|module: $own_module|" "$top_builddir/conf/keycircle.module" ;;
  esac > "$work/.config/pkcs11/modules/keycircle.module"
}

# OpenSSL's configuration, for programs that use its engine for PKCS#11 (libp11): the module is the one come by.
use_engine() {
  openssl engine pkcs11 > /dev/null 2>&1 || { echo "no pkcs11 engine here"; exit 77; }
  cat > "$work/openssl.cnf" << CNF
openssl_conf = init
[init]
engines = engines
[engines]
pkcs11 = pkcs11
[pkcs11]
engine_id = pkcs11
MODULE_PATH = $module
init = 0
[req]
distinguished_name = dn
[dn]
CNF
  OPENSSL_CONF=$work/openssl.cnf
  export OPENSSL_CONF
}

# Runs a command with nothing to read, bounded in time; what it writes is in $out.
try() {
  timeout 30 "$@" < /dev/null > "$out" 2>&1
}

bad() { # what
  failed=$((failed + 1))
  printf 'not so, %s: %s\n' "$way" "$1"
  sed 's/^/    | /' "$out" | tail -n 12
}

works() { # what, command…
  what=$1
  shift
  if try "$@"; then passed=$((passed + 1)); else bad "$what (exit $?)"; fi
}

# It says that it failed: it was found, did not hang (124) and did not crash (more than 128).
fails() { # what, command…
  what=$1
  shift
  try "$@"
  status=$?
  case $status in
    0 | 12[4-7] | 129 | 13? | 14?) bad "$what (exit $status)" ;;
    *) passed=$((passed + 1)) ;;
  esac
}

# The last command wrote a line that this extended expression fits, or wrote none such.
says() { # expression, what
  if grep -qE -- "$1" "$out"; then passed=$((passed + 1)); else bad "$2"; fi
}
is_silent_about() { # expression, what
  if grep -qE -- "$1" "$out"; then bad "$2"; else passed=$((passed + 1)); fi
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Starts a server that ends with the test, and waits until it listens, as long as for any command.
serve() { # port, log, command…
  serve_port=$1
  serve_log=$2
  shift 2
  "$@" < /dev/null > "$serve_log" 2>&1 &
  ours="${ours-} $!"
  python3 - "$serve_port" << 'LISTENS' && return
import socket, sys, time
until = time.monotonic() + 30
while time.monotonic() < until:
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1)
        sys.exit(0)
    except OSError:
        time.sleep(0.05)
sys.exit(1)
LISTENS
  cp "$serve_log" "$out"
  bad "a server that listens: $1"
}

finish() {
  printf '%s: %d passed, %d failed\n' "$(basename "$0")" "$passed" "$failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit
}
