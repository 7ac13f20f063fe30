#!/bin/sh
# SPDX-License-Identifier: ISC
# A keychain that other people's programs make: the token, the security officer, the user's PIN.
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs pkcs11-tool p11tool

no_keychain() {
  "$kc" service stop > /dev/null 2>&1
  rm -rf "$KEYCIRCLE_HOME"
  mkdir -m 700 "$KEYCIRCLE_HOME"
}

# OpenSC.
no_keychain
tool() { # works or fails, what, arguments…
  how=$1
  what=$2
  shift 2
  "$how" "$what" pkcs11-tool --module "$module" "$@"
}
tool works "lists slots" -L
says 'uninitialized' "that one wants to be initialised"
tool works "makes the token" --init-token --label mine --so-pin 'an officer'
works "how it stands" "$kc" status
says 'none yet. The security officer gives it one: +kc passwd --forgotten' "kc says that it has no password"
fails "it cannot be opened" "$kc" unlock --password-file "$work/pin"
says 'kc passwd --forgotten' "and how it gets one"
fails "nor made again" "$kc" setup --password-file "$work/pin"
says 'it has no password yet' "which is told, too"
tool fails "no PIN yet" --login --pin "$pin" -O
tool works "gives a PIN" --login --login-type so --so-pin 'an officer' --init-pin --pin "$pin"
tool works "makes a key" --login --pin "$pin" --keypairgen --key-type EC:prime256v1 --id 01 --label ec
tool works "changes the PIN" --login --pin "$pin" --change-pin --new-pin 'battery staple'
works "which is the keychain's password" sh -c "printf 'battery staple' | '$kc' unlock --stdin"
tool works "changes the officer's PIN" --login --login-type so --so-pin 'an officer' --change-pin \
  --new-pin 'another'
tool works "replaces the user's" --login --login-type so --so-pin another --init-pin --pin "$pin"
tool works "with which the key is there" --login --pin "$pin" -O
says 'Private Key Object; EC' "a private key"
tool fails "a token is not made twice" --init-token --label mine --so-pin another
says '0x1b' "CKR_ACTION_PROHIBITED, which it has no name for"
works "kc is no stranger" "$kc" unlock --password-file "$work/pin"

# GnuTLS, which leaves the question for a PIN to a token that can ask.
KC_ASKPASS=$work/askpass
export KC_ASKPASS
no_keychain
token='pkcs11:manufacturer=Keycircle;model=Keychain;token=Keycircle'
p11() { # works or fails, what, arguments…
  how=$1
  what=$2
  shift 2
  "$how" "$what" p11tool --provider "$module" --batch "$@"
}
p11 works "makes the token" --initialize --label mine --set-so-pin officer "$token"
p11 works "gives a PIN" --initialize-pin --set-so-pin officer --set-pin "$pin" "$token"
p11 works "makes a key" --generate-privkey ecdsa --curve secp256r1 --label ec --login --set-pin "$pin" "$token"
p11 works "lists it" --list-privkeys --login --set-pin "$pin" "$token"
says 'Label: ec$' "the key"
works "locks" "$kc" lock
echo officer > "$work/answer"
p11 works "gives another PIN" --initialize-pin --set-so-pin officer --set-pin 'battery staple' "$token"
works "which opens" sh -c "printf 'battery staple' | '$kc' unlock --stdin"
finish
