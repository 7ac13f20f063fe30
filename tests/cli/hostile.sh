#!/bin/sh
# SPDX-License-Identifier: ISC
# A folder that is damaged, full of junk or hostile: what kc sync and kc join say, and that nothing is lost.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/sponsor.sh
. "$(dirname "$0")/sponsor.sh"

folder=$work/folder
mkdir -m 700 "$folder"

join() { # more words…
  run join "$folder" --code "$code" --account-password-file "$work/secret/account" "$@"
}

alter() { # flip|lie|cut, file, number
  python3 "$top_srcdir/tests/cli/alter.py" "$@"
}

# Whatever the store does, the desktop has its own.
keeps_its_own() { # what
  run get local.example
  writes 'only on the desktop' "$1: an item of this device only"
  run get mine.example
  writes 'of the desktop' "$1: an item that syncs, and is from here"
  run get early.example
  writes 'read before' "$1: an item that came before"
}

# Saves an item on the laptop and sends it, while the desktop is locked and so reads nothing; the file of the
# operation is $file.
send() { # secret, name
  on desktop
  run lock
  on laptop
  run_with "$1" add "$2" --user ana --stdin --sync
  run sync
  file=$(find "$folder/$laptop" -name '*.op' | sort | tail -n 1)
  mv "$file" "$work/whole"
  cp "$work/whole" "$file"
}
wake() {
  on desktop
  run unlock --password-file "$work/secret/keychain"
}

# --- two devices ------------------------------------------------------------------------------------
make_device laptop
run_with 'read before' add early.example --user ana --stdin --sync
run sync use "$folder" --account-password-file "$work/secret/account"
exits 0 "a store"
laptop=$(basename "$(find "$folder" -mindepth 1 -maxdepth 1 -type d)")
make_device desktop
run_with 'only on the desktop' add local.example --user ana --stdin
run_with 'of the desktop' add mine.example --user ana --stdin --sync
start_letting_in laptop --yes
on desktop
join
exits 0 "two devices"
end_letting_in
holds "and the first is content" test "$sponsor" -eq 0
keeps_its_own "to begin with"

# --- one operation, damaged ------------------------------------------------------------------------
# What it brings is waiting, exit 0, or refused, exit 10; the rest works; and whole again it is read.
number=0
while read -r how place; do
  number=$((number + 1))
  send "secret $number" "new$number.example"
  alter "$how" "$file" "$place"
  wake
  run sync --json
  exits "$([ "$how" = cut ] && echo 0 || echo 10)" "$how at $place"
  json '.received == 0 and .waiting + .refused > 0 and .alarm == null' "$how at $place is counted"
  run get "new$number.example"
  exits 3 "$how at $place: nothing is taken of it"
  cp "$work/whole" "$file"
  run sync
  exits 0 "$how at $place, mended"
  run get "new$number.example"
  writes "secret $number" "$how at $place: mended, it is read"
done << 'END'
flip 0
flip 20
flip 300
flip 700
flip -1
lie 5
lie 32
lie 300
cut 0
cut 1
cut 900
END
run sync
says '^0 sent, 0 received, 0 waiting, 0 refused$' "all is well again"
keeps_its_own "after damaged operations"

# --- other things in its place ---------------------------------------------------------------------
send 'behind a pipe' pipe.example
rm "$file"
wake
for thing in pipe folder link nothing; do
  case $thing in
    pipe) mkfifo "$file" ;;
    folder) mkdir "$file" ;;
    link) ln -s "$work/whole" "$file" ;;
    nothing) : > "$file" ;;
  esac
  run sync --json
  exits "$([ "$thing" = nothing ] && echo 0 || echo 10)" "a $thing for an operation"
  json '.waiting + .refused == 1 and .alarm == null' "a $thing is counted"
  run get pipe.example
  exits 3 "a $thing holds nothing"
  rm -rf "$file"
done
cp "$work/whole" "$file"
run sync
run get pipe.example
writes 'behind a pipe' "and the true one is read"

# --- junk beside it --------------------------------------------------------------------------------
for place in "$folder" "$folder/$laptop"; do
  : > "$place/0000000000000001.sync-conflict-20260101-120000-ABCDEFG.op"
  echo junk > "$place/notes~"
  echo junk > "$place/desktop.ini"
  echo junk > "$place/.syncthing.0000000000000001.op.tmp"
done
mkdir "$folder/00000000000000000000000000000001" "$folder/pictures"
echo junk > "$folder/00000000000000000000000000000001/0000000000000001.op"
mkfifo "$folder/00000000000000000000000000000002"
ln -s / "$folder/00000000000000000000000000000003"
find "$folder" | sort > "$work/before"
run sync --json
exits 0 "junk in the folder"
json '.waiting == 0 and .refused == 0 and .alarm == null' "is passed over"
find "$folder" | sort > "$work/after"
holds "and left alone" cmp -s "$work/before" "$work/after"

