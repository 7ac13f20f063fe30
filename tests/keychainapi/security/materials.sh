#!/bin/sh
# SPDX-License-Identifier: ISC
# Certificates, keys and what they are kept in, made by openssl in a folder: those that tests of trust
# and of import are about. All keys but where a row says otherwise are of P-256.
set -eu
cd "$1"
exec > log 2>&1

cat > openssl.cnf << 'END'
[req]
distinguished_name = dn
prompt = no
[dn]
CN = unused
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[issuer]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign,digitalSignature
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:www.example.org,DNS:*.wild.example.org,IP:192.0.2.7,IP:2001:db8::7
[client]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = clientAuth
subjectAltName = DNS:www.example.org
[mail]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = emailProtection
subjectAltName = email:alice@example.org
[code]
extendedKeyUsage = codeSigning
[stamp]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[plain]
basicConstraints = CA:FALSE
[named]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
[responder]
extendedKeyUsage = OCSPSigning
END

key() { # name
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key"
}
self_signed() { # name, subject, section
  openssl req -new -x509 -config openssl.cnf -extensions "$3" -key "$1.key" -subj "$2" -days 3650 \
    -out "$1.pem"
}
issued() { # name, subject, section, issuer
  openssl req -new -config openssl.cnf -key "$1.key" -subj "$2" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA "$4.pem" -CAkey "$4.key" -extfile openssl.cnf \
    -extensions "$3" -days 365 -set_serial "0x$(printf %s "$1" | od -An -tx1 | tr -d ' \n')" \
    -out "$1.pem"
}

for name in root issuer server client mail code stamp plain named rogue self responder stranger; do
  key $name
done
self_signed root /O=Keycircle/CN=Root root
self_signed stranger /O=Stranger/CN=Root root
self_signed self /CN=self.example.org server
issued issuer /O=Keycircle/CN=Issuer issuer root
issued server /CN=www.example.org server issuer
issued client /CN=client client issuer
issued mail /CN=Alice mail issuer
issued code /CN=code code issuer
issued stamp /CN=stamp stamp issuer
issued plain /CN=plain plain issuer
issued named /CN=named.example.org named issuer
issued rogue /CN=www.example.org server server
issued responder /CN=responder responder issuer
openssl genrsa -traditional -out weak.key 1024
issued weak /CN=www.example.org server issuer

for name in *.pem; do
  openssl x509 -in "$name" -outform DER -out "${name%.pem}.der"
done

# What stands for the distribution's.
cp root.pem anchors

# Answers about revocation, by the issuer, by whom it lets answer, and by a stranger.
serial=$(openssl x509 -in server.pem -noout -serial | cut -d= -f2)
valid() {
  printf 'V\t991231235959Z\t\t%s\tunknown\t/CN=www.example.org\n' "$serial"
}
revoked() {
  printf 'R\t991231235959Z\t200101000000Z\t%s\tunknown\t/CN=www.example.org\n' "$serial"
}
openssl ocsp -issuer issuer.pem -cert server.pem -no_nonce -reqout request.der
answer() { # index, signer, file
  "$1" > index
  openssl ocsp -index index -CA issuer.pem -rsigner "$2.pem" -rkey "$2.key" -reqin request.der \
    -respout "$3.der" -ndays 7
}
answer valid issuer good
answer revoked issuer revoked
answer valid responder delegated
answer valid stranger forged

# Keys in every form, with the passphrase "fake".
openssl genrsa -traditional -out rsa.p1.pem 2048
openssl rsa -in rsa.p1.pem -traditional -outform DER -out rsa.p1.der
openssl pkey -in rsa.p1.pem -out rsa.p8.pem
openssl pkcs8 -topk8 -nocrypt -in rsa.p1.pem -outform DER -out rsa.p8.der
openssl pkcs8 -topk8 -v2 aes256 -iter 65536 -in rsa.p1.pem -passout pass:fake -out rsa.wrapped.pem
openssl pkcs8 -topk8 -v2 aes256 -iter 65536 -in rsa.p1.pem -passout pass:fake -outform DER \
  -out rsa.wrapped.der
openssl rsa -in rsa.p1.pem -traditional -aes256 -passout pass:fake -out rsa.sealed.pem
openssl rsa -in rsa.p1.pem -traditional -des3 -passout pass:fake -out rsa.des3.pem
openssl rsa -in rsa.p1.pem -pubout -outform DER -out rsa.pub.der
openssl rsa -in rsa.p1.pem -pubout -out rsa.pub.pem
openssl rsa -in rsa.p1.pem -RSAPublicKey_out -out rsa.rsapub.pem
openssl ec -in server.key -out ec.sec1.pem
openssl ec -in server.key -outform DER -out ec.sec1.der
openssl pkey -in server.key -pubout -outform DER -out ec.pub.der
openssl genpkey -algorithm ED25519 -out ed.p8.pem
openssl pkey -in ed.p8.pem -pubout -outform DER -out ed.pub.der
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out koblitz.pem

# Several things in one file.
cat server.pem issuer.pem root.pem > chain.pem
cat server.pem server.key > both.pem
cat server.key client.key > keys.pem
openssl crl2pkcs7 -nocrl -certfile chain.pem -out chain.p7.pem
openssl crl2pkcs7 -nocrl -certfile chain.pem -outform DER -out chain.p7.der
openssl crl2pkcs7 -nocrl -outform DER -out empty.p7.der

p12() { # file, more
  file=$1
  shift
  openssl pkcs12 -export -out "$file.p12" "$@"
}
identity='-in server.pem -inkey server.key -certfile issuer.pem'
# shellcheck disable=SC2086
{
  p12 modern $identity -name "The server's" -passout pass:fake
  { echo '-----BEGIN PKCS12-----' && openssl base64 -in modern.p12 && echo '-----END PKCS12-----'; } > modern.p12.pem
  p12 old $identity -legacy -passout pass:fake
  p12 triple $identity -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 \
    -passout pass:fake
  p12 quick $identity -iter 1 -passout pass:fake
  p12 heavy $identity -iter 65536 -passout pass:fake
  p12 nomac $identity -nomac -passout pass:fake
  p12 empty $identity -passout pass:
  p12 clear $identity -keypbe NONE -certpbe NONE -nomac -passout pass:
  p12 words $identity -passout 'pass:pässwört'
}
p12 certs -nokeys -in chain.pem -passout pass:fake
p12 key -nocerts -inkey server.key -passout pass:fake
p12 client -in client.pem -inkey client.key -passout pass:fake
