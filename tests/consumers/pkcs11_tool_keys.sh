#!/bin/sh
# SPDX-License-Identifier: ISC
# OpenSC: pkcs11-tool again, with secret keys, and with what is encrypted, wrapped and derived.
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs pkcs11-tool openssl
printf 'sixteen and more bytes of text' > "$work/text"
head -c 64 /dev/urandom > "$work/blocks"
printf 'short' > "$work/short"
printf '0123456789abcdef' > "$work/aes.raw"
aes_hex=30313233343536373839616263646566
iv=000102030405060708090a0b0c0d0e0f

run() { # what, arguments…
  what=$1
  shift
  works "$what" pkcs11-tool --module "$module" --token-label Keycircle --login --pin "$pin" "$@"
}
refused() { # what, arguments…
  what=$1
  shift
  fails "$what" pkcs11-tool --module "$module" --token-label Keycircle --login --pin "$pin" "$@"
}
same() { # what, file, file
  works "$1" cmp "$2" "$3"
}

for each in direct proxy remote; do
  come_by "$each"
  make_keychain

  # RSA: OpenSSL encrypts, the token decrypts.
  run "makes an RSA key" --keypairgen --key-type rsa:2048 --id 01 --label rsa
  "$kc" key show rsa --pem > "$work/rsa.pem"
  openssl pkeyutl -encrypt -pubin -inkey "$work/rsa.pem" -in "$work/text" -out "$work/sealed"
  run "decrypts PKCS#1" --decrypt -m RSA-PKCS --id 01 -i "$work/sealed" -o "$work/plain"
  same "the same text" "$work/text" "$work/plain"
  openssl pkeyutl -encrypt -pubin -inkey "$work/rsa.pem" -in "$work/text" -out "$work/sealed" \
    -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256
  run "decrypts OAEP" --decrypt -m RSA-PKCS-OAEP --hash-algorithm SHA256 --id 01 -i "$work/sealed" -o "$work/plain"
  same "the same text" "$work/text" "$work/plain"
  refused "what is not encrypted" --decrypt -m RSA-PKCS-OAEP --hash-algorithm SHA256 --id 01 -i "$work/text" \
    -o "$work/plain"

  # Secret keys: made, brought, read, deleted.
  [ "$way" = remote ] || run "makes an AES key" --keygen --key-type AES:32 --id 02 --label aes --extractable
  run "brings an AES key" --write-object "$work/aes.raw" --type secrkey --key-type AES:16 --id 03 --label brought \
    --extractable
  run "reads it" --read-object --type secrkey --id 03 -o "$work/value"
  same "the same key" "$work/aes.raw" "$work/value"
  run "brings a sensitive one" --write-object "$work/aes.raw" --type secrkey --key-type AES:16 --id 04 --label hidden \
    --sensitive --private
  refused "which cannot be read" --read-object --type secrkey --id 04 -o "$work/leak"
  works "nothing comes out" test ! -s "$work/leak"
  run "lists them" -O --type secrkey
  says 'Secret Key Object; AES length 16' "the AES key"

  if [ "$way" != remote ]; then # p11-kit 0.24.1 carries none of these
    for mode in ECB CBC CBC-PAD; do
      case $mode in
        ECB) parameter= padding=-nopad file=$work/blocks cipher=aes-128-ecb vector= ;;
        CBC) parameter="--iv $iv" padding=-nopad file=$work/blocks cipher=aes-128-cbc vector="-iv $iv" ;;
        CBC-PAD) parameter="--iv $iv" padding= file=$work/text cipher=aes-128-cbc vector="-iv $iv" ;;
      esac
      # shellcheck disable=SC2086
      {
        openssl enc -$cipher -K $aes_hex $vector $padding -in "$file" -out "$work/sealed"
        run "encrypts with AES-$mode" --encrypt -m AES-$mode $parameter --id 04 -i "$file" -o "$work/ours"
        same "as OpenSSL does" "$work/sealed" "$work/ours"
        run "decrypts it" --decrypt -m AES-$mode $parameter --id 04 -i "$work/ours" -o "$work/plain"
        same "the same text" "$file" "$work/plain"
      }
    done
    refused "no block" --encrypt -m AES-ECB --id 04 -i "$work/short" -o "$work/ours"

    # Wrapped by one key and unwrapped: the new key decrypts what the old one encrypted.
    run "encrypts with the key to wrap" --encrypt -m AES-CBC-PAD --iv $iv --id 02 -i "$work/text" -o "$work/sealed"
    run "wraps it with RSA" --wrap -m RSA-PKCS --id 01 --application-id 02 -o "$work/wrapped"
    run "unwraps it" --unwrap -m RSA-PKCS --id 01 --type secrkey --key-type AES: -i "$work/wrapped" \
      --application-id 12 --application-label unwrapped
    run "decrypts with it" --decrypt -m AES-CBC-PAD --iv $iv --id 12 -i "$work/sealed" -o "$work/plain"
    same "the same text" "$work/text" "$work/plain"
    refused "no wrapping of what may not leave" --wrap -m RSA-PKCS --id 01 --application-id 04 -o "$work/leak"

    # Codes and derived secrets.
    run "makes a generic secret" --keygen --key-type GENERIC:32 --id 05 --label code --extractable --usage-sign
    run "reads it" --read-object --type secrkey --id 05 -o "$work/value"
    run "a code" --sign -m SHA256-HMAC --id 05 -i "$work/text" -o "$work/code"
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(od -An -v -tx1 "$work/value" | tr -d ' \n')" \
      -binary -out "$work/openssl" "$work/text"
    same "as OpenSSL makes it" "$work/code" "$work/openssl"
    for curve in prime256v1 secp384r1; do
      run "makes a key on $curve" --keypairgen --key-type EC:$curve --id 20 --label $curve --usage-derive
      "$kc" key show $curve --pem > "$work/ec.pub"
      openssl ecparam -genkey -name $curve -noout -out "$work/other.key"
      openssl pkey -in "$work/other.key" -pubout -outform DER -out "$work/other.der"
      run "agrees with another key" --derive -m ECDH1-DERIVE --id 20 -i "$work/other.der" -o "$work/agreed"
      openssl pkeyutl -derive -inkey "$work/other.key" -peerkey "$work/ec.pub" -out "$work/openssl"
      same "on the same secret" "$work/agreed" "$work/openssl"
      run "deletes the key" --delete-object --type privkey --id 20
      run "and its public half" --delete-object --type pubkey --id 20
    done
  fi
  run "deletes a secret key" --delete-object --type secrkey --id 03
  run "lists them" -O --type secrkey
  is_silent_about 'label: +brought' "it is gone"
  works "locks" "$kc" lock
  works "lists what is public" pkcs11-tool --module "$module" --token-label Keycircle -O
  is_silent_about 'label: +hidden' "not a private key"
  works "the right PIN opens" pkcs11-tool --module "$module" --token-label Keycircle --login --pin "$pin" -O
  says 'label: +hidden' "the private key"
done
finish
