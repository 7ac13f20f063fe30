#!/bin/sh
# SPDX-License-Identifier: ISC
# Java's PKCS#11 provider: keytool finds key and certificate by their common CKA_ID, jarsigner signs.
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs keytool jarsigner openssl python3
make_keychain
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/key.pem" \
  -out "$work/cert.pem" -subj '/CN=Java test' -days 30 2> /dev/null
cat "$work/key.pem" "$work/cert.pem" > "$work/both.pem"
works "takes over a key and its certificate" "$kc" key import "$work/both.pem" signer
printf 'name = Keycircle\nlibrary = %s\nslot = 0\n' "$module" > "$work/java.cfg"
store="-keystore NONE -storetype PKCS11 -providerClass sun.security.pkcs11.SunPKCS11
  -providerArg $work/java.cfg -storepass:file $work/pin"
# shellcheck disable=SC2086
works "keytool lists the entry" keytool -list $store
says '^signer, PrivateKeyEntry' "a key with its certificate"
python3 -c "import zipfile; zipfile.ZipFile('$work/test.jar', 'w').writestr('text', 'to be signed')"
# shellcheck disable=SC2086
works "jarsigner signs" jarsigner $store "$work/test.jar" signer
works "the jar verifies" jarsigner -verify "$work/test.jar"
says '^jar verified' "the jar verifies"
finish
