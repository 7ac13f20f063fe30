#!/bin/sh
# SPDX-License-Identifier: ISC
# Devices that go: removed, lost, left; what they could read, what is told of them, and how they come again.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/circle.sh
. "$(dirname "$0")/circle.sh"

begin_circle laptop
run_with 'first' add first.example --user ana --stdin --sync
run key new work --sync
make_device desktop
pair laptop desktop
exchange laptop desktop

# --- how it stands ----------------------------------------------------------------------------------
on laptop
run sync status
says '^2 devices · store .* · last exchange [0-9]+ s ago · nothing waiting$' "sync status, in one line"
run sync status --json
json '.devices == 2 and (.engine | test("^(file|sqlite)$")) and (.layout | test("^(key-value|record)$")) and .refused == 0 and
  .waiting == 0 and .alarm == null and .removed_by == null' "sync status --json"
run devices exposure desktop
says '^desktop can read 1 password, 1 key:$' "exposure counts by kind"
says '^  first.example \(ana\), password$' "and lists what it is"
run devices exposure desktop --json
json '.device == "desktop" and .counts.passwords == 1 and .counts.keys == 1 and ([.items[].name] | sort == ["first.example", "work"])' \
  "exposure --json"
run devices exposure nowhere
exits 3 "no such device"
complains 'none of your devices is called “nowhere”' "which is said"

# --- removing ---------------------------------------------------------------------------------------
run devices remove desktop
exits 4 "nobody to ask"
converse -a 'Type the name to go ahead:  ' nothing -- devices remove desktop
exits 7 "another name stops it"
run devices --json
json '[.items[] | select(.status == "member")] | length == 2' "and nobody is out"
run devices remove desktop --before yesterday --yes
exits 2 "a time that is none"
run devices remove desktop --before 2999-01-01 --yes
exits 2 "a time that is still to come"
complains 'before is a time in the past' "which is told"
run devices remove desktop --yes --account-password-file "$work/secret/wrong"
exits 5 "a wrong account password"
converse -a 'Type the name to go ahead:  ' desktop -a 'Account password' 'one for all devices' -- devices remove desktop --lost
exits 0 "removing a device"
says 'After this, .*desktop.* gets nothing new, and your synced items get new keys\.' "it is said what that means"
says "It can't be made to forget what it has: 1 password, 1 key\..*kc devices exposure desktop" "and what it has"
says '.*desktop.* is out\. New keys are in use\. Noted in your history \(entry [3-9]\)\.' "and that it is done"
says 'Only one device is left' "and who is left"
run devices --json
json '.items[] | select(.name == "desktop") | .status == "removed" and .lost and .removed_by == "laptop" and .removed != null' \
  "devices --json tells who did it"
run devices
says '^desktop .*removed as lost by laptop' "and devices in words"
run devices remove desktop --yes
exits 6 "it is out already"
run history --json
exits 0 "the history"
json '.items | (map(.entry) == [range(1; length + 1)]) and (map(.time) | . == sort) and .[0].what == "begun" and
  any(.what == "added" and .device == "desktop" and .by == "laptop") and
  any(.what == "lost" and .device == "desktop" and .by == "laptop" and .stands) and any(.what == "new_keys")' "tells all of it"
run history
says '^1 +.* laptop began this circle$' "in words, from the beginning"
says ' laptop removed desktop, as lost$' "to the end"
run_with 'secret' add after.example --user ana --stdin --sync
run sync
run devices exposure desktop --json
json '[.items[].name] | sort == ["first.example", "work"]' "it can't read what came later"

# --- on the removed device --------------------------------------------------------------------------
on desktop
run sync
exits 11 "the removed device is told"
complains '“laptop” removed this device on [0-9]+ [A-Z][a-z][a-z]\. Items already here still open; nothing new will arrive\.' "by whom"
complains 'kc join .*folder' "and how it comes again"
complains "You don't know .laptop.\? Answer it: +kc devices remove laptop --counter" "or answers"
run devices remove laptop
exits 11 "it removes nobody any more"
complains '“laptop” removed this device' "which is told"
complains 'kc devices remove laptop --counter' "with what it can do"
never_says 'After this' "before anything is asked"
run sync --json
json_error '.name == "errKCNotTrusted" and .exit == 11 and (.try | any(test("^kc join ")))' "also in JSON"
run status
says '^Taken out +by laptop; nothing new arrives\. Join again:  kc join .*folder' "the status of all tells of it"
run status --json
json '.out == true and .store != null' "also for programs"
run sync status --json
exits 11 "sync status, of a device that is out"
json '.removed_by == "laptop" and .removed != null' "sync status remembers"
run get first.example
writes 'first' "what it had still opens"
run get after.example
exits 3 "what came later did not arrive"

