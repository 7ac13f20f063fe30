#!/bin/sh
# SPDX-License-Identifier: ISC
# An operation that all have read already is spoilt in the store: nobody reads it again but who joins. The doctor and
# the status say so, and where it is mended. (In a store of records there are no operations.)
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/circle.sh
. "$(dirname "$0")/circle.sh"

# Of the laptop alone: sessions have logs as well, which come and go.
log_of_laptop() {
  find "$folder/$writer" -name '*.op' | sort
}

begin_circle laptop
writer=$(ls "$folder")
make_device desktop
pair laptop desktop
exchange laptop desktop
on laptop
log_of_laptop > "$work/before"
run_with secret add one.example --stdin --sync
run sync
log_of_laptop | comm -13 "$work/before" - > "$work/operation"
operation=$(head -n 1 "$work/operation")
run_with secret add two.example --stdin --sync
run sync
exchange laptop desktop
last=$(log_of_laptop | tail -n 1)
holds "two operations of the laptop" test -n "$operation" -a "$operation" != "$last"
number_of() { # file
  basename "$1" .op | sed 's/^0*//'
}

# --- what each says ---------------------------------------------------------------------------------
is_well() { # name
  on "$1"
  run doctor store --json
  exits 0 "$1: nothing is wrong"
  json '.healthy and all(.devices[]; .damaged == null and (.id | test("^[0-9a-f]{64}$")))' "$1: in no log"
  run sync status --json
  exits 0 "$1: nor by the status"
  json '.missing == []' "$1: which misses nothing"
}
is_ill() { # name, number
  on "$1"
  run sync
  exits 0 "$1 has read it before, and goes on"
  run doctor store
  exits 10 "$1: the doctor says so"
  says "^✗ number $2[ ,]" "$1: by its number"
  case $1 in
  laptop)
    complains "number $2 of what .laptop., this device, wrote is damaged in the store" "$1: and of whom it is"
    complains 'To write it anew, here: +kc sync repair --push-from-here' "$1: and that it is mended here"
    ;;
  *)
    complains "number $2 of what .laptop. wrote is damaged in the store" "$1: and of whom it is"
    complains 'On “laptop”.*kc sync repair --push-from-here' "$1: and where it is mended"
    ;;
  esac
  never_says "number $2, is there" "$1: nothing is praised that is spoilt"
  run doctor store --json
  json ".healthy == false and any(.devices[]; .device == \"laptop\" and .damaged == $2)" "$1: for programs"
}
is_well laptop
is_well desktop
# A bit in the middle, one near the end, which is in the list, and a part of it alone; of the last operation too.
flip() { # file, place
  python3 - "$1" "$2" << 'SCRIPT'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[int(float(sys.argv[2]) * (len(data) - 1))] ^= 1
open(sys.argv[1], "wb").write(data)
SCRIPT
}
# shellcheck disable=SC2317
shorten() { # file, length
  truncate -s "$2" "$1"
}
for file in "$operation" "$last"; do
  cp "$file" "$work/whole"
  for how in 'flip 0.3' 'flip 1' 'shorten 20' 'shorten 0'; do
    # shellcheck disable=SC2086
    set -- $how
    "$1" "$file" "$2"
    is_ill laptop "$(number_of "$file")"
    is_ill desktop "$(number_of "$file")"
    cp "$work/whole" "$file"
  done
  mv "$file" "$work/whole"
  [ "$file" = "$last" ] || is_ill desktop "$(number_of "$file")"
  mv "$work/whole" "$file"
done
is_well laptop
is_well desktop

# --- who joins --------------------------------------------------------------------------------------
# Nobody waits here for what it says after a while: what remains is a device that lacks something.
knock() { # the one that is in, the new one
  start_letting_in "$1" --yes
  on "$2"
  most=5
  [ -z "${KC_LONG:-}" ] || most=100
  timeout "$most" setsid -w "$program" join "$store" --code "$code" --account-password-file "$work/secret/account" \
    < /dev/null > "$out" 2> "$err"
  status=$?
  end_letting_in
}
flip "$operation" 0.3
make_device phone
knock desktop phone
if [ -n "${KC_LONG:-}" ]; then
  exits 10 "joining ends when what is damaged does not come"
  complains 'This device is in, and not all of the items are: number' "after it was said what it waits for"
else
  exits 124 "joining waits"
fi
run sync status
exits 10 "the newcomer's status says that something is wrong"
says "^Missing +number $(number_of "$operation") of laptop" "and what it waits for, of whom"
run doctor store
exits 10 "so does its doctor"
complains 'On “laptop”.*kc sync repair --push-from-here' "and where it is mended"
run get one.example
exits 3 "not all is here"

# --- what it says to do cures it --------------------------------------------------------------------
on laptop
run sync repair --push-from-here --yes
exits 0 "the writer writes it anew"
exchange laptop desktop phone
on phone
run get two.example
writes secret "the newcomer goes on by itself"
for device in laptop desktop phone; do
  is_well "$device"
done

# --- what one who is out wrote ----------------------------------------------------------------------
on phone
run_with secret add three.example --stdin --sync
run devices --json
phone=$(jq -r '.items[] | select(.this) | .id[0:32]' "$out")
exchange phone laptop desktop
on laptop
run devices remove phone --yes
exits 0 "the phone is removed"
exchange laptop desktop
rm -r "${folder:?}/${phone:?}"
on desktop
run sync status --json
json '.missing == [] and .alarm == null' "who is in does not miss its log"
make_device tablet
knock laptop tablet
exits 124 "who joins does"
if [ -n "${KC_LONG:-}" ]; then
  complains 'This device is in, and not all of the items are: something that .phone. wrote, which is out' "and says so"
fi
run sync status
says '^Missing +something of phone, which is out; .*kc sync repair --push-from-here$' "its status says of whom"
run sync status --json
json '.missing | length == 1 and .[0].device == "phone"' "also for programs"
run doctor store
says '^! .phone. is out, and something that it wrote before is damaged or missing there' "so does its doctor"
on laptop
run sync repair --push-from-here --yes
exits 0 "a device that has it says it anew"
on tablet
run sync repair --push-from-here --yes
exits 0 "the newcomer is told to go on"
run get three.example
writes secret "and has all"
exchange laptop tablet desktop
for device in laptop desktop tablet; do
  is_well "$device"
done

finish
