#!/bin/sh
# SPDX-License-Identifier: ISC
# GnuTLS: p11tool, as people type it.
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs p11tool openssl
KC_ASKPASS=$work/askpass
export KC_ASKPASS
make_keychain
token='pkcs11:token=Keycircle;manufacturer=Keycircle;model=Keychain'
key="$token;object=p11;type=private"

works "lists the tokens" p11tool --provider "$module" --list-tokens
says 'Label: Keycircle$' "the device's token"
says 'Label: Keycircle Sync$' "the synced token"
says 'Serial: D[0-9a-f]{15}$' "a serial number of the device's token"
is_silent_about 'Requires login' "an open keychain needs no login"

works "makes a key" p11tool --provider "$module" --batch --generate-privkey ecdsa --curve secp256r1 \
  --label p11 --set-pin "$pin" --login --outfile "$work/p11.pub" "$token"
works "the public key comes out" grep -q 'BEGIN PUBLIC KEY' "$work/p11.pub"
works "signs with it, and the signature holds" p11tool --provider "$module" --test-sign "$key"
says 'Verifying against private key parameters... ok' "the private key's own parameters fit"
works "signs after a login" p11tool --provider "$module" --login --set-pin "$pin" --test-sign "$key"
works "makes an RSA key" p11tool --provider "$module" --batch --generate-privkey rsa --bits 2048 \
  --label p11rsa "$token"
works "signs with it" p11tool --provider "$module" --test-sign "$token;object=p11rsa;type=private"
works "signs with PSS" p11tool --provider "$module" --test-sign --sign-params=RSA-PSS --hash=SHA256 \
  "$token;object=p11rsa;type=private"
works "makes an Ed25519 key" "$kc" key new p11ed --type ed25519 # p11tool cannot, on any token
works "signs with it" p11tool --provider "$module" --test-sign --hash SHA512 \
  "$token;object=p11ed;type=private"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/cert.key" \
  -out "$work/cert.pem" -subj '/C=DE/O=Example/CN=p11tool test' -days 30 2> /dev/null
works "writes a certificate" p11tool --provider "$module" --batch --write --load-certificate "$work/cert.pem" \
  --label 'a certificate' "$token"
works "exports it" p11tool --provider "$module" --export "$token;object=a%20certificate;type=cert"
openssl x509 -in "$out" -outform DER -out "$work/back.der" 2> /dev/null
openssl x509 -in "$work/cert.pem" -outform DER -out "$work/cert.der"
works "the same bytes" cmp "$work/back.der" "$work/cert.der"
works "takes a private key over" p11tool --provider "$module" --batch --write \
  --load-privkey "$work/cert.key" --label 'a certificate' "$token"
works "signs with it" p11tool --provider "$module" --test-sign \
  "$token;object=a%20certificate;type=private"

works "lists all" p11tool --provider "$module" --list-all "$token"
says 'Type: X.509 Certificate' "the certificate"
says 'Type: Private key \(EC/ECDSA' "an elliptic key"
says 'Type: Private key \(RSA' "an RSA key"
works "lists all after a login" p11tool --provider "$module" --login --set-pin "$pin" --list-all "$token"
fails "lists nothing in the other token" p11tool --provider "$module" --list-all \
  'pkcs11:token=Keycircle%20Sync'
says 'No matching objects found' "the other token is empty"

works "locks" "$kc" lock
works "lists the tokens of a locked keychain" p11tool --provider "$module" --list-tokens
says 'Requires login' "a locked keychain needs a login"
works "shows certificates while locked" p11tool --provider "$module" --list-all "$token"
says 'Type: X.509 Certificate' "the certificate"
is_silent_about 'Private key' "private keys are hidden"
works "signs, and the service asks for the password" p11tool --provider "$module" --login --test-sign "$key"
works "asks once" test "$(wc -l < "$work/asked")" -eq 1
works "lists everything again, after as many logins as it likes" \
  p11tool --provider "$module" --login --set-pin "$pin" --list-all "$token"
says 'Type: Private key' "with the private keys"
works "asks nobody" test "$(wc -l < "$work/asked")" -eq 1

works "deletes" p11tool --provider "$module" --batch --delete "$token;object=a%20certificate;type=cert"
fails "lists no certificate" p11tool --provider "$module" --list-all-certs "$token"
says 'No matching objects found' "it is gone"
finish
