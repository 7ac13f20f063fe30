#!/bin/sh
# SPDX-License-Identifier: ISC
# PyKCS11, for Python, as Debian has it.
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
/usr/bin/python3 -c 'import PyKCS11' 2> /dev/null || { echo "no PyKCS11 here"; exit 77; }
make_keychain
echo wrong > "$work/wrong"
program() { # works or fails, what, password file, check…
  how=$1
  what=$2
  shift 2
  "$how" "$what" /usr/bin/python3 "$top_srcdir/tests/consumers/pykcs11.py" "$module" "$@"
}

for each in direct proxy remote; do
  come_by "$each"
  checks='signs digests objects random decrypts codes'
  # p11-kit 0.24.1 does not carry attributes that are templates, nor these mechanisms.
  [ "$way" = remote ] || checks="$checks looks aes wraps derives"
  # shellcheck disable=SC2086
  program works "uses the token" "$work/pin" $checks
  program fails "a wrong PIN" "$work/wrong"
  says 'CKR_PIN_INCORRECT' "why"
  works "locks" "$kc" lock
  program fails "a wrong PIN while locked" "$work/wrong"
  says 'CKR_PIN_INCORRECT' "why"
  program works "the right one opens" "$work/pin" digests
done
finish
