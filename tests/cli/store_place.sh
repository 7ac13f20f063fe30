#!/bin/sh
# SPDX-License-Identifier: ISC
# Where a store is, or is to be: what is told of a place that is none, and what is done without the store.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rows.sh
. "$(dirname "$0")/rows.sh"
# shellcheck source=tests/cli/sponsor.sh
. "$(dirname "$0")/sponsor.sh"

known_fails() { # as fails, with the account password
  fails "$@" --account-password-file "$secret/account"
}
# Nothing is promised where no store is chosen, and nothing advised that would do harm.
promises_nothing() {
  holds "$cause: $*: nothing is promised" test -z "$(grep -E 'will be sent|without-store|--new' "$work/rows/$row.err")"
}
let_in() { # sponsor, device, store
  start_letting_in "$1" --yes
  on "$2"
  # shellcheck disable=SC2086
  run join "$3" --code "$code" $known
  exits 0 "$2 comes in"
  end_letting_in
}

# --- what no store can be ---------------------------------------------------------------------------
mkdir "$work/folder" "$work/taken" "$work/empty"
echo dear > "$work/letter"
echo dear > "$work/taken/one"
: > "$work/nothing"
python3 - "$work/foreign" << 'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("PRAGMA journal_mode = WAL")
db.execute("CREATE TABLE t (a)")
db.commit()
END
before=$(ls -A "$work/folder" "$work/taken" "$work/empty")
no_store='(is a file, not a folder|is a folder, not a file|is there, and it isn.t a store|is a file of another kind)'
each_place() { # words before the place
  for place in "$work/letter" "file://$work/letter" /dev/null "sqlite://$work/folder" sqlite:///dev/null \
    "sqlite://$work/foreign" "sqlite://$work/letter" "sqlite://$work/nothing"; do
    # No account password is given, and no code: nothing is asked before the place was looked at.
    # shellcheck disable=SC2086
    fails 2 errSecParam ".*$no_store" 'ls -ld? ' "$@" "$place" $opens
    promises_nothing "$place"
  done
}
given 'to join, without a keychain'
on fresh
each_place join
run status --json
json '.state == "none"' "no keychain was made"
for place in "$work/empty" "$work/taken"; do
  # shellcheck disable=SC2086
  fails 9 errSecNotAvailable "$place isn't a store, or not all of it" 'kc join URL' join "$place" $opens
done
given 'to begin'
make_device laptop
each_place sync use
fails 2 errSecParam 'that names no file' 'kc sync use -h' sync use sqlite:///
fails 2 errSecParam "“$work/taken” is not empty" "kc sync use $work/taken/keychain" sync use "$work/taken"
fails 9 errSecNotAvailable "$work/no/where isn't there, and it can't be made" 'mkdir' sync use "$work/no/where"
given 'to join, with a keychain'
each_place join
given 'to move to'
store=$work/folder/store
# shellcheck disable=SC2086
run sync use "$store" $known
each_place sync use
for place in "$work/no" "$work/no/where" "sqlite://$work/no"; do
  fails 9 errSecNotAvailable ".*isn't there, so your store has not moved to it" "copy all of it there first.*kc sync use $place" \
    sync use "$place"
done
fails 9 errSecNotAvailable "$work/empty isn't your store" "copy all of it there first.*kc sync use $work/empty" sync use "$work/empty"
fails 6 errSecDuplicateItem "there is an account in" "kc join $store" sync use "$store" --new
holds "nothing was put anywhere" test "$(ls -A "$work/folder" "$work/taken" "$work/empty" | grep -v '^store$')" = "$before"
holds "nor beside the database of another program" test "$(echo "$work"/foreign*)" = "$work/foreign"
cp -a "$store" "$work/moved"
# shellcheck disable=SC2086
run sync use "$work/moved" $known
exits 0 "a copy of the store is one to move to"
# shellcheck disable=SC2086
run sync use "$store" $known
exits 0 "and back"

# --- the marker alone is missing --------------------------------------------------------------------
given 'no marker'
rm "$store/.kc-store"
fails 9 errSecNotAvailable "$store holds logs of your devices, but the marker file .kc-store is missing" \
  'kc sync repair --push-from-here' sync
run doctor store
exits 9 "the doctor"
says '^✗ the marker file .kc-store is missing from .*, where logs of devices are$' "says what is there"
mv "$store" "$work/log"
mkdir "$store"
known_fails 9 errSecNotAvailable "$store is there but it isn't your store" 'kc sync use' sync
run sync repair --push-from-here --yes
exits 9 "an empty folder is no store after a repair either"
holds "nothing was put there" test -z "$(ls -A "$store")"
rmdir "$store"
mv "$work/log" "$store"
run sync repair --push-from-here --yes
exits 0 "where the log of this device is the marker is put again"
complains 'On each of your other devices' "which may have more to mend"
run sync
exits 0 "and there is a store"
run sync repair --push-from-here --yes
exits 0 "where nothing is wrong"
complains '^✓ Your store had all that this device has: nothing was to be mended' "that is said"
holds "and nobody is sent to the others" test -z "$(grep 'other devices' "$err")"

