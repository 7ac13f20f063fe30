#!/bin/sh
# SPDX-License-Identifier: ISC
# OpenSC: pkcs11-tool, as people type it: what it lists, signs, writes, reads and tests by itself.
# Its own tests sign with SHA-1.
settings='allow-legacy = yes'
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs pkcs11-tool openssl
printf 'a message to be signed\n' > "$work/message"
printf 'another message\n' > "$work/other"
printf 'not for everybody' > "$work/data"
openssl dgst -sha256 -binary -out "$work/digest" "$work/message"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/own.key" \
  -out "$work/own.pem" -subj '/CN=pkcs11-tool test' -days 30 2> /dev/null
openssl x509 -in "$work/own.pem" -outform DER -out "$work/own.der"
openssl pkey -in "$work/own.key" -outform DER -out "$work/key.der"
openssl pkey -in "$work/own.key" -pubout -outform DER -out "$work/pub.der"
openssl genrsa -out "$work/rsa.key" 2048 2> /dev/null
openssl rsa -in "$work/rsa.key" -outform DER -out "$work/rsa.der" 2> /dev/null

tool() { # works or fails, what, arguments…
  how=$1
  what=$2
  shift 2
  "$how" "$what" pkcs11-tool --module "$module" --token-label Keycircle "$@"
}
run() { # what, arguments…
  what=$1
  shift
  tool works "$what" --login --pin "$pin" "$@"
}

# A signature by the token, checked by the token and by OpenSSL with the public key that kc shows.
# shellcheck disable=SC2086
sign() { # mechanism and its options, label, id, input, openssl's options for the check
  run "signs with $1" --sign -m $1 --id "$3" -i "$4" -o "$work/sig" --signature-format openssl
  run "verifies $1" --verify -m $1 --id "$3" -i "$4" --signature-file "$work/sig" \
    --signature-format openssl
  says 'Signature is valid' "its own signature with $1"
  "$kc" key show "$2" --pem > "$work/pub.pem"
  shift 4
  works "OpenSSL agrees" openssl pkeyutl -verify -pubin -inkey "$work/pub.pem" \
    -in "$work/digest" -sigfile "$work/sig" "$@"
}
holds() { # number, id, what
  tool works "lists objects" -O
  count=$(grep -cE "^ *ID: *$2\$" "$out")
  if [ "$count" -eq "$1" ]; then passed=$((passed + 1)); else bad "$3: $count, not $1"; fi
}

