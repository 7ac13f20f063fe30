#!/bin/sh
# SPDX-License-Identifier: ISC
# The main job on real input: two devices, one folder, both front ends.
#
#   main_job.sh PREFIX      where Keycircle is installed (./quickstart passes build/installed)
#
# Shows what it does; fails at the first thing that is not as it should be.
set -eu
prefix=${1:?usage: main_job.sh PREFIX}
here=$(cd "$(dirname "$0")" && pwd)
csv=$here/data/firefox-logins.csv
report="python3 $here/main_job_report.py"
kc=$prefix/bin/kc
module=$(find "$prefix/lib" -name keycircle-pkcs11.so | head -n 1)
work=$(mktemp -d)
folder=$work/folder
laptop=$work/laptop
desktop=$work/desktop
KEYCIRCLED=$(find "$prefix/libexec" "$prefix/lib" -name keycircled -type f 2> /dev/null | head -n 1)
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name security.pc | head -n 1)")
XDG_RUNTIME_DIR=$work/run
export KEYCIRCLED PKG_CONFIG_PATH XDG_RUNTIME_DIR

on() { # device, command…
  home=$1
  shift
  KEYCIRCLE_HOME=$home "$@"
}

clean_up() {
  [ -z "${waiting-}" ] || kill "$waiting" 2> /dev/null || true
  for home in "$laptop" "$desktop"; do
    [ ! -d "$home" ] || on "$home" "$kc" service stop > /dev/null 2>&1 || true
  done
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

step() {
  printf '\n-- %s\n' "$1"
}
fail() {
  printf 'main job: %s\n' "$1" >&2
  exit 1
}

mkdir -m 700 "$folder" "$XDG_RUNTIME_DIR" "$work/secret"
printf 'correct horse laptop\n' > "$work/secret/laptop"
printf 'battery staple desktop\n' > "$work/secret/desktop"
printf 'one account for all devices\n' > "$work/secret/account"
account="--account-password-file $work/secret/account"

step "Laptop: a keychain, $($report logins "$csv" | wc -l) logins from Firefox, a client identity, an ssh key"
on "$laptop" "$kc" setup --name laptop --password-file "$work/secret/laptop"
cp "$csv" "$work/logins.csv"
on "$laptop" "$kc" import "$work/logins.csv" --format firefox-csv
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/secret/client.key" -out "$work/client.pem" \
  -subj '/CN=Ana Lima/O=Keycircle main job' -days 30 2> /dev/null
openssl pkcs12 -export -inkey "$work/secret/client.key" -in "$work/client.pem" -name 'ana client' \
  -passout pass:p12-passphrase -out "$work/secret/client.p12"
printf 'p12-passphrase\n' > "$work/secret/p12"
on "$laptop" "$kc" key import "$work/secret/client.p12" --passphrase-file "$work/secret/p12"
ssh-keygen -q -t ecdsa -b 256 -N '' -C ana@laptop -f "$work/secret/id_ecdsa"
on "$laptop" "$kc" key import "$work/secret/id_ecdsa" work

step "Laptop: every second login and the ssh key are marked to sync"
$report logins "$csv" | while IFS='	' read -r number name user; do
  [ $((number % 2)) -eq 1 ] || on "$laptop" "$kc" sync on "$name" --user "$user" 2> /dev/null ||
    fail "could not mark $name"
done
on "$laptop" "$kc" sync on work

step "Laptop: the folder becomes the store; desktop is let in with a code"
# shellcheck disable=SC2086
on "$laptop" "$kc" sync use "$folder" --new $account
on "$desktop" "$kc" setup --name desktop --password-file "$work/secret/desktop"
mkfifo "$work/code"
# shellcheck disable=SC2086
on "$laptop" "$kc" devices add --yes $account > "$work/code" &
waiting=$!
read -r code < "$work/code"
# shellcheck disable=SC2086
on "$desktop" "$kc" join "$folder" --code "$code" --name desktop $account
wait "$waiting" || fail "devices add did not end well"
waiting=
on "$laptop" "$kc" sync
on "$desktop" "$kc" sync
on "$laptop" "$kc" devices

step "What travelled and what stayed"
on "$laptop" "$kc" list --json > "$work/laptop.json"
on "$desktop" "$kc" list --json > "$work/desktop.json"
$report table "$work/laptop.json" "$work/desktop.json" || fail "not what was marked"

step "Desktop: one password through <Security/Security.h>"
$report logins "$csv" | sed -n 19p > "$work/login" # number 18: marked, with its own user
IFS='	' read -r number name user < "$work/login"
host=${name#*//}
# shellcheck disable=SC2046
cc -Wall -Werror -o "$work/read" "$here/main_job_read.c" $(pkg-config --cflags --libs security)
LD_LIBRARY_PATH=$(dirname "$(find "$prefix/lib" -name libSecurity.so | head -n 1)")
export LD_LIBRARY_PATH
on "$desktop" "$work/read" "${host%%:*}" "$user" > "$work/secret/got"
$report password "$csv" "$number" > "$work/secret/wanted"
cmp "$work/secret/got" "$work/secret/wanted" || fail "another password"
echo "SecItemCopyMatching gave the password of $user at ${host%%:*}: the $(wc -c < "$work/secret/got") bytes of the CSV."

step "Desktop: the synced key through PKCS#11"
on "$desktop" p11tool --provider "$module" --list-tokens 2> /dev/null | grep -E '^Token|URL|Label'
key='pkcs11:token=Keycircle%20Sync;object=work'
on "$desktop" p11tool --provider "$module" --test-sign "$key;type=private"
printf 'signed on desktop\n' > "$work/message"
on "$desktop" pkcs11-tool --module "$module" --token-label 'Keycircle Sync' --sign --label work \
  --mechanism ECDSA-SHA256 --signature-format openssl -i "$work/message" -o "$work/signature"
on "$laptop" "$kc" key show work --pem > "$work/work.pub.pem"
openssl dgst -sha256 -verify "$work/work.pub.pem" -signature "$work/signature" "$work/message" ||
  fail "desktop's signature does not fit laptop's public key"
ssh-keygen -e -m PKCS8 -f "$work/secret/id_ecdsa.pub" | cmp -s - "$work/work.pub.pem" ||
  fail "laptop shows another public key than ssh-keygen"
echo "OpenSSL verified desktop's signature with laptop's public key."

step "Looking for every secret and name in the folder and in both homes"
{
  $report needles "$csv" 'Ana Lima' 'Keycircle main job' 'ana client' \
    'correct horse laptop' 'battery staple desktop' 'one account for all devices' 'p12-passphrase'
  # The private numbers themselves: the EC scalar, and the RSA exponent and first prime.
  ssh-keygen -q -p -m PEM -N '' -f "$work/secret/id_ecdsa" > /dev/null
  openssl ec -in "$work/secret/id_ecdsa" -noout -text 2> /dev/null |
    sed -n '/^priv:/,/^pub:/p' | grep '^ ' | tr -d ' :\n' && echo
  openssl rsa -in "$work/secret/client.key" -noout -text 2> /dev/null |
    sed -n '/^prime1:/,/^prime2:/p' | grep '^ ' | tr -d ' :\n' | sed 's/^00//' && echo
} > "$work/secret/needles"
python3 "$here/leak_scan.py" "$work/secret/needles" "$folder" "$laptop" "$desktop" ||
  fail "a secret or a name is in the clear"

printf '\nThe main job is done. Nothing is left of it.\n'
