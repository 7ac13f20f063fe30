#!/bin/sh
# SPDX-License-Identifier: ISC
# What goes wrong between devices: the store, the account password, the code.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rows.sh
. "$(dirname "$0")/rows.sh"
# shellcheck source=tests/cli/sponsor.sh
. "$(dirname "$0")/sponsor.sh"

known_fails() { # as fails, with the account password
  fails "$@" --account-password-file "$secret/account"
}

# --- no keychain yet, and nowhere to go -------------------------------------------------------------
given 'a place that is none'
on nowhere
for place in "$work/no/where" "sqlite://$work/no/where/store"; do
  # shellcheck disable=SC2086
  known_fails 9 errSecNotAvailable "where(/store)? isn't there\." 'kc join URL' \
    join "$place" --code 493-207-118 $opens
done
# shellcheck disable=SC2086
known_fails 2 errSecUnimplemented "doesn't know; it knows folders" 'kc join -h' join etcd://h/kc --code 493-207-118 $opens
run status --json
json '.state == "none"' "$cause: no keychain was made"

# --- no store yet -----------------------------------------------------------------------------------
given 'no store'
make_device laptop
save_all
fails 9 errSecNotAvailable "this device doesn't sync with a store\." 'kc sync use FOLDER' sync
fails 9 errSecNotAvailable "this device doesn't sync with a store\." 'kc join FOLDER' devices
known_fails 9 errSecNotAvailable "this device doesn't sync with a store\." 'kc sync use FOLDER' devices add --yes
fails 4 errSecInteractionNotAllowed 'an account password is needed' '--account-password-file FILE' sync use "$folder"
printf 'short' > "$secret/short"
fails 2 errSecInvalidPasswordRef 'The account password needs eight characters or more' 'kc help passwords' \
  sync use "$folder" --account-password-file "$secret/short"
for kind in "$work/no/where" "sqlite://$work/no/where/store"; do
  known_fails 9 errSecNotAvailable "$work/no/where isn't there, and it can't be made" \
    "mkdir -p $work/no/where  +then:  kc sync use $kind" sync use "$kind"
done
for kind in etcd://h:2379/kc postgresql://h/kc http://h/kc; do
  known_fails 2 errSecUnimplemented "$kind is of a kind of store that this version of kc doesn't know" 'kc sync use -h' \
    sync use "$kind"
done
known_fails 2 errSecParam "a folder's URL has three slashes" 'kc sync use -h' sync use file://host/folder
known_fails 2 errSecParam 'the store is empty' 'kc sync use -h' sync use ''
for slip in sqlite:x.db sqlite:/x.db file:x file:/x s3:x a.b-1:x; do
  known_fails 2 errSecParam "“$slip” is no URL: a file is written sqlite:///home/ana/keychain.store, and a folder that is called so ./$slip" \
    'kc sync use -h' sync use "$slip"
  holds "nothing called $slip was made" test ! -e "$slip"
done
known_fails 2 errSecParam '“sqlite:x.db” is no URL' 'kc join -h' join sqlite:x.db --code 493-207-118
mkdir "$work/letters"
echo dear > "$work/letters/one"
known_fails 2 errSecParam ".$work/letters. is not empty, and it isn't a store" "kc sync use $work/letters/keychain" \
  sync use "$work/letters"
holds "nothing was put there" test "$(ls -A "$work/letters")" = one
head -c 3000 /dev/urandom > "$work/letters/other"
cp "$work/letters/other" "$work/other"
known_fails 2 errSecParam ".$work/letters/other. is there, and it isn't a store" \
  "kc sync use sqlite://$work/letters/other.store" sync use "sqlite://$work/letters/other"
known_fails 2 errSecParam ".$work/letters/other. is a file of another kind: it isn't a store" 'kc join URL' \
  join "sqlite://$work/letters/other" --code 493-207-118
holds "which is as it was" cmp -s "$work/other" "$work/letters/other"
holds "with nothing beside it" test "$(ls -A "$work/letters" | tr '\n' ' ')" = 'one other '
run sync use "$folder" --account-password-file "$secret/account"
exits 0 "after all that there is a store"
nothing_lost

