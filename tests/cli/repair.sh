#!/bin/sh
# SPDX-License-Identifier: ISC
# A store that its owner restored from a backup: every device says so, then each mends it from what it has.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/circle.sh
. "$(dirname "$0")/circle.sh"

save() { # name, secret
  run_with "$2" add "$1" --user ana --stdin --sync
  exits 0 "$1 is saved"
}
change() { # name, secret
  run_with "$2" add "$1" --user ana --stdin
  exits 0 "$1 is changed"
  run sync
}

# What each device had before the backup was restored, whatever the store says.
has_all() { # name
  on "$1"
  for item in laptop desktop; do
    run get "new.$item.example"
    writes "new on $item" "$1 has what $item saved"
    run get "changed.$item.example"
    writes "changed on $item" "$1 has what $item changed"
    run get "deleted.$item.example"
    exits 3 "$1 does not have what $item deleted"
  done
}

begin_circle laptop

# --- a device that is alone -------------------------------------------------------------------------
save alone.example first
run sync
cp -a "$folder" "$work/backup"
for secret in second third; do
  change alone.example "$secret"
  run sync
done
mv "$folder" "$work/newer"
mv "$work/backup" "$folder"
run sync status
exits 10 "a device that is alone says so, too: when it is looked at"
complains 'your store is older than what this device has already seen' "with the reason"
run sync
exits 10 "and when something is exchanged"
complains 'your store is older than what this device has already seen' "what is wrong"
run sync status
says 'older than what this device has already seen' "also when it is only asked"
run sync status --json
json '.alarm == "rollback"' "by the name of the alarm"
run get alone.example
writes third "and has what it had"
rm -r "$folder"
mv "$work/newer" "$folder"
run sync
exits 0 "all is well with the store as it was"
case ${engine:-folder} in
sqlite)
  cp -a "$folder" "$work/whole"
  for len in 0 100 8192; do
    rm -f "$folder"/store-*
    truncate -s "$len" "$folder/store"
    run sync
    exits 10 "a store that was cut short after $len bytes"
    complains 'what is there is damaged, or not the store of your devices' "is told"
    complains 'It may have been cut short, or written over, where it is kept' "with what may have been"
    run sync status
    exits 10 "by the status, too"
    run get alone.example
    writes third "and nothing was lost"
    rm -r "$folder"
    cp -a "$work/whole" "$folder"
    run sync
    exits 0 "a good copy in its place is enough"
  done
  ;;
esac
run rm alone.example --yes

# --- two devices ------------------------------------------------------------------------------------
make_device desktop
pair laptop desktop
for device in laptop desktop; do
  on "$device"
  save "changed.$device.example" first
  save "deleted.$device.example" first
done
exchange laptop desktop
cp -a "$folder" "$work/backup"
for device in laptop desktop; do
  on "$device"
  save "new.$device.example" "new on $device"
  run sync
  change "changed.$device.example" "changed on $device"
  run rm "deleted.$device.example" --yes
  exits 0 "deleted.$device.example is deleted"
  run sync
  exchange laptop desktop
done
has_all laptop
has_all desktop

# --- the backup is restored -------------------------------------------------------------------------
mv "$folder" "$work/newer"
mv "$work/backup" "$folder"
for device in laptop desktop; do
  on "$device"
  run sync
  exits 10 "$device says so"
  complains 'your store is older than what this device has already seen' "what is wrong"
  complains 'It may be a restored backup of the store, or someone has put old data there. Nothing was taken from it\.$' "what it may be"
  complains 'If you restored a backup yourself:  kc sync repair --push-from-here$' "what to do about it"
  complains 'If not, keep the store as it is and look:  kc doctor store$' "or else"
  complains 'errKCStoreSuspect' "by its name"
  case ${engine:-folder} in
  folder) complains '\(entry [0-9]+; this device knows [0-9]+\)\.$' "in numbers" ;;
  esac
  run sync --json
  exits 10 "$device says so every time"
  json '.alarm == "rollback"' "by the name of the alarm"
  has_all "$device"
done

# --- asking -----------------------------------------------------------------------------------------
on laptop
run doctor store --json
json '.evidence > 0' "what it shows is noted"
run sync repair
exits 2 "the option has to be given"
run sync repair --push-from-here
exits 4 "nobody to ask"
converse -a 'Type yes to go ahead:  ' y -- sync repair --push-from-here
exits 7 "yes has to be typed"
run sync
exits 10 "and nothing was done"
converse -a 'Type yes to go ahead:  ' yes -- sync repair --push-from-here
exits 0 "the first device mends the store"
says 'a store that you have restored from a backup yourself' "after it said for what this is"
says 'Nothing was lost' "and that nothing was lost"
run sync --json
exits 0 "from then on all is well there"
json '.alarm == null' "without an alarm"
run sync status
exits 0 "also by the status, though the other device's part is still old"
run doctor store
exits 0 "and by the doctor"
on desktop
run sync repair --push-from-here --yes --json
exits 0 "then the other does"
json '.alarm == null and .refused == 0' "which says so in JSON"
run doctor store --json
json '.evidence == 0' "and what was noted of the old copy is forgotten"
exchange laptop desktop
for device in laptop desktop; do
  on "$device"
  run sync --json
  exits 0 "$device exchanges again"
  json '.alarm == null and .waiting == 0 and .refused == 0 and .pending == 0' "and lacks nothing"
  has_all "$device"
done

# --- afterwards -------------------------------------------------------------------------------------
on desktop
save later.example later
exchange desktop laptop
on laptop
run get later.example
writes later "later changes flow"
make_device phone
pair desktop phone
exchange desktop phone laptop
has_all phone
on phone
run get later.example
writes later "also to a device that comes now"
on laptop
run sync repair --push-from-here --yes
exits 0 "once more does no harm"
exchange laptop desktop phone
for device in laptop desktop phone; do
  has_all "$device"
done

finish
