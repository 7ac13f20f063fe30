#!/bin/sh
# SPDX-License-Identifier: ISC
# Two devices and a folder, or (sync_sqlite.sh) a file in it: sync, devices, join, watch. (What goes wrong is in errors_store.sh.)
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/sponsor.sh
. "$(dirname "$0")/sponsor.sh"

folder=$work/folder
mkdir -m 700 "$folder"
in_store() { # folder: the URL of the store there
  case ${engine:-folder} in
  folder) echo "$1" ;;
  sqlite) echo "sqlite://$1/store" ;;
  esac
}
store=$(in_store "$folder")
watching=
joining=
trap 'kill $waiting $watching $joining 2> /dev/null; clean_up' EXIT

# With the account password.
run_known() {
  run "$@" --account-password-file "$work/secret/account"
}

# --- a service that ends while somebody is let in ---------------------------------------------------
# The device that joins is left alone; what it says after a while is looked at in the end.
mkdir -m 700 "$work/lonely"
make_device oak
run_known sync use "$(in_store "$work/lonely")"
exits 0 "a store of others"
make_device elm
start_letting_in oak --yes
kill -STOP "$waiting"
on elm
setsid "$program" join "$(in_store "$work/lonely")" --code "$code" --account-password-file "$work/secret/account" \
  < /dev/null > "$work/joined" 2> "$work/joining" &
joining=$!
for _ in $(seq 50); do
  grep -q 'Waiting for the device you already use' "$work/joining" && break
  sleep 0.1
done
kill -KILL "$(service_of "$work/device-oak")"
kill -CONT "$waiting"
end_letting_in
holds "devices add ends with it" test "$sponsor" -eq 1
holds "and says why" grep -qF "the keychain service ended while it waited for the new device. Its code can't be used any more" \
  "$work/sponsor"

# --- a device that does not sync --------------------------------------------------------------------
make_device laptop
run sync status --json
exits 9 "sync status without a store"
json '.store == null and .sent == 0 and .last == null and .alarm == null' "says that there is none"
run_with 'first secret' add first.example --user ana --stdin
run_with 'stays here' add local.example --user ana --stdin
run sync on first.example --json
exits 0 "an item is marked"
json '.sync == true and .name == "first.example"' "sync on --json"
run list first.example --json
json '.items[0].sync == true' "and shows it"
run sync on first.example
exits 0 "marking twice does no harm"
run sync on nothing.example
exits 3 "what is not there cannot be marked"
run_with x add bound.example --accessible aku --stdin
run sync on bound.example
exits 2 "an item of this device only cannot be marked"

# --- the store --------------------------------------------------------------------------------------
cd "$work" || exit 99
case ${engine:-folder} in
folder) run_known sync use folder --json ;;
*) run_known sync use "$store" --json ;;
esac
exits 0 "sync use, by a path from here or a URL"
json ".store == \"$store\" and .new == true" "sync use --json"
cd / || exit 99
run status --json
json ".store == \"$store\"" "status names the store"
run sync --json
exits 0 "an exchange"
json '(.sent | type) == "number" and (.received | type) == "number" and .waiting == 0 and .refused == 0' "sync --json"
run sync
says '^[0-9]+ sent, 0 received, 0 waiting, 0 refused$' "sync in words"
run devices --json
exits 0 "devices"
json '.items | length == 1 and .[0].this == true and .[0].name == "laptop" and .[0].status == "member" and
  (.[0].id | test("^[0-9a-f]{64}$")) and (.[0] | has("added") and has("added_by") and has("last_seen"))' "devices --json"
run devices
says '^laptop +[0-9a-f]{8} .*member, this one$' "devices in words"

# --- a second device --------------------------------------------------------------------------------
make_device desktop
start_letting_in laptop --yes --json
code=$(printf %s "$code" | jq -r 'select(.v == 1).code')
on desktop
run_known join "$store" --code "$(printf %s "$code" | tr -d -)" --name 'the desk' --json
exits 0 "the right code, whatever its grouping"
json '.received > 0 and .alarm == null' "join --json"
end_letting_in
holds "devices add ends well" test "$sponsor" -eq 0
holds "and answers who came in" sh -c "jq -e '.v == 1 and .added.name == \"the desk\"' '$work/sponsored' > /dev/null"
run devices --json
json '[.items[].name] | sort == ["laptop", "the desk"]' "both are members, by their names"
run get first.example
writes 'first secret' "the synced item is here"
run get local.example
exits 3 "the local one is not"
run_known join "$store" --code 493-207-118 --name other
exits 2 "a device that syncs keeps its name"