# --- the store is away, or something else is in its place -------------------------------------------
cat > "$work/exchanges" << COMMANDS
sync
devices add --yes $known
COMMANDS
away() { # cause
  given "$1"
  end_service
  # shellcheck disable=SC2086
  run unlock $opens
  mv "$folder" "$work/away"
}
back() {
  rm -rf "$folder"
  mv "$work/away" "$folder"
  run sync --json
  json '.alarm == null and .pending == 0' "$cause: it is back, and what waited is sent"
  nothing_lost
}
works_as_always() { # exit of the status
  run add text.example --user ana --file "$work/kept/text.example" --sync
  exits 0 "$cause: items are saved all the same"
  complains '^! It waits until an exchange with .* goes well' "$cause: which says that it waits"
  run sync status --json
  exits "$1" "$cause: the status can be asked"
  json ".reached == ($1 != 9) and .last != null" "$cause: and says whether it is there"
  run sync status
  exits "$1" "$cause: the status in words"
  case $1 in
  9) says " · can't be reached now · last good exchange .* · 1 not sent yet$" "$cause: tells the last good exchange" ;;
  10) says ' · looks wrong · last good exchange .* · 1 not sent yet$' "$cause: tells the last good exchange" ;;
  esac
}
gone="$folder isn't there"
unmarked="$folder is there but it isn't your store: the marker file .kc-store is missing"
away 'the folder has vanished'
each_fails 9 errSecNotAvailable "$gone" 'kc sync' "$work/exchanges"
known_fails 9 errSecNotAvailable "$gone" 'kc sync' sync use "$folder"
works_as_always 9
back
away 'an empty folder: the disk is not mounted'
mkdir "$folder"
each_fails 9 errSecNotAvailable "$unmarked" "kc sync use $folder --new" "$work/exchanges"
works_as_always 9
holds "nothing was put there" test -z "$(ls -A "$folder")"
back
away 'a file in its place'
echo dear > "$folder"
each_fails 9 errSecNotAvailable "$folder is a file, and your store was a folder" 'kc help store' "$work/exchanges"
back
away 'a link that leads nowhere'
ln -s "$work/no/where" "$folder"
each_fails 9 errSecNotAvailable "$gone" 'kc sync' "$work/exchanges"
back

# --- a store that is not right ----------------------------------------------------------------------
# What an exchange says of it, with the alarm in its answer as well.
suspect() { # alarm
  run doctor store
  exits 10 "$cause: the doctor, before an exchange"
  says '^✗ (what is there is damaged, or not the store of your devices|your store holds something)' "$cause: says what is wrong"
  run sync status
  exits 10 "$cause: the status, before an exchange"
  run sync --json
  exits 10 "$cause: kc sync --json"
  json ".alarm == \"$1\"" "$cause: the alarm is told by its name"
  known_fails 10 errKCStoreSuspect '.*(your store|store of your devices)' 'Keep the store as it is.*kc doctor store' devices add --yes
  works_as_always 10
}
for junk in 'junk' '' '0000'; do
  away "a marker of ${#junk} bytes"
  cp -a "$work/away" "$folder"
  printf %s "$junk" > "$folder/.kc-store"
  suspect forgery
  back
done
away 'a folder for the marker'
cp -a "$work/away" "$folder"
rm "$folder/.kc-store"
mkdir "$folder/.kc-store"
suspect forgery
back
make_device other
run sync use "$work/others" --account-password-file "$secret/account"
on laptop
away "another account's store in its place"
cp -a "$work/others" "$folder"
suspect forgery
rm -rf "$folder"
run sync status
exits 9 "a store that looked wrong, and is away by now"
back
known_fails 10 errKCStoreSuspect "the store in $work/others is not that of your devices" 'kc sync use URL' sync use "$work/others"
fails 10 errKCStoreSuspect "the store in $work/others is not that of your devices" 'kc sync use URL' sync use "$work/others"
known_fails 6 errSecDuplicateItem "there is an account in .$work/others. already" "kc join $work/others" sync use "$work/others" --new
run status --json
json ".store == \"$folder\"" "the store is still the one that it was"

