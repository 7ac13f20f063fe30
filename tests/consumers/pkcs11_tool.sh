#!/bin/sh
# SPDX-License-Identifier: ISC
# OpenSC: pkcs11-tool, as people type it.
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs pkcs11-tool openssl
make_keychain
printf 'a message to be signed\n' > "$work/message"
openssl dgst -sha256 -binary -out "$work/digest" "$work/message"

run() { # what, arguments…
  what=$1
  shift
  works "$what" pkcs11-tool --module "$module" --token-label Keycircle --login --pin "$pin" "$@"
}

works "shows itself" pkcs11-tool --module "$module" -I
says 'Cryptoki version 3.1' "the version that it keeps"
works "lists slots" pkcs11-tool --module "$module" -L
says 'token label +: Keycircle Sync$' "both tokens"
works "lists mechanisms" pkcs11-tool --module "$module" -M
says 'ECDSA-SHA256, keySize=\{256,521\}, sign, verify' "ECDSA"
works "lists interfaces" pkcs11-tool --module "$module" --list-interfaces
says 'version: 3.1' "the newest interface"
says 'version: 2.40' "the oldest interface"

run "makes a P-256 key" --keypairgen --key-type EC:prime256v1 --id 01 --label ec
run "makes a P-384 key" --keypairgen --key-type EC:secp384r1 --id 02 --label ec384
run "makes an RSA key" --keypairgen --key-type rsa:2048 --id 03 --label rsa
run "makes an Ed25519 key" --keypairgen --key-type EC:edwards25519 --id 04 --label ed
run "lists objects" -O
says 'Private Key Object; EC' "the elliptic key"
says 'ID: +03' "the id that was given"

# A signature by the token, checked by the token and by OpenSSL with the public key that kc shows.
sign() { # mechanism, label, id, input, openssl's options for the check
  run "signs with $1" --sign -m "$1" --id "$3" -i "$4" -o "$work/sig" --signature-format openssl
  run "verifies $1" --verify -m "$1" --id "$3" -i "$4" --signature-file "$work/sig" \
    --signature-format openssl
  says 'Signature is valid' "its own signature with $1"
  "$kc" key show "$2" --pem > "$work/pub.pem"
  shift 4
  works "OpenSSL agrees" openssl pkeyutl -verify -pubin -inkey "$work/pub.pem" \
    -in "$work/digest" -sigfile "$work/sig" "$@"
}
sign ECDSA ec 01 "$work/digest"
sign ECDSA-SHA256 ec 01 "$work/message" -pkeyopt digest:sha256
sign ECDSA-SHA256 ec384 02 "$work/message" -pkeyopt digest:sha256
sign SHA256-RSA-PKCS rsa 03 "$work/message" -pkeyopt digest:sha256
sign SHA256-RSA-PKCS-PSS rsa 03 "$work/message" -pkeyopt digest:sha256 -pkeyopt rsa_padding_mode:pss
run "reads a public key" --read-object --type pubkey --id 01 -o "$work/ec.der"
"$kc" key show ec --pem > "$work/ec.pem"
works "the same key" sh -c \
  "openssl pkey -pubin -inform DER -in '$work/ec.der' | cmp - '$work/ec.pem'"

printf 'another message\n' > "$work/other"
run "signs once more" --sign -m ECDSA-SHA256 --id 01 -i "$work/message" -o "$work/sig"
try pkcs11-tool --module "$module" --token-label Keycircle --verify -m ECDSA-SHA256 --id 01 \
  -i "$work/other" --signature-file "$work/sig"
says 'Invalid signature' "a signature of something else"

works "hashes" pkcs11-tool --module "$module" --token-label Keycircle --hash -m SHA256 -i "$work/message" \
  -o "$work/hashed"
works "to the same digest" cmp "$work/hashed" "$work/digest"

printf 'not for everybody' > "$work/data"
run "writes data" --write-object "$work/data" --type data --label note --application-label app --private
run "reads it back" --read-object --type data --label note -o "$work/data.back"
works "the same bytes" cmp "$work/data" "$work/data.back"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/own.key" \
  -out "$work/own.pem" -subj '/CN=pkcs11-tool test' -days 30 2> /dev/null
openssl x509 -in "$work/own.pem" -outform DER -out "$work/own.der"
openssl pkey -in "$work/own.key" -outform DER -out "$work/key.der"
openssl pkey -in "$work/own.key" -pubout -outform DER -out "$work/pub.der"
run "writes a certificate" --write-object "$work/own.der" --type cert --id 0a --label own
run "writes a private key" --write-object "$work/key.der" --type privkey --id 0a --label own --usage-sign
run "writes a public key" --write-object "$work/pub.der" --type pubkey --id 0a --label own
holds() { # number, what
  try pkcs11-tool --module "$module" --token-label Keycircle -O
  count=$(grep -c 'ID: *0a' "$out")
  if [ "$count" -eq "$1" ]; then passed=$((passed + 1)); else bad "$2: $count, not $1"; fi
}
holds 3 "three objects of the id"
sign ECDSA-SHA256 own 0a "$work/message" -pkeyopt digest:sha256
run "reads the certificate" --read-object --type cert --id 0a -o "$work/cert.back"
works "the same bytes" cmp "$work/own.der" "$work/cert.back"
run "gives the key another id" --id 0a --type privkey --set-id 0b
run "deletes the key" --delete-object --type privkey --id 0b
run "deletes the certificate" --delete-object --type cert --id 0a
holds 1 "the public key is left"

run "tests itself" --test --allow-sw
says 'No errors' "pkcs11-tool's own test"
is_silent_about 'ERR:' "pkcs11-tool's own test"
run "tests elliptic curves" --session-rw --test-ec --id 77 --label tested --key-type EC:prime256v1
works "tests forks" pkcs11-tool --module "$module" --test-fork

works "locks" "$kc" lock
fails "a wrong PIN" pkcs11-tool --module "$module" --token-label Keycircle --login --pin wrong -O
says 'CKR_PIN_INCORRECT' "why"
run "the right PIN opens" --sign -m ECDSA-SHA256 --id 01 -i "$work/message" -o "$work/sig"
finish
