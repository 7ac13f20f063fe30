#!/bin/sh
# SPDX-License-Identifier: ISC
# Earlier values of items: what is kept, who wrote it, how one comes back, here and on the other device.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/circle.sh
. "$(dirname "$0")/circle.sh"
watching=
trap 'kill $waiting $watching 2> /dev/null; kill -CONT $watching 2> /dev/null; clean_up' EXIT

# --- one device -------------------------------------------------------------------------------------
make_device alone
run history github.com
exits 3 "history of nothing"
run_with 'first value' add github.com --user ana --stdin
run history github.com
exits 0 "history of an item that was never changed"
complains 'no earlier value of .github\.com' "and that there is none"
run history github.com --json
json '.items == []' "for programs too"
run_with 'second value' add github.com --user ana --stdin
complains 'stays in history for 90 days: +kc history github\.com --user ana' "a replaced password is told"
run history github.com
exits 0 "history of an item"
says '^1 +just now +github\.com +ana +here +replaced here$' "the value that was replaced"
never_says 'first value' "without the secret"
run history github.com --json
json '.items | length == 1 and .[0].entry == 1 and .[0].user == "ana" and .[0].what == "replaced"
  and .[0].by == "alone" and .[0].from == "alone" and (.[0].ended | type) == "string"
  and (.[0] | has("secret") | not)' "for programs"
run history github.com -g --json
json '.items[0].secret == "first value"' "the secret when it is asked for"
run history github.com -g
says '^1  first value$' "and for people"
run_with 'second value' add github.com --user ana --stdin
run item -u 'class=inet,srvr=github.com' --set 'icmt=changed'
exits 0 "a change of an attribute"
run history github.com --json
json '.items | length == 1' "what has the same secret is no earlier value"

run history github.com --restore 2 --yes
exits 3 "an entry that is not there"
complains '^kc: there is no entry 2\.$' "which is told"
run history github.com --restore 1
exits 4 "bringing one back is asked"
run history github.com --restore 1 --yes
exits 0 "an earlier value comes back"
run get github.com
writes 'first value' "and is the value"
run history github.com -g --json
json '[.items[].secret] == ["second value", "first value"]' "the one that it replaced is kept, newest first"

run rm github.com --yes
complains 'stays in history for 90 days: +kc history github\.com' "a deletion says where it stays"
run get github.com
exits 3 "it is deleted"
run item -q class=inet,srvr=github.com
exits 3 "and no search of items finds it"
run history github.com --user ben
exits 3 "another user has none"
run history github.com
says '^1 .* deleted here$' "history finds what was deleted by its name"
run history github.com --restore 1 --yes
exits 0 "a deleted password comes back"
run get github.com
writes 'first value' "as it was"
run history --item github.com
says '^1 ' "an item's history, asked for as such"
run history --item
exits 2 "an item's history, without a name"
run history --user ana
exits 2 "the history of the devices has no user"

run key new work
run rm work --yes
run history work
exits 3 "a key that is destroyed is destroyed"

for n in 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23; do
  run_with "value $n" add often.example --user ana --stdin
done
run history often.example -g --json
json '.items | length == 20 and .[0].secret == "value 22" and .[19].secret == "value 03"' "twenty are kept of one"
run lock
run history often.example
exits 4 "nothing of it while it is locked"
never_says 'often' "not even that it is there"

# --- two devices ------------------------------------------------------------------------------------
begin_circle laptop
run_with 'from laptop' add shop.example --user ana --stdin --sync
exits 0 "an item that syncs"
make_device desktop
pair laptop desktop
exchange laptop desktop
run_with 'from desktop' add shop.example --user ana --stdin
exchange desktop laptop
on laptop
run get shop.example
writes 'from desktop' "the change arrives"
run history shop.example -g --json
json '.items | length == 1 and .[0].secret == "from laptop" and .[0].from == "laptop"
  and .[0].by == "desktop" and .[0].what == "replaced"' "what it replaced, written here, ended there"
run history shop.example
says 'here +replaced by desktop$' "and for people"
on desktop
run history shop.example --json
json '.items | length == 1 and .[0].from == "laptop" and .[0].by == "desktop"' "the same on the other"

# A change on each, neither knowing of the other: the later one wins, the other is in a history.
apart
on laptop
run_with 'sooner' add shop.example --user ana --stdin
sleep 0.1
on desktop
run_with 'later' add shop.example --user ana --stdin
together
exchange desktop laptop desktop
on laptop
run get shop.example
writes 'later' "the later change wins"
run history shop.example -g --json
json '.items[0].secret == "sooner" and .items[0].what == "lost" and .items[0].from == "laptop" and .items[0].by == "desktop"' \
  "the loser is kept where it lost"
run history shop.example
says 'lost against a change of desktop$' "and told"

# Deleted on one, restored there, live on both again.
run rm shop.example --yes
exchange laptop desktop
on desktop
run get shop.example
exits 3 "the deletion arrives"
run history shop.example
says '^1 .* deleted by laptop$' "and says whose it was"
setsid "$program" watch < /dev/null > "$work/watched" 2> /dev/null &
waiting=$!
setsid "$program" watch --json < /dev/null > "$work/watched.json" 2> /dev/null &
waiting="$waiting $!"
sleep 1
on laptop
run history shop.example --restore 1 --yes
exits 0 "the deleted item is brought back"
exchange laptop desktop
on desktop
run get shop.example
writes 'later' "on the other device too"
run_with 'mine' add own.example --user ana --stdin
for _ in 1 2 3 4 5 6 7 8 9 10; do
  if grep -q own.example "$work/watched" && grep -q own.example "$work/watched.json"; then break; fi
  sleep 0.5
