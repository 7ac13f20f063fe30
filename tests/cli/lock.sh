#!/bin/sh
# SPDX-License-Identifier: ISC
# setup, unlock, lock, passwd, status; what happens when it is locked and nobody can be asked.
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
for verb in unlock lock list 'get x' 'rm x --yes' 'sync' 'sync status' 'add x --generate 8' 'item -q class=genp'; do
  # shellcheck disable=SC2086
  run $verb
  exits 4 "$verb without a keychain"
  complains 'kc setup' "$verb says how to make one"
done
run setup
exits 4 "setup asks, and there is nobody"
complains '--password-file FILE' "which is told"
run setup --json
json_error '.exit == 4 and .code == -25308' "also in JSON"
run setup --password-file "$secret/nowhere"
exits 3 "a password file that is not there"
: > "$secret/empty"
run setup --password-file "$secret/empty"
exits 2 "an empty password"
run status --json
json '.state == "none"' "nothing was left behind"

# --- setup ------------------------------------------------------------------------------------------
run setup --name laptop --password-file "$secret/keychain" --json
exits 0 "setup"
json '.device == "laptop" and .locked == false' "setup --json"
run setup --password-file "$secret/keychain"
exits 6 "a second time"
run setup
exits 6 "a second time, without a password"
run status
says '^This device +laptop$' "status tells the device"
says 'Items +0, 0 of them sync' "and the items"
run status --json
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
run get a.example
exits 4 "get when locked"
complains 'your keychain is locked, and there is no terminal or display to ask for the password' "says what is wrong"
complains 'Open it first:        kc unlock$' "what to do"
complains 'kc unlock --fd 3 3< file' "what to do in a script"
complains '\[errSecInteractionNotAllowed, -25308\]' "and the constant"
run get a.example --json
json_error '.code == -25308 and .name == "errSecInteractionNotAllowed" and .exit == 4 and
  (.try | index("kc unlock") != null)' "the same in JSON"
for verb in list 'show a.example' 'rm a.example --yes' 'add b.example --generate 8' 'sync on a.example' \
  'item -q class=inet' 'key new k'; do
  # shellcheck disable=SC2086
  run $verb
  exits 4 "$verb when locked"
done
run unlock
exits 4 "unlock asks, and there is nobody"
run unlock --password-file "$secret/wrong"
exits 5 "a wrong password"
complains "that password doesn't open this keychain" "says so"
complains 'kc help recovery' "and what to do"
run unlock --password-file "$secret/wrong" --json
json_error '.code == -25293 and .exit == 5' "a wrong password in JSON"
run unlock --password-file "$secret/keychain" --json
exits 0 "the right one"
json '.locked == false' "unlock --json"
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
run get a.example --password-file "$secret/wrong"
exits 5 "a wrong password on any command"
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
run passwd
exits 4 "passwd asks, and there is nobody"
run passwd --password-file "$secret/wrong" --new-password-file "$secret/account"
exits 5 "passwd with a wrong password"
run passwd --password-file "$secret/keychain" --new-password-file "$secret/account"
exits 0 "passwd"
run lock
run unlock --password-file "$secret/keychain"
exits 5 "the old password is gone"
run unlock --password-file "$secret/account"
exits 0 "the new one opens"
run get a.example
writes 'secret-value' "and everything is there"

# --- the service ------------------------------------------------------------------------------------
run service stop
exits 0 "service stop"
holds "no service is left" sh -c "! KEYCIRCLE_HOME=$KEYCIRCLE_HOME python3 $top_srcdir/tests/cli/service_pid.py"
run status --json
json '.locked == true' "the next command starts it, locked"

# --- a place that cannot be used --------------------------------------------------------------------
export KEYCIRCLE_HOME=relative/path
run status
exits 2 "KEYCIRCLE_HOME is absolute"
complains 'KEYCIRCLE_HOME is not an absolute path' "which is told"
run help
exits 0 "help needs no keychain"
make_device open
run service stop
chmod 755 "$KEYCIRCLE_HOME/data"
run status
exits 1 "a folder that others can read"
complains "chmod 700 $KEYCIRCLE_HOME/data" "the message has the line that mends it"
on broken
make_device broken
run service stop
printf 'not a database, not a database, not a database' > "$KEYCIRCLE_HOME/data/keychain.db"
run get x
exits 13 "a keychain that is none"
complains 'nothing was deleted' "is left alone"
holds "as it was" grep -q '^not a database' "$KEYCIRCLE_HOME/data/keychain.db"

finish
