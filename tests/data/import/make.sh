#!/bin/sh
# SPDX-License-Identifier: ISC
# Makes the files of this folder again, with other keys: files to import as other programs write them.
# The passphrase is "correct horse" where there is one. Needs openssl with its legacy provider, and
# ssh-keygen.
set -eu
cd "$(dirname "$0")"
pass='correct horse'
q() { "$@" > /dev/null 2>&1; }

openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pk8.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256.pk8.pem
openssl genpkey -algorithm ED25519 -out ed25519.pk8.pem
openssl ecparam -name secp384r1 -genkey -out p384.sec1.pem
openssl ecparam -name secp521r1 -genkey -noout -outform DER -out p521.sec1.der
openssl ecparam -name secp256k1 -genkey -noout -out secp256k1.sec1.pem
openssl ecparam -name prime192v1 -genkey -noout -outform DER -out p192.sec1.der
openssl ecparam -name secp224r1 -genkey -noout -out p224.sec1.pem
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:512 -out rsa512.pk8.pem
openssl genpkey -algorithm ED448 -out ed448.pk8.pem
openssl genpkey -algorithm X25519 -out x25519.pk8.pem
q openssl ec -in p256.pk8.pem -conv_form compressed -out p256.compressed.pem
openssl ecparam -name prime256v1 -genkey -noout -param_enc explicit -out p256.explicit.pem

openssl pkcs8 -topk8 -nocrypt -in rsa.pk8.pem -outform DER -out rsa.pk8.der
q openssl rsa -traditional -in rsa.pk8.pem -out rsa.pkcs1.pem
q openssl rsa -traditional -in rsa.pk8.pem -outform DER -out rsa.pkcs1.der
q openssl rsa -in rsa.pk8.pem -RSAPublicKey_out -out rsa.pkcs1.pub.pem
q openssl pkey -in p256.pk8.pem -pubout -out p256.spki.pem
q openssl pkey -in ed25519.pk8.pem -pubout -outform DER -out ed25519.spki.der
q openssl rsa -traditional -aes128 -passout "pass:$pass" -in rsa.pk8.pem -out rsa.pkcs1.aes.pem
openssl pkcs8 -topk8 -v2 aes-256-cbc -passout "pass:$pass" -in p256.pk8.pem -out p256.pbes2.pem
openssl pkcs8 -topk8 -scrypt -passout "pass:$pass" -in p256.pk8.pem -out p256.scrypt.pem
openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES -passout "pass:$pass" -in p256.pk8.pem -outform DER -out p256.3des.der
openssl pkcs8 -topk8 -v2 aes-128-cbc -iter 50000000 -passout "pass:$pass" -in p256.pk8.pem -out p256.slow.pem &
slow=$!

cert() { # key subject file
  openssl req -new -x509 -key "$1" -subj "$2" -days 36500 -out "$3" ${4:+-addext "$4"}
}
cert rsa.pk8.pem '/C=de/O=Exa  mple /CN=Alice Example' alice.cert.pem
cert p256.pk8.pem '/O=Example CA/OU=Roots' ca.cert.pem
cert ed25519.pk8.pem '/C=DE' dns.cert.pem 'subjectAltName=DNS:www.example.org,DNS:example.org'
openssl x509 -in alice.cert.pem -outform DER -out alice.cert.der
cat alice.cert.pem ca.cert.pem alice.cert.pem rsa.pkcs1.pem > chain.pem
{ echo 'Bag Attributes'; cat alice.cert.pem; echo 'trailing words'; } > words.pem

p12() { openssl pkcs12 -export -inkey rsa.pk8.pem -in alice.cert.pem -certfile ca.cert.pem -name 'Alice'"'"'s identity' "$@"; }
p12 -passout "pass:$pass" -out modern.p12
p12 -passout "pass:$pass" -legacy -out legacy.p12
p12 -passout "pass:$pass" -legacy -certpbe PBE-SHA1-RC2-40 -keypbe PBE-SHA1-RC2-40 -out rc2.p12
p12 -passout "pass:$pass" -certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1 -out 3des.p12
p12 -passout pass: -out empty-password.p12
p12 -passout pass: -keypbe NONE -certpbe NONE -nomac -out plain.p12

for type in rsa-2048 ecdsa-256 ecdsa-384 ecdsa-521 ed25519-256; do
  rm -f "openssh.$type"
  ssh-keygen -q -t "${type%-*}" -b "${type#*-}" -N '' -C 'alice@example.org' -f "openssh.$type"
  rm "openssh.$type.pub"
done
rm -f openssh.encrypted
ssh-keygen -q -t ed25519 -N "$pass" -C 'alice@example.org' -f openssh.encrypted
rm -f openssh.encrypted.pub
wait $slow
