#!/bin/sh
# SPDX-License-Identifier: ISC
# Whole programs and a hostile store: two devices with kc, each with a folder, or (programs_sqlite.sh) a file in one,
# that kc-evilstore carries.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/../cli/lib.sh"
# shellcheck source=tests/cli/sponsor.sh
. "$(dirname "$0")/../cli/sponsor.sh"

evil=$top_builddir/kc-evilstore
in_store() { # folder: the URL of the store there
  case ${engine:-folder} in
  folder) echo "$1" ;;
  sqlite) echo "sqlite://$1/store" ;;
  esac
}
in_copy() { # folder: what is a copy of that store
  case ${engine:-folder} in
  folder) echo "$1" ;;
  sqlite) echo "$1/store" ;;
  esac
}
truth=$work/truth
# How many seconds the clocks of the services are ahead.
KC_TEST_AHEAD=$work/ahead
export KC_TEST_AHEAD

attack() { # words…
  timeout 60 "$evil" "$@" < /dev/null > "$out" 2> "$err"
  status=$?
}
carry() { # words…
  attack carry --true "$(in_store "$truth")" --view laptop="$(in_store "$work/laptop")" \
    --view desktop="$(in_store "$work/desktop")" --memory "$work/carried" "$@"
}
# All that may hold devices back are the stores: nobody hears the other on the live channel but through them.
both_settle() {
  for _ in 1 2 3; do
    for device in laptop desktop; do
      on $device
      run sync
      carry
    done
  done
}
# What is put in the place of a view's store: a copy of another.
back_to() { # view copy
  attack attack "$(in_store "$work/$1")" rollback "$(in_copy "$work/$2")"
}
# The same, told to the device: it reads from the beginning.
begin_anew() { # view copy
  back_to "$1" "$2"
  on "$1"
  run sync use "$(in_store "$work/$1")" --account-password-file "$work/secret/account"
}
# The operations with items that were written to a view since the mark, as rules name them; of records all that have
# items, of which those are brought that changed.
item_operations() { # view
  if [ "${engine:-folder}" = sqlite ]; then
    echo 'i-*'
    return
  fi
  find "$work/$1" -name '*.op' -newer "$work/mark" -exec grep -laE 'i/[0-9a-f]{32}' {} + |
    sed -E 's#.*/([0-9a-f]{32})/([0-9]{16})\.op#\1-\2#'
}

# --- nothing that is no store is touched ------------------------------------------------------------
mkdir -m 700 "$truth" "$work/none"
echo precious > "$work/none/file"
attack attack "$work/none" flood 3 10
exits 3 "a folder that is no store"
holds "is left alone" sh -c "[ \"\$(ls -A '$work/none')\" = file ]"
attack attack "$truth"
exits 2 "no rule"
attack --help
exits 0 "--help"
says 'usage: kc-evilstore' "tells how it is called"

# --- two devices, each with a view ------------------------------------------------------------------
make_device laptop
run sync use "$(in_store "$truth")" --account-password-file "$work/secret/account"
exits 0 "a store"
run_with 'first secret' add first.example --user ana --stdin --sync
run sync
start_letting_in laptop --yes
make_device desktop
run join "$(in_store "$truth")" --code "$code" --account-password-file "$work/secret/account" --name desktop
exits 0 "a second device joins through the true store"
end_letting_in
for device in laptop desktop; do
  on laptop
  run sync
  on desktop
  run sync
done
for device in laptop desktop; do
  cp -a "$truth" "$work/$device"
  on $device
  run sync use "$(in_store "$work/$device")" --account-password-file "$work/secret/account"
  exits 0 "$device has a view of its own"
done
run get first.example
writes 'first secret' "the item came"
both_settle
on laptop
run_with 'second secret' add second.example --user ana --stdin --sync
both_settle
on desktop
run get second.example
writes 'second secret' "an honest carrier brings items"

# --- an operation is left out -----------------------------------------------------------------------
touch "$work/mark"
sleep 0.1
on laptop
run_with 'dropped' add dropped.example --user ana --stdin --sync
run sync
holds "what is written is seen" test -n "$(item_operations laptop)"
for operation in $(item_operations laptop); do
  echo "hide desktop $operation"
done > "$work/rules"
run_with 'after it' add after.example --user ana --stdin --sync
run sync
run lock # or it would say on the live channel what is left out
# So much of the live channel as is here already is left out as well.
[ "${engine:-folder}" = folder ] || echo 'hide desktop ????????????????????????????????-0*' >> "$work/rules"
for operation in $(find "$work/laptop" -name '*.op' -newer "$work/mark" -exec grep -LaE 'i/[0-9a-f]{32}' {} + |
  sed -E 's#.*/([0-9a-f]{32})/([0-9]{16})\.op#\1-\2#'); do
  echo "hide desktop $operation"
