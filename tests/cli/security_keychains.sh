#!/bin/sh
# SPDX-License-Identifier: ISC
# security: whole keychains, keys and certificates, as scripts for continuous integration use them.
# shellcheck source=tests/cli/security_lib.sh
. "$(dirname "$0")/security_lib.sh"
on one
login=$KEYCIRCLE_HOME/data/keychain.db
built=$KEYCIRCLE_HOME/data/build.keychain

end_services() {
  for home in "$work"/device-* "$work"/device-*/data/*.keychain; do
    [ -d "$home" ] || continue
    pid=$(service_of "$home") && kill "$pid" 2> /dev/null
  done
}

sec show-keychain-info
exits 50 "no keychain yet"
sec create-keychain -p 'correct horse' login.keychain
exits 0 "create-keychain makes the device's own"
sec create-keychain -p other login.keychain-db
exits 48 "once"
run status --json
json '.locked == false' "which kc uses too"

sec list-keychains
writes "    \"$login\"\n" "list-keychains: four blanks and quotes"
sec default-keychain
writes "    \"$login\"\n" "default-keychain"
sec login-keychain -d user
writes "    \"$login\"\n" "login-keychain"
sec list-keychains -d system
writes '' "other domains have none"
sec default-keychain -d system
exits 50 "nor a default"
plain=$("$security" default-keychain | tr -d '"' | xargs)
sec unlock-keychain -p 'correct horse' "$plain"
exits 0 "what was printed can be given back"

sec show-keychain-info
tells 'Keychain "<NULL>" lock-on-sleep no-timeout\n' "show-keychain-info, on standard error"
writes '' "alone"
mkdir -p -m 700 "$KEYCIRCLE_HOME/config"
printf '# mine\nsync-every = 60\nlock-after-idle = 7\n' > "$KEYCIRCLE_HOME/config/kc.conf"
sec set-keychain-settings -lut 21600
exits 0 "set-keychain-settings"
sec show-keychain-info login.keychain
tells 'Keychain "login.keychain" lock-on-sleep timeout=21600s\n' "is shown"
holds "other settings stay" grep -qx 'sync-every = 60' "$KEYCIRCLE_HOME/config/kc.conf"
holds "and none is there twice" test "$(grep -c lock-after-idle "$KEYCIRCLE_HOME/config/kc.conf")" -eq 1
sec set-keychain-settings login.keychain
sec show-keychain-info "$login"
tells "Keychain \"$login\" no-timeout\n" "without options it never locks"
sec set-keychain-settings -t a-while
exits 2 "no number"

# --- the recipe of a build server ---------------------------------------------------------------------
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 30 \
  -subj '/CN=Developer ID: Ana Example/emailAddress=ana@mail.example' \
  -addext 'subjectAltName=email:other@mail.example' 2> /dev/null
openssl pkcs12 -export -in "$work/cert.pem" -inkey "$work/key.pem" -out "$work/both.p12" -passout pass:p12 -name friend
hash=$(openssl x509 -in "$work/cert.pem" -noout -fingerprint -sha1 | sed 's/.*=//; s/://g')
hash256=$(openssl x509 -in "$work/cert.pem" -noout -fingerprint -sha256 | sed 's/.*=//; s/://g')

sec create-keychain -p build-pw build.keychain
exits 0 "a keychain of the script's own"
sec create-keychain -p build-pw build.keychain
exits 48 "once"
sec default-keychain -s build.keychain
exits 0 "as the default"
sec list-keychains
writes "    \"$login\"\n    \"$built\"\n" "in the search list"
sec default-keychain -s missing.keychain
exits 50 "one that is not there cannot be it"
sec list-keychains -d user -s build.keychain login.keychain
exits 0 "first in the search list"
sec list-keychains
writes "    \"$built\"\n    \"$login\"\n" "both are listed"
sec unlock-keychain -p wrong build.keychain
exits 51 "it has a password of its own"
sec unlock-keychain -p build-pw build.keychain
exits 0 "this one"
for name in build.keychain-db ~/Library/Keychains/build.keychain-db "$built"; do
  sec show-keychain-info "$name"
  exits 0 "it is also called $name"
done
sec set-keychain-settings -lut 3600 build.keychain
sec show-keychain-info build.keychain
complains 'timeout=3600s$' "and settings of its own"
sec show-keychain-info login.keychain
tells 'Keychain "login.keychain" no-timeout\n' "the device's stay as they were"
sec import "$work/both.p12" -k build.keychain -P p12 -T /usr/bin/codesign -A -t agg -f pkcs12
exits 0 "import"
writes '1 identity imported.\n' "says what there was"
sec import "$work/both.p12" -k build.keychain -P p12
exits 45 "twice"
complains '^security: SecKeychainItemImport: The specified item already exists in the keychain\.$' "which is told"
sec import "$work/both.p12" -k login.keychain -P wrong
exits 51 "the wrong passphrase"
sec set-key-partition-list -S apple-tool:,apple:,codesign: -s -k build-pw build.keychain
exits 0 "set-key-partition-list"
sec set-key-partition-list -S apple-tool: -s -k wrong build.keychain
exits 51 "checks the password"
sec find-identity -v -p codesigning build.keychain
printf '  1) %s "Developer ID: Ana Example"\n     1 valid identities found\n' "$hash" > "$work/wanted"
holds "find-identity -v" cmp -s "$work/wanted" "$out"
chosen=$("$security" find-identity -v -p codesigning | awk '/^ *1\) [0-9A-F]+ / { print $2; exit }')
holds "and awk's way to it" test "$chosen" = "$hash"
sec find-identity -p ssl-client build.keychain
says '^Policy: SSL \(client\)$' "find-identity without -v"
says '^     1 identities found$' "counts all"
says '^     1 valid identities found$' "and the valid ones"
sec find-identity -v login.keychain
writes '     0 valid identities found\n' "the other keychain has none"
sec add-generic-password -s deploy -a ci -w token
run item -q 'class=genp,svce=deploy'
exits 3 "what is added by default is not in the device's own keychain"
sec find-generic-password -s deploy -w
writes 'token\n' "but in the default one"
sec find-generic-password -s deploy -w login.keychain
exits 44 "as it is when asked by name"
sec add-generic-password -s other -a ci -w else login.keychain
sec find-generic-password -s other -w
writes 'else\n' "the search list has both"

# --- certificates and keys ------------------------------------------------------------------------------
sec find-certificate -c 'ana example' -p
holds "find-certificate -p, by a part of the name" sh -c 'openssl x509 -in "$1" | cmp -s - "$2"' sh "$work/cert.pem" "$out"
sec find-certificate -Z -e ana@mail.example
says "^SHA-256 hash: $hash256\$" "-Z prints both hashes"
says "^SHA-1 hash: $hash\$" "which OpenSSL gives too"
says '^class: 0x80001000 $' "and the item"
sec find-certificate -m
says '^    ana@mail.example$' "-m shows the addresses"
says '^    other@mail.example$' "all of them"
sec find-certificate -e mail.example
exits 44 "a part of an address is none"
sec find-certificate -c nobody
exits 44 "no such certificate"
sec find-certificate -a -c nobody
exits 0 "-a finds none"
sec find-key -t private
says '^    0x00000000 <uint32>=0x00000010 $' "find-key"
sec find-key -t symmetric
exits 44 "of no such type"
sec export -t certs -f pemseq -o "$work/exported.pem"
holds "export" cmp -s "$work/exported.pem" "$work/cert.pem"
sec export -t certs -f x509
holds "export in DER" sh -c 'openssl x509 -in "$1" -outform DER | cmp -s - "$2"' sh "$work/cert.pem" "$out"
sec export -t pubKeys -k build.keychain
holds "export of public keys" sh -c 'openssl x509 -in "$1" -noout -pubkey | cmp -s - "$2"' sh "$work/cert.pem" "$out"
openssl req -newkey rsa:2048 -nodes -keyout "$work/old.key" -out "$work/old.csr" -subj '/CN=Old' 2> /dev/null
openssl x509 -req -in "$work/old.csr" -signkey "$work/old.key" -days -1 -out "$work/old.pem" 2> /dev/null
sec import "$work/old.key"
writes '1 key imported.\n' "a key"
sec import "$work/old.pem"
writes '1 certificate imported.\n' "a certificate"
sec find-identity -v
says '^     1 valid identities found$' "what has expired is not valid"
sec find-identity
says '^     2 identities found$' "but found"
says '"Old" \(CSSMERR_TP_CERT_EXPIRED\)$' "with the reason"
sec import "$work/old.key" -x -k login.keychain
run item -q 'class=keys,kcls=1,extr=1'
exits 3 "-x keeps a key from being copied out"
sec delete-certificate -Z "$hash"
exits 0 "delete-certificate by its hash"
sec delete-certificate -c 'Ana Example'
exits 1 "by a name that is gone"
tells 'Unable to delete certificate matching "Ana Example"\n' "which is told"
sec find-identity -v build.keychain
writes '     0 valid identities found\n' "a key alone is no identity"

# The anchors that curl, npm and others fetch so on macOS; here of a file of our own.
{ cat "$work/cert.pem"; cat "$work/old.pem"; } > "$work/anchors.pem"
SSL_CERT_FILE=$work/anchors.pem
SSL_CERT_DIR=$work/none
export SSL_CERT_FILE SSL_CERT_DIR
sec find-certificate -a -p /System/Library/Keychains/SystemRootCertificates.keychain
exits 0 "the roots of the system"
holds "are the distribution's" test "$(grep -c 'BEGIN CERTIFICATE' "$out")" -eq 2
sec find-certificate -c Old -Z /System/Library/Keychains/SystemRootCertificates.keychain
says '^keychain: ".*SystemRootCertificates.keychain"$' "one of them"
sec find-certificate -c Nobody /System/Library/Keychains/SystemRootCertificates.keychain
exits 44 "or none"
sec find-certificate -a -p /Library/Keychains/System.keychain
exits 0 "the administrator's"
writes '' "are none"
unset SSL_CERT_FILE SSL_CERT_DIR

sec set-keychain-password -o build-pw -p new-pw build.keychain
exits 0 "set-keychain-password"
sec lock-keychain build.keychain
sec unlock-keychain -p new-pw build.keychain
exits 0 "it opens with the new one"
sec set-keychain-password -o build-pw -p x build.keychain
exits 51 "and not with the old"
sec delete-keychain build.keychain
exits 0 "delete-keychain"
holds "its folder is gone" test ! -e "$built"
sec list-keychains
writes "    \"$login\"\n" "so it is from the list"
sec default-keychain
writes "    \"$login\"\n" "and as the default"
sec delete-keychain build.keychain
exits 50 "it is gone"
sec delete-keychain login.keychain
exits 252 "the device's own is never removed"
sec find-generic-password -s other -w
writes 'else\n' "with what is in it"

# --- a build server that has nothing else ------------------------------------------------------------------
on two
sec create-keychain -p pw ci.keychain
exits 0 "a keychain where the device has none"
sec import "$work/both.p12" -k ci.keychain -P p12
sec find-identity -v
says '^     1 valid identities found$' "the search list passes over what is not there"
sec find-certificate -c 'Ana Example' -Z
exits 0 "for certificates"
sec dump-keychain
exits 0 "for the whole"
sec find-key
exits 0 "for keys"
sec find-generic-password -s nothing
exits 44 "and nothing is found in what is there"
sec dump-keychain login.keychain
exits 50 "by its name it is missed"
sec delete-keychain ci.keychain
on one

for name in /etc/ .. '' 'two
lines'; do
  sec create-keychain -p x "$name"
  exits 50 "no name for a keychain: $name"
done

finish
