#!/bin/sh
# SPDX-License-Identifier: ISC
# security export: what is written of which items in which format, that other programs read it, and what never leaves.
# shellcheck source=tests/cli/security_lib.sh
. "$(dirname "$0")/security_lib.sh"

end_services() {
  for home in "$work"/device-* "$work"/device-*/data/*.keychain; do
    [ -d "$home" ] || continue
    pid=$(service_of "$home") && kill "$pid" 2> /dev/null
  done
}

umask 022
file=$work/secret/exported
# An export to the file, which is not there before.
export_to_file() { # words…
  rm -f "$file"
  sec export -o "$file" "$@"
}
# What stands between the lines of the file, a word each.
kinds() {
  sed -n 's/^-----BEGIN \(.*\)-----$/\1/p' "$file" | tr ' \n' '-,'
}
same_key() { # a private key in PEM, its words for openssl pkey
  openssl pkey "$@" 2> "$work/said" | cmp -s - "$work/key.pem"
}

openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 30 -subj '/CN=Ana' 2> /dev/null
openssl pkcs12 -export -in "$work/cert.pem" -inkey "$work/key.pem" -out "$work/both.p12" -passout pass:p12 -name 'Anas Schlüssel'
openssl pkey -in "$work/key.pem" -pubout -out "$work/pub.pem"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$work/ec.pem" 2> /dev/null
openssl genpkey -algorithm ed25519 -out "$work/ed.pem"
make_device one
sec export
exits 44 "nothing to export"
sec import "$work/both.p12" -P p12 -k login.keychain
exits 0 "an identity"

# --- every type in every format -------------------------------------------------------------------------
row=0
while read -r type rest; do
  [ -n "$type" ] || continue
  if [ "$type" = = ]; then
    formats=$rest
    continue
  fi
  row=$((row + 1))
  wrap=
  [ "$row" -gt 6 ] && wrap=-w
  # shellcheck disable=SC2086
  set -- $rest
  for format in $formats; do
    # shellcheck disable=SC2086
    export_to_file -t "$type" -f "$format" $wrap -P secret
    exits "$1" "export -t $type -f $format $wrap"
    if [ "$1" = 0 ]; then
      holds "which writes it" test -s "$file"
      private=644
      case $type in allKeys | privKeys | identities | all) private=600 ;; esac
      holds "in mode $private" test "$(stat -c %a "$file")" = "$private"
    else
      holds "and nothing is written" test ! -e "$file"
    fi
    shift
  done
done << 'ROWS'
=          pemseq openssl openssh1 openssh2 bsafe pkcs7 pkcs8 pkcs12 x509
certs      0      88      88       88       88    0     88    0      0
allKeys    0      0       88       88       0     88    88    88     88
pubKeys    0      0       88       0        0     88    88    88     88
privKeys   0      0       88       88       0     88    0     0      88
identities 0      88      88       88       88    88    88    0      88
all        0      88      88       88       88    88    88    0      88
certs      0      88      2        88       2     2     88    0      2
allKeys    0      88      2        88       2     2     88    88     2
pubKeys    0      88      2        88       2     2     88    88     2
privKeys   0      0       2        0        2     2     0     0      2
identities 0      88      2        88       2     2     88    0      2
all        0      88      2        88       2     2     88    0      2
ROWS
holds "all rows were tried" test "$row" -eq 12
sec export -t keys
exits 2 "no such type"
sec export -f pem
exits 2 "no such format"
sec export -t certs -f x509 -w
complains "^Don't know how to wrap in specified format/type\.$" "what has no keys is not wrapped"
sec export -t privKeys -f pkcs7
tells 'security: SecItemExport: Import/Export format unsupported.\n' "a format without keys"
for code in 1 2 28 36 44 50 88; do
  holds "exit status $code is described" grep -qx "\.It $code" "$top_srcdir/doc/security.1"
done
export_to_file -t certs -k nowhere.keychain
exits 50 "no such keychain"

# The anchors of the distribution, which scripts take from there on macOS; here of a file of our own.
roots=/System/Library/Keychains/SystemRootCertificates.keychain
SSL_CERT_FILE=$work/cert.pem SSL_CERT_DIR=$work/none export_to_file -t certs -f pemseq -k "$roots"
exits 0 "the roots of the system"
holds "are the distribution's" cmp -s "$file" "$work/cert.pem"
SSL_CERT_FILE=$work/cert.pem SSL_CERT_DIR=$work/none export_to_file -k "$roots"
holds "which are all that is there" cmp -s "$file" "$work/cert.pem"
export_to_file -t identities -k "$roots"
exits 44 "there are no identities"
export_to_file -k /Library/Keychains/System.keychain
exits 44 "the administrator has none"

# --- what there is, read by OpenSSL ---------------------------------------------------------------------
export_to_file
holds "by default certificates and private keys in PEM" test "$(kinds)" = CERTIFICATE,RSA-PRIVATE-KEY,
holds "the key" same_key -in "$file"
sec export
holds "on standard output too" cmp -s "$file" "$out"
export_to_file -t allKeys
holds "both halves" test "$(kinds)" = RSA-PRIVATE-KEY,PUBLIC-KEY,
export_to_file -t privKeys -f openssl
holds "PKCS#1" same_key -inform DER -in "$file"
export_to_file -t privKeys -f openssl -p
holds "-p: as PEM" test "$(kinds)" = RSA-PRIVATE-KEY,
export_to_file -t privKeys -f bsafe -p
holds "PKCS#8" test "$(kinds)" = PRIVATE-KEY,
holds "is the key" same_key -in "$file"
export_to_file -t pubKeys -f bsafe -p
holds "PKCS#1 of the public half" sh -c 'openssl rsa -RSAPublicKey_in -in "$1" -pubout 2> /dev/null | cmp -s - "$2"' sh "$file" "$work/pub.pem"
export_to_file -t pubKeys -f openssh2
holds "a line for OpenSSH" grep -qx 'ssh-rsa [A-Za-z0-9+/=]* Anas Schlüssel' "$file"
if command -v ssh-keygen > /dev/null; then
  holds "which it reads" sh -c 'ssh-keygen -e -m PKCS8 -f "$1" | cmp -s - "$2"' sh "$file" "$work/pub.pem"
fi
export_to_file -t certs -f pkcs7 -p
holds "PKCS#7" sh -c 'openssl pkcs7 -in "$1" -print_certs | openssl x509 | cmp -s - "$2"' sh "$file" "$work/cert.pem"

for words in '-f pkcs8' '-f pkcs8 -w' '-f pkcs8 -p'; do
  # shellcheck disable=SC2086
  export_to_file -t privKeys $words -P secret
  form=DER
  [ "$words" = '-f pkcs8 -p' ] && form=PEM
  holds "$words" same_key -inform "$form" -in "$file" -passin pass:secret
  holds "and not with another passphrase" sh -c '! openssl pkey -inform "$1" -in "$2" -passin pass:wrong 2> /dev/null' sh "$form" "$file"
done
for words in '-w' '-f openssl -w' '-f openssh2 -w' '-f pemseq -w'; do
  # shellcheck disable=SC2086
  export_to_file -t privKeys $words -P secret
  holds "$words" grep -qx 'Proc-Type: 4,ENCRYPTED' "$file"
  holds "is the key" same_key -in "$file" -passin pass:secret
  holds "and not with another passphrase" sh -c '! openssl pkey -in "$1" -passin pass:wrong 2> /dev/null' sh "$file"
done
export_to_file -t identities -w -P secret
holds "the certificate stays readable" test "$(kinds)" = CERTIFICATE,RSA-PRIVATE-KEY,

for type in identities all; do
  export_to_file -t "$type" -f pkcs12 -P secret
  openssl pkcs12 -in "$file" -passin pass:secret -nodes > "$work/opened" 2> /dev/null
  holds "PKCS#12 of $type: the key" same_key -in "$work/opened"
  holds "the certificate" sh -c 'openssl x509 -in "$1" | cmp -s - "$2"' sh "$work/opened" "$work/cert.pem"
  holds "both with one localKeyID" test "$(grep 'localKeyID' "$work/opened" | sort | uniq -c | awk '{ print $1 }')" = 2
  holds "and the label as their name" test "$(grep -c 'friendlyName: Anas Schl' "$work/opened")" -eq 2
  holds "and not with another passphrase" sh -c '! openssl pkcs12 -in "$1" -passin pass:wrong -nodes > /dev/null 2>&1' sh "$file"
done
export_to_file -t identities -f pkcs12 -p -P secret
holds "in PEM" test "$(kinds)" = PKCS12,
export_to_file -t identities -f pkcs12 -P ''
holds "an empty passphrase is one" openssl pkcs12 -in "$file" -passin pass: -nodes -out "$work/opened"

# --- and taken back -------------------------------------------------------------------------------------
number=0
while IFS='|' read -r words passphrase counts; do
  number=$((number + 1))
  # shellcheck disable=SC2086
  export_to_file $words -k login.keychain -P secret
  on "back$number"
  sec create-keychain -p pw login.keychain
  if [ "$passphrase" = secret ]; then
    sec import "$file" -P wrong
    exits 51 "import of $words with a wrong passphrase"
  fi
  sec import "$file" -P "$passphrase"
  writes "$counts" "import of $words"
  sec export -t privKeys -p
  holds "gives the key back" same_key -in "$out"
  pid=$(service_of "$KEYCIRCLE_HOME") && kill "$pid"
  on one
done << 'ROWS'
-t identities -f pkcs12|secret|1 identity imported.\n
-t all -f pkcs12 -p|secret|1 identity imported.\n
-t all||1 identity imported.\n
-t all -w|secret|1 identity imported.\n
-t allKeys||1 key imported.\n
-t privKeys -f pkcs8|secret|1 key imported.\n
-t privKeys -f bsafe||1 key imported.\n
-t privKeys -f openssl||1 key imported.\n
ROWS
holds "all were tried" test "$number" -eq 8

# --- several, and keys of other types -------------------------------------------------------------------
sec create-keychain -p pw keys.keychain
sec import "$work/ec.pem" -k keys.keychain
export_to_file -t privKeys -k keys.keychain -f openssl -p
holds "SEC 1" test "$(kinds)" = EC-PRIVATE-KEY,
holds "is the key" sh -c 'openssl pkey -in "$1" | cmp -s - "$2"' sh "$file" "$work/ec.pem"
export_to_file -t pubKeys -k keys.keychain -f bsafe
exits 88 "PKCS#1 is for RSA"
sec import "$work/ed.pem" -k keys.keychain
export_to_file -t privKeys -k keys.keychain -f openssl
holds "several are PEM; a key without an older form is PKCS#8" test "$(kinds)" = EC-PRIVATE-KEY,PRIVATE-KEY,
export_to_file -t privKeys -k keys.keychain -w -P secret
exits 88 "which the older encryption is not for"
export_to_file -t privKeys -k keys.keychain -f pkcs8 -P secret
holds "PKCS#8 has all" test "$(kinds)" = ENCRYPTED-PRIVATE-KEY,ENCRYPTED-PRIVATE-KEY,
export_to_file -t privKeys
holds "without -k the search list" test "$(kinds)" = RSA-PRIVATE-KEY,EC-PRIVATE-KEY,PRIVATE-KEY,
sec import "$work/key.pem" -k keys.keychain
export_to_file -t privKeys
holds "what is in two keychains is written once" test "$(kinds)" = RSA-PRIVATE-KEY,EC-PRIVATE-KEY,PRIVATE-KEY,

# A second certificate of the same key is a second identity.
openssl req -x509 -new -key "$work/key.pem" -out "$work/second.pem" -days 30 -subj '/CN=Ana again' 2> /dev/null
sec import "$work/second.pem" -k keys.keychain
sec import "$work/cert.pem" -k keys.keychain
export_to_file -t identities -k keys.keychain
holds "a key is written once, with both of its certificates" test "$(kinds | tr ',' '\n' | sort | uniq -c | tr -s ' \n' ' ')" = ' 2 CERTIFICATE 1 RSA-PRIVATE-KEY '

# --- what never leaves ----------------------------------------------------------------------------------
sec create-keychain -p pw kept.keychain
sec import "$work/ec.pem" -k kept.keychain
sec import "$work/both.p12" -P p12 -k kept.keychain -x
for words in '-t privKeys' '-t allKeys' '-t all' '-t identities' '-t identities -f pkcs12 -P secret' '-t privKeys -f pkcs8 -P secret'; do
  # shellcheck disable=SC2086
  export_to_file -k kept.keychain $words
  exits 28 "a key that is not extractable: $words"
  holds "nothing is written, of the others neither" test ! -e "$file"
  # shellcheck disable=SC2086
  sec export -k kept.keychain $words
  writes '' "nor printed"
done
tells 'security: SecItemExport: The contents of this item cannot be retrieved.\n' "which is told"
export_to_file -k kept.keychain -t certs
holds "its certificate is no secret" cmp -s "$file" "$work/cert.pem"
printf 'old' > "$file"
sec export -k kept.keychain -t privKeys -o "$file"
holds "what is there stays" test "$(cat "$file")" = old
sec delete-keychain kept.keychain

# --- files ----------------------------------------------------------------------------------------------
chmod 644 "$file"
sec export -t privKeys -k login.keychain -o "$file"
holds "a file that was there is replaced" same_key -in "$file"
holds "and private then" test "$(stat -c %a "$file")" = 600
printf 'old' > "$work/secret/target"
ln -s target "$work/secret/link"
sec export -t privKeys -k login.keychain -o "$work/secret/link"
holds "behind a link" same_key -in "$work/secret/target"
holds "which stays" test -L "$work/secret/link"
holds "nothing else is left there" test "$(find "$work/secret" -name '*.????????' | wc -l)" -eq 0
sec export -t privKeys -k login.keychain -o /dev/null
holds "a device stays one" test -c /dev/null
sec export -t privKeys -o "$work/nowhere/file"
exits 1 "no such folder"
tells "security: Error writing outfile $work/nowhere/file: No such file or directory\n" "which is told"

# --- passphrases ----------------------------------------------------------------------------------------
export_to_file -t identities -f pkcs12
exits 36 "nobody to ask for a passphrase"
holds "nothing is written" test ! -e "$file"
python3 "$top_srcdir/tests/cli/terminal.py" -a 'passphrase for the exported file: ' 'typed' \
  -a 'retype passphrase for the exported file: ' 'typed' \
  -- "$security" export -k login.keychain -t identities -f pkcs12 -o "$file" > "$out" 2> "$err"
status=$?
exits 0 "on a terminal it is asked for twice"
never_says 'typed' "without echo"
holds "and the file has it" openssl pkcs12 -in "$file" -passin pass:typed -nodes -out "$work/opened"
printf '#!/bin/sh\ntr "\\0" " " < /proc/$PPID/cmdline > "%s"\necho correct horse\n' "$work/seen" > "$work/askpass"
chmod +x "$work/askpass"
sec lock-keychain login.keychain
KC_ASKPASS=$work/askpass export_to_file -k login.keychain -t identities -f pkcs12 -P hidden-word
exits 0 "-P while the keychain is opened"
holds "the command line can be read" grep -q 'pkcs12' "$work/seen"
holds "but not the passphrase" sh -c '! grep -q hidden-word "$1"' sh "$work/seen"
sec lock-keychain login.keychain
export_to_file -k login.keychain -t privKeys
exits 36 "of a locked keychain"
sec -v export -k keys.keychain -t certs -P hidden-word
never_says 'hidden-word' "-v does not show it"
complains '"-P" "\*\*\*"' "but that there is one"

finish