# --- garbage in the folder --------------------------------------------------------------------------
# Whatever lies there: an exchange goes on, and says how much of it was refused.
given 'garbage'
writer=$(ls "$folder")
mkdir "$folder/letters" "$folder/00112233445566778899aabbccddeeff"
echo dear > "$folder/letters/one"
echo dear > "$folder/one"
ln -s /etc/passwd "$folder/link"
ln -s /etc "$folder/ffeeddccbbaa99887766554433221100"
mkfifo "$folder/pipe" "$folder/$writer/pipe"
head -c 3000 /dev/urandom > "$folder/00112233445566778899aabbccddeeff/0000000000000001.op"
: > "$folder/00112233445566778899aabbccddeeff/0000000000000002.op"
cp "$folder/$writer/0000000000000001.op" "$folder/00112233445566778899aabbccddeeff/0000000000000003.op"
head -c 100 /dev/urandom > "$folder/$writer/.new-0000000000000009.op"
head -c 100 /dev/urandom > "$folder/$writer/notes.txt"
run sync --json
exits 0 "an exchange goes on among garbage"
json '.alarm == null and .refused == 0 and .waiting == 0' "none of which is anybody's"
run add text.example --user ana --file "$work/kept/text.example" --sync
run sync --json
json '.pending == 0' "and sends"
holds "nobody's things were touched" test "$(cat "$folder/letters/one" "$folder/one")" = 'dear
dear'
nothing_lost

# --- the account password, the code -----------------------------------------------------------------
given 'a wrong account password'
for words in 'devices add --yes' "sync use $folder"; do
  # shellcheck disable=SC2086
  fails 5 errSecAuthFailed "that isn't the account password" 'kc help passwords' $words --account-password-file "$secret/wrong"
done
given 'nobody to ask'
fails 4 errSecInteractionNotAllowed 'the account password is needed' '--account-password-file FILE' devices add --yes
known_fails 4 errSecInteractionNotAllowed 'your consent is needed' '--yes' devices add

given 'joining'
make_device phone
run_with 'of the phone' add phone.example --stdin
fails 4 errSecInteractionNotAllowed 'the account password is needed' '--account-password-file FILE' \
  join "$folder" --code 493-207-118
fails 4 errSecInteractionNotAllowed 'the code from your other device is needed' '--code CODE' join "$folder"
for code in '' 1 49320711 4932071189 493-207-11x '493 207 one'; do
  known_fails 5 errKCPairingCode "a code looks like 493-207-118: nine digits\. .$code. doesn't; it was not tried" \
    'kc join URL --code 493-207-118' join "$folder" --code "$code"
done
mkdir "$work/empty"
for place in "$work/no/where" "$work/empty"; do
  wrong="isn't there\."
  [ ! -d "$place" ] || wrong="isn't a store, or not all of it has arrived here yet"
  known_fails 9 errSecNotAvailable "$place $wrong" 'kc join URL' \
    join "$place" --code 493-207-118
done
known_fails 2 errSecUnimplemented "doesn't know; it knows folders" 'kc join -h' join etcd://h/kc --code 493-207-118
spent="that code didn't work, and it can't be used again"
known_fails 5 errKCPairingCode "$spent" 'kc devices add' join "$folder" --code 493-207-118
fails 6 errSecDuplicateItem "there is an account in .$folder. already" "kc join $folder" sync use "$folder" \
  --account-password-file "$secret/account"

start_letting_in laptop --yes
on phone
given 'a wrong account password on the new device'
fails 5 errSecAuthFailed "that isn't the account password" 'kc help passwords' \
  join "$folder" --code "$code" --account-password-file "$secret/wrong"
given 'the right code'
run join "$folder" --code "$code" --account-password-file "$secret/account"
exits 0 "which cost no code"
end_letting_in
holds "the other device lets it in" test "$sponsor" -eq 0
known_fails 6 errSecDuplicateItem 'this device is one of your devices already' 'kc devices' join "$folder" --code "$code"
known_fails 2 errSecParam 'your other devices know this one as “phone”' 'kc join -h' join "$folder" --code "$code" --name other
run get phone.example
writes 'of the phone' "what it had is still there"

