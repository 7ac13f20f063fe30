#!/bin/sh
# SPDX-License-Identifier: ISC
# Keys and certificates: made, taken over, shown; OpenSSL and ssh-keygen are the judges.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

make_device one

for type in ec:p256 ec:p384 ec:p521 rsa:2048 ed25519; do
  name="key of $type"
  run key new "$name" --type "$type" --json
  exits 0 "key new --type $type"
  json '.kind == "key" and .class == "keys" and (.ssh | length > 0) and (.uri | test("^pkcs11:token=Keycircle;object=key%20of%20"))' "$type in JSON"
  run key show "$name" --ssh
  holds "ssh-keygen reads the line of $type" ssh-keygen -l -f "$out" -q > /dev/null
  cp "$out" "$work/line"
  run key show "$name" --pem
  holds "OpenSSL reads the PEM of $type" openssl pkey -pubin -in "$out" -noout
  case $type in
    ed25519) ;; # ssh-keygen of Debian 12 converts none of these
    *)
      ssh-keygen -e -m PKCS8 -f "$work/line" > "$work/converted" 2> /dev/null
      holds "both are the same key of $type" cmp -s "$work/converted" "$out"
      ;;
  esac
done
run key show 'key of ec:p256' --uri
writes 'pkcs11:token=Keycircle;object=key%20of%20ec%3Ap256\n' "key show --uri"
run key new 'key of ec:p256'
exits 6 "a name is used once"
run key new odd --type ec:p224
exits 2 "an unknown type"
run key new talkative --type rsa:2048
complains 'It can sign and decrypt; it can.t be copied out' "what an RSA key can do"
says '^module   /.*/keycircle-pkcs11\.so$' "where other programs find the module"
run rm talkative --yes
run key show nothing --ssh
exits 3 "no such key"
run key show 'key of ec:p256' --ssh --pem
exits 2 "one form at a time"
run get 'key of ec:p256'
exits 8 "a key is not copied out"
complains '--extractable' "the message says how it could be"
run key new open --extractable
exits 0 "unless it was made so"
run get open
exits 0 "then it is"
holds "as SecKeyCopyExternalRepresentation gives it: point and scalar" test "$(wc -c < "$out")" -eq 97
run key new open-rsa --type rsa:2048 --extractable
run get open-rsa
holds "and OpenSSL reads RSA's" openssl pkey -inform DER -in "$out" -noout
run rm open-rsa --yes
run list --json --kind key
json '[.items[].name] | sort | unique | length == 6' "a key is one line of the list, not two"
json '(.items | length) == 6' "whatever its halves"

run key new tagged
run item -u class=keys,labl=tagged --set 'labl=,atag=com.example.tag'
exits 0 "a program names its key by a tag alone"
run list 'com.example*' --json
json '[.items[] | .name, .kind] == ["com.example.tag", "key"]' "the tag is its name in lists"
run key show com.example.tag --ssh
exits 0 "by which it is found"
run rm com.example.tag --yes
exits 0 "and deleted"
for key in one other; do
  run key new "$key"
  run item -u "class=keys,labl=$key" --set 'labl=,atag=com.example.twin'
done
run rm com.example.twin --yes
exits 12 "two keys with one name"
complains '2 items are keys called “com.example.twin”. Only their hashes, klbl, tell them apart' "is told"
complains 'kc item -q class=keys .*kc item -D class=keys,klbl=HASH' "with what to type"
run item -q class=keys,atag=com.example.twin
hash=$(sed -n 's/^klbl: //p' "$out" | head -n 1)
run item -D "class=keys,klbl=$hash"
exits 0 "one is taken away"
run rm com.example.twin --yes
exits 0 "and the other has the name alone"

# Programs that speak PKCS#11 give their keys no names.
run key new nameless
run item -u class=keys,labl=nameless --set 'labl='
exits 0 "a key loses its name"
run item -q class=keys,labl=,kcls=1
hash=$(sed -n 's/^klbl: 0x//p' "$out")
short=$(printf %.16s "$hash")
run list
says "^$short +key " "the list has the first digits of its hash"
run list "$short" --json
json ".items[0].name == \"$short\" and (.items | length) == 1" "also in JSON, and they can be looked for"
run key show "$short" --uri
writes "pkcs11:token=Keycircle;id=$(printf %s "$hash" | sed 's/../%&/g' | tr a-f A-F)\n" "its address is by its id"
run key show "$hash" --pem
exits 0 "the whole hash is a name, too"
run key show "${short%?}"
exits 3 "fewer digits are none"
run key show ''
exits 3 "nor is nothing, though this label and other tags are empty"
run sync on "$short"
exits 0 "it syncs by it"
complains 'key address is now: +pkcs11:token=Keycircle%20Sync;id=%' "and has a new address"
run sync off "$short"
complains 'key address is now: +pkcs11:token=Keycircle;id=%' "and the old one again"
run rm "$short" --yes --json
json '.removed == 2' "and goes by it"
run_with x add lock.example --user ana --stdin
run key show lock.example
exits 3 "a password is no key"
complains '“lock.example” is no key: it is a password\.' "which is told"
never_says 'Did you mean' "and nothing else was meant"