done
# shellcheck disable=SC2086
kill $waiting
waiting=
cp "$work/watched" "$out"
says '^[0-9:]{8}  new +shop\.example \(ana\)  from laptop$' "watch tells where a change comes from"
says '^[0-9:]{8}  new +own\.example \(ana\)$' "and nothing of one made here"
holds "for programs too" sh -c "jq -se 'any(.name == \"shop.example\" and .from == \"laptop\")
  and any(.name == \"own.example\" and (has(\"from\") | not))' '$work/watched.json' > /dev/null"

# What another device deletes of a key is kept, each half with what it is.
on laptop
run key new signing --sync
exits 0 "a key that syncs"
exchange laptop desktop
on desktop
run rm signing --yes
exits 0 "it is deleted on the other device"
exchange desktop laptop
on laptop
run history signing
says ' signing \(key\) .* deleted by desktop$' "the private half is kept"
says ' signing \(public key\) .* deleted by desktop$' "and the public one, told apart"

# Watch names devices as they are by then. One that comes in while it runs, and what that wrote, it sees in one look:
# it is stopped soon after it has looked who there is, which it does every two seconds.
on desktop
setsid "$program" watch < /dev/null > "$work/watched" 2> "$work/watching" &
watching=$!
for _ in $(seq 100); do
  [ -s "$work/watching" ] && break
  sleep 0.05
done
kill -STOP "$watching"
make_device phone
pair laptop phone
run_with 'by phone' add phone.example --user ana --stdin --sync
exchange phone desktop
on desktop
run get phone.example
writes 'by phone' "an item of a new device arrives"
kill -CONT "$watching"
until_told() { # how it is told, what it is
  for _ in $(seq 40); do
    grep -qE "^[0-9:]{8}  $1\$" "$work/watched" && break
    sleep 0.25
  done
  cp "$work/watched" "$out"
  says "^[0-9:]{8}  $1\$" "$2"
}
until_told 'new +phone\.example \(ana\)  from phone' "watch names a device that came in since it began"
on laptop
run sync
run_with 'by laptop' add phone.example --user ana --stdin
exchange laptop phone desktop
until_told 'changed +phone\.example \(ana\)  from laptop' "and who changed that later"
on phone
run rm phone.example --yes
run_with 'last of phone' add last.example --user ana --stdin --sync
exchange phone laptop
until_told 'deleted +phone\.example \(ana\)  from phone' "and who deleted it"
until_told 'new +last\.example \(ana\)  from phone' "and made another one"
on laptop
run_known devices remove phone --yes
exits 0 "phone is removed"
exchange laptop desktop
until_told 'removed +device phone, by laptop' "and who removed a device"
kill "$watching"
wait "$watching" 2> /dev/null
watching=

# One item added on both before either knows of it, and one changed on both: who wins has the loser too.
apart
on laptop
run_with 'first made' add twice.example --user ana --stdin --sync
sleep 0.1
on desktop
run_with 'second made' add twice.example --user ana --stdin --sync
together
exchange laptop desktop laptop
for device in laptop desktop; do
  on "$device"
  run get twice.example
  writes 'second made' "the one that was added later stays, on $device"
  run history --item twice.example -g --json
  json '.items | length == 1 and .[0].secret == "first made" and .[0].what == "gave-way" and .[0].by == "desktop"
    and .[0].from == "laptop"' "the other is in the history of $device"
done
on laptop
run history --item twice.example
says 'here +gave way to the same item of desktop$' "and nobody deleted it"
apart
run_with 'laptop says' add twice.example --user ana --stdin
sleep 0.1
on desktop
run_with 'desktop says' add twice.example --user ana --stdin
together
exchange laptop desktop laptop
on laptop
run history --item twice.example
says '^1 .* here +lost against a change of desktop$' "nobody replaced what desktop had never seen"
on desktop
run get twice.example
writes 'desktop says' "the later change wins"
run history --item twice.example
says '^[12] .* laptop +lost against a change made here$' "and who made it has what lost"
run history --item twice.example -g --json
json '[.items[] | select(.what == "lost") | .secret] == ["laptop says"]' "with its secret"

# Whoever leaves takes along what the other wrote, and its history says so after.
on laptop
run_with 'of laptop' add taken.example --user ana --stdin --sync
run_with 'of laptop, too' add anew.example --user ana --stdin --sync
run_with 'of both' add both.example --user ana --stdin --sync
exchange laptop desktop
on desktop
run_with 'own' add both.example --user ana --stdin
exchange desktop laptop
on desktop
run devices leave --yes
exits 0 "desktop leaves"
run history shop.example --json
json 'any(.items[]; .what == "deleted" and .by == "laptop")' "what laptop ended is still told as that"
run_with 'of desktop' add taken.example --user ana --stdin
run history taken.example -g --json
json '.items | length == 1 and .[0].secret == "of laptop" and .[0].from == "laptop" and .[0].by == "desktop"' \
  "what laptop wrote is laptop's, also when it is replaced after"
run history taken.example
says '^1 .* ana +laptop +replaced here$' "and for people"
run_with 'own again' add both.example --user ana --stdin
run history both.example -g --json
json '.items | length == 2 and .[0].secret == "own" and .[0].from == "desktop" and .[1].from == "laptop"' \
  "what it wrote itself is its own"
run history both.example
says '^1 .* ana +here +replaced here$' "and for people"
until rm -rf "$folder" 2> /dev/null; do sleep 0.1; done # a device may be looking
mkdir -m 700 "$folder"
run_known sync use "$store" --new
exits 0 "desktop begins anew"
run sync
run_with 'of desktop' add anew.example --user ana --stdin
run history anew.example --json
json '.items | length == 1 and .[0].from == "laptop" and .[0].by == "desktop"' \
  "what laptop wrote is told as that in the circle that follows"
finish
