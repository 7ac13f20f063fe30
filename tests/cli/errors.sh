#!/bin/sh
# SPDX-License-Identifier: ISC
# What goes wrong on one device: the lock, the password, the folders and files of the keychain, the service.
# Each cause meets reading and writing commands, and nothing is lost when it is gone.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/rows.sh
. "$(dirname "$0")/rows.sh"

# One command of each kind, for causes that come before any of them.
cat > "$work/some" << COMMANDS
get text.example $opens
add new.example --generate 8
unlock $opens
setup $opens
status
COMMANDS

# --- no keychain ------------------------------------------------------------------------------------
on none
given 'no keychain'
printf '%s\n' unlock "unlock $opens" lock | cat "$work/using" - > "$work/commands"
each_fails 4 errSecNoSuchKeychain 'there is no keychain on this device yet' 'kc setup' "$work/commands"
fails 4 errSecInteractionNotAllowed 'a password for the new keychain is needed' '--password-file FILE' setup
fails 3 errSecItemNotFound 'there is no file “.*nowhere”' 'Nothing was changed.*kc setup -h' \
  setup --password-file "$secret/nowhere"
: > "$secret/empty"
fails 2 errSecInvalidPasswordRef "the keychain password can't be empty" 'kc help passwords' setup --password-file "$secret/empty"
for name in '' "$(printf 'a\nb')" "$(printf '\377')" "$(printf %0300d 1)"; do
  fails 2 errSecParam "a name or a value can't be taken" 'kc setup -h' setup --name "$name" --password-file "$secret/keychain"
done
run status --json
json '.state == "none"' "nothing was left behind"
run status
says '^Keychain     there is none yet. To make it:  kc setup$' "and status says what to do"
KEYCIRCLE_HOME=relative/path
fails 2 errSecParam 'KEYCIRCLE_HOME is not an absolute path' 'kc status -h' status

make_device one
save_all
db=$KEYCIRCLE_HOME/data/keychain.db
device_secret=$KEYCIRCLE_HOME/state/device-secret

# --- locked, and nobody to ask ----------------------------------------------------------------------
given 'locked'
run lock
grep -vE '^(key show|passwd)' "$work/using" | grep -vE '^(sync( status)?|devices)$' > "$work/commands"
echo unlock >> "$work/commands"
each_fails 4 errSecInteractionNotAllowed \
  'your keychain is locked, and there is no terminal or display to ask for the password' \
  'kc unlock --fd 3 3< file' "$work/commands"
fails 4 errSecInteractionNotAllowed 'the keychain password is needed' '--password-file FILE' passwd
fails 1 errSecIO "$work/nowhere., which is to ask for passwords, could not be run" "ls -l $work/nowhere" \
  get text.example --askpass "$work/nowhere"
fails 4 errSecInteractionNotAllowed 'the new keychain password is needed' '--new-password-file FILE' \
  passwd --password-file "$secret/keychain"
nothing_lost

# --- a wrong password -------------------------------------------------------------------------------
given 'wrong password'
# Right ones in between, since each wrong try makes the next one wait longer.
while IFS= read -r words; do
  run unlock --password-file "$secret/keychain"
  run lock
  eval "fails 5 errSecAuthFailed \"that password doesn't open this keychain\" 'kc help recovery' $words"
done << COMMANDS
unlock --password-file $secret/wrong
get text.example --password-file $secret/wrong
add new.example --generate 8 --password-file $secret/wrong
passwd --password-file $secret/wrong --new-password-file $secret/account
COMMANDS
fails 6 errSecDuplicateKeychain 'this device has a keychain already' 'kc passwd' setup --password-file "$secret/wrong"
nothing_lost