run key new travels --sync --json
json '.sync == true and (.uri | test("token=Keycircle%20Sync"))' "key new --sync"
run sync off travels
run key show travels --uri
says 'token=Keycircle;' "sync off takes both halves"
run sync on travels --json
json '.sync == true' "sync on takes both halves"
run item -q 'class=keys,labl=travels,sync=0'
exits 3 "none stays"
run key new bound --accessible aku
exits 0 "a key of this device only"
run sync on bound
exits 2 "cannot sync"
run key new bound2 --accessible aku --sync
exits 2 "also from the start"

run lock
run key show 'key of ec:p256' --ssh
exits 0 "the public half can be read while locked"
run get open
exits 4 "the private half cannot"
run unlock --password-file "$work/secret/keychain"

run rm open --yes --json
json '.removed == 2' "rm takes both halves"

# --- taken over -------------------------------------------------------------------------------------
ssh-keygen -q -t ecdsa -N '' -C x -f "$work/secret/id_ecdsa"
ssh-keygen -q -t ed25519 -N '' -C x -f "$work/secret/id_ed25519"
ssh-keygen -q -t rsa -b 2048 -N '' -C x -f "$work/secret/id_rsa"
ssh-keygen -q -t ed25519 -N passphrase -C x -f "$work/secret/id_locked"
for key in ecdsa ed25519 rsa; do
  run key import "$work/secret/id_$key" "mine $key" --json
  exits 0 "an OpenSSH key: $key"
  run key show "mine $key" --ssh
  holds "$key is the same key" test "$(cut -d' ' -f1,2 < "$out")" = "$(cut -d' ' -f1,2 < "$work/secret/id_$key.pub")"
done
ssh-keygen -q -t ecdsa -N '' -C x -f "$work/secret/id_halves"
run key import "$work/secret/id_halves" halves
complains 'Saved 1 item\.' "its two halves are one item to people"
run key import "$work/secret/id_locked" locked
exits 2 "an encrypted OpenSSH key"
complains "ssh-keygen -p -N '' -f $work/secret/id_locked" "is refused with the line that helps"
run key import "$work/secret/id_locked" locked --json
json_error '.try | any(test("^ssh-keygen -p"))' "also in JSON"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/secret/k.pem" -out "$work/c.pem" \
  -subj '/CN=Ana Lima' -days 30 2> /dev/null
openssl pkcs12 -export -inkey "$work/secret/k.pem" -in "$work/c.pem" -name ana -passout pass:p12 -out "$work/secret/k.p12"
printf 'p12\n' > "$work/secret/p12"
run cert import "$work/c.pem" ana-cert --json
exits 0 "a certificate in PEM"
json '.items | length == 1 and .[0].kind == "certificate" and .[0].name == "ana-cert"' "is one item"
run get ana-cert
openssl x509 -in "$work/c.pem" -outform DER -out "$work/c.der"
holds "get gives its DER" cmp -s "$out" "$work/c.der"
run rm ana-cert --yes
run key import "$work/secret/k.p12"
exits 5 "PKCS#12 needs its passphrase"
complains 'passphrase' "which is told"
run key import "$work/secret/k.p12" ana --passphrase-file "$work/secret/wrong"
exits 5 "the right one"
run key import "$work/secret/k.p12" ana --passphrase-file "$work/secret/p12" --json
exits 0 "PKCS#12 with its passphrase"
json '[.items[].kind] | (index("key") != null) and (index("certificate") != null)' "brings key and certificate"
run key show ana --pem
openssl x509 -in "$work/c.pem" -noout -pubkey > "$work/c.pub"
holds "the key of the certificate" cmp -s "$out" "$work/c.pub"
run rm ana --yes
exits 12 "one name, two things"
run rm ana --kind certificate --yes
exits 0 "--kind says which"
printf 'no key at all' > "$work/noise"
run key import "$work/noise"
exits 2 "a file that is no key"
run key import "$work/nowhere"
exits 3 "a file that is not there"
run key import "$work/secret/k.pem"
exits 6 "the same key again"

finish
