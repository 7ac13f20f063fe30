#!/bin/sh
# SPDX-License-Identifier: ISC
# security on a terminal: the questions of macOS's command, without echo, and what it warns of.
# shellcheck source=tests/cli/security_lib.sh
. "$(dirname "$0")/security_lib.sh"
type_to() { # options of terminal.py, then -- and the words of security
  python3 "$top_srcdir/tests/cli/terminal.py" "$@" > "$work/shown" 2> "$err"
  status=$?
  tr -d '\r' < "$work/shown" > "$out"
}
make_device one

# --- a password for a new item --------------------------------------------------------------------------
type_to -a 'password data for new item: ' 'typed secret' -a 'retype password for new item: ' 'typed secret' \
  -- "$security" add-generic-password -s svc -a ana -w
exits 0 "-w as the last word asks twice"
never_says 'typed secret' "without echo"
sec find-generic-password -s svc -w
writes 'typed secret\n' "and saves it"
type_to -a 'password data for new item: ' 'one' -a 'retype password for new item: ' 'two' \
  -a "passwords don't match" 'three' -a 'retype password for new item: ' 'three' \
  -- "$security" add-generic-password -U -s svc -a ana -w
exits 0 "two that differ are asked again"
sec find-generic-password -s svc -w
writes 'three\n' "until they are the same"
type_to -i 'password data for new item: ' INT -- "$security" add-generic-password -s other -a ana -w
exits 130 "Ctrl-C ends it"
sec find-generic-password -s other
exits 44 "and nothing is saved"

# --- a locked keychain ----------------------------------------------------------------------------------
sec lock-keychain
type_to -a 'Keychain password: ' 'correct horse' -- "$security" find-generic-password -s svc -w
exits 0 "whoever sits there is asked"
says '^three$' "and has the password"
sec lock-keychain
type_to -a 'Keychain password: ' 'wrong' -- "$security" find-generic-password -s svc -w
exits 51 "a wrong one"
type_to -a 'password to unlock ' 'correct horse' -- "$security" unlock-keychain
exits 0 "unlock-keychain asks"
type_to -a 'Old Password: ' 'correct horse' -a 'New Password: ' 'staple' -a 'Retype New Password: ' 'staple' \
  -- "$security" set-keychain-password
exits 0 "set-keychain-password asks for both, the new one twice"
type_to -a 'password for new keychain: ' 'own' -a 'retype password for new keychain: ' 'owm' \
  -a "passwords don't match" 'own' -a 'retype password for new keychain: ' 'own' \
  -- "$security" create-keychain asked.keychain
exits 0 "create-keychain asks"
sec unlock-keychain -p own asked.keychain
exits 0 "and makes it with that password"
sec delete-keychain asked.keychain

# --- lines ----------------------------------------------------------------------------------------------
type_to -a 'security> ' 'find-generic-password -s svc -w' -a 'security> ' '' -a 'security> ' "$(printf '\004')" \
  -- "$security" -i
exits 0 "there is a prompt"
says '^three$' "and what is typed is done"
type_to -a 'say: ' "$(printf '\004')" -- "$security" -p 'say: '
exits 0 "or another prompt"

# --- passwords that others can see ------------------------------------------------------------------------
type_to -- "$security" add-generic-password -U -s svc -a ana -w seen
says 'other users of this computer can see that password' "a password on the command line"
type_to -- "$security" -q add-generic-password -U -s svc -a ana -w seen
never_says 'other users' "not with -q"
sec add-generic-password -U -s svc -a ana -w seen
tells '' "nor without a terminal"
# What is seen of it goes when it was read: an askpass program looks at its parent's command line.
sec lock-keychain
printf '#!/bin/sh\ntr "\\0" " " < /proc/$PPID/cmdline > "%s"\necho staple\n' "$work/seen" > "$work/askpass"
chmod +x "$work/askpass"
KC_ASKPASS=$work/askpass sec add-generic-password -U -s svc -a ana -w hidden-word
exits 0 "while the command waits for the keychain"
holds "its command line can be read" grep -q 'add-generic-password' "$work/seen"
holds "but not the password" sh -c '! grep -q hidden-word "$1"' sh "$work/seen"

finish
