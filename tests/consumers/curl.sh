#!/bin/sh
# SPDX-License-Identifier: ISC
# curl, as Debian builds it: by OpenSSL's engine, with the client's key and certificate in the token.
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs curl openssl p11tool python3
curl --engine list 2> /dev/null | grep -q dynamic || { echo "a curl without engines"; exit 77; }
use_engine
make_keychain
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/server.key" \
  -out "$work/server.pem" -subj /CN=localhost -addext 'subjectAltName = DNS:localhost' -days 30 2> /dev/null
for name in ec rsa; do
  case $name in ec) type='ec -pkeyopt ec_paramgen_curve:prime256v1' ;; rsa) type=rsa:2048 ;; esac
  # shellcheck disable=SC2086
  openssl req -x509 -newkey $type -nodes -keyout "$work/$name.key" -out "$work/$name.pem" -subj "/CN=$name client" \
    -days 30 2> /dev/null
  cat "$work/$name.key" "$work/$name.pem" > "$work/both.pem"
  works "takes over a key and its certificate" "$kc" key import "$work/both.pem" "$name"
done
cat "$work/ec.pem" "$work/rsa.pem" > "$work/clients.pem"
port=$(free_port)
serve "$port" "$work/server.log" openssl s_server -accept "127.0.0.1:$port" -www -cert "$work/server.pem" \
  -key "$work/server.key" -CAfile "$work/clients.pem" -Verify 1 -verify_return_error
unset http_proxy https_proxy HTTPS_PROXY ALL_PROXY all_proxy

fetch() { # works or fails, what, key, certificate, more…
  how=$1
  what=$2
  key=$3
  certificate=$4
  shift 4
  "$how" "$what" curl --silent --show-error --fail --cacert "$work/server.pem" --engine pkcs11 --key-type ENG \
    --key "$key" --cert "$certificate" "$@" "https://localhost:$port/"
}
for each in direct proxy remote; do
  come_by "$each"
  use_engine
  for name in ec rsa; do
    uri="pkcs11:token=Keycircle;object=$name"
    for tls in 1.2 1.3; do
      fetch works "TLS $tls: $name, the certificate from a file" "$uri;type=private" "$work/$name.pem" --tls-max "$tls"
      says 'Secure Renegotiation' "the server's page"
      says "CN ?= ?$name client" "which shows the client's certificate"
      fetch works "TLS $tls: $name, both from the token" "$uri;type=private" "$uri;type=cert" --cert-type ENG \
        --tls-max "$tls"
      says "CN ?= ?$name client" "the client's certificate"
    done
  done
  fails "without a certificate" curl --silent --show-error --fail --cacert "$work/server.pem" "https://localhost:$port/"
  fetch fails "a key that is not there" 'pkcs11:token=Keycircle;object=nobody;type=private' "$work/ec.pem"
  works "locks" "$kc" lock
  fetch fails "a locked keychain, and nobody to ask" "$uri;type=private" "$work/$name.pem"
  works "opens" "$kc" unlock --password-file "$work/pin"
done
finish
