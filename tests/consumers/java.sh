#!/bin/sh
# SPDX-License-Identifier: ISC
# Java's PKCS#11 provider: keytool makes, lists, certifies and deletes entries, jarsigner signs, and a program of its own
# uses the keys.
# shellcheck disable=SC2086
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs java javac keytool jarsigner openssl python3
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$work/key.pem" \
  -out "$work/cert.pem" -subj '/CN=Java test' -days 30 2> /dev/null
cat "$work/key.pem" "$work/cert.pem" > "$work/both.pem"
python3 -c "import zipfile; zipfile.ZipFile('$work/unsigned.jar', 'w').writestr('text', 'to be signed')"
works "compiles" javac -d "$work/classes" "$top_srcdir/tests/consumers/Consumer.java"
# A machine that is ready soon and does not stay long.
JAVA_TOOL_OPTIONS='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto'
export JAVA_TOOL_OPTIONS

configure() { # password file
  cat > "$work/java.cfg" << CFG
name = Keycircle
library = $module
slotListIndex = 0
CFG
  store="-keystore NONE -storetype PKCS11 -providerClass sun.security.pkcs11.SunPKCS11
    -providerArg $work/java.cfg -storepass:file $1"
}
program() { # works or fails, what, check…
  how=$1
  what=$2
  shift 2
  "$how" "$what" java -cp "$work/classes" Consumer "$work/java.cfg" "$work/pin" ec rsa "$@"
}

KC_ASKPASS=$work/askpass
export KC_ASKPASS
come_by direct
make_keychain
configure "$work/pin"
works "takes over a key and its certificate" "$kc" key import "$work/both.pem" imported
works "makes an EC entry" keytool $store -genkeypair -alias ec -keyalg EC -groupname secp256r1 -dname CN=ec \
  -ext san=ip:127.0.0.1 -validity 30
works "makes an RSA entry" keytool $store -genkeypair -alias rsa -keyalg RSA -keysize 2048 -dname CN=rsa \
  -ext san=ip:127.0.0.1 -validity 30
works "makes a secret key" keytool $store -genseckey -alias secret -keyalg AES -keysize 256
works "lists the entries" keytool $store -list
says '^imported, PrivateKeyEntry' "a key with its certificate"
says '^ec, PrivateKeyEntry' "the EC entry"
says '^rsa, PrivateKeyEntry' "the RSA entry"
says '^secret, SecretKeyEntry' "the secret key"
program works "uses the keys" signs decrypts wraps aes hmac agrees random tls nobody
works "a request" keytool $store -certreq -alias ec -file "$work/ec.csr"
works "which holds" openssl req -in "$work/ec.csr" -noout -verify
openssl x509 -req -in "$work/ec.csr" -CA "$work/cert.pem" -CAkey "$work/key.pem" -set_serial 5 -days 10 \
  -out "$work/ec.pem" 2> /dev/null
cp "$work/ec.pem" "$work/chain.pem"
cat "$work/cert.pem" >> "$work/chain.pem"
works "takes the certificate that was signed" keytool $store -importcert -noprompt -alias ec -file "$work/chain.pem"
works "exports it" keytool $store -exportcert -rfc -alias ec
says 'BEGIN CERTIFICATE' "a certificate"
openssl x509 -in "$out" -outform DER -out "$work/exported" 2> /dev/null
openssl x509 -in "$work/ec.pem" -outform DER -out "$work/signed"
works "the one that was signed" cmp "$work/exported" "$work/signed"
for alias in ec rsa imported; do
  cp "$work/unsigned.jar" "$work/test.jar"
  works "jarsigner signs with $alias" jarsigner $store "$work/test.jar" "$alias"
  works "the jar verifies" jarsigner -verify "$work/test.jar"
  says '^jar verified' "the jar verifies"
done
works "deletes an entry" keytool $store -delete -alias imported
works "deletes the secret key" keytool $store -delete -alias secret
works "lists the entries" keytool $store -list
is_silent_about '^(imported|secret),' "they are gone"
says '^rsa, PrivateKeyEntry' "the others are not"

for each in proxy remote; do
  come_by "$each"
  configure "$work/pin"
  works "lists the entries" keytool $store -list
  says '^ec, PrivateKeyEntry' "the EC entry"
  case $way in
    proxy) program works "uses the keys" signs decrypts wraps aes hmac agrees random tls nobody ;;
    remote) program works "uses the keys" signs decrypts hmac random tls nobody ;; # all that p11-kit carries
  esac
done

# A token that asks by itself gets no password from Java.
come_by direct
configure "$work/pin"
works "locks" "$kc" lock
echo wrong > "$work/answer"
fails "a wrong answer" keytool $store -list
cp "$work/pin" "$work/answer"
rm -f "$work/asked"
works "the right one opens" keytool $store -list
says '^rsa, PrivateKeyEntry' "the RSA entry"
works "asks once" test "$(wc -l < "$work/asked")" -eq 1
finish
