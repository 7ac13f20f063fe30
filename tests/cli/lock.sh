#!/bin/sh
# SPDX-License-Identifier: ISC
# setup, unlock, lock, passwd, status, and who is asked for a password. (What goes wrong is in errors.sh.)
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

secret=$work/secret

# --- no keychain yet --------------------------------------------------------------------------------
on one
run status
exits 0 "status without a keychain"
says 'none yet' "says so"
run status --json
json '.state == "none" and .locked == true and .items == 0 and .store == null' "status --json says so"
mkdir -p "$KEYCIRCLE_HOME/config"
printf 'lock-on-suspend = yes\nlock-after-idle = soon\nnonsense\n' > "$KEYCIRCLE_HOME/config/kc.conf"
run service stop
run status
says "$KEYCIRCLE_HOME/config/kc.conf, line 2: not understood" "a line of kc.conf that is not understood is told"
run status --json
json '.misread_line == 2' "also in JSON"
rm "$KEYCIRCLE_HOME/config/kc.conf"
run service stop
run status --json
json '.misread_line == 0' "until it is gone"
# --- setup ------------------------------------------------------------------------------------------
run setup --name laptop --password-file "$secret/keychain" --json
exits 0 "setup"
json '.device == "laptop" and .locked == false' "setup --json"
run setup
exits 6 "a second time, nobody is asked"
run status
says '^This device +laptop$' "status tells the device"
says 'Items +0, 0 of them sync' "and the items"
run status --json
json '.has_password and (.has_officer | not)' "who can open it"
json '.device == "laptop" and .locked == false and .items == 0 and .synced == 0 and .store == null' "status --json"
run_with 'secret-value' add a.example --stdin
run status --json
json '.items == 1' "status counts"

# --- lock and unlock --------------------------------------------------------------------------------
run lock
exits 0 "lock"
run lock --json
json '.locked == true' "lock again"
run status --json
json '.locked == true and .state == "locked"' "status says locked"
run unlock --password-file "$secret/keychain" --json
exits 0 "the right one"
json '.locked == false' "unlock --json"
ln -s "$work/device-one" "$work/other-way"
KEYCIRCLE_HOME=$work/other-way run status --json
json '.locked == false' "a home is the same by another way to it"
KEYCIRCLE_HOME=$work/other-way run lock
run status --json
json '.locked == true' "and locked by another way to it"
run unlock --password-file "$secret/keychain"
run unlock
exits 0 "when it is open nobody is asked"
run unlock --password-file "$secret/wrong"
exits 5 "but a password that is given is tried"

# --- a password on any command ----------------------------------------------------------------------
for verb in 'get a.example' list 'status --json' 'show a.example' 'add c.example --generate 8' 'item -q class=inet'; do
  run lock
  # shellcheck disable=SC2086
  run $verb --password-file "$secret/keychain"
  exits 0 "$verb opens with --password-file"
done
run lock
timeout 60 setsid -w "$program" get a.example --password-fd 5 5< "$secret/keychain" < /dev/null > "$out" 2> "$err"
status=$?
exits 0 "--password-fd"
writes 'secret-value' "and the secret is there"
run list
exits 0 "it stays open for the next"
run lock
timeout 60 setsid -w "$program" unlock --fd 3 3< "$secret/keychain" < /dev/null > "$out" 2> "$err"
status=$?
exits 0 "unlock --fd, as the message says"
run lock
run unlock --file "$secret/keychain"
exits 0 "unlock --file"
run lock
run_with 'correct horse\n' unlock --stdin
exits 0 "unlock --stdin"
run get a.example --password-file "$secret/keychain" --password-fd 3
exits 0 "two passwords do not matter when none is needed"
run lock
run get a.example --password-file "$secret/keychain" --password-fd 3
exits 2 "two passwords are one too many"

