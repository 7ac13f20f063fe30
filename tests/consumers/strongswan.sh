#!/bin/sh
# SPDX-License-Identifier: ISC
# strongSwan's pki: certificates and requests by keys of the token, which it finds by their id. It always asks for the
# PIN, on a terminal.
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs pki pkcs11-tool openssl python3
pki --help 2>&1 | grep -q strongSwan || { echo "a pki that is not strongSwan's"; exit 77; }
make_keychain
works "makes a P-256 key" "$kc" key new ec --type ec:p256
works "makes an RSA key" "$kc" key new rsa --type rsa:2048
STRONGSWAN_CONF=$work/strongswan.conf
export STRONGSWAN_CONF

# pki with a password, its answer in a file.
run() { # works or fails, what, password, file, arguments…
  how=$1
  what=$2
  password=$3
  file=$4
  shift 4
  "$how" "$what" python3 "$top_srcdir/tests/cli/terminal.py" -a 'Smartcard PIN' "$password" -- \
    sh -c 'file=$1; shift; exec pki "$@" > "$file"' sh "$file" "$@"
}

for each in direct proxy remote; do
  come_by "$each"
  cat > "$STRONGSWAN_CONF" << CONF
pki {
  load = pkcs11 openssl random nonce x509 pem pkcs1 pkcs8 pubkey
  plugins {
    pkcs11 {
      modules {
        keycircle {
          path = $module
          os_locking = yes
        }
      }
    }
  }
}
CONF
  for name in ec rsa; do
    "$kc" key show "$name" --pem > "$work/$name.pub"
    id=$(pkcs11-tool --module "$own_module" -O --type pubkey 2> /dev/null |
      sed -n "/label: *$name\$/,/^ *ID:/s/^ *ID: *//p")
    run works "a certificate of $name" "$pin" "$work/own.pem" --self --keyid "$id" --type priv --dn "CN=$name" --ca \
      --outform pem --lifetime 30
    works "which holds" openssl verify -CAfile "$work/own.pem" "$work/own.pem"
    run works "a request of $name" "$pin" "$work/own.csr" --req --keyid "$id" --type priv --dn "CN=$name" --outform pem
    works "which holds" openssl req -in "$work/own.csr" -noout -verify
    run works "the public key of $name" "$pin" "$work/own.pub" --pub --keyid "$id" --type priv --outform pem
    works "is what kc shows" cmp "$work/own.pub" "$work/$name.pub"
  done
  run fails "a wrong PIN" wrong "$work/none" --pub --keyid "$id" --type priv --outform pem
  works "locks" "$kc" lock
  run works "the right one opens" "$pin" "$work/own.pub" --pub --keyid "$id" --type priv --outform pem
done
finish
