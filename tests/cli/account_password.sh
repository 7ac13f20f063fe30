#!/bin/sh
# SPDX-License-Identifier: ISC
# The account password is changed: on one device, for all. The store is one file, so that what is in it can be taken away.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/sponsor.sh
. "$(dirname "$0")/sponsor.sh"

secret=$work/secret
mkdir -m 700 "$work/folder"
store=sqlite://$work/folder/store
printf 'another one for all devices\n' > "$secret/second"
printf 'a third one for all devices\n' > "$secret/third"
printf 'a fourth one for all devices\n' > "$secret/fourth"
printf 'short\n' > "$secret/short"

# Lets a device in, with the same password on both sides; its answer is the last run.
pair() { # sponsor, newcomer, file of the password
  account_file=$3
  start_letting_in "$1" --yes
  on "$2"
  run join "$store" --code "$code" --account-password-file "$3"
  [ "$status" -eq 0 ] || kill "$waiting" 2> /dev/null
  end_letting_in
}

change() { # old, new
  run passwd --account --account-password-file "$1" --new-account-password-file "$2"
}

make_device laptop
run passwd --account --account-password-file "$secret/account" --new-account-password-file "$secret/second"
exits 9 "without a store there is no account"
run sync use "$store" --account-password-file "$secret/account"
make_device desktop
pair laptop desktop "$secret/account"
exits 0 "a second device"

# --- what is wrong ----------------------------------------------------------------------------------
on laptop
change "$secret/wrong" "$secret/second"
exits 5 "the old password is wrong"
complains "that isn't the account password" "and that is told"
change "$secret/account" "$secret/short"
exits 2 "the new one is too short"
run passwd --account --officer
exits 2 "two things at once"
run passwd --new-account-password-file "$secret/second"
exits 2 "the new account password without --account"
run passwd --account --account-password-file "$secret/account" --no-input
exits 4 "nobody to ask for the new one"
complains 'the new account password is needed' "which is told"
run passwd --account --account-password-file "$secret/wrong" --no-input
exits 5 "a wrong one is told before the new one is asked for"
python3 "$top_srcdir/tests/cli/terminal.py" -a 'Account password, the same on all your devices: ' 'not it' -- \
  "$program" passwd --account > "$out" 2> "$err"
status=$?
exits 5 "on a terminal, too"
never_says 'New account password' "where nothing more is asked"

# --- a change ---------------------------------------------------------------------------------------
run passwd --account --account-password-file "$secret/account" --new-account-password-file "$secret/second" --json
exits 0 "a change"
json '.locked == false' "passwd --account --json"
run_with 'after the change' add after.example --user ana --stdin --sync
run sync
on desktop
run sync
exits 0 "the other device goes on"
never_says 'account password' "and nobody is asked"
run get after.example
writes 'after the change' "with what comes after the change"
run sync status --json
json '.pending_password == false' "nothing waits for the user"
run sync password --account-password-file "$secret/account"
exits 5 "the old one is none any more"
run sync password --account-password-file "$secret/second" --json
exits 0 "the new one is right there"
json '.pending_password == false and .alarm == null' "sync password --json"

make_device phone
pair desktop phone "$secret/account"
exits 5 "nobody is let in with the old one"
holds "which the device that lets in says itself" grep -q "that isn't the account password" "$work/sponsor"
pair desktop phone "$secret/second"
exits 0 "but with the new one, by the other device"
make_device tablet
pair laptop tablet "$secret/second"
exits 0 "and by the one that changed it"

# --- while a device is away -------------------------------------------------------------------------
on desktop
run service stop
on laptop
change "$secret/second" "$secret/third"
exits 0 "a change while a device is off"
on desktop
run unlock --password-file "$secret/keychain"
change "$secret/third" "$secret/second"
exits 0 "it goes on when it is back"
on laptop
change "$secret/second" "$secret/third"
exits 0 "and so does the first"

# --- a change that cannot be checked ----------------------------------------------------------------
for name in laptop desktop phone tablet; do
  on "$name"
  run sync
done
on desktop
run service stop
on phone
run service stop
on tablet
run service stop
on laptop
change "$secret/third" "$secret/second"
change "$secret/second" "$secret/fourth"
exits 0 "two changes"
run lock # or it would say again what is taken away
python3 - "$work/folder/store" << 'END'
import sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None)
names = [name for name, in store.execute("SELECT name FROM record WHERE name GLOB 'k-*'")]
names.sort(key=lambda name: int(name.split("-")[1]))
store.execute("DELETE FROM record WHERE name = ?", (names[-2],))
END
on desktop
run unlock --password-file "$secret/keychain"
run sync
exits 0 "an exchange with one of them missing"
complains 'The account password was changed on another device' "tells of the other"
run sync status
says '^Password +changed on another device. If it was you, say the new one here:  kc sync password$' "status does, too"
run sync status --json
json '.pending_password == true' "in JSON as well"
run sync password --account-password-file "$secret/wrong"
exits 5 "a wrong one changes nothing"
run sync status --json
json '.pending_password == true' "it still waits"
run sync password --no-input
exits 4 "nobody to ask"
complains 'the account password is needed' "which is told"
run sync password --account-password-file "$secret/fourth"
exits 0 "the user knows it"
complains 'That is the account password' "and that is said"
run sync status --json
json '.pending_password == false' "nothing waits any more"
make_device watch
pair desktop watch "$secret/fourth"
exits 0 "and it counts from now on"

# --- nothing of them is left anywhere ---------------------------------------------------------------
end_services
for name in account second third fourth wrong; do
  python3 -c 'import sys; print(open(sys.argv[1], "rb").read().rstrip(b"\n").hex())' "$secret/$name"
done > "$work/needles"
holds "no account password is in any file of a device or of the store" \
  python3 "$top_srcdir/tests/leak_scan.py" "$work/needles" "$work/folder" "$work"/device-* "$work/run"

finish
