#!/bin/sh
# SPDX-License-Identifier: ISC
# p11-kit itself: it finds the module by its module file, and serves it to another process.
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs p11-kit p11tool
make_keychain
works "makes a key" "$kc" key new kit --type ec:p256

come_by proxy
works "lists modules" p11-kit list-modules
says '^keycircle: .*/keycircle-pkcs11.so$' "ours among them"
says 'token: Keycircle Sync' "with both tokens"
works "signs through p11-kit, with no module named" p11tool --test-sign \
  'pkcs11:token=Keycircle;object=kit;type=private'
works "lists modules again" p11-kit list-modules
finish
