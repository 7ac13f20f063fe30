#!/bin/sh
# SPDX-License-Identifier: ISC
# NSS, the library of Firefox and Thunderbird, by its tools: modutil, certutil, cmsutil, pk12util,
# symkeyutil, selfserv, tstclnt.
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs modutil certutil cmsutil pk12util symkeyutil selfserv tstclnt openssl python3
head -c 64 /dev/urandom > "$work/noise"
KC_ASKPASS=$work/askpass
export KC_ASKPASS
printf 'a message\n' > "$work/message"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/ca.key" \
  -out "$work/ca.pem" -subj '/CN=NSS test authority' -days 30 2> /dev/null
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/other.key" \
  -out "$work/other.csr" -subj /CN=other 2> /dev/null
openssl x509 -req -in "$work/other.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -set_serial 99 -days 10 \
  -out "$work/other.pem" 2> /dev/null
openssl req -new -newkey rsa:2048 -nodes -keyout "$work/moved.key" -out "$work/moved.csr" -subj /CN=moved 2> /dev/null
openssl x509 -req -in "$work/moved.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -set_serial 98 -days 10 \
  -out "$work/moved.pem" 2> /dev/null
openssl pkcs12 -export -in "$work/moved.pem" -inkey "$work/moved.key" -name moved -out "$work/moved.p12" \
  -passout pass:secret

# A tool of NSS with the keychain's password at hand.
run() { # works or fails, what, program, arguments…
  how=$1
  what=$2
  program=$3
  shift 3
  "$how" "$what" "$program" -d "sql:$db" -f "$work/pin" "$@"
}