for each in direct proxy remote; do
  come_by "$each"
  make_keychain
  works "shows itself" pkcs11-tool --module "$module" -I
  if [ "$way" = direct ]; then # p11-kit 0.24.1 knows of no interface but 2.40
    says 'Cryptoki version 3.1' "the version that it keeps"
    works "lists interfaces" pkcs11-tool --module "$module" --list-interfaces
    says 'version: 3.1' "the newest interface"
    says 'version: 2.40' "the oldest interface"
  else
    says 'Cryptoki version 2.40' "the version that it keeps"
  fi
  works "lists slots" pkcs11-tool --module "$module" -L
  says 'token label +: Keycircle$' "the device's token"
  says 'token label +: Keycircle Sync$' "the synced token"
  says 'token manufacturer +: Keycircle$' "whose they are"
  works "lists slots with tokens" pkcs11-tool --module "$module" -T
  says 'token label +: Keycircle$' "the device's token"
  works "lists mechanisms" pkcs11-tool --module "$module" -M
  says 'ECDSA, keySize=\{[0-9]+,521\}, (hw, )?sign, verify' "ECDSA"

  # Keys that are made in the token.
  run "makes a P-256 key" --keypairgen --key-type EC:prime256v1 --id 01 --label ec
  run "makes a P-384 key" --keypairgen --key-type EC:secp384r1 --id 02 --label ec384
  run "makes a P-521 key" --keypairgen --key-type EC:secp521r1 --id 05 --label ec521 --usage-sign
  run "makes an RSA key" --keypairgen --key-type rsa:2048 --id 03 --label rsa
  run "lists objects" -O
  says 'Private Key Object; EC' "the elliptic key"
  says '^ *ID: +03$' "the id that was given"
  run "lists private keys" -O --type privkey
  is_silent_about 'Public Key Object' "nothing else"
  sign ECDSA ec 01 "$work/digest"
  sign ECDSA ec384 02 "$work/digest"
  sign ECDSA ec521 05 "$work/digest"
  sign SHA256-RSA-PKCS rsa 03 "$work/message" -pkeyopt digest:sha256
  sign "RSA-PKCS-PSS --hash-algorithm SHA256" rsa 03 "$work/digest" -pkeyopt digest:sha256 -pkeyopt rsa_padding_mode:pss
  if [ "$way" != remote ]; then # p11-kit 0.24.1 carries only what it knows
    run "makes an Ed25519 key" --keypairgen --key-type EC:edwards25519 --id 04 --label ed
    run "signs with it" --sign -m EDDSA --id 04 -i "$work/message" -o "$work/sig"
    "$kc" key show ed --pem > "$work/pub.pem"
    works "OpenSSL agrees" openssl pkeyutl -verify -pubin -inkey "$work/pub.pem" -rawin -in "$work/message" \
      -sigfile "$work/sig"
    sign ECDSA-SHA256 ec 01 "$work/message" -pkeyopt digest:sha256
    sign ECDSA-SHA256 ec384 02 "$work/message" -pkeyopt digest:sha256
    sign SHA256-RSA-PKCS-PSS rsa 03 "$work/message" -pkeyopt digest:sha256 -pkeyopt rsa_padding_mode:pss
  fi
  run "signs once more" --sign -m SHA256-RSA-PKCS --id 03 -i "$work/message" -o "$work/sig"
  tool works "verifies something else" --verify -m SHA256-RSA-PKCS --id 03 -i "$work/other" \
    --signature-file "$work/sig"
  says 'Invalid signature' "a signature of something else"
  run "reads a public key" --read-object --type pubkey --id 01 -o "$work/ec.der"
  "$kc" key show ec --pem > "$work/ec.pem"
  works "the same key" sh -c "openssl pkey -pubin -inform DER -in '$work/ec.der' | cmp - '$work/ec.pem'"
  tool fails "a key that is not there" --login --pin "$pin" --sign -m ECDSA --id 99 -i "$work/digest" -o "$work/sig"
  says 'not found' "why"

  # Digests and random bytes need no key.
  for bits in 256 384 512; do
    tool works "hashes to $bits bits" --hash -m "SHA$bits" -i "$work/message" -o "$work/hashed"
    openssl dgst "-sha$bits" -binary -out "$work/openssl" "$work/message"
    works "to the same digest" cmp "$work/hashed" "$work/openssl"
  done
  tool works "gives random bytes" --generate-random 64 -o "$work/random"
  works "as many as wanted" test "$(wc -c < "$work/random")" -eq 64

  # What others made.
  run "writes data" --write-object "$work/data" --type data --label note --application-label app \
    --application-id 1.3.6.1.4.1.99999.1 --private
  run "reads it back" --read-object --type data --label note -o "$work/data.back"
  works "the same bytes" cmp "$work/data" "$work/data.back"
  run "reads it by the application" --read-object --type data --application-label app -o "$work/data.back"
  works "the same bytes" cmp "$work/data" "$work/data.back"
  run "deletes it" --delete-object --type data --label note
  run "writes a certificate" --write-object "$work/own.der" --type cert --id 0a --label own
  run "writes a private key" --write-object "$work/key.der" --type privkey --id 0a --label own --usage-sign
  run "writes a public key" --write-object "$work/pub.der" --type pubkey --id 0a --label own
  holds 3 0a "three objects of the id"
  sign ECDSA own 0a "$work/digest"
  run "writes an RSA key" --write-object "$work/rsa.der" --type privkey --id 0c --label ownrsa --usage-sign
  run "signs with it" --sign -m SHA256-RSA-PKCS --id 0c -i "$work/message" -o "$work/sig"
  works "OpenSSL agrees" openssl dgst -sha256 -prverify "$work/rsa.key" -signature "$work/sig" "$work/message"
  run "reads the certificate" --read-object --type cert --id 0a -o "$work/cert.back"
  works "the same bytes" cmp "$work/own.der" "$work/cert.back"
  run "gives the key another id" --id 0a --type privkey --set-id 0b
  run "deletes the key" --delete-object --type privkey --id 0b
  run "deletes the certificate" --delete-object --type cert --id 0a
  holds 1 0a "the public key is left"

  # Its own tests.
  run "tests itself" --test --allow-sw
  if [ "$way" = remote ]; then # p11-kit 0.24.1 refuses to fetch no random bytes, of any module
    says '^1 errors' "one error"
    says 'ERR: C_GenerateRandom\(buf1,0\) failed' "which"
  else
    says 'No errors' "no error"
    is_silent_about 'ERR:|ERROR' "nothing of one"
  fi
  settle 'allow-legacy = yes' # this test signs with SHA-1
  run "tests elliptic curves" --session-rw --test-ec --id 77 --label tested --key-type EC:prime256v1
  settle 'allow-legacy = no'
  works "tests forks" pkcs11-tool --module "$module" --test-fork
  if [ -n "${KC_LONG-}" ]; then # it waits for 30 seconds when its threads are not done at once
    works "tests threads" pkcs11-tool --module "$module" --test-threads ILGISLT0 --test-threads ILGISLT0
    says 'all threads have ended with CKR_OK' "how they ended"
  fi
  tool works "makes a key as a browser does" --login --pin "$pin" --moz-cert "$work/own.der"

  works "locks" "$kc" lock
  tool works "shows what is public" -O
  says 'Public Key Object; EC' "an elliptic key"
  is_silent_about 'Private Key Object' "nothing private"
  tool fails "a wrong PIN" --login --pin wrong -O
  says 'CKR_PIN_INCORRECT' "why"
  run "the right PIN opens" --sign -m ECDSA --id 01 -i "$work/digest" -o "$work/sig"
  tool fails "a wrong PIN while open" --login --pin wrong -O
  says 'CKR_PIN_INCORRECT' "why"

  run "changes the PIN" --change-pin --new-pin 'another horse'
  says 'successfully changed' "that it did"
  works "locks" "$kc" lock
  tool fails "the old PIN" --login --pin "$pin" -O
  tool works "the new PIN" --login --pin 'another horse' -O --type privkey
  says '^ *ID: +01$' "the key is still there"
done
finish
