#!/bin/sh
# SPDX-License-Identifier: ISC
# OpenSSL by its engine for PKCS#11 (libp11): requests and certificates, signatures, S/MIME, and TLS with both
# sides' keys in the token.
# shellcheck disable=SC2086
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs openssl python3
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out "$work/other.key" 2> /dev/null
openssl pkey -in "$work/other.key" -pubout -out "$work/other.pub"
use_engine
KC_ASKPASS=$work/askpass
export KC_ASKPASS
make_keychain
printf 'to be signed\n' > "$work/message"
openssl rand -out "$work/digest" 32

openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/leaf.key" -subj /CN=leaf \
  -out "$work/leaf.csr" 2> /dev/null
works "makes a P-256 key" "$kc" key new ec --type ec:p256
works "makes a P-384 key" "$kc" key new ec384 --type ec:p384
works "makes an RSA key" "$kc" key new rsa --type rsa:2048
key_of() {
  echo "pkcs11:token=Keycircle;object=$1;type=private"
}
by_engine="-engine pkcs11 -keyform engine"

for each in direct proxy remote; do
  come_by "$each"
  use_engine
  for name in ec ec384 rsa; do
    works "a request for $name" openssl req -new $by_engine -key "$(key_of $name)" -subj "/CN=$name" \
      -out "$work/$name.csr"
    works "whose signature holds" openssl req -in "$work/$name.csr" -noout -verify
      works "a certificate of $name" openssl req -new -x509 $by_engine -key "$(key_of $name)" -subj "/CN=$name" \
      -days 30 -addext 'basicConstraints = critical, CA:TRUE' -out "$work/$name.pem"
    works "which holds" openssl verify -CAfile "$work/$name.pem" "$work/$name.pem"
    works "a certificate by $name for another" openssl x509 -req -in "$work/leaf.csr" -engine pkcs11 \
      -CAkeyform engine -CAkey "$(key_of $name)" -CA "$work/$name.pem" -set_serial 7 -days 30 -out "$work/leaf.pem"
    works "which holds" openssl verify -CAfile "$work/$name.pem" "$work/leaf.pem"
      works "a signature by $name" openssl dgst -sha256 $by_engine -sign "$(key_of $name)" -out "$work/sig" \
      "$work/message"
    "$kc" key show "$name" --pem > "$work/$name.pub"
    works "which kc's public key verifies" openssl dgst -sha256 -verify "$work/$name.pub" -signature "$work/sig" \
      "$work/message"
      works "a signature of a digest by $name" openssl pkeyutl -sign $by_engine -inkey "$(key_of $name)" \
      -in "$work/digest" -pkeyopt digest:sha256 -out "$work/sig"
    works "which holds" openssl pkeyutl -verify -pubin -inkey "$work/$name.pub" -in "$work/digest" \
      -pkeyopt digest:sha256 -sigfile "$work/sig"
    works "the public key of $name" openssl pkey -engine pkcs11 -inform engine -pubout -out "$work/public" \
      -in "$(key_of $name)"
    works "is what kc shows" cmp "$work/public" "$work/$name.pub"
      works "a signed message by $name" openssl cms -sign $by_engine -signer "$work/$name.pem" \
      -inkey "$(key_of $name)" -in "$work/message" -text -out "$work/signed"
    works "which holds" openssl cms -verify -CAfile "$work/$name.pem" -in "$work/signed" -text -purpose any
  done
  works "RSA-PSS" openssl dgst -sha256 $by_engine -sigopt rsa_padding_mode:pss -sign "$(key_of rsa)" \
    -out "$work/sig" "$work/message"
  works "which verifies" openssl dgst -sha256 -sigopt rsa_padding_mode:pss -verify "$work/rsa.pub" \
    -signature "$work/sig" "$work/message"

  # What was encrypted for a certificate.
  works "encrypts a message" openssl cms -encrypt -aes-256-cbc -in "$work/message" -out "$work/sealed" "$work/rsa.pem"
  works "decrypts it" openssl cms -decrypt $by_engine -inkey "$(key_of rsa)" -recip "$work/rsa.pem" \
    -in "$work/sealed" -out "$work/opened"
  works "the same message" sh -c "tr -d '\\r' < '$work/opened' | cmp - '$work/message'"
  works "encrypts with OAEP" openssl pkeyutl -encrypt -pubin -inkey "$work/rsa.pub" -in "$work/message" \
    -pkeyopt rsa_padding_mode:oaep -out "$work/sealed"
  works "decrypts it" openssl pkeyutl -decrypt $by_engine -inkey "$(key_of rsa)" -in "$work/sealed" \
    -pkeyopt rsa_padding_mode:oaep -out "$work/opened"
  works "the same message" cmp "$work/opened" "$work/message"
  if [ "$way" != remote ]; then # p11-kit 0.24.1 does not carry the mechanism
    works "agrees with another key" openssl pkeyutl -derive $by_engine -inkey "$(key_of ec)" -peerkey "$work/other.pub" \
      -out "$work/agreed"
    openssl pkeyutl -derive -inkey "$work/other.key" -peerkey "$work/ec.pub" -out "$work/openssl"
    works "on the same secret" cmp "$work/agreed" "$work/openssl"
  fi

  # TLS: the server's key in the token, then the client's.
  for name in ec rsa; do
    port=$(free_port)
      serve "$port" "$work/server.log" openssl s_server $by_engine -accept "127.0.0.1:$port" -www \
      -cert "$work/$name.pem" -key "$(key_of $name)" -CAfile "$work/$name.pem" -Verify 1
    for tls in tls1_2 tls1_3; do
          works "$tls with both keys in the token: $name" openssl s_client $by_engine -$tls -connect "127.0.0.1:$port" \
        -cert "$work/$name.pem" -key "$(key_of $name)" -CAfile "$work/$name.pem" -verify_return_error
      says 'Verify return code: 0' "the server shows its certificate"
      says "^Client Certificate Types|^Requested Signature Algorithms" "and wants one"
    done
  done

  # In the same token, this libp11 would find no key at all.
  works "makes an Ed25519 key in the other token" "$kc" key new elsewhere --type ed25519 --sync
  works "a signature still" openssl dgst -sha256 $by_engine -sign "$(key_of ec)" -out "$work/sig" "$work/message"
  works "takes it away" "$kc" rm elsewhere --yes
  fails "a key that is not there" openssl dgst -sha256 $by_engine -sign "$(key_of nobody)" "$work/message"
  works "locks" "$kc" lock
  rm -f "$work/asked"
  works "a signature of a locked keychain" openssl dgst -sha256 $by_engine -sign "$(key_of ec)" -out "$work/sig" \
    "$work/message"
  works "asks once" test "$(wc -l < "$work/asked")" -eq 1
  works "locks" "$kc" lock
  echo wrong > "$work/answer"
  fails "a wrong answer" openssl dgst -sha256 $by_engine -sign "$(key_of ec)" -out "$work/sig" "$work/message"
  cp "$work/pin" "$work/answer"
  works "opens" "$kc" unlock --password-file "$work/pin"
done
finish
