#!/bin/sh
# SPDX-License-Identifier: ISC
# A locked keychain where nobody can be asked, as over ssh or in a script: programs that have the PIN hand it
# over, since no token says then that it asks by itself.
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs p11tool pkcs11-tool
make_keychain
works "makes a key" "$kc" key new work --type ec:p256
provider="--provider $module"
token='pkcs11:token=Keycircle'

lock() {
  works "locks" "$kc" lock
  works "is locked" sh -c "\"$kc\" status | grep -qi locked"
}

lock
# shellcheck disable=SC2086
fails "GnuTLS, without a PIN" p11tool $provider --batch --login --test-sign "$token;object=work;type=private"
# shellcheck disable=SC2086
fails "GnuTLS, with a wrong one" p11tool $provider --batch --login --set-pin wrong --test-sign \
  "$token;object=work;type=private"
# shellcheck disable=SC2086
works "GnuTLS, with the PIN" p11tool $provider --batch --login --set-pin "$pin" --test-sign \
  "$token;object=work;type=private"
lock
works "pkcs11-tool, with the PIN" pkcs11-tool --module "$module" --login --pin "$pin" -O --type privkey
says 'label: *work' "the key"
if command -v certutil > /dev/null; then
  mkdir "$work/nss"
  works "makes a database of NSS" certutil -N -d "sql:$work/nss" --empty-password
  works "adds the module" modutil -dbdir "sql:$work/nss" -add Keycircle -libfile "$(realpath "$module")" -force
  lock
  fails "NSS, with a wrong PIN" sh -c "echo wrong | certutil -K -d 'sql:$work/nss' -h Keycircle -f /dev/stdin"
  works "NSS, with the PIN" certutil -K -d "sql:$work/nss" -h Keycircle -f "$work/pin"
fi
if command -v keytool > /dev/null; then
  printf 'name = Keycircle\nlibrary = %s\nslotListIndex = 0\n' "$(realpath "$module")" > "$work/java.cfg"
  lock
  works "Java, with the PIN" keytool -list -storetype PKCS11 -keystore NONE -storepass "$pin" \
    -providerClass sun.security.pkcs11.SunPKCS11 -providerArg "$work/java.cfg"
fi
finish
