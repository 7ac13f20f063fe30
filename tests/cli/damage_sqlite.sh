#!/bin/sh
# SPDX-License-Identifier: ISC
# A record that all have read already is spoilt, or lost, in a store of records: the feed brings it to nobody but who
# reads it whole. The doctor says so, and where it is mended; and that mends it.
engine=sqlite
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/circle.sh
. "$(dirname "$0")/circle.sh"

# What somebody with an editor does to the file: nothing in it says that it was done. What is added is at its end.
file=$folder/store
edit() { # names, flip, lose, keep, put back or add; of what; for flip where, for keep and back a file
  python3 - "$file" "$@" << 'SCRIPT'
import sqlite3, sys
db, (verb, name), rest = sqlite3.connect(sys.argv[1]), sys.argv[2:4], sys.argv[4:]
if verb == "names":
    for row in db.execute("SELECT name FROM record WHERE name LIKE ? AND length(value) > 0 ORDER BY id", (name + "-%",)):
        print(row[0])
elif verb == "flip":
    value = bytearray(db.execute("SELECT value FROM record WHERE name = ?", (name,)).fetchone()[0])
    value[int(float(rest[0]) * (len(value) - 1))] ^= 1
    db.execute("UPDATE record SET value = ? WHERE name = ?", (bytes(value), name))
elif verb == "keep":
    db.execute("ATTACH ? AS kept", (rest[0],))
    db.execute("CREATE TABLE kept.record AS SELECT * FROM record WHERE name = ?", (name,))
elif verb == "back":
    db.execute("ATTACH ? AS kept", (rest[0],))
    db.execute("REPLACE INTO main.record SELECT * FROM kept.record")
elif verb == "add":
    zone, seq = db.execute("SELECT zone, seq + 1 FROM zone WHERE zone = (SELECT zone FROM record WHERE name LIKE 'p-%')").fetchone()
    db.execute("INSERT INTO record (zone, name, seq, write_id, value) SELECT zone, ?, ?, write_id, value FROM record "
               "WHERE name LIKE 'p-%' LIMIT 1", (name, seq))
    db.execute("UPDATE zone SET seq = ? WHERE zone = ?", (seq, zone))
else:
    db.execute("DELETE FROM record WHERE name = ?", (name,))
db.commit()
SCRIPT
}

begin_circle laptop
list=$(edit names p)
make_device desktop
pair laptop desktop
on laptop
run_with secret add one.example --stdin --sync
exchange laptop desktop
item=$(edit names i)
on desktop
run_with secret add two.example --stdin --sync
exchange desktop laptop
holds "an item and a list of the laptop" test "$(printf '%s\n' "$item" "$list" | wc -w)" = 2

# --- what each says ---------------------------------------------------------------------------------
is_well() { # name
  on "$1"
  run doctor store --json
  exits 0 "$1: nothing is wrong"
  json '.healthy and all(.devices[]; .damaged_records == 0)' "$1: with no record"
  run sync status
  exits 0 "$1: nor by the status"
}
is_ill() { # name
  on "$1"
  run sync
  went=$status
  run sync status
  exits "$went" "$1 has read it before, and goes on, as the status says"
  run doctor store
  exits 10 "$1: the doctor says so"
  says "^✗ 1 record of “laptop” is damaged or missing there" "$1: and of whom it is"
  complains "a part .1 record. of what .laptop.(, this device,)? wrote is damaged in the store" "$1: in the end, too"
  case $1 in
  laptop) complains 'To write it anew, here: +kc sync repair --push-from-here' "$1: and that it is mended here" ;;
  *) complains 'On “laptop”.*kc sync repair --push-from-here' "$1: and where it is mended" ;;
  esac
  run doctor store --json
  json '.healthy == false and [.devices[] | select(.damaged_records == 1) | .device] == ["laptop"]' "$1: for programs"
}
is_well laptop
is_well desktop
edit keep "$item" "$work/item"
for how in 'flip 0' 'flip 0.5' 'flip 1' lose; do
  # shellcheck disable=SC2086
  set -- $how
  edit "$1" "$item" ${2:+"$2"}
  is_ill laptop
  is_ill desktop
  edit back "$item" "$work/item"
done
is_well laptop
is_well desktop

# --- what it says to do cures it --------------------------------------------------------------------
for record in "$item" "$list"; do
  edit flip "$record" 1
  is_ill desktop
  is_ill laptop
  run sync repair --push-from-here --yes
  exits 0 "the laptop writes it anew"
  exchange laptop desktop
  is_well laptop
  is_well desktop
done
make_device phone
pair desktop phone
run get one.example
writes secret "who joins has all"

# --- what is refused --------------------------------------------------------------------------------
# It is counted in the exchange that it came with, and in none after; that may have been one that nobody asked for.
on laptop
found=
for number in 1 2 3 4 5 6 7 8 9 10; do
  edit add "junk$number"
  run sync
  run doctor store
  if grep -q '^✗ 1 thing is in it not as any of your devices made it' "$out"; then found=1 && break; fi
done
holds "what no device has made is refused" test -n "$found"
exits 10 "and what is wrong for the doctor is wrong at its end"
complains 'the store looks wrong, as is said above' "in words"

finish