# --- who may read and write -------------------------------------------------------------------------
if [ "$(id -u)" -ne 0 ]; then
  given 'nobody may read it'
  chmod 000 "$store"
  fails 9 errSecNotAvailable "$store can't be read" "ls -ld $store" sync
  holds "nobody is told to begin anew" test -z "$(grep -e --new "$work/rows/$row.err")"
  chmod 700 "$store"
  mkdir "$work/barred"
  chmod 000 "$work/barred"
  fails 9 errSecNotAvailable "$work/barred can't be read and written by you" "ls -ld" sync use "$work/barred"
  promises_nothing barred
  chmod 700 "$work/barred"
fi

# --- what is done without the store -----------------------------------------------------------------
away_and_back() { # device that goes
  given "a removal without the store, $1"
  on laptop
  mv "$2" "$work/away"
  run_with 'not sent' add "$1.example" --stdin --sync
  run devices exposure "$1"
  complains "What this device has not sent yet is counted as well, though “$1” has not got it" "$1: nor has what it may read"
  run devices remove "$1" --yes --account-password-file "$secret/account"
  exits 9 "$1: a removal without the store"
  complains "“$1” is out on this device, and the store can't be reached: the others hear of it when it can" "$1: is done here"
  complains 'Noted in your history .entry [0-9]+' "$1: and noted"
  holds "$1: which is not denied" test -z "$(grep 'Nothing was changed' "$err")"
  run devices --json
  json ".items[] | select(.name == \"$1\") | .status == \"removed\" and .removed_by == \"laptop\" and .removed != null" \
    "$1: devices say who and when"
  run history
  says " laptop removed $1\$" "$1: so does history"
  run passwd --account --account-password-file "$secret/account" --new-password-file "$secret/keychain"
  exits 9 "$1: the account password needs the store"
  complains '“kc passwd --account” needs the store and was not done' "$1: and says so"
  run devices leave --yes
  exits 9 "$1: so does leaving"
  complains '“kc devices leave” needs the store and was not done' "$1: and says so"
  mv "$work/away" "$2"
  run sync
  exits 0 "$1: when it is back"
  run history --json
  json "[.items[] | select(.device == \"$1\" and .what == \"removed\")] | length == 1" "$1: it is noted once"
  on "$1"
  run sync
  exits 11 "$1: and that device hears of it"
  run sync status --json
  exits 11 "$1: the status of a device that is out"
  json '.last != null' "$1: tells the last good exchange"
  run doctor store
  exits 11 "$1: its doctor"
  holds "$1: finds nothing wrong" test -z "$(grep '^✗' "$out")"
  run sync use "$work/no"
  exits 11 "$1: another place is no way back"
}
make_device phone
let_in laptop phone "$store"
on phone
run sync
away_and_back phone "$store"
make_device tablet
let_in laptop tablet "$store"
on laptop
run sync
on tablet
run sync
if [ "$(id -u)" -ne 0 ]; then
  given 'a store that can be read alone'
  printf 'the next one of all\n' > "$secret/next"
  chmod -R a-w "$store"
  # shellcheck disable=SC2086
  run passwd --account $known --new-account-password-file "$secret/next"
  exits 9 "a new account password"
  complains 'the account password is changed on this device, and that could not be written' "is in force here"
  run history
  says ' tablet changed the account password$' "as history says"
  chmod -R u+w "$store"
  run sync
  on laptop
  run sync
  run history
  says ' tablet changed the account password$' "the others hear of it"
  on tablet
  run sync
  chmod -R a-w "$store"
  run devices leave --yes
  exits 9 "leaving"
  complains '“tablet”, this device, has left, and that could not be written' "is done here"
  chmod -R u+w "$store"
  run devices leave --yes
  exits 0 "and comes to its end"
  complains 'After this, “tablet”, the device you are using, gets nothing new' "with the same words"
  never_says 'is the last' "as others are left"
  on laptop
  run sync
  run devices --json
  json '.items[] | select(.name == "tablet") | .status == "left"' "the others hear of that"
fi
on tablet
end_service
on laptop
run devices leave --yes
url=sqlite://$work/one.store
# shellcheck disable=SC2086
run sync use "$url" $known
exits 0 "a store in a file"
if [ "$(id -u)" -ne 0 ]; then
  chmod 400 "$work/one.store"
  run sync status
  exits 9 "a file that can be read and not written"
  says "can't be written now" "is not called away"
  run sync status --json
  json '.reached and .writable == false' "nor for programs"
  run doctor store
  says "^✗ it can't be written" "and the doctor says the same"
  chmod 000 "$work/one.store"
  fails 9 errSecNotAvailable "$work/one.store can't be read" 'ls -ld' sync
  chmod 600 "$work/one.store"
fi
mv "$work/one.store" "$work/aside"
for thing in folder junk; do
  if [ $thing = folder ]; then mkdir "$work/one.store"; else echo dear > "$work/one.store"; fi
  run doctor store
  exits 10 "a $thing in its place"
  holds "of which the doctor says nothing good" test -z "$(grep -E '^✓ (it can be written|the store is in)' "$out")"
  rm -rf "$work/one.store"
done
mv "$work/aside" "$work/one.store"
run sync
exits 0 "and the file is there again"
make_device desk
let_in laptop desk "$url"
away_and_back desk "$work/one.store"
finish_rows