# --- exchange, watch --------------------------------------------------------------------------------
on desktop
setsid "$program" watch --json < /dev/null > "$work/watched" 2> /dev/null &
watching=$!
on laptop
run_with 'second secret' add second.example --user ana --stdin --sync --json
json '.sync == true' "add --sync"
run sync
exits 0 "an exchange"
on desktop
for _ in 1 2 3 4 5 6 7 8; do
  run sync
  run get second.example
  [ "$status" -ne 0 ] || break
  sleep 0.5
done
writes 'second secret' "the new item arrives"
for _ in 1 2 3 4 5 6 7 8; do
  grep -q second.example "$work/watched" && break
  sleep 0.5
done
kill "$watching" 2> /dev/null
wait "$watching" 2> /dev/null
watching=
holds "watch tells of it" sh -c "jq -se 'any(.v == 1 and .change == \"new\" and .name == \"second.example\")' '$work/watched' > /dev/null"
run rm second.example --yes
run sync
on laptop
run sync
run get second.example
exits 3 "a deletion travels back"

# What is told of an item, in order: "new changed deleted".
watched() { # name of the item
  jq -rs "[.[] | select(.name == \"$1\") | .change] | join(\" \")" "$work/watched"
}
until_watched() { # name of the item, changes, what it is
  for _ in $(seq 40); do
    [ "$(watched "$1")" = "$2" ] && break
    sleep 0.25
  done
  holds "$3" test "$(watched "$1")" = "$2"
}
on desktop
run_with 'one' add steady.example --stdin --sync
setsid "$program" watch --json < /dev/null > "$work/watched" 2> /dev/null &
watching=$!
for count in $(seq 40); do # until it looks
  run_with "$count" add probe.example --stdin
  [ -s "$work/watched" ] && break
  sleep 0.1
done
run_with 'one' add step.example --stdin
until_watched step.example new "watch tells an item that is new"
run_with 'two' add step.example --stdin
until_watched step.example 'new changed' "one that has another secret"
run sync on step.example
until_watched step.example 'new changed changed' "another mark"
# Stopped, it sees of two changes only what comes of them.
kill -STOP "$watching"
run rm step.example --yes
run_with 'three' add step.example --stdin --sync
run_with 'short' add passing.example --user ana --stdin
run rm passing.example --yes
kill -CONT "$watching"
until_watched step.example 'new changed changed changed' "that it was saved anew"
until_watched passing.example 'new deleted' "and what came and went meanwhile"
run rm step.example --yes
until_watched step.example 'new changed changed changed deleted' "and what was deleted"
holds "but nothing of what nobody touched" test -z "$(watched steady.example)"
kill "$watching" 2> /dev/null
wait "$watching" 2> /dev/null
watching=
run rm steady.example --yes
run sync
on laptop
run sync
run sync off first.example
complains "The next exchange with $store deletes it on your other devices\." "what stays home goes elsewhere, which is told"
run sync off first.example
never_says 'deletes it' "once"
run sync
on desktop
run sync
on laptop
run get first.example
writes 'first secret' "an item that stays home is still at home"

# --- two of a name, of which one syncs ----------------------------------------------------------------
run_with 'of all' add twin.example --user ana --stdin --sync
on desktop
run_with 'of the desk' add twin.example --user ana --stdin
run sync
on laptop
run sync
on desktop
run sync
run list twin.example --json
json '[.items[].sync] | sort == [false, true]' "one that syncs has come to one that doesn't"
for words in get show 'rm --yes'; do
  # shellcheck disable=SC2086
  run $words twin.example --user ana
  exits 12 "$words: two of a name"
  complains '2 items match “twin.example”: one on this device only, and one that syncs\. Add --local or --sync\.' "$words: which is told"
  complains 'kc show twin.example --user ana --local .*kc show twin.example --user ana --sync' "$words: and how each is named"
  # shellcheck disable=SC2086
  run $words twin.example --local --sync
  exits 2 "$words: not both"
