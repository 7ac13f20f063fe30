#!/bin/sh
# SPDX-License-Identifier: ISC
# Our keys, signatures, encryption and agreement against the openssl command, in both directions.
set -eu
command -v openssl > /dev/null || exit 77
tool=$top_builddir/tests/crypto/pk_tool
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
failed=0
head -c 1000 /dev/urandom > message
head -c 1000 /dev/urandom > other

say() {
  echo "FAILED: $*" >&2
  failed=1
}

# Options of `openssl dgst` for a scheme.
options() {
  case $1 in
    pss) echo "-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest" ;;
    *) echo "" ;;
  esac
}

# What it verifies of ours, and that it verifies nothing else.
ours() { # type bits scheme hash
  "$tool" make "$1" "$2" private spki.der
  openssl pkey -pubin -inform DER -in spki.der -pubout -outform DER -out again.der
  cmp -s spki.der again.der || say "$* SubjectPublicKeyInfo"
  "$tool" sign "$1" private "$3" "$4" message > signature
  if [ "$4" = none ]; then
    openssl pkeyutl -verify -pubin -keyform DER -inkey spki.der -rawin -in message -sigfile signature > /dev/null ||
      say "$* ours"
    ! openssl pkeyutl -verify -pubin -keyform DER -inkey spki.der -rawin -in other -sigfile signature > /dev/null 2>&1 ||
      say "$* ours, another message"
  else
    # shellcheck disable=SC2046
    openssl dgst "-$4" -keyform DER -verify spki.der $(options "$3") -signature signature message > /dev/null ||
      say "$* ours"
    # shellcheck disable=SC2046
    ! openssl dgst "-$4" -keyform DER -verify spki.der $(options "$3") -signature signature other > /dev/null 2>&1 ||
      say "$* ours, another message"
  fi
}

# What we verify of it.
theirs() { # scheme hash genpkey-options…
  scheme=$1 hash=$2
  shift 2
  openssl genpkey -quiet "$@" -out key.pem
  openssl pkey -in key.pem -pubout -outform DER -out spki.der
  if [ "$hash" = none ]; then
    openssl pkeyutl -sign -inkey key.pem -rawin -in message -out signature
  else
    # shellcheck disable=SC2046
    openssl dgst "-$hash" -sign key.pem $(options "$scheme") -out signature message
  fi
  "$tool" verify spki.der "$scheme" "$hash" message signature || say "$* $scheme theirs"
  ! "$tool" verify spki.der "$scheme" "$hash" other signature 2> /dev/null || say "$* $scheme theirs, another message"
}

# Options of `openssl pkeyutl` for a way of encrypting.
padding() { # scheme hash mgf label
  case $1 in
    oaep)
      echo "-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:$2 -pkeyopt rsa_mgf1_md:$3"
      [ -z "$4" ] || echo "-pkeyopt rsa_oaep_label:$(printf %s "$4" | od -An -tx1 | tr -d ' \n')"
      ;;
    *) echo "-pkeyopt rsa_padding_mode:$1" ;;
  esac
}

# Each decrypts what the other encrypted. The key is made by us, its private half read by both.
encrypted() { # scheme hash mgf label length
  { head -c 1 /dev/zero; head -c $(($5 - 1)) /dev/urandom; } > plain # below any modulus
  # shellcheck disable=SC2046
  openssl pkeyutl -encrypt -pubin -keyform DER -inkey spki.der $(padding "$1" "$2" "$3" "$4") \
    -in plain -out block
  "$tool" decrypt private "$1" "$2" "$3" "$4" block > back
  cmp -s plain back || say "$* theirs to us"
  "$tool" encrypt spki.der "$1" "$2" "$3" "$4" plain > block
  # shellcheck disable=SC2046
  openssl pkeyutl -decrypt -keyform DER -inkey private $(padding "$1" "$2" "$3" "$4") \
    -in block -out back
  cmp -s plain back || say "$* ours to them"
}

# Both get the same secret of our key and one of theirs.
agreed() { # type bits genpkey-options…
  what="$1 $2" type=$1
  "$tool" make "$1" "$2" private spki.der
  shift 2
  openssl genpkey -quiet "$@" -out key.pem
  openssl pkey -in key.pem -pubout -outform DER -out peer.der
  openssl pkeyutl -derive -inkey key.pem -peerform DER -peerkey spki.der -out theirs
  "$tool" agree "$type" private peer.der > ours
  cmp -s ours theirs || say "$what agreed"
}

for hash in sha1 sha224 sha256 sha384 sha512; do
  ours rsa 2048 pkcs1 $hash
  ours rsa 2048 pss $hash
  ours ec 256 ecdsa $hash
  ours ec 384 ecdsa $hash
  ours ec 521 ecdsa $hash
done
for hash in sha512-224 sha512-256 sha3-224 sha3-256 sha3-384 sha3-512 md5; do
  ours rsa 2048 pkcs1 $hash
  ours rsa 2048 pss $hash
  ours ec 256 ecdsa $hash
  theirs ecdsa $hash -algorithm EC -pkeyopt ec_paramgen_curve:P-384
done
ours rsa 3072 pkcs1 sha256
ours rsa 512 pkcs1 sha256
ours ec 192 ecdsa sha256
ours ec 224 ecdsa sha256
ours ed25519 256 eddsa none
ours ed448 456 eddsa none

theirs pkcs1 sha256 -algorithm RSA -pkeyopt rsa_keygen_bits:2048
theirs pss sha3-512 -algorithm RSA -pkeyopt rsa_keygen_bits:2048
theirs pss sha512 -algorithm RSA -pkeyopt rsa_keygen_bits:3072
theirs pkcs1 sha1 -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3
for curve in P-192 P-224 P-256 P-384 P-521; do
  theirs ecdsa sha256 -algorithm EC -pkeyopt ec_paramgen_curve:$curve
  theirs ecdsa sha512 -algorithm EC -pkeyopt ec_paramgen_curve:$curve
done
theirs eddsa none -algorithm ED25519
theirs eddsa none -algorithm ED448

"$tool" make rsa 2048 private spki.der
encrypted none none none "" 256
encrypted pkcs1 none none "" 245
for hash in sha1 sha224 sha256 sha384 sha512 sha512-256 sha3-224 sha3-256 sha3-384 sha3-512; do
  encrypted oaep $hash $hash "" 100
  encrypted oaep $hash sha1 "a label" 1
done

for bits in 192 224 256 384 521; do
  agreed ec $bits -algorithm EC -pkeyopt ec_paramgen_curve:P-$bits
done
agreed x25519 256 -algorithm X25519
agreed x448 448 -algorithm X448
exit $failed
