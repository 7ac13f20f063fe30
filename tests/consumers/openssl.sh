#!/bin/sh
# SPDX-License-Identifier: ISC
# OpenSSL's engine for PKCS#11 (libp11): a certificate request, and a signature.
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs openssl
openssl engine pkcs11 > /dev/null 2>&1 || { echo "no pkcs11 engine here"; exit 77; }
make_keychain
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
printf 'to be signed\n' > "$work/message"
works "makes a P-256 key" "$kc" key new web --type ec:p256
works "makes an RSA key" "$kc" key new rsa --type rsa:2048

for name in web rsa; do
  key="pkcs11:token=Keycircle;object=$name;type=private"
  works "a request for $name" openssl req -new -engine pkcs11 -keyform engine -key "$key" \
    -subj "/CN=$name" -out "$work/$name.csr"
  works "whose signature holds" openssl req -in "$work/$name.csr" -noout -verify
  works "a signature by $name" openssl dgst -sha256 -engine pkcs11 -keyform engine -sign "$key" \
    -out "$work/$name.sig" "$work/message"
  "$kc" key show "$name" --pem > "$work/$name.pem"
  works "which kc's public key verifies" openssl dgst -sha256 -verify "$work/$name.pem" \
    -signature "$work/$name.sig" "$work/message"
done
works "RSA-PSS" openssl dgst -sha256 -engine pkcs11 -keyform engine -sigopt rsa_padding_mode:pss \
  -sign 'pkcs11:token=Keycircle;object=rsa;type=private' -out "$work/pss.sig" "$work/message"
works "which verifies" openssl dgst -sha256 -sigopt rsa_padding_mode:pss -verify "$work/rsa.pem" \
  -signature "$work/pss.sig" "$work/message"
fails "a key that is not there" openssl dgst -sha256 -engine pkcs11 -keyform engine \
  -sign 'pkcs11:token=Keycircle;object=nobody;type=private' "$work/message"
finish
