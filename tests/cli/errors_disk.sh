#!/bin/sh
# SPDX-License-Identifier: ISC
# Disks that are full, and disks that cannot be written, under the keychain and under the store.
# They are small ones in memory, in a mount namespace of this test's own.
if [ -z "${KC_OWN_MOUNTS-}" ]; then
  for way in '-m' '-rm'; do
    # shellcheck disable=SC2086
    unshare $way mount -t tmpfs none /mnt 2> /dev/null && KC_OWN_MOUNTS=yes exec unshare $way env KC_OWN_MOUNTS=yes sh "$0"
  done
  echo "no disk can be mounted here"
  exit 77
fi
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rows.sh
. "$(dirname "$0")/rows.sh"
trap 'end_services; umount -l "$work/device-full" "$work/device-shut" "$folder" 2> /dev/null; clean_up' EXIT

disk() { # mount point, size
  mkdir -p "$1"
  mount -t tmpfs -o "size=$2,mode=700" none "$1"
}
fill() { # mount point
  dd if=/dev/zero of="$1/ballast" bs=1 count=1 2> /dev/null
  dd if=/dev/zero of="$1/ballast" bs=4096 2> /dev/null
}

full='the disk is full. Nothing was saved, and nothing was lost'

# --- a keychain is made on a full disk --------------------------------------------------------------
given 'a full disk, and no keychain'
on full
disk "$KEYCIRCLE_HOME" 600k
mkdir -m 700 "$KEYCIRCLE_HOME/state" "$KEYCIRCLE_HOME/data"
fill "$KEYCIRCLE_HOME"
# shellcheck disable=SC2086
fails 13 errSecNotAvailable "$full" "df -h $KEYCIRCLE_HOME/data" setup $opens
holds "nothing is left behind" test -z "$(find "$KEYCIRCLE_HOME/data" "$KEYCIRCLE_HOME/state" -type f ! -name "*.lock")"
rm "$KEYCIRCLE_HOME/ballast"

# --- a full disk ------------------------------------------------------------------------------------
given 'a full disk'
make_device full
save_all
fill "$KEYCIRCLE_HOME"
each_fails 13 errSecNotAvailable "$full" "df -h $KEYCIRCLE_HOME/data" "$work/writing"
for name in text.example big.example; do
  run get "$name"
  holds "$name can be read" cmp -s "$work/kept/$name" "$out"
done
run lock
# shellcheck disable=SC2086
run unlock $opens
exits 0 "it can be opened"
given 'a full disk, and no service'
end_service
fill "$KEYCIRCLE_HOME"
# shellcheck disable=SC2086
fails 13 errSecNotAvailable "$full" "df -h $KEYCIRCLE_HOME/data" add new.example --generate 8 $opens
rm "$KEYCIRCLE_HOME/ballast"
nothing_lost
run add new.example --generate 8
exits 0 "with room again all is well"

# --- a disk that cannot be written ------------------------------------------------------------------
shut="$work/device-shut/data can't be written. Nothing was saved, and nothing was lost"
given 'a read-only disk, and no keychain'
on shut
disk "$KEYCIRCLE_HOME" 4m
mount -o remount,bind,ro "$KEYCIRCLE_HOME"
for words in "setup $opens" "get text.example" "add new.example --generate 8" status; do
  # shellcheck disable=SC2086
  fails 13 errSecReadOnly "$KEYCIRCLE_HOME can't be written" "ls -ld $KEYCIRCLE_HOME .*findmnt -T $KEYCIRCLE_HOME" $words
done
given 'a read-only disk, and not even a folder'
disk=$KEYCIRCLE_HOME
KEYCIRCLE_HOME=$disk/nothing/here
for words in "setup $opens" "get text.example" list "add new.example --generate 8" status; do
  # shellcheck disable=SC2086
  fails 13 errSecReadOnly "$disk can't be written" "ls -ld $disk .*findmnt -T $disk" $words
done
KEYCIRCLE_HOME=$disk
mount -o remount,bind,rw "$KEYCIRCLE_HOME"

given 'a read-only disk'
make_device shut
save_all
end_service
mount -o remount,bind,ro "$KEYCIRCLE_HOME"
nothing_lost # all of it can be read
each_fails 13 errSecReadOnly "$shut" "ls -ld $KEYCIRCLE_HOME/data .*findmnt -T $KEYCIRCLE_HOME/data" "$work/writing"
# shellcheck disable=SC2086
fails 6 errSecDuplicateKeychain 'this device has a keychain already' 'kc status' setup $opens
fails 5 errSecAuthFailed "that password doesn't open this keychain" 'kc help recovery' unlock --password-file "$secret/wrong"
run lock
exits 0 "it can be locked"
nothing_lost
mount -o remount,bind,rw "$KEYCIRCLE_HOME"
# shellcheck disable=SC2086
run add text.example --user ana --file "$work/kept/text.example" $opens
exits 0 "when it can be written, it is"

