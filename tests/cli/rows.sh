# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# The table of errors: what a row states, and that nothing was lost. Sourced after lib.sh.
#
#   given 'a cause'
#   fails EXIT CONSTANT 'what happened' 'what to type' words of kc…
#
# A row is one check. It runs the words twice, plainly and with --json, and states that
#   * both end with that status and write nothing on standard output;
#   * in words the first line says what happened, the last has the constant in brackets, and the indented
#     lines in between say what to type;
#   * in JSON the same is said, and each command to try is one that the words show, too.
# What was said is judged by rows.py at the end, all at once; the test ends with `finish_rows`.
secret=$work/secret
opens="--password-file $secret/keychain"
known="--account-password-file $secret/account"
cause=
row=0
mkdir "$work/rows"

given() { # cause
  cause=$1
}

fails() { # exit, constant, what happened, what to type (both regular expressions), words of kc…
  row=$((row + 1))
  printf '%s\036' "$row" "$1" "$2" "$3" "$4" "$cause" >> "$work/rows/table"
  shift 4
  out=$work/rows/$row.out
  err=$work/rows/$row.err
  run "$@"
  printf '%s\036' "$status" >> "$work/rows/table"
  out=$work/rows/$row.json.out
  err=$work/rows/$row.json.err
  run "$@" --json
  printf '%s\036%s\035' "$status" "$*" >> "$work/rows/table"
  out=$work/out
  err=$work/err
}

finish_rows() {
  counts=$(python3 "$top_srcdir/tests/cli/rows.py" "$work/rows") || failed=$((failed + 1))
  echo "$counts" | sed '$d'
  passed=$((passed + $(echo "$counts" | sed -n '$s/ .*//p')))
  failed=$((failed + $(echo "$counts" | sed -n '$s/.* //p')))
  finish
}

# The same row for each command of a file: a line each, quoted as for a shell.
each_fails() { # exit, constant, what happened, what to type, file
  each_exit=$1
  each_constant=$2
  each_happened=$3
  each_advice=$4
  while IFS= read -r line; do
    eval "fails \"\$each_exit\" \"\$each_constant\" \"\$each_happened\" \"\$each_advice\" $line"
  done < "$5"
}

# The commands, by what they need. $folder is a store or a place for one.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$secret/key.pem" -out "$work/cert.pem" \
  -subj '/CN=Ana Lima' -days 30 2> /dev/null
printf 'name,url,username,password\nimported,https://imported.example,ana,pw\n' > "$work/logins.csv"
folder=$work/folder
cat > "$work/reading" << COMMANDS
get text.example
get text.example --user ana
show text.example
list
item -q class=inet
key show work --pem
COMMANDS
cat > "$work/writing" << COMMANDS
add new.example --generate 8
add text.example --user ana --generate 8
rm text.example --yes
item -a class=genp,svce=new
item -u class=inet,srvr=text.example --set labl=new
item -D class=inet
key new other
key import $secret/key.pem
cert import $work/cert.pem
import $work/logins.csv
sync on text.example
sync use $folder $known
passwd $opens --new-password-file $secret/account
COMMANDS
cat > "$work/meeting" << COMMANDS
sync
sync status
devices
devices add --yes $known
join $folder --code 493-207-118 $known
watch
COMMANDS
cat > "$work/opening" << COMMANDS
unlock
unlock $opens
lock
status
COMMANDS
cat "$work/reading" "$work/writing" "$work/meeting" > "$work/using"
cat "$work/using" "$work/opening" > "$work/all"

# What is saved before, to be found again: on the device that is chosen, which is open.
mkdir "$work/kept"
printf 'a secret' > "$work/kept/text.example"
printf '\000\001\377\200\n' > "$work/kept/bytes.example"
: > "$work/kept/empty.example"
head -c 20000 /dev/urandom > "$work/kept/big.example"
save_all() {
  for file in "$work"/kept/*.example; do
    run add "$(basename "$file")" --user ana --file "$file"
    [ "$status" -eq 0 ] || { cat "$err" >&2; echo "nothing could be saved" >&2; exit 99; }
  done
  run key new work
  run key show work --pem
  cp "$out" "$work/kept/work.pem"
}

fault() { # what
  faults="$faults; $1"
}

# Everything is there byte for byte, and nothing but what $besides names; the keychain opens with its password.
besides=
nothing_lost() {
  faults=
  for file in "$work"/kept/*.example; do
    # shellcheck disable=SC2086
    run get "$(basename "$file")" $opens
    cmp -s "$file" "$out" || fault "$(basename "$file")"
  done
  run key show work --pem
  cmp -s "$work/kept/work.pem" "$out" || fault "the key"
  run list --format '{name}'
  # shellcheck disable=SC2086
  printf '%s\n' big.example bytes.example empty.example text.example work $besides | sort > "$work/names"
  sort "$out" | cmp -s - "$work/names" || fault "the list"
  run status --json
  jq -e '.quarantined == 0 and .altered == false and .locked == false' < "$out" > /dev/null || fault "the status"
  if [ -z "$faults" ]; then good; else bad "$cause: nothing was lost: ${faults#; }"; fi
}

# Ends the service of the device, and waits until it has closed everything. No write-ahead log stays.
end_service() {
  "$program" service stop --quiet
  flock "$KEYCIRCLE_HOME"/state/*.lock true
}