# In the log of another device: what is cut waits, what is something else is refused; either way the item
# comes when its operation is what it was, and nothing else suffers.
given "another device's log"
on laptop
run sync
# The other device is locked meanwhile, so that it does not read what is not yet spoilt.
spoil_operation() { # name of an item, command that spoils the file of the operation that brings it
  run lock
  on phone
  run_with 'on its way' add "$1" --stdin --sync
  find "$folder" -name '*.op' | sort > "$work/before"
  run sync
  # The first of a log is a session's.
  find "$folder" -name '*.op' | sort | comm -13 "$work/before" - | grep -v '/0*1\.op$' > "$work/operation"
  operation=$(cat "$work/operation")
  cp "$operation" "$work/whole"
  $2
  on laptop
  run unlock --password-file "$secret/keychain"
}
mend_operation() { # name of an item
  cp "$work/whole" "$operation"
  run sync --json
  json '.alarm == null and .waiting == 0 and .refused == 0' "$1: all is well again"
  run get "$1"
  writes 'on its way' "$1: it is here"
}
cut_short() {
  head -c 100 "$work/whole" > "$operation"
}
spoil_operation cut.example cut_short
run sync --json
exits 0 "an operation that is cut"
json '.waiting > 0 and .refused == 0 and .alarm == null' "waits"
run get cut.example
exits 3 "and nothing of it is taken"
mend_operation cut.example
garbage() {
  head -c 3000 /dev/urandom > "$operation"
}
spoil_operation garbage.example garbage
run sync --json
exits 10 "garbage for an operation: the exchange goes on, and the end says that not all is well"
json '.refused > 0 and .alarm == null' "is refused"
json_error '.name == "errKCStoreSuspect" and (.message | test("^number [0-9]+ of what .phone. wrote is damaged in the store"))' \
  "which is named"
run sync
exits 10 "the same in words"
says '^0 sent, 0 received, [0-9]+ waiting, 1 refused$' "with what was done"
complains '^kc: number [0-9]+ of what .phone. wrote is damaged in the store' "and what is damaged"
run sync status
exits 10 "as by the status"
run_with 'meanwhile' add meanwhile.example --stdin --sync
run sync --json
json '.pending == 0' "and does not keep others"
mend_operation garbage.example
on phone
run sync
run get meanwhile.example
writes 'meanwhile' "which arrive"

given 'a code that was used'
make_device tablet
known_fails 5 errKCPairingCode "$spent" 'kc devices add' join "$folder" --code "$code"
# Whoever joins before the service has told the folder hears of it in the middle: exit 7.
until_told() { # how many operations there were
  for _ in $(seq 100); do
    [ "$(find "$folder" -name '*.op' | wc -l)" -eq "$1" ] || return 0
    sleep 0.1
  done
}
for signal in TERM KILL; do
  given "a device that gave up: $signal"
  start_letting_in laptop --yes
  on phone
  operations=$(find "$folder" -name '*.op' | wc -l)
  kill "-$signal" "$waiting"
  end_letting_in
  until_told "$operations"
  on tablet
  known_fails 5 errKCPairingCode "$spent" 'kc devices add' join "$folder" --code "$code"
done
given 'a device that gives up in the middle'
start_letting_in laptop --yes
on phone
kill -STOP "$waiting"
on tablet
setsid "$program" join "$folder" --code "$code" --account-password-file "$secret/account" \
  < /dev/null > "$out" 2> "$err" &
joining=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
  grep -q 'Waiting for the device you already use' "$err" && break
  sleep 0.2
done
kill -KILL "$waiting"
end_letting_in
wait "$joining"
status=$?
exits 7 "the new device is told, and does not wait for ten minutes"
complains 'did not let this one into' "what happened"
complains 'kc devices add' "and what to type"
given 'a wrong code'
for try in 1 2 3; do
  start_letting_in laptop --yes
  on phone
  on tablet
  run join "$folder" --code "$(printf %s "$code" | tr 0123456789 1234567890)" --account-password-file "$secret/account"
  exits 5 "wrong code $try, on the new device"
  complains "$spent" "wrong code $try is told"
  end_letting_in
  holds "wrong code $try, on the other" test "$sponsor" -eq 5
  holds "wrong code $try is told there" grep -q "$spent" "$work/sponsor"
done
on laptop
known_fails 5 errKCPairingLocked 'three codes in a row went wrong' 'kc devices' devices add --yes
run devices --json
json '[.items[].name] | sort == ["laptop", "phone"]' "nobody else came in"
besides='cut.example garbage.example meanwhile.example'
nothing_lost

finish_rows
