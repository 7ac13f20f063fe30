#!/bin/sh
# SPDX-License-Identifier: ISC
# GnuPG, with gnupg-pkcs11-scd in its smart-card daemon's place: S/MIME by gpgsm and OpenPGP by gpg, both with a key in
# the token. gnupg-pkcs11-scd wants an RSA key with a certificate.
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs gpg gpgsm gpg-agent gpgconf gpg-connect-agent gnupg-pkcs11-scd openssl
make_keychain
printf 'a message\n' > "$work/message"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -subj '/CN=Ana' -days 30 \
  -addext keyUsage=digitalSignature,keyEncipherment 2> /dev/null
cat "$work/key.pem" "$work/cert.pem" > "$work/both.pem"
works "takes over a key and its certificate" "$kc" key import "$work/both.pem" ana

for each in direct proxy remote; do
  come_by "$each"
  GNUPGHOME=$work/gnupg-$way
  export GNUPGHOME
  mkdir -m 700 "$GNUPGHOME"
  printf 'scdaemon-program %s\npinentry-program /bin/false\n' "$(command -v gnupg-pkcs11-scd)" \
    > "$GNUPGHOME/gpg-agent.conf"
  printf 'providers kc\nprovider-kc-library %s\n' "$module" > "$GNUPGHOME/gnupg-pkcs11-scd.conf"

  works "the daemon learns" gpg-connect-agent 'SCD LEARN --force' /bye
  says 'KEY-FRIEDNLY [0-9A-F]{40} /CN=Ana on Keycircle' "the certificate"
  works "shows the card" gpg --batch --card-status
  works "gpgsm learns" gpgsm --batch --learn-card
  works "lists its keys" gpgsm -K --with-colons
  fingerprint=$(awk -F: '/^fpr/ { print $10 }' "$out")
  keygrip=$(awk -F: '/^grp/ { print $10 }' "$out")
  printf '%s S relax\n' "$fingerprint" > "$GNUPGHOME/trustlist.txt"
  works "reads the trust list" gpgconf --reload gpg-agent
  works "signs by S/MIME" gpgsm --batch --disable-crl-checks -u "$fingerprint" -o "$work/$way.p7s" --detach-sign \
    "$work/message"
  works "checks it" gpgsm --batch --disable-crl-checks --verify "$work/$way.p7s" "$work/message"
  says 'Good signature from "/CN=Ana"' "whose it is"
  works "encrypts" gpgsm --batch --disable-crl-checks -r "$fingerprint" -o "$work/$way.p7m" --encrypt "$work/message"
  works "decrypts" gpgsm --batch -o "$work/$way.plain" --decrypt "$work/$way.p7m"
  works "the same message" cmp "$work/message" "$work/$way.plain"

  cat > "$work/parameters" << PARAMETERS
Key-Type: RSA
Key-Grip: $keygrip
Key-Usage: sign cert
Name-Real: Ana
Name-Email: ana@example.org
Expire-Date: 1y
%no-protection
%commit
PARAMETERS
  works "makes an OpenPGP key of it" gpg --batch --gen-key "$work/parameters"
  works "signs by OpenPGP" gpg --batch -u ana@example.org -o "$work/$way.sig" --detach-sign "$work/message"
  works "checks it" gpg --batch --verify "$work/$way.sig" "$work/message"
  says 'Good signature from "Ana <ana@example.org>"' "whose it is"

  works "locks" "$kc" lock
  fails "does not sign while locked" gpg --batch -u ana@example.org -o "$work/leak" --detach-sign "$work/message"
  works "opens" "$kc" unlock --password-file "$work/pin"
  works "signs again" gpg --batch -u ana@example.org -o "$work/$way.again" --detach-sign "$work/message"
  works "ends the agent" gpgconf --kill all
done
finish