# --- others can read it -----------------------------------------------------------------------------
exposed() { # path, mode, file of commands
  chmod "$2" "$1"
  each_fails 1 errSecNotAvailable "others on this computer can read $1\." "chmod 700 $1" "$3"
  chmod 700 "$1"
  nothing_lost
}
given 'a group may look into data'
exposed "$KEYCIRCLE_HOME/data" 750 "$work/all"
given 'a group may look into data, and no service runs'
end_service
exposed "$KEYCIRCLE_HOME/data" 750 "$work/some"
given 'everybody may look into state'
exposed "$KEYCIRCLE_HOME/state" 705 "$work/some"
given 'everybody may write to the folder of the socket'
exposed "$XDG_RUNTIME_DIR/keycircle" 777 "$work/some"
for path in "$db" "$device_secret"; do
  end_service
  given "mode 640 of ${path##*/}"
  chmod 640 "$path"
  each_fails 1 errSecNotAvailable "others on this computer can read $path\." "chmod 600 $path" "$work/some"
  chmod 600 "$path"
  nothing_lost
done
end_service
given 'a link for the device secret'
mv "$device_secret" "$work/elsewhere"
ln -s "$work/elsewhere" "$device_secret"
each_fails 1 errSecNotAvailable 'is a link' "ls -l $device_secret" "$work/some"
rm "$device_secret"
mv "$work/elsewhere" "$device_secret"
nothing_lost
if [ "$(id -u)" -eq 0 ]; then
  for path in "$KEYCIRCLE_HOME/data" "$KEYCIRCLE_HOME/state" "$XDG_RUNTIME_DIR/keycircle"; do
    end_service
    given "somebody else's ${path##*/}"
    chown 65534 "$path"
    each_fails 1 errSecNotAvailable "$path belongs to another user" "ls -ld $path" "$work/some"
    chown 0 "$path"
    nothing_lost
  done
fi

# --- something else in its place --------------------------------------------------------------------
for path in "$KEYCIRCLE_HOME/data" "$KEYCIRCLE_HOME/state" "$XDG_RUNTIME_DIR/keycircle"; do
  end_service
  given "a file for ${path##*/}"
  mv "$path" "$path.away"
  : > "$path"
  each_fails 1 errSecIO "$path is in the way" "ls -ld $path" "$work/some"
  rm "$path"
  mv "$path.away" "$path"
  nothing_lost
done

# --- a damaged, a foreign keychain ------------------------------------------------------------------
# The command that spoils knows the whole file as $whole. What it has left there, no command of kc changes.
spoilt() { # file, what happened, what to type, file of commands, command that spoils…
  file=$1
  happened_here=$2
  advice_here=$3
  commands=$4
  shift 4
  given "$*"
  whole=$work/whole
  cp "$file" "$whole"
  "$@"
  cp "$file" "$work/left"
  each_fails 13 errSecNotAvailable "$happened_here.*Nothing was saved, and nothing was (deleted|changed)" "$advice_here" "$commands"
  holds "$*: it was left alone" cmp -s "$file" "$work/left"
  end_service
  cp "$whole" "$file"
  nothing_lost
}
# shellcheck disable=SC2317
cut_to() { # length
  head -c "$1" "$whole" > "$file"
}
# shellcheck disable=SC2317
another() { # file
  cp "$1" "$file"
}
# shellcheck disable=SC2317
renumber() { # version
  python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("PRAGMA user_version = %s" % sys.argv[2])' \
    "$file" "$1"
}
make_device other
end_service
cp "$KEYCIRCLE_HOME/data/keychain.db" "$work/another.db"
cp "$KEYCIRCLE_HOME/state/device-secret" "$work/another.secret"
on one
printf 'This is a diary, and it is longer than a hundred bytes. %0100d\n' 0 > "$work/diary.txt"
python3 -c 'import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute("CREATE TABLE diary(day)"); db.commit()' \
  "$work/diary.db"

end_service
len=$(wc -c < "$db")
damaged="this device's keychain is damaged"
foreign='is not a keychain'
apart='the secret of this device, in .*/state, is missing, damaged, or another device'
spoilt "$db" "$damaged" 'kc help recovery' "$work/all" cut_to $((len / 2 / 4096 * 4096))
for cut in 0 1 100 4096 $((len - 1)); do
  end_service
  spoilt "$db" "$damaged" 'kc help recovery' "$work/some" cut_to "$cut"
