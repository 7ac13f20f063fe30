#!/bin/sh
# SPDX-License-Identifier: ISC
# p11-kit itself: it finds the module by its module file, and serves it, or one of its tokens, to another process.
# shellcheck source=tests/consumers/lib.sh
. "$(dirname "$0")/lib.sh"
needs p11-kit p11tool pkcs11-tool
make_keychain
works "makes a key" "$kc" key new kit --type ec:p256
key='pkcs11:token=Keycircle;object=kit;type=private'

for each in proxy remote; do
  come_by "$each"
  works "lists modules" p11-kit list-modules
  says '^keycircle: ' "ours among them"
  says 'library-manufacturer: Keycircle' "whose it is"
  says 'token: Keycircle$' "the device's token"
  says 'token: Keycircle Sync' "the synced token"
  works "signs through p11-kit, with no module named" p11tool --test-sign "$key"
  works "lists slots of the proxy" pkcs11-tool --module "$module" -L
  says 'token label +: Keycircle Sync$' "ours among them"
  works "locks" "$kc" lock
  works "lists modules while locked" p11-kit list-modules
  says 'token: Keycircle$' "ours among them"
  works "opens" "$kc" unlock --password-file "$work/pin"
done

# One token alone, by p11-kit's protocol.
printf 'remote: |p11-kit remote --provider %s pkcs11:token=Keycircle\n' "$own_module" \
  > "$work/.config/pkcs11/modules/keycircle.module"
works "lists modules" p11-kit list-modules
says 'token: Keycircle$' "the device's token"
is_silent_about 'Keycircle Sync' "not the other"
works "signs with a key of it" p11tool --test-sign "$key"

# The same from a server's socket, as for a container.
way=server
client=$(dirname "$module")/pkcs11/p11-kit-client.so
works "starts a server" p11-kit server --sh --provider "$own_module" 'pkcs11:token=Keycircle'
eval "$(grep '^P11_KIT_SERVER' "$out")"
ours=$P11_KIT_SERVER_PID
works "lists its tokens" p11tool --provider "$client" --list-tokens
says 'Label: Keycircle$' "the device's token"
is_silent_about 'Keycircle Sync' "not the other"
works "signs with a key of it" p11tool --provider "$client" --test-sign "$key"
works "signs with a PIN" pkcs11-tool --module "$client" --login --pin "$pin" --sign -m ECDSA --label kit \
  -i "$work/pin" -o "$work/sig"
fails "a wrong PIN" pkcs11-tool --module "$client" --login --pin wrong -O
says 'CKR_PIN_INCORRECT' "why"
works "locks" "$kc" lock
fails "does not sign while locked" p11tool --provider "$client" --test-sign "$key"
works "ends the server" p11-kit server --kill
fails "finds no token then" p11tool --provider "$client" --test-sign "$key"
finish
