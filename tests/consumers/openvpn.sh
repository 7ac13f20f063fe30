#!/bin/sh
# SPDX-License-Identifier: ISC
# OpenVPN (pkcs11-helper): it shows the certificates that it can use, whose names must stay for ever, and connects by
# one of them to a server on the loopback, without a tunnel behind.
# shellcheck disable=SC2086
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs openvpn openssl
openvpn --help 2> /dev/null | grep -q show-pkcs11-ids || { echo "an openvpn without PKCS#11"; exit 77; }
make_keychain
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -subj '/CN=vpn client' \
  -days 30 2> /dev/null
cat "$work/key.pem" "$work/cert.pem" > "$work/both.pem"
works "takes over a key and its certificate" "$kc" key import "$work/both.pem" vpn
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/server.key" -out "$work/server.pem" -subj '/CN=vpn server' \
  -days 30 2> /dev/null

# Both sides, until they have agreed; then the client is asked to end.
both='--dev null --ifconfig-noexec --route-noexec --proto udp --verb 3'
connects() { # what, id
  port=$(free_port)
  openvpn $both --tls-server --dh none --local 127.0.0.1 --lport "$port" --float --cert "$work/server.pem" \
    --key "$work/server.key" --ca "$work/cert.pem" < /dev/null > "$work/server.log" 2>&1 &
  server=$!
  openvpn $both --tls-client --remote 127.0.0.1 "$port" --nobind --ca "$work/server.pem" --pkcs11-providers "$module" \
    --pkcs11-id "$2" < /dev/null > "$out" 2>&1 &
  client=$!
  ours="$server $client"
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    grep -q 'Initialization Sequence Completed' "$out" && break
    kill -0 "$client" 2> /dev/null || break
    sleep 0.5
  done
  says 'Initialization Sequence Completed' "$1"
  kill "$client"
  wait "$client"
  status=$?
  if [ "$status" -eq 0 ]; then passed=$((passed + 1)); else bad "$1: ends (exit $status)"; fi
  kill "$server"
  wait "$server"
  ours=
}

for each in direct proxy remote; do
  come_by "$each"
  works "shows certificates" openvpn --show-pkcs11-ids "$module"
  says 'DN: +CN=vpn client' "the one that was imported"
  says 'Serialized id: +Keycircle/Keychain/D[0-9a-f]{15}/Keycircle/' "its name"
  grep 'Serialized id' "$out" > "$work/id-$way"
  works "the same name by every way" cmp "$work/id-direct" "$work/id-$way"
  id=$(sed -n 's/.*Serialized id: *//p' "$work/id-$way")
  connects "connects with the key in the token" "$id"
  fails "a certificate that is not there" openvpn $both --tls-client --remote 127.0.0.1 "$port" --nobind \
    --ca "$work/server.pem" --pkcs11-providers "$module" --pkcs11-id "${id%??}00"
  works "locks" "$kc" lock
  works "shows certificates of a locked keychain" openvpn --show-pkcs11-ids "$module"
  says 'DN: +CN=vpn client' "they are public"
  works "opens" "$kc" unlock --password-file "$work/pin"
done
finish
