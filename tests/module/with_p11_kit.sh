#!/bin/sh
# SPDX-License-Identifier: ISC
# p11-kit finds the module by its module file. As root it ignores a user's configuration, so this test
# then goes on as nobody, with copies of what it needs: nobody may look into root's folders.
if [ "$(id -u)" -eq 0 ] && [ -z "${KC_TEST_AS_NOBODY-}" ]; then
  command -v setpriv > /dev/null || { echo "no setpriv here"; exit 77; }
  built=${top_builddir:-.}
  source=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
  copies=$(mktemp -d)
  trap 'rm -rf "$copies"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  mkdir -p "$copies/.libs" "$copies/conf" "$copies/tests/module" "$copies/tests/service"
  cp "$built/kc" "$copies"
  cp "$built/.libs/keycircle-pkcs11.so" "$copies/.libs"
  cp "$built/conf/keycircle.module" "$copies/conf"
  cp "$built/tests/service/keycircled-fast" "$copies/tests/service"
  cp "$source/tests/module/lib.sh" "$source/tests/module/with_p11_kit.sh" "$copies/tests/module"
  chmod -R go=rX "$copies"
  cd "$copies"
  KC_TEST_AS_NOBODY=1 top_builddir=$copies top_srcdir=$copies setpriv --reuid=65534 --regid=65534 \
    --clear-groups sh "$copies/tests/module/with_p11_kit.sh"
  exit
fi
. "${top_srcdir:-$(dirname "$0")/../..}/tests/module/lib.sh"
needs p11-kit p11tool
make_keychain
mkdir -p "$work/.config/pkcs11/modules"
sed "s|^module: .*/keycircle-pkcs11.so\$|module: $module|" "$top_builddir/conf/keycircle.module" \
  > "$work/.config/pkcs11/modules/keycircle.module"
unset XDG_CONFIG_HOME
works "lists modules" p11-kit list-modules
says '^keycircle: .*/keycircle-pkcs11.so$' "ours among them"
says 'token: Keycircle Sync' "with both tokens"
works "makes a key" "$kc" key new kit --type ec:p256
works "signs through p11-kit, with no module named" p11tool --test-sign \
  'pkcs11:token=Keycircle;object=kit;type=private'
works "lists modules again" p11-kit list-modules
finish