# --- what is saved there meanwhile
run_with 'meanwhile' add meanwhile.example --user ana --stdin --sync
exits 0 "it saves as always"
complains 'Saved on this computer, and marked to sync' "what is marked"
complains 'none of your devices any more: what is marked stays here until it joins again:  kc join .*folder' "and says that it stays"
never_says 'It goes to all your devices' "and no more"
run_with 'here' add marked.example --user ana --stdin
run sync on marked.example
complains '“marked.example” is marked to sync' "so for what is marked later"
complains 'stays here until it joins again' "it stays, too"
run key new staying --sync
complains 'stays here until it joins again' "and a key"

# Without the password it can't get the better of one that removed it with the password.
run lock # a password that was typed counts for ten minutes, or until this
run unlock --password-file "$work/secret/keychain"
run devices remove laptop --counter --yes
exits 11 "its answer counts for less"
complains 'your answer to “laptop” is noted, and it doesn.t count: “laptop” gave the account password, or came earlier' "which is told, with the reason"
complains 'kc devices remove laptop --counter' "and what would count for more"
run devices remove laptop --counter --yes --account-password-file "$work/secret/wrong"
exits 5 "a password that this device doesn't know"
complains 'the one from when “laptop” removed it' "is told to be that"
run_known devices remove laptop --counter --yes
exits 11 "with the password as well, the earlier device counts"
complains 'doesn.t count: “laptop” gave the account password too, and of two that did, the device that came earlier counts' "which is told"
run history
says ' desktop removed laptop, which had removed it \(overruled: it doesn.t count\)$' "the history has it, once it was answered"
run history --json
json '[.items[] | select(.what == "countered" and .device == "laptop" and .by == "desktop") | .stands] == [false]' "once"
run sync
exits 11 "it stays out"
complains '“laptop” removed this device' "which is told"
never_says 'kc devices remove laptop --counter' "and no answer is advised after one"
run sync status
exits 11 "sync status, the same"
never_says 'kc devices remove laptop --counter' "without that advice"

# --- coming again -----------------------------------------------------------------------------------
pair laptop desktop
complains '^[0-9] items of this device go along: marked to sync' "and says what it brings along"
exchange laptop desktop
on desktop
run get after.example
writes 'secret' "it is one of them again"
on laptop
run get meanwhile.example
writes 'meanwhile' "what was saved meanwhile has come"
on laptop
run devices --json
json '[.items[] | select(.name == "desktop") | .status] | sort == ["member", "removed"]' "with another number"
run devices exposure desktop
says '^desktop can read 4 passwords, 2 keys:$' "its name means the one that is in"

on laptop
setsid "$program" watch --json < /dev/null > "$work/watched" 2> "$work/watching" &
waiting=$!
watched() { # what jq says of one of the objects, what it is
  for _ in $(seq 40); do
    jq -se "any($1)" "$work/watched" > /dev/null 2>&1 && break
    sleep 0.5
  done
  holds "$2" jq -se "any($1)" "$work/watched" > /dev/null
}
for _ in $(seq 40); do
  grep -q . "$work/watching" && break
  [ -d "/proc/$waiting" ] || break
  sleep 0.1
done

# --- leaving ----------------------------------------------------------------------------------------
on desktop
run devices leave
exits 4 "leaving without anybody to ask"
converse -a 'Type the name to go ahead:  ' desktop -- devices remove desktop
exits 0 "a device that removes itself leaves"
says 'Items stay here, all of them' "which says what stays"
run sync
exits 9 "it syncs no more"
run sync status
exits 9 "and its status has the same code"
says '^no store; nothing leaves this device$' "and says why"
run status
says '^Store +none; nothing leaves this device$' "as does the status of all"
run sync
complains "this device doesn't sync with a store\.$" "and nothing tells that it never did"
run get after.example
writes 'secret' "its items stay"
on laptop
run sync
run devices --json
json '[.items[] | select(.name == "desktop") | .status] | sort == ["left", "removed"]' "the others hear of it"
watched '.v == 1 and .change == "left" and .device.name == "desktop" and .device.status == "left"' "and watch tells of it"
kill "$waiting"
wait "$waiting" 2> /dev/null
waiting=
run history
says ' desktop left$' "and note it"
run devices exposure desktop
exits 12 "two that are out have one name"
complains '2 devices are called “desktop”: [0-9a-f]{16} \((left|removed)\), ' "their numbers tell them apart"
run devices --json
number=$(jq -r '.items[] | select(.status == "left") | .id[:12]' < "$out")
run devices exposure "$number"
says '^desktop could read 4 passwords, 2 keys:$' "a number does"
run devices exposure "$(printf %.3s "$number")"
exits 3 "three digits do not"
complains 'of a number four digits or more are needed' "which is told"
run devices exposure nobody
complains 'none of your devices is called “nobody”\.$' "of a number alone"

