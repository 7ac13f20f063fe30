#!/bin/sh
# SPDX-License-Identifier: ISC
# Runs bench_module on a keychain of its own and, where it is installed, on a SoftHSM token.
#
#   bench_module.sh [ROUNDS [SIZES]]      in the build folder; sizes as 0,1000,10000
#
# (SoftHSM takes minutes to make 10,000 objects.)
set -eu
rounds=${1:-15}
sizes=${2:-0,1000}
softhsm=${SOFTHSM_MODULE:-/usr/lib/softhsm/libsofthsm2.so}
work=$(mktemp -d)
KEYCIRCLED=$PWD/keycircled
KEYCIRCLE_HOME=$work/home
XDG_RUNTIME_DIR=$work
export KEYCIRCLED KEYCIRCLE_HOME XDG_RUNTIME_DIR
trap './kc service stop > /dev/null 2>&1; rm -rf "$work"' EXIT
printf 'correct horse\n' > "$work/pin"
./kc setup --name bench --password-file "$work/pin" > /dev/null 2>&1
set -- "keycircle=$PWD/.libs/keycircle-pkcs11.so,Keycircle,correct horse"
if [ -f "$softhsm" ]; then
  SOFTHSM2_CONF=$work/softhsm2.conf
  export SOFTHSM2_CONF
  mkdir "$work/tokens"
  printf 'directories.tokendir = %s\nlog.level = ERROR\n' "$work/tokens" > "$SOFTHSM2_CONF"
  softhsm2-util --init-token --free --label bench --pin 1234 --so-pin 1234 > /dev/null
  set -- "$@" "softhsm=$softhsm,bench,1234"
fi
./tests/bench/bench_module "$rounds" "$sizes" "$@"
