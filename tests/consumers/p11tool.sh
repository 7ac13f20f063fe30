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
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/cert.key" \
  -out "$work/cert.pem" -subj '/C=DE/O=Example/CN=p11tool test' -days 30 2> /dev/null
openssl x509 -in "$work/cert.pem" -outform DER -out "$work/cert.der"
openssl genrsa -out "$work/rsa.key" 2048 2> /dev/null
openssl genpkey -algorithm ed25519 -out "$work/ed.key"

for each in direct proxy remote; do
  come_by "$each"
  provider="--provider $module"
  [ "$way" = direct ] || provider= # GnuTLS is p11-kit's, and takes no proxy of it
  # shellcheck disable=SC2086
  p11() { # works or fails, what, arguments…
    how=$1
    what=$2
    shift 2
    "$how" "$what" p11tool $provider --batch "$@"
  }

  p11 works "lists the tokens" --list-tokens
  says 'Label: Keycircle$' "the device's token"
  says 'Label: Keycircle Sync$' "the synced token"
  says 'Serial: D[0-9a-f]{15}$' "a serial number of the device's token"
  is_silent_about 'Requires login' "an open keychain needs no login"
  p11 works "lists the mechanisms" --list-mechanisms "$token"
  says "CKM_ECDSA " "ECDSA"

  # Keys that are made in the token.
  p11 works "makes a P-256 key" --generate-privkey ecdsa --curve secp256r1 --label "ec-$way" \
    --set-pin "$pin" --login --outfile "$work/ec.pub" "$token"
  works "the public key comes out" openssl pkey -pubin -in "$work/ec.pub" -noout
  p11 works "makes a P-384 key with an id" --generate-privkey ecdsa --curve secp384r1 --id c0ffee --label "384-$way" \
    "$token"
  p11 works "makes an RSA key" --generate-privkey rsa --bits 2048 --label "rsa-$way" "$token"
  works "makes an Ed25519 key" "$kc" key new "ed-$way" --type ed25519 # p11tool cannot, on any token
  for label in "ec-$way" "384-$way" "rsa-$way"; do
    p11 works "signs with $label, and the signature holds" --test-sign "$token;object=$label;type=private"
    says 'Verifying against private key parameters... ok' "the private key's own parameters fit: $label"
    says 'Verifying against public key in the token... ok' "the public key is there: $label"
  done
  p11 works "signs with PSS" --test-sign --sign-params=RSA-PSS --hash=SHA256 "$token;object=rsa-$way;type=private"
  p11 works "signs after a login" --login --set-pin "$pin" --test-sign "$token;object=ec-$way;type=private"
  p11 works "exports a public key" --export-pubkey --outfile "$work/exported" "$token;object=ec-$way;type=private"
  works "the one that came out first" cmp "$work/exported" "$work/ec.pub"
  p11 works "gives a private key another id" --set-id bead "$token;object=384-$way;type=private"
  p11 works "and its public key" --set-id bead "$token;object=384-$way;type=public"
  p11 works "signs by the new id" --test-sign "$token;id=%be%ad;type=private"
  p11 works "gives a key another label" --set-label "renamed-$way" "$token;object=384-$way;type=private"
  p11 works "finds it by that" --list-all "$token;object=renamed-$way;type=private"
  p11 works "deletes it" --delete "$token;id=%be%ad"

  # What others made.
  p11 works "writes a certificate" --write --load-certificate "$work/cert.pem" --id 0a --label "own-$way" "$token"
  p11 works "exports it" --export "$token;object=own-$way;type=cert"
  openssl x509 -in "$out" -outform DER -out "$work/back.der" 2> /dev/null
  works "the same bytes" cmp "$work/back.der" "$work/cert.der"
  p11 works "takes over its key" --write --load-privkey "$work/cert.key" --id 0a --label "own-$way" "$token"
  p11 works "signs with it" --test-sign "$token;object=own-$way;type=private"
  p11 works "takes over an RSA key" --write --load-privkey "$work/rsa.key" --id 0b --label "own-rsa-$way" "$token"
  p11 works "signs with it" --test-sign "$token;object=own-rsa-$way;type=private"
  p11 works "takes over an Ed25519 key" --write --load-privkey "$work/ed.key" --id 0c --label "own-ed-$way" "$token"

  p11 works "lists all" --list-all "$token"
  says 'Type: X.509 Certificate' "the certificate"
  says 'Type: Private key \(EC/ECDSA' "an elliptic key"
  says 'Type: Private key \(RSA' "an RSA key"
  says "Label: own-ed-$way" "the Ed25519 key"
  p11 works "lists all after a login" --login --set-pin "$pin" --list-all "$token"
  p11 works "lists the private keys" --list-privkeys "$token"
  is_silent_about 'X.509' "keys alone"
  p11 works "lists the certificates" --list-all-certs "$token"
  is_silent_about 'Private key' "certificates alone"
  p11 fails "lists nothing in the other token" --list-all 'pkcs11:token=Keycircle%20Sync'
  says 'No matching objects found' "the other token is empty"
  p11 fails "a key that is not there" --test-sign "$token;object=nobody;type=private"
  p11 works "gives random bytes" --generate-random 32 "$token"

  works "locks" "$kc" lock
  p11 works "lists the tokens of a locked keychain" --list-tokens
  says 'Requires login' "a locked keychain needs a login"
  p11 works "shows certificates while locked" --list-all "$token"
  says 'Type: X.509 Certificate' "the certificate"
  is_silent_about 'Private key' "private keys are hidden"
  # A token with a prompt of its own gets no PIN from GnuTLS: whoever is asked answers, right or wrong.
  echo wrong > "$work/answer"
  p11 fails "a wrong answer" --login --set-pin "$pin" --test-sign "$token;object=ec-$way;type=private"
  cp "$work/pin" "$work/answer"
  rm -f "$work/asked"
  p11 works "signs, and the service asks for the password" --login --test-sign "$token;object=ec-$way;type=private"
  works "asks once" test "$(wc -l < "$work/asked")" -eq 1
  p11 works "lists everything again, after as many logins as it likes" --login --set-pin "$pin" --list-all "$token"
  says 'Type: Private key' "with the private keys"
  works "asks nobody" test "$(wc -l < "$work/asked")" -eq 1

  p11 works "deletes a certificate" --delete "$token;object=own-$way;type=cert"
  p11 fails "lists no certificate" --list-all-certs "$token"
  says 'No matching objects found' "it is gone"
  p11 works "deletes keys" --delete "$token;object=own-rsa-$way"
  p11 fails "which are gone" --test-sign "$token;object=own-rsa-$way;type=private"
done
finish