done >> "$work/rules"
carry --rules "$work/rules"
says '^hide for desktop ' "the carrier drops an operation"
on desktop
run sync --json
exits 0 "a hole in a log"
json '.waiting > 0' "is waited for: an omission, ten minutes later"
run get after.example
exits 3 "nobody reads past it"
echo 660 > "$work/ahead"
run sync --json
exits 10 "eleven minutes later"
json '.alarm == "omission"' "it is an omission"
run doctor store --json
exits 10 "the doctor says so"
json 'any(.devices[]; .device == "laptop" and .missing_since != null)' "and of whom, and since when"
case ${engine:-folder} in
folder) json 'any(.devices[]; .device == "laptop" and .hole != null and .last > .settled)' "and where" ;;
esac
run get second.example
writes 'second secret' "nothing is lost"
carry
run sync --json
exits 0 "when it is there"
json '.alarm == null' "the alarm ends"
run get dropped.example
writes 'dropped' "and what comes late is taken"
on laptop
run unlock --password-file "$work/secret/keychain"
both_settle

# --- a rollback -------------------------------------------------------------------------------------
cp -a "$work/laptop" "$work/old"
on laptop
run_with 'fourth secret' add fourth.example --user ana --stdin --sync
run sync
run_with 'fifth secret' add fifth.example --user ana --stdin --sync
run sync
exits 0 "two more changes" # one alone would be sent once more
on desktop
run_with 'sixth secret' add sixth.example --user ana --stdin --sync
both_settle
on laptop
run get sixth.example
writes 'sixth secret' "and one of the other device"
cp -a "$work/laptop" "$work/newest"
back_to laptop old
exits 0 "an attack in place"
says '^rollback ' "which says so"
run sync --json
exits 10 "is found out"
json '.alarm == "rollback"' "by its name"
run get fourth.example
writes 'fourth secret' "nothing is lost"
run doctor store --export "$work/evidence"
exits 0 "there is evidence"
attack verify "$work/evidence"
exits 0 "which others can check"
case ${engine:-folder} in
folder) says '^shown short-log [0-9a-f]{64} [0-9]+ [0-9]+$' "with the public keys alone" ;;
sqlite) says '^shown old-list [0-9a-f]{64} [0-9]+ [0-9]+$' "with the public keys alone" ;;
esac
back_to laptop newest
run sync
exits 0 "and the alarm ends with the lie"

# --- flip: refused, nothing lost --------------------------------------------------------------------
on laptop
run_with 'third secret' add third.example --user ana --stdin --sync
run sync
echo 'flip desktop *' > "$work/rules"
carry --rules "$work/rules"
exits 0 "a carrier that flips"
says '^flip for desktop ' "and says what"
on desktop
run sync
holds "is not believed" test "$status" -eq 0 -o "$status" -eq 10
run get third.example
exits 3 "nothing of it is taken"
run get second.example
writes 'second secret' "nothing is lost"

# --- a fork -----------------------------------------------------------------------------------------
carry # all that was spoiled stays so in that view: it begins anew
begin_anew desktop laptop
both_settle
printf '%s\n' '# two worlds' 'group laptop 1' 'group desktop 2' > "$work/rules"
for device in laptop desktop; do
  on $device
  for number in 1 2; do
    run_with "in the world of $device" add "$device$number.example" --user ana --stdin --sync
    run sync
    carry --rules "$work/rules"
  done
done
on desktop
run sync
exits 0 "each is content with its world"
run get laptop1.example
exits 3 "and sees nothing of the other"
cp -a "$work/desktop" "$work/world"
back_to desktop laptop
run sync --json
case ${engine:-folder} in
folder)
  exits 10 "who is shown both worlds"
  json '.alarm == "rollback" or .alarm == "fork"' "says so"
  ;;
sqlite)
  # Of records only the last list of each is there, and no list contradicts another.
  holds "who is shown both worlds says so, or writes its own there" test "$status" -eq 0 -o "$status" -eq 10
  ;;
esac
run get desktop1.example
writes 'in the world of desktop' "nothing is lost"
back_to desktop world

# --- a flood ----------------------------------------------------------------------------------------
on desktop
attack --seed 7 attack "$(in_store "$work/desktop")" flood 2000 20
exits 0 "a flood"
attack attack "$(in_store "$work/desktop")" hide 'no-such-*'
exits 1 "what does not match"
run sync
holds "ends" test "$status" -eq 0 -o "$status" -eq 10
run get second.example
writes 'second secret' "and drowns nothing"

finish