done
end_service
spoilt "$db" "$foreign" 'kc setup' "$work/some" another "$work/diary.db"
end_service
spoilt "$db" "$foreign" 'kc setup' "$work/some" another "$work/diary.txt"
end_service
spoilt "$db" 'a newer version of kc' 'kc version' "$work/some" renumber 1000
end_service
spoilt "$db" "$apart" "$KEYCIRCLE_HOME/state" "$work/some" another "$work/another.db"
end_service
spoilt "$device_secret" "$apart" "$KEYCIRCLE_HOME/state" "$work/some" another "$work/another.secret"
for cut in 0 20; do
  end_service
  spoilt "$device_secret" "$apart" "$KEYCIRCLE_HOME/state" "$work/some" cut_to "$cut"
done
end_service
given 'no state folder'
mv "$KEYCIRCLE_HOME/state" "$work/away"
each_fails 13 errSecNotAvailable "$apart" "$KEYCIRCLE_HOME/state" "$work/some"
end_service
rm -r "$KEYCIRCLE_HOME/state"
mv "$work/away" "$KEYCIRCLE_HOME/state"
nothing_lost

# While it is open, too: nothing is saved into a file that nobody finds again.
spoilt "$db" "$damaged" 'kc help recovery' "$work/some" cut_to 4096
spoilt "$db" "$foreign" 'kc setup' "$work/some" another "$work/diary.txt"
spoilt "$db" "$apart" "$KEYCIRCLE_HOME/state" "$work/some" another "$work/another.db"
given 'the whole folder is gone while it is open'
mv "$KEYCIRCLE_HOME/data" "$work/away"
grep -v setup "$work/some" | grep -v status > "$work/commands"
each_fails 4 errSecNoSuchKeychain 'there is no keychain on this device yet' 'kc setup' "$work/commands"
run setup --password-file "$secret/wrong"
exits 0 "another keychain can be made"
end_service
rm -r "$KEYCIRCLE_HOME/data"
mv "$work/away" "$KEYCIRCLE_HOME/data"
nothing_lost

# --- the standard streams ---------------------------------------------------------------------------
# Whatever is closed, no socket of kc takes its place, and it does not wait for ever.
printed_to() { # redirection, what
  given "$2"
  eval "timeout 60 setsid -w \"\$program\" get text.example $opens < /dev/null 2> \"\$err\" $1"
  status=$?
  exits 1 "$2"
  complains 'could not be written to standard output' "$2 is told"
  complains '\[errSecIO, -36\]' "$2 has its constant"
  nothing_lost
}
printed_to '> /dev/full' 'a full disk behind standard output'
printed_to '>&-' 'no standard output'
for fd in 0 2; do
  eval "timeout 60 setsid -w \"\$program\" get text.example $opens < /dev/null > \"\$out\" 2> \"\$err\" $fd>&-"
  status=$?
  exits 0 "nothing open as $fd"
  writes 'a secret' "nothing open as $fd: the answer is the same"
done
timeout 60 setsid -w "$program" add new.example --stdin <&- > "$out" 2> "$err"
status=$?
exits 2 "no standard input"
complains 'descriptor 0 is not open for reading' "is told"
nothing_lost

# --- the service ------------------------------------------------------------------------------------
given 'no service'
end_service
journal='kc status'
[ ! -d /run/systemd/system ] || journal='journalctl --user'
for program_of_the_service in "$work/nowhere" /bin/false; do
  KEYCIRCLED=$program_of_the_service
  each_fails 1 errSecNotAvailable "the keychain service doesn't answer, and it could not be started" \
    "$journal.*ls -ld $KEYCIRCLE_HOME/data" "$work/some"
  [ -d /run/systemd/system ] || never_says journalctl "without systemd there is no journal to look at"
  fails 1 errSecNotAvailable 'could not be started' "KEYCIRCLED names .*ls -l $program_of_the_service" status
done
KEYCIRCLED=$top_builddir/tests/service/keycircled-fast
nothing_lost
given 'the socket is gone'
rm "$XDG_RUNTIME_DIR"/keycircle/*.sock
nothing_lost

finish_rows