done
run get twin.example --local
writes 'of the desk' "--local means the one of this device"
run get twin.example --sync
writes 'of all' "and --sync the other"
for words in 'sync on' 'sync off'; do
  # shellcheck disable=SC2086
  run $words twin.example
  exits 12 "$words: two of a name"
  complains 'kc rm twin.example --local .*kc rm twin.example --sync' "$words: one is to go first"
done
run_with 'new' add twin.example --user ana --stdin
exits 12 "add does not say which"
complains 'kc add twin.example --user ana --sync' "which is told"
run_with 'new' add twin.example --user ana --stdin --no-replace
exits 6 "and with --no-replace they are there"
run_with 'new of all' add twin.example --user ana --stdin --sync
exits 0 "add --sync means the one that syncs"
run get twin.example --sync
writes 'new of all' "which has the new secret"
run get twin.example --local
writes 'of the desk' "and the other has its own"
run rm twin.example --local --yes
exits 0 "the one of this device goes"
run get twin.example
writes 'new of all' "and the other stays"
run rm twin.example --yes
run sync
on laptop
run sync

# --- a device that is in already ----------------------------------------------------------------------
on desktop
run join "$store"
exits 6 "a device that is in has nothing to join"
never_says 'along' "and hears of nothing that goes along"
complains 'this device is one of your devices already' "before anything is asked"
on laptop

# --- a device that was locked again -------------------------------------------------------------------
on desktop
run lock
on laptop
run_with 'any time' add anytime.example --user ana --stdin --sync --accessible ck
run_with 'when open' add open.example --user ana --stdin --sync
run sync
on desktop
for _ in 1 2 3 4 5 6 7 8; do
  run sync --json
  [ "$(jq .for_unlock < "$out")" = 1 ] && break
  sleep 0.5
done
exits 0 "an exchange in a lock"
json '.for_unlock == 1 and .waiting == 0 and .refused == 0' "what can't be opened yet is counted for itself"
run sync
exits 0 "an exchange in a lock, in words"
complains 'Your keychain is locked, so this still waits: 1 item' "says what waits, and for what"
run get anytime.example
writes 'any time' "what may be read in a lock has come"
run sync status
says '^For the unlock 1, which is here and opens with it$' "status says so too"
run unlock --password-file "$work/secret/keychain"
run sync
run get open.example
writes 'when open' "the rest comes with the unlock"
run sync --json
json '.for_unlock == 0' "and nothing waits any more"

# --- the store is away ------------------------------------------------------------------------------
mv "$folder" "$work/away"
run_with 'while away' add away.example --user ana --stdin --sync
exits 0 "items are saved all the same"
mv "$work/away" "$folder"
run sync
exits 0 "the store is back"
on desktop
run sync
run get away.example
writes 'while away' "and what waited has come"

run service stop # whatever is written from here on, it is not by this one
on laptop
run sync
run sync
case ${engine:-folder} in
folder) touch "$folder/notes.sync-conflict-20261122-080000-ABCDEFG.txt" ;;
esac
find "$folder" -type f | sort > "$work/before"
run doctor store
exits 0 "doctor store, of one that is well"
says '^✓ the store is in .*folder' "says where it is"
says '^✓ it shows everything that this device has seen before$' "and that nothing is missing"
says '^✓ “the desk” was last heard of .*, with its entry [0-9]+$' "and how far each device is known"
case ${engine:-folder} in
folder) says '^! 1 thing in it that no device has put there, “notes.sync-conflict' "and what others have put there" ;;
esac
says '^✓ what this device wrote last, number [0-9]+, is there$' "and that what it wrote is there"
case ${engine:-folder} in
folder) says '^✓ the log of “the desk” is read to its end, number [0-9]+$' "and how far each log was read" ;;
sqlite) says '^✓ the last entry of “the desk”, number [0-9]+, is there$' "and that each device's last entry is there" ;;
esac
find "$folder" -type f | sort > "$work/after"
holds "looking changes nothing" cmp -s "$work/before" "$work/after"
case ${engine:-folder} in
folder)
  never_says 'of none of your devices' "what devices leave behind is no flood"
  for number in $(seq 100 199); do
    mkdir "$folder/00000000000000000000000000000$number"
  done
  run doctor store
  exits 0 "a flood of logs does no harm"
  says '^! 10[0-9] of them are of none of your devices, “[0-9a-f]{32}” for one, .* more than 1024 logs can.t be read$' \
    "and is counted, with a name"
  rmdir "$folder"/00000000000000000000000000000[0-9]*
  ;;