# --- joining ---------------------------------------------------------------------------------------
# False offers, and operations that are nobody's, beside the true offer.
make_device phone
find "$folder" -name 0000000000000001.op | sort > "$work/before"
start_letting_in laptop --yes
find "$folder" -name 0000000000000001.op | sort > "$work/after"
offer=$(comm -13 "$work/before" "$work/after")
for id in 4 5 6 7; do
  mkdir "$folder/0000000000000000000000000000000$id"
  cp "$offer" "$folder/0000000000000000000000000000000$id/0000000000000001.op"
done
alter lie "$folder/00000000000000000000000000000004/0000000000000001.op" 60
alter flip "$folder/00000000000000000000000000000005/0000000000000001.op" 60
alter cut "$folder/00000000000000000000000000000006/0000000000000001.op" 60
on phone
join
exits 0 "a device joins amid junk and false offers"
end_letting_in
holds "as the sponsor says too" test "$sponsor" -eq 0
run get new1.example
writes 'secret 1' "and it has the items"
run get local.example
exits 3 "but those"

# A log that is not the one that the sponsor has read.
make_device tablet
run_with 'of the tablet' add tablet.example --user ana --stdin --sync
find "$folder" -name 0000000000000001.op | sort > "$work/before"
start_letting_in laptop --yes
log=$folder/$laptop/0000000000000003.op
cp "$log" "$work/whole"
alter lie "$log" 64
on tablet
join --json
exits 10 "a device joins a store that tells another story"
json_error '.exit == 10 and (.message | test("another story")) and (.try | length > 0)' "which is told"
run sync status --json
json '.alarm == "fork"' "by its name"
run get tablet.example
writes 'of the tablet' "its own items stay"
end_letting_in
cp "$work/whole" "$log"
on tablet
run sync --json
exits 0 "with the true log it arrives"
run get new1.example
writes 'secret 1' "and has the items"

# --- markers ---------------------------------------------------------------------------------------
marker=$folder/.kc-store
cp "$marker" "$work/marker"
make_device stranger
try_join() { # exit, what
  on stranger
  code=493-207-118
  join
  exits "$1" "join, $2"
  run sync
  exits 9 "join, $2: nothing is begun"
}
try_sync() { # exit, message, what
  on desktop
  run sync --json
  exits "$1" "sync, $3"
  json_error ".exit == $1 and (.message | test(\"$2\"))" "sync, $3: the message"
  keeps_its_own "$3"
  run sync
  complains "$2" "sync, $3: in words"
}
try_marker() { # exit, message, what
  try_join "$1" "$3"
  try_sync "$@"
}
rm "$marker"
try_marker 9 "holds logs of your devices, but the marker file .kc-store is missing" "no marker"
head -c 20 "$work/marker" > "$marker"
try_marker 10 'what is there is damaged, or not the store of your devices' "half a marker"
printf '0\001' > "$marker"
try_marker 10 'what is there is damaged, or not the store of your devices' "hardly a marker"
rm "$marker"
mkdir "$marker"
try_marker 10 'what is there is damaged, or not the store of your devices' "a folder for a marker"
complains 'Nothing was taken from it' "which says so"
complains 'Keep the store as it is' "and what to do"
rmdir "$marker"
head -c 200 /dev/zero > "$marker"
try_marker 10 'what is there is damaged, or not the store of your devices' "junk for a marker"
cp "$work/marker" "$marker"
alter flip "$marker" -1
try_sync 10 'what is there is damaged, or not the store of your devices' "the marker of another account"
cp "$work/marker" "$marker"
run sync --json
exits 0 "the true marker"
json '.alarm == null' "and the alarm is over"

# --- more than a store has -------------------------------------------------------------------------
python3 - "$folder" << 'END'
import os, sys
for number in range(1100):
    folder = os.path.join(sys.argv[1], f"{number + 4096:032x}")
    os.mkdir(folder)
    open(os.path.join(folder, "0000000000000001.op"), "w").close()
END
run sync --json
exits 10 "a thousand writers"
json '.alarm == "forgery"' "are nobody's"
keeps_its_own "among a thousand writers"
rm -rf "$folder"/00000000000000000000000000001*
run sync
exits 0 "and without them"

# --- what may not be read --------------------------------------------------------------------------
# Root may read all: its service is started again without that right.
denied=yes
if [ "$(id -u)" -eq 0 ]; then
  bounds='setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-dac_override,-dac_read_search'
  if $bounds true 2> /dev/null; then
    "$program" service stop --quiet
    flock "$KEYCIRCLE_HOME"/state/*.lock true
    printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$bounds" "$program" > "$work/bounded"
    chmod 700 "$work/bounded"
    program=$work/bounded
    run unlock --password-file "$work/secret/keychain"
    exits 0 "a service that may not read all"
  else
    denied=
  fi
fi
if [ "$denied" ]; then
  chmod 0 "$folder/$laptop"
  run sync
  exits 9 "a log that may not be read"
  complains 'Your items work here as always' "is no rollback"
  chmod 700 "$folder/$laptop"
  run sync
  exits 0 "and may be read again"
fi
keeps_its_own "in the end"

finish
