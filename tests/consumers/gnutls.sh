#!/bin/sh
# SPDX-License-Identifier: ISC
# GnuTLS: certtool makes certificates, gnutls-cli and gnutls-serv talk with both sides' keys in the token.
# shellcheck disable=SC2086
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs gnutls-cli gnutls-serv certtool p11tool python3
make_keychain
token='pkcs11:token=Keycircle'
works "makes a P-256 key" "$kc" key new ec --type ec:p256
works "makes an RSA key" "$kc" key new rsa --type rsa:2048
works "makes an Ed25519 key" "$kc" key new ed --type ed25519
cat > "$work/template" << TEMPLATE
cn = "localhost"
dns_name = "localhost"
expiration_days = 30
ca
cert_signing_key
signing_key
tls_www_server
tls_www_client
TEMPLATE

# Talks to a server at a port, and says what was agreed on.
talk() { # what, key, priority, what is agreed on
  works "$1" gnutls-cli $provider --port "$port" --x509cafile "$work/$name.pem" --x509certfile "$work/$name.pem" \
    --x509keyfile "$2" --priority "$3" --verify-hostname localhost 127.0.0.1
  says 'Handshake was completed' "$1: a handshake"
  says 'certificate is trusted' "$1: the server's certificate"
  says 'Successfully sent 1 certificate' "$1: the client's certificate"
  says "Description: \($4" "$1: as wanted"
}

for each in direct proxy remote; do
  come_by "$each"
  provider="--provider $module"
  [ "$way" = direct ] || provider=
  for name in ec rsa ed; do
    [ "$way.$name" != remote.ed ] || continue # p11-kit 0.24.1 does not carry EdDSA
    key="$token;object=$name;type=private"
    works "a certificate of $name" certtool $provider --generate-self-signed --load-privkey "$key" \
      --load-pubkey "$token;object=$name;type=public" --template "$work/template" --outfile "$work/$name.pem"
    works "which holds" certtool --verify --infile "$work/$name.pem" --load-ca-certificate "$work/$name.pem"
    works "a request for $name" certtool $provider --generate-request --load-privkey "$key" \
      --load-pubkey "$token;object=$name;type=public" --template "$work/template" --outfile "$work/$name.csr"
    works "which holds" openssl req -in "$work/$name.csr" -noout -verify

    port=$(free_port)
    serve "$port" "$work/server.log" gnutls-serv $provider --echo --port "$port" --require-client-cert \
      --verify-client-cert --x509cafile "$work/$name.pem" --x509certfile "$work/$name.pem" --x509keyfile "$key"
    talk "TLS 1.3: $name" "$key" NORMAL:-VERS-ALL:+VERS-TLS1.3 TLS1.3
    talk "TLS 1.2: $name" "$key" NORMAL:-VERS-ALL:+VERS-TLS1.2 TLS1.2
  done
  name=ec
  fails "a key that is not there" gnutls-cli $provider --port "$port" --x509cafile "$work/ec.pem" \
    --x509certfile "$work/ec.pem" --x509keyfile "$token;object=nobody;type=private" \
    --verify-hostname localhost 127.0.0.1
  works "locks" "$kc" lock
  fails "a locked keychain, and nobody to ask" gnutls-cli $provider --port "$port" --x509cafile "$work/ec.pem" \
    --x509certfile "$work/ec.pem" --x509keyfile "$token;object=ec;type=private" \
    --verify-hostname localhost 127.0.0.1
  works "opens" "$kc" unlock --password-file "$work/pin"
done
finish