for each in direct proxy remote; do
  come_by "$each"
  make_keychain
  db=$work/nss-$way
  mkdir "$db"
  works "makes a database" certutil -N -d "sql:$db" --empty-password
  works "adds the module" modutil -dbdir "sql:$db" -add Keycircle -libfile "$module" -force
  works "lists modules" modutil -dbdir "sql:$db" -list
  says 'token: Keycircle$' "the device's token"
  says 'token: Keycircle Sync$' "the synced token"
  works "shows the module" modutil -dbdir "sql:$db" -list Keycircle
  says 'Token Serial Number: D' "the token's serial number"
  works "trusts an authority" certutil -A -d "sql:$db" -n ca -t CT,C,C -i "$work/ca.pem" -a

  # A key and a certificate of its own making, and one that the authority signs.
  run works "makes an EC key and its certificate" certutil -S -h Keycircle -n own -s 'CN=own' -x -t ,, -m 1 -v 2 \
    -k ec -q nistp256 -z "$work/noise"
  run works "the same with RSA" certutil -S -h Keycircle -n ownrsa -s 'CN=own RSA' -x -t ,, -m 2 -v 2 -k rsa -g 2048 \
    -z "$work/noise" --keyUsage digitalSignature,keyEncipherment
  for name in web webrsa; do
    case $name in web) type='-k ec -q nistp384' ;; *) type='-k rsa -g 2048' ;; esac
    # shellcheck disable=SC2086
    run works "a request of $name" certutil -R -h Keycircle -s "CN=$name" $type -z "$work/noise" -a -o "$work/$name.csr"
    works "which holds" openssl req -in "$work/$name.csr" -noout -verify
    openssl x509 -req -in "$work/$name.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -set_serial "$((passed + 100))" \
      -days 10 -out "$work/$name.pem" 2> /dev/null
    run works "takes its certificate" certutil -A -h Keycircle -n "$name" -t ,, -i "$work/$name.pem" -a
    run works "finds it good" certutil -V -h Keycircle -n "Keycircle:$name" -u C
    says 'certificate is valid' "why"
  done
  run works "lists certificates" certutil -L -h Keycircle
  says '^Keycircle:own +u,u,u' "its own, with a key"
  says '^Keycircle:web +u,u,u' "the one that was signed, with a key"
  run works "lists keys" certutil -K -h Keycircle
  says 'ec .*Keycircle:own$' "a key with its certificate"
  says 'rsa .*Keycircle:webrsa$' "an RSA key"
  run works "exports a certificate" certutil -L -n Keycircle:web -r
  cp "$out" "$work/exported"
  openssl x509 -in "$work/web.pem" -outform DER -out "$work/web.der"
  works "the same bytes" cmp "$work/exported" "$work/web.der"
  "$kc" list --json > "$out" 2>&1
  says '"?web"?' "which kc shows too"

  for name in web webrsa; do
    run works "signs a message with $name" cmsutil -S -N "Keycircle:$name" -i "$work/message" -o "$work/signed"
    works "checks it" cmsutil -D -d "sql:$db" -i "$work/signed"
    works "and OpenSSL" openssl cms -verify -inform DER -in "$work/signed" -CAfile "$work/ca.pem" -purpose any
  done

  works "a message for webrsa" sh -c "openssl cms -encrypt -aes256 -outform DER -in '$work/message' \
    '$work/webrsa.pem' > '$work/sealed'"
  run works "opens it" cmsutil -D -i "$work/sealed"
  says '^a message' "what it says"

  # Keys that come from a file, secret keys; a private key does not leave.
  works "takes over a PKCS#12 file" pk12util -i "$work/moved.p12" -d "sql:$db" -h Keycircle -k "$work/pin" -W secret
  run works "signs a message with its key" cmsutil -S -N Keycircle:moved -i "$work/message" -o "$work/signed"
  works "OpenSSL checks it" openssl cms -verify -inform DER -in "$work/signed" -CAfile "$work/ca.pem" -purpose any
  fails "does not export a private key" pk12util -o "$work/leak.p12" -d "sql:$db" -n Keycircle:own -k "$work/pin" \
    -W secret
  says 'UNABLE_TO_EXPORT_KEY' "why"
  if [ "$way" != remote ]; then # p11-kit 0.24.1 does not carry the mechanism
    run works "makes a secret key" symkeyutil -K -h Keycircle -n symmetric -t aes -s 32
    run works "lists secret keys" symkeyutil -L -h Keycircle
    says '^symmetric +32 +256 +aes' "the one that was made"
    run works "deletes it" symkeyutil -D -h Keycircle -n symmetric
  fi

  # TLS with the server's key in the token, then with the client's; the other side is OpenSSL with a file.
  for name in web webrsa; do
    port=$(free_port)
    serve "$port" "$work/server.log" selfserv -d "sql:$db" -n "Keycircle:$name" -p "$port" -w "$pin" -rr -V tls1.2:
    for tls in tls1_2 tls1_3; do
      works "a server for $tls with $name" openssl s_client -$tls -connect "127.0.0.1:$port" -cert "$work/other.pem" \
        -key "$work/other.key" -CAfile "$work/ca.pem" -verify_return_error
      says 'Verify return code: 0' "its certificate"
    done
    port=$(free_port)
    serve "$port" "$work/server.log" openssl s_server -accept "127.0.0.1:$port" -www -cert "$work/other.pem" \
      -key "$work/other.key" -CAfile "$work/ca.pem" -Verify 1 -verify_return_error
    for tls in tls1.2 tls1.3; do
      works "a client for $tls with $name" tstclnt -4 -h 127.0.0.1 -a other -p "$port" -d "sql:$db" -w "$pin" \
        -n "Keycircle:$name" -Q -V $tls:$tls
    done
    cp "$work/server.log" "$out"
    says "CN = $name" "its certificate, as the server saw it"
  done

  run works "deletes a certificate" certutil -D -h Keycircle -n Keycircle:web
  run works "deletes a key and its certificate" certutil -F -h Keycircle -n Keycircle:own
  run works "lists certificates" certutil -L -h Keycircle
  is_silent_about 'Keycircle:(own|web) ' "neither is there"
  run fails "a certificate that is not there" certutil -L -h Keycircle -n Keycircle:nobody

  works "locks" "$kc" lock
  rm -f "$work/asked"
  works "lists certificates of a locked keychain" certutil -L -d "sql:$db" -h Keycircle
  says '^Keycircle:webrsa ' "one of them"
  works "asks nobody" test ! -e "$work/asked"
  # NSS waits on a terminal until whoever is asked by the token has answered.
  works "lists keys of a locked keychain" python3 "$top_srcdir/tests/cli/terminal.py" -a 'Press Enter' '' -- \
    certutil -K -d "sql:$db" -h Keycircle
  says 'rsa .*Keycircle:webrsa' "an RSA key"
  works "asks once" test "$(wc -l < "$work/asked")" -eq 1
  works "locks" "$kc" lock
  run works "lists keys without a terminal" certutil -K -h Keycircle
  says 'rsa .*Keycircle:webrsa$' "an RSA key"
  works "locks" "$kc" lock
  echo wrong > "$work/answer"
  run fails "lists no keys after a wrong answer" certutil -K -h Keycircle
  cp "$work/pin" "$work/answer"
  works "takes the module out" modutil -dbdir "sql:$db" -delete Keycircle -force
done
finish
