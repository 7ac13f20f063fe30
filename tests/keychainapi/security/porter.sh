#!/bin/sh
# SPDX-License-Identifier: ISC
# Programs written for macOS, built against what "make install" installs and nothing else, keep their
# passwords, certificates and keys here.
set -eu
top=${top_srcdir:-$(cd "$(dirname "$0")/../../.." && pwd)}
build=${top_builddir:-.}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
passed=0
failed=0

check() { # what, wanted, got
  if [ "$2" = "$3" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "wrong: $1: '$3', not '$2'"
  fi
}

if [ "${1-}" = served ]; then
  # The second half: beside a service.
  manager=$2
  identity=$3
  work=$4
  store() {
    status=0
    output=$("$manager" "$@" 2>&1) || status=$?
  }
  store get mail ana
  check "nothing there yet" "1 The specified item could not be found in the keychain." "$status $output"
  store set mail ana 'first secret'
  check "set" "0 " "$status $output"
  store get mail ana
  check "get" "0 first secret" "$status $output"
  store set mail ana 'zwei Äpfel 🍎'
  check "replace" "0 " "$status $output"
  store get mail ana
  check "get the new one" "0 zwei Äpfel 🍎" "$status $output"
  store set mail bob b
  check "another" 0 "$status"
  store list mail
  check "list" "ana bob" "$(printf '%s\n' "$output" | sort | tr '\n' ' ' | sed 's/ $//')"
  store delete mail ana
  check "delete" "0 " "$status $output"
  store get mail ana
  check "gone" 1 "$status"
  store get mail bob
  check "the other is there" "0 b" "$status $output"

  # Certificates and keys that openssl makes, and judges.
  tool() {
    status=0
    output=$("$identity" "$@" 2>&1) || status=$?
  }
  cd "$work"
  for type in ec rsa; do
    if [ "$type" = ec ]; then new='ec -pkeyopt ec_paramgen_curve:P-256'; else new='rsa:2048'; fi
    # shellcheck disable=SC2086
    openssl req -x509 -newkey $new -nodes -keyout "$type.key" -out "$type.pem" -days 30 \
      -subj "/O=Example/CN=Signer $type" 2> log || { cat log; exit 1; }
    openssl x509 -in "$type.pem" -noout -pubkey > "$type.pub"
    openssl pkcs12 -export -in "$type.pem" -inkey "$type.key" -name "Signer $type" \
      -passout pass:word -out "$type.p12"
    tool import "$type.p12" wrong
    check "$type: import with another passphrase" 2 "$status"
    tool list
    check "$type: which is none" "$([ "$type" = ec ] && echo 1 || echo 0)" "$status"
    tool import "$type.p12" word
    check "$type: import" "0 Signer $type" "$status $output"
    tool certificate "Signer $type"
    check "$type: the certificate" "$(openssl x509 -in "$type.pem" -noout -fingerprint -sha256)" \
      "$(printf '%s\n' "$output" | openssl x509 -noout -fingerprint -sha256)"
    tool issuer "Signer $type" "Signer $type"
    check "$type: its issuer" 0 "$status"
    tool issuer "Signer $type" somebody
    check "$type: another issuer" 1 "$status"
    "$identity" sign "Signer $type" < "$type.pem" > signature
    check "$type: its signature" "Verified OK" \
      "$(openssl dgst -sha256 -verify "$type.pub" -signature signature "$type.pem" 2>&1)"
  done
  tool list
  check "all of them" "Signer ec Signer rsa " "$(printf '%s\n' "$output" | sort | tr '\n' ' ')"
  tool delete "Signer ec"
  check "delete an identity" "0 " "$status $output"
  tool sign "Signer ec"
  check "which is gone" 1 "$status"
  tool list
  check "the other identity" "0 Signer rsa" "$status $output"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
  exit
fi

installed=$build/tests/installed # made before any test
pc=$(find "$installed" -name security.pc)
libdir=$(dirname "$(dirname "$pc")")
PKG_CONFIG_SYSROOT_DIR=$installed
PKG_CONFIG_PATH=$(dirname "$pc")
export PKG_CONFIG_SYSROOT_DIR PKG_CONFIG_PATH
for program in password_manager identity_tool; do
  # shellcheck disable=SC2046
  ${CC:-cc} -std=c99 -Wall -Wextra -pedantic -Werror -o "$scratch/$program" \
    "$top/tests/keychainapi/security/$program.c" $(pkg-config --cflags --libs security)
done
LD_LIBRARY_PATH=$libdir${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
[ -e "$libdir/libSecurity.so.0" ] || { echo "no libSecurity.so.0"; exit 1; }
"$build/tests/keychainapi/security/serve" sh "$0" served "$scratch/password_manager" \
  "$scratch/identity_tool" "$scratch"