# Without a clean end the last changes are in the write-ahead log, which has to be written back first.
given 'a read-only disk, and a service that was killed'
kill -9 "$(service_of "$KEYCIRCLE_HOME")"
flock "$KEYCIRCLE_HOME"/state/*.lock true
mount -o remount,bind,ro "$KEYCIRCLE_HOME"
# shellcheck disable=SC2086
fails 13 errSecReadOnly "$shut" "ls -ld $KEYCIRCLE_HOME/data" get text.example $opens
fails 13 errSecReadOnly "$shut" "ls -ld $KEYCIRCLE_HOME/data" add new.example --generate 8
end_service
mount -o remount,bind,rw "$KEYCIRCLE_HOME"
nothing_lost

# --- the store --------------------------------------------------------------------------------------
on full
mount -o remount,size=2m "$KEYCIRCLE_HOME"
disk "$folder" 200k
run sync use "$folder" --account-password-file "$secret/account"
exits 0 "a store on a small disk"
fill "$folder"
run_with 'travels' add travels.example --user ana --stdin --sync
exits 0 "items are saved while the store's disk is full"
given "the store's disk is full"
fails 9 errSecNotAvailable "the disk of $folder is full, so nothing can be sent. Nothing was lost" "kc sync .*df -h $folder" sync
held_up() {
  run sync status --json
  exits 9 "$cause: the status has the code of the exchange"
  json '.pending == 1 and .reached and .writable == false' "$cause: and counts what stands in the outbox"
  run sync status
  says " · can't be written now · last good exchange .* · 1 not sent yet$" "$cause: in words"
  complains "so nothing can be sent" "$cause: and the reason"
  run doctor store
  exits 9 "$cause: the doctor has it, too"
  says "^✗ (the last exchange could not write it|it can't be written)$" "$cause: and says so"
}
held_up
end_service
run unlock --password-file "$secret/keychain"
given "the store's disk is full, and the service was started again"
held_up
given "the store's disk is full"
run_with 'too' add waits.example --user ana --stdin --sync
exits 0 "$cause: items are saved"
complains '^! It waits until an exchange with .* goes well' "$cause: and wait"
never_says 'It goes to all your devices' "$cause: and no more"
run rm waits.example --yes
rm "$folder/ballast"
mount -o remount,bind,ro "$folder"
given "the store's disk is read-only"
fails 9 errSecNotAvailable "$folder can't be written, so nothing can be sent. Nothing was lost" "findmnt -T $folder" sync
run doctor store
exits 9 "the doctor says so too"
complains "$folder can't be written" "in the same words"
mount -o remount,bind,rw "$folder"
run sync --json
json '.pending == 0 and .alarm == null' "when it can be written, it is"
run sync status --json
json '.reached and .writable' "which the status has, too"

# --- what is done among devices ---------------------------------------------------------------------
# All of it is done here, and the others hear of it later.
# shellcheck source=tests/cli/sponsor.sh
. "$(dirname "$0")/sponsor.sh"
trap 'kill $waiting 2> /dev/null; end_services; umount -l "$work/device-full" "$work/device-shut" "$folder" 2> /dev/null; clean_up' EXIT
mount -o remount,size=2m "$folder"
for name in phone tablet; do
  make_device "$name"
  start_letting_in full --yes
  on "$name"
  # shellcheck disable=SC2086
  run join "$folder" --code "$code" $known
  exits 0 "$name comes in"
  end_letting_in
done
on full
run sync
printf 'the next one of all\n' > "$secret/next"
fill "$folder"
given "the store's disk is full, and something waits"
run_with 'waits' add waits.example --user ana --stdin --sync
fails 9 errSecNotAvailable "the disk of $folder is full, so nothing can be sent" "df -h $folder" \
  passwd --account --account-password-file "$secret/account" --new-account-password-file "$secret/next"
rm "$folder/ballast"
run sync
exits 0 "with room it is sent"
fill "$folder"
given "the store's disk is full"
run passwd --account --account-password-file "$secret/account" --new-account-password-file "$secret/next"
exits 9 "$cause: a new account password"
complains "the account password is changed on this device, and that could not be written to the store, as the disk of $folder is full" \
  "$cause: is changed here, with the reason"
run devices remove tablet --yes
exits 9 "$cause: a removal"
complains "“tablet” is out on this device, and the disk of $folder is full: the others hear of it once that is sent" \
  "$cause: is done here, with the reason"
complains "df -h $folder" "$cause: and where to look"
rm "$folder/ballast"
run sync
exits 0 "with room the others hear of it"
on phone
run sync
given "the store's disk is read-only"
mount -o remount,bind,ro "$folder"
run devices leave --yes
exits 9 "$cause: leaving"
complains "“phone”, this device, has left, and that could not be written to the store, as $folder can't be written" \
  "$cause: is done here, with the reason"
mount -o remount,bind,rw "$folder"
run devices leave --yes
exits 0 "when it can be written it comes to its end"
complains 'After this, “phone”, the device you are using, gets nothing new' "with the same words"
never_says 'the last' "as there is another"

finish_rows