# --- an answer --------------------------------------------------------------------------------------
make_device phone
pair laptop phone
make_device tablet
pair laptop tablet
exchange laptop phone tablet
on laptop
run lock # a password that was typed counts for ten minutes, or until this
run unlock --password-file "$work/secret/keychain"
run devices remove phone --yes
exits 0 "removed, without the account password"
run devices remove tablet --yes
exits 0 "and another one after it"
on phone
run lock
run unlock --password-file "$work/secret/keychain"
run devices remove tablet --counter --yes
exits 3 "one that did nothing is not answered"
complains '“tablet” did not remove this device' "which is told"
never_says 'If you don.t know it, this answers it' "before anything else"
# It has not heard yet that it is out: the answer finds out.
run devices remove laptop --counter --yes
exits 11 "and answers, for what it is worth without the password"
complains 'This brings back as well whom “laptop” removed together with this device' "it is said who comes back by it"
complains 'unheard here: “tablet”\. Who of them is to stay out is to be removed again: +kc devices remove NAME' "by name"
run_known devices remove laptop --counter --yes --json
exits 0 "and again with the password"
json '.removed == "laptop" and .counter' "which is told"
run devices --json
json '[.items[] | select(.name == "laptop" or .name == "phone" or .name == "tablet") | {(.name): .status}] | add |
  .laptop == "removed" and .phone == "member" and .tablet == "member"' \
  "now the other one is out"
run_known devices remove laptop --counter --yes
exits 6 "one answer is enough"
complains 'you have answered “laptop” already' "which is told"
on laptop
run sync
exits 11 "and knows it"
complains '“phone” removed this device' "from whom"

# --- two with one name ------------------------------------------------------------------------------
make_device watch
pair phone watch
make_device pad
pair phone pad
on pad-2
run setup --name pad --password-file "$work/secret/keychain"
pair phone pad-2
complains 'Another of your devices is called “pad”, so this one is “pad 2” to all of them' "a name that one has already"
holds "is told on the other device as well" grep -q '“pad 2” wants to use your passwords' "$work/sponsor"
run status --json
json '.device == "pad 2"' "the device has another"
exchange phone pad pad-2 watch
on watch
run devices --json
json '[.items[].name | select(startswith("pad"))] | sort == ["pad", "pad 2"]' "which all know"
on pad
run lock
run unlock --password-file "$work/secret/keychain"
run devices remove watch --yes
exits 0 "one of the two removes a device"
on watch
run_known devices remove "pad 2" --counter --yes
exits 3 "the other one did not"
run_known devices remove pad --counter --yes --json
exits 0 "which answers the one that did"
json '.removed == "pad" and .entry > 0' "which is noted"
run devices --json
json '[.items[] | select(.name | startswith("pad")) | {(.name): .status}] | add | .pad == "removed" and .["pad 2"] == "member"' \
  "and means that one alone"

# --- a service that ends in the middle --------------------------------------------------------------
# While somebody else holds the store's file the service waits for it, and is killed.
if [ "$store" != "$folder" ]; then
  on phone
  cat > "$work/hold" << END
import sqlite3, time
held = sqlite3.connect("$folder/store", isolation_level=None)
held.execute("BEGIN EXCLUSIVE")
open("$work/held", "w").close()
time.sleep(30)
END
  cat > "$work/ends" << END
#!/bin/sh
python3 "$work/hold" > "$work/holding" 2>&1 &
until [ -e "$work/held" ]; do sleep 0.1; done
(sleep 2; kill -KILL $(service_of "$KEYCIRCLE_HOME") \$!) > "$work/ended" 2>&1 &
cat "$work/secret/account"
END
  chmod 700 "$work/ends"
  run devices remove tablet --yes --askpass "$work/ends"
  exits 1 "the service is killed during a removal"
  complains 'the keychain service ended while it was working, and “devices remove” may be done or not' "which is told"
  complains 'Look whether it was done:  kc devices' "and where to look"
  never_says 'could not be started' "since it could"
  run unlock --password-file "$work/secret/keychain"
  rm "$work/held"
  sed -i "s/kill -KILL [0-9]*/kill -KILL $(service_of "$KEYCIRCLE_HOME")/" "$work/ends"
  run passwd --account --askpass "$work/ends" --new-account-password-file "$work/secret/wrong"
  exits 1 "and during a change of the account password"
  complains 'the keychain service ended while it was working, and “passwd --account” may be done or not' "which is told"
  complains 'Look whether it was done:  kc history' "and what shows that"
  [ -d /run/systemd/system ] || never_says journalctl "and no journal where there is none"
fi

