#!/bin/sh
# SPDX-License-Identifier: ISC
# The conformance suite on SoftHSM, the control: what the table says it fails is known of this version.
# Arguments: CHECKS.
here=$(dirname "$0")
top_builddir=${top_builddir:-.}
command -v softhsm2-util > /dev/null || { echo "no softhsm2-util here"; exit 77; }
[ "$(softhsm2-util --version)" = 2.6.1 ] || { echo "the table is of SoftHSM 2.6.1"; exit 77; }
for module in /usr/lib/softhsm /usr/lib/pkcs11 /usr/lib64/pkcs11 /usr/lib64/softhsm; do
  CONFORMANCE_MODULE=$module/libsofthsm2.so
  [ -e "$CONFORMANCE_MODULE" ] && break
done
[ -e "$CONFORMANCE_MODULE" ] || { echo "no libsofthsm2.so here"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$work/tokens"
printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' "$work/tokens" \
  > "$work/softhsm2.conf"
SOFTHSM2_CONF=$work/softhsm2.conf
CONFORMANCE_TOKEN=conformance
CONFORMANCE_PIN='correct horse'
CONFORMANCE_SO_PIN='battery staple'
export SOFTHSM2_CONF CONFORMANCE_MODULE CONFORMANCE_TOKEN CONFORMANCE_PIN CONFORMANCE_SO_PIN
# These PINs are the test's own and no secret.
softhsm2-util --init-token --free --label "$CONFORMANCE_TOKEN" --pin "$CONFORMANCE_PIN" \
  --so-pin "$CONFORMANCE_SO_PIN" > /dev/null || exit 99
"$top_builddir/tests/module/conformance/conformance" "$here/expected" 2 "$@"