esac
LC_ALL=C
run doctor store
says '^ok: "the desk" was last heard of ' "plain signs and quotes without UTF-8"
LC_ALL=C.UTF-8
run doctor store --json
json '.healthy and .alarm == null and (.items | length) > 3 and all(.items[]; has("check") and has("verdict") and has("text"))' "doctor store --json"
json '.evidence == 0 and (.devices | length) == 2 and ([.devices[] | select(.this)] | length) == 1' "with a row for each device"
case ${engine:-folder} in
folder) json 'all(.devices[]; .settled == .last and .first == 1 and .hole == null and .entry_there == null)' "where its log is" ;;
sqlite) json 'all(.devices[]; .settled == null and .entry_there == .entry and .entry_named == .entry)' "where its list is" ;;
esac
json 'all(.devices[]; .missing_since == null and .out == false)' "and nothing that is missed"
run doctor store --export "$work/evidence.der"
exits 3 "there is no evidence"
complains 'neither the store nor a device was caught in anything' "says so"
holds "and no file was made" test ! -e "$work/evidence.der"
mv "$folder" "$work/away"
run doctor store
exits 9 "doctor store, of one that is away"
says "isn't there\$" "says so"
mv "$work/away" "$folder"

# --- without being asked ----------------------------------------------------------------------------
# Each hears of what the other sends: the time between exchanges is far longer than this takes.
on desktop
run unlock --password-file "$work/secret/keychain"
run sync
on laptop
run_with 'heard of' add heard.example --user ana --stdin --sync
on desktop
for _ in $(seq 120); do
  run get heard.example
  [ "$status" -ne 0 ] || break
  sleep 0.5
done
writes 'heard of' "an item comes by itself, soon"

# --- no, and no more --------------------------------------------------------------------------------
make_device phone
on laptop
run key new signing --sync
run list --json
count=$(jq '[.items[] | select(.sync)] | length' < "$out")
python3 "$top_srcdir/tests/cli/terminal.py" -a 'Let it in? [y/N]' n -- sh -c \
  "exec '$program' devices add --account-password-file '$work/secret/account' > '$work/code2'" > "$work/shown" 2>&1 &
waiting=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
  [ -s "$work/code2" ] && break
  sleep 0.5
done
on phone
run_known join "$store" --code "$(cat "$work/code2")"
exits 7 "the other device says no"
wait "$waiting"
sponsor=$?
waiting=
holds "which ends with 7 there too" test "$sponsor" -eq 7
holds "it was told who asks" grep -q 'wants to use your passwords' "$work/shown"
holds "and for as many items as list shows" grep -qE "sync . $count items now" "$work/shown"
on laptop
run devices --json
json '.items | length == 2' "nobody came in"

start_letting_in laptop --yes
holds "the first line is the code" sh -c "printf %s '$code' | grep -qE '^[0-9]{3}-[0-9]{3}-[0-9]{3}$'"
kill "$waiting"
end_letting_in
holds "a signal ends devices add" test "$sponsor" -eq 143

# The last code counts: whoever looks at an earlier one must not say yes to who knows the other.
start_letting_in laptop --yes
run devices add --yes --account-password-file "$work/secret/wrong"
exits 5 "another devices add with a wrong password"
kill -0 "$waiting"
holds "which leaves the first to go on" test $? -eq 0
setsid "$program" devices add --yes --account-password-file "$work/secret/account" < /dev/null > "$work/code2" 2> /dev/null &
second=$!
end_letting_in
holds "with the right one it ends the first" test "$sponsor" -eq 5
holds "which says so" grep -qF "another kc devices add has begun on this device. The code of this one can't be used any more." \
  "$work/sponsor"
holds "and not that nobody answered" sh -c "! grep -q 'nobody answered' '$work/sponsor'"
kill "$second"
wait "$second"
holds "and itself goes on until it is ended" test $? -eq 143
start_letting_in laptop --yes
run service stop
end_letting_in
holds "a service that is told to end takes the code with it" test "$sponsor" -eq 1
holds "which is no other devices add" sh -c "! grep -q 'another kc devices add' '$work/sponsor'"
run unlock --password-file "$work/secret/keychain"