# --- askpass ----------------------------------------------------------------------------------------
# shellcheck disable=SC2016
printf '#!/bin/sh\nprintf "%%s\\n" "$1" > "%s"\ncat "%s"\n' "$work/prompt" "$secret/keychain" > "$work/askpass"
printf '#!/bin/sh\nexit 1\n' > "$work/askpass-no"
chmod +x "$work/askpass" "$work/askpass-no"
run get a.example --askpass "$work/askpass"
exits 0 "--askpass"
writes 'secret-value' "gives the password"
holds "it was asked for the right one" grep -q '^Keychain password: $' "$work/prompt"
run lock
export KC_ASKPASS="$work/askpass"
run get a.example
exits 0 "KC_ASKPASS"
unset KC_ASKPASS
run lock
export SSH_ASKPASS="$work/askpass"
run get a.example
exits 4 "SSH_ASKPASS alone does not count"
export SSH_ASKPASS_REQUIRE=force
run get a.example
exits 0 "unless it is forced"
unset SSH_ASKPASS SSH_ASKPASS_REQUIRE
run lock
run get a.example --askpass "$work/askpass-no"
exits 7 "an askpass program that says no"
run get a.example --askpass "$work/askpass" --no-input
exits 4 "--no-input asks nobody"
run get a.example --askpass "$work/no-such-program"
exits 1 "an askpass program that cannot be run"

# --- passwd -----------------------------------------------------------------------------------------
run passwd --password-file "$secret/keychain" --new-password-file "$secret/account"
exits 0 "passwd"
run lock
run unlock --password-file "$secret/keychain"
exits 5 "the old password is gone"
run unlock --password-file "$secret/account"
exits 0 "the new one opens"
run get a.example
writes 'secret-value' "and everything is there"

# --- the security officer ---------------------------------------------------------------------------
printf 'an officer\n' > "$secret/officer"
run passwd --forgotten --so-pin-file "$secret/officer" --new-password-file "$secret/keychain"
exits 5 "nobody is the officer yet"
complains 'no security officer' "and that is told"
run passwd --officer --password-file "$secret/wrong" --so-pin-file "$secret/officer"
exits 5 "who is it says the password"
run passwd --officer --password-file "$secret/account" --so-pin-file "$secret/officer" --json
exits 0 "somebody is the officer"
json '.locked == false' "and it stays open"
run lock
run passwd --forgotten --so-pin-file "$secret/wrong" --new-password-file "$secret/keychain"
exits 5 "a wrong PIN"
run passwd --forgotten --so-pin-file "$secret/wrong" --no-input
exits 5 "which is told before the new password is asked for"
run passwd --forgotten --so-pin-file "$secret/officer" --new-password-file "$secret/keychain" --json
exits 0 "a forgotten password"
json '.locked == true' "replaced, and nothing opened"
run unlock --password-file "$secret/account"
exits 5 "the forgotten one is gone"
run unlock --password-file "$secret/keychain"
exits 0 "the other one opens"
run get a.example
writes 'secret-value' "and everything is there"
run passwd --officer --forgotten
exits 2 "not both"
run passwd --so-pin-file "$secret/officer"
exits 2 "nor neither"
: > "$secret/nothing"
run passwd --officer --password-file "$secret/keychain" --so-pin-file "$secret/nothing"
exits 0 "nobody is the officer any more"
run passwd --forgotten --so-pin-file "$secret/officer" --new-password-file "$secret/account"
exits 5 "so he can do nothing"
on two
run setup --name second --password-file "$secret/keychain" --so-pin-file "$secret/officer"
exits 0 "a keychain with an officer from the first"
run passwd --forgotten --so-pin-file "$secret/officer" --new-password-file "$secret/account"
exits 0 "who replaces the password"
run lock
run unlock --password-file "$secret/account"
exits 0 "and it is the new one"
run service stop
on one

# --- the service ------------------------------------------------------------------------------------
run service stop
exits 0 "service stop"
holds "no service is left" sh -c "! KEYCIRCLE_HOME=$KEYCIRCLE_HOME python3 $top_srcdir/tests/cli/service_pid.py"
run status --json
json '.locked == true' "the next command starts it, locked"

# A service that is killed: who watches goes on with the next, and is told what to do.
run unlock --password-file "$secret/keychain"
setsid "$program" watch < /dev/null > "$work/watched" 2> "$work/watching" &
watcher=$!
soon() { # what, file
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    grep -q "$1" "$2" && return
    sleep 0.25
  done
}
soon 'Waiting for changes' "$work/watching"
kill -9 "$(service_of "$KEYCIRCLE_HOME")"
soon 'The keychain is locked' "$work/watching"
holds "watch says that the keychain is locked" grep -q 'is locked.*kc unlock$' "$work/watching"
run unlock --password-file "$secret/keychain"
run_with 'after' add after.example --stdin
soon 'after\.example' "$work/watched"
holds "and tells of changes again" grep -q 'new *after\.example$' "$work/watched"
kill "$watcher"

finish