# --- the store is gone for good ---------------------------------------------------------------------
# One device begins anew in its place; the other leaves what is gone, and comes in there with its items.
rm -rf "$folder"
mkdir -m 700 "$folder"
make_device oak
run_known sync use "$store"
make_device elm
pair oak elm
exchange oak elm
run_with 'elm only' add elm.example --user ana --stdin --sync
rm -rf "$folder"
mkdir -m 700 "$folder"
run devices leave --yes
exits 9 "a device that is to tell the others needs the store"
on oak
run_known sync use "$store" --new
exits 0 "oak begins anew"
on elm
run sync
exits 10 "what is there is not elm's store"
complains 'kc devices leave --without-store' "and the way out is told"
run_known sync use "$store"
exits 10 "nor can it move there"
complains 'kc devices leave --without-store' "the same"
run_known join "$store" --code 493-207-118
exits 6 "nor come in, as it is in another account"
complains 'kc devices leave --without-store' "the same"
run devices leave --yes
exits 10 "nobody can be told there"
run devices leave --without-store
exits 4 "leaving without a word is asked"
run devices leave --without-store --yes
exits 0 "it leaves without the store"
complains 'Nobody is told' "which is told before"
complains 'nobody was told' "and after"
run get elm.example
writes 'elm only' "its items stay"
pair oak elm
exchange oak elm
on oak
run get elm.example
writes 'elm only' "and go along when it comes in"
on elm
run devices leave --without-store --yes --json
json '.left == "elm" and .told == false' "programs hear that nobody was told"

# --- put back from a backup of itself ---------------------------------------------------------------
rm -rf "$folder"
mkdir -m 700 "$folder"
make_device ash
run_known sync use "$store"
make_device yew
pair ash yew
exchange ash yew
run service stop
cp -a "$work/device-yew" "$work/yew-then"
run unlock --password-file "$work/secret/keychain"
run_with 'since then' add since.example --user ana --stdin --sync
exchange yew ash
on yew
run service stop
rm -rf "$work/device-yew"
mv "$work/yew-then" "$work/device-yew"
run unlock --password-file "$work/secret/keychain"
run sync
exits 10 "a device that was put back finds more of itself than it knows"
complains 'put back from a backup of itself' "which is told as that"
complains 'kc join ' "with the way out"
complains 'kc devices remove NAME' "and what is to be done after"
run doctor store
exits 10 "so does the doctor"
says 'this one was put back from a backup of itself' "which says what it can be"
complains 'kc join ' "and what is to be done"
pair ash yew
exchange yew ash
on yew
run get since.example
writes 'since then' "it comes in again, and has all"

# --- a file in its own name -------------------------------------------------------------------------
if [ "${engine:-folder}" = folder ]; then
  on ash
  id=$(run devices --json; jq -r '.items[] | select(.this) | .id' "$out" | cut -c 1-32)
  head -c 300 /dev/urandom > "$folder/$id/0000000000000099.op"
  run sync
  exits 10 "what is not its own in its own log"
  run doctor store
  exits 10 "is found by the doctor"
  says "the file $id/0000000000000099\.op in it\. .* can be moved away" "which names the file"
  rm "$folder/$id/0000000000000099.op"
  run sync
  exits 0 "and all is well without it"

  # A device whose first list is not here yet has no name: it is spoken of when it has one.
  exchange ash yew
  cp -a "$folder" "$work/copy"
  on yew
  run_known sync use "$work/copy"
  exits 0 "yew hears of the others late"
  setsid "$program" watch < /dev/null > "$work/late" 2> "$work/watching" &
  watching=$!
  make_device fir
  pair ash fir
  exchange ash fir
  on fir
  id=$(run devices --json; jq -r '.items[] | select(.this) | .id' "$out" | cut -c 1-32)
  for log in "$folder"/*; do
    [ "$log" = "$folder/$id" ] || cp -a "$log" "$work/copy"
  done
  on yew
  run sync
  for _ in $(seq 20); do
    run devices --json
    jq -e 'any(.items[]; .status == "waiting")' "$out" > /dev/null && break
    sleep 0.2
  done
  json 'any(.items[]; .name == "")' "one that was let in has no name yet"
  sleep 3
  cp -a "$folder/$id" "$work/copy"
  run sync
  for _ in $(seq 40); do
    grep -q 'device fir' "$work/late" && break
    sleep 0.2
  done
  kill "$watching"
  cp "$work/late" "$out"
  says 'added +device fir, by ash$' "it is told with its name"
  holds "and once" [ "$(grep -c added "$work/late")" = 1 ]
fi

# --- the last one -----------------------------------------------------------------------------------
make_device hermit
on hermit
run_known sync use "$work/hermitage" --new
run devices leave --yes
exits 0 "the last device leaves"
complains 'none of your devices is left' "which is told before"
complains 'kc sync use .* --new' "and what comes after it"

finish