# --- a device that waits for one that is gone ---------------------------------------------------------
for _ in $(seq 120); do
  grep -q 'has said nothing so far' "$work/joining" && break
  sleep 0.5
done
holds "who waits is told where to look after a while" \
  grep -q 'The device you already use has said nothing so far. It asks there whether to let this one in' "$work/joining"
holds "and how long this goes on" grep -q 'ten minutes in all' "$work/joining"
holds "once" test "$(grep -c 'said nothing' "$work/joining")" = 1
kill "$joining"
wait "$joining"
joining=

# --- a store that goes back in time -----------------------------------------------------------------
on laptop
run sync
exits 0 "all is well"
cp -a "$folder" "$work/old"
on desktop
run sync
run_with 'later' add later.example --user ana --stdin --sync
run sync
run service stop # or it would say again what the old copy has lost
on laptop
run sync
run get later.example
writes 'later' "this device has seen more than the old copy holds"
mv "$folder" "$work/new"
mv "$work/old" "$folder"
run sync status
exits 10 "an old copy of the store, before any exchange"
says ' · looks wrong · last good exchange ' "the status tells"
complains 'your store is older than what this device has already seen' "what is wrong"
run sync --json
exits 10 "an old copy of the store"
json '.alarm == "rollback"' "is told by its name"
json_error '.name == "errKCStoreSuspect" and .exit == 10 and (.message | test("older than what this device has already seen"))' "and in words"
run sync
complains 'If you restored a backup yourself:  kc sync repair --push-from-here' "which say what to do"
complains 'If not, keep the store as it is and look:  kc doctor store' "or else"
complains 'older than what this device has already seen' "and what happened"
case ${engine:-folder} in
folder) complains '\(entry [0-9]+; this device knows [0-9]+\)\.$' "in numbers" ;;
esac
run doctor store
exits 10 "doctor store, of an old copy"
says '^✗ your store is older than what this device has already seen' "says what is wrong"
complains 'If you restored a backup of it yourself:  kc sync repair --push-from-here' "and what to do"
case ${engine:-folder} in
folder)
  says '^! it was noted before: something that a device had written was missing \(short-log\)$' "what was noted, in a sentence"
  says '^✗ the log of “the desk” ends at number [0-9]+; this device has read up to [0-9]+$' "and where"
  complains 'What shows it to others \(short-log\):  kc doctor store --export evidence.der' "and how to show it"
  ;;
sqlite)
  says '^! it was noted before: an old entry of a device stood in the place of a newer one \(old-list\)$' "what was noted, in a sentence"
  says '^✗ the store has entry [0-9]+ of “the desk”; this device knows entry [0-9]+$' "and where"
  complains 'What shows it to others \(old-list\):  kc doctor store --export evidence.der' "and how to show it"
  ;;
esac
complains 'this also forgets that it was noted:  kc sync repair --push-from-here' "and how it is forgotten"
run doctor store --export "$work/evidence.der" --json
exits 0 "there is evidence now"
json '.evidence == 1 and (.file | endswith("/evidence.der"))' "says how much"
holds "the file is the user's alone" test "$(stat -c %a "$work/evidence.der")" = 600
timeout 60 "$top_builddir/kc-evilstore" verify "$work/evidence.der" > "$out" 2> "$err"
status=$?
exits 0 "others can check it"
says '^shown (short-log|old-list) [0-9a-f]{64} [0-9]+ [0-9]+$' "with the public keys in it"
holds "names of devices are in it" grep -qa 'the desk' "$work/evidence.der"
holds "names of items and secrets are not" sh -c "! grep -qaE 'example|ana|later|secret' '$work/evidence.der'"
sum=$(cksum < "$work/evidence.der")
run doctor store --export "$work/evidence.der"
exits 6 "a file that is there"
complains 'Nothing was written over' "stays"
holds "as it is" test "$(cksum < "$work/evidence.der")" = "$sum"
run doctor store --export "$work/none/evidence.der"
exits 1 "a folder that is not there"
run doctor store --json
json '.healthy == false and .alarm == "rollback" and any(.items[]; .check == "alarm" and .verdict == "bad")' "also in JSON"
run sync status --json
exits 10 "sync status remembers"
json '.alarm == "rollback" and .reached' "by the name of the alarm"
run get later.example
writes 'later' "nothing was lost"

finish
