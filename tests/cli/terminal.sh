#!/bin/sh
# SPDX-License-Identifier: ISC
# kc on a terminal: questions, echo, signals, columns, names made harmless.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# Runs kc on a terminal; what it showed is in $out, without carriage returns.
type_to() { # options of terminal.py, then -- and the words of kc
  python3 "$top_srcdir/tests/cli/terminal.py" "$@" > "$work/shown" 2> "$err"
  status=$?
  tr -d '\r' < "$work/shown" > "$out"
}

# --- setup and passwords ----------------------------------------------------------------------------
on one
type_to -a 'new keychain' 'correct horse' -a 'Again: ' 'correct horse' -- "$program" setup --name laptop
exits 0 "setup asks twice"
says 'This makes a keychain for you on this computer' "and says what it does"
never_says 'correct horse' "without echo"
type_to -- "$program" setup
exits 6 "a second setup"
never_says 'This makes a keychain' "does not begin"
run lock
type_to -a 'Keychain password: ' 'correct horse' -- "$program" unlock
exits 0 "unlock asks"
says '✓ Your keychain is open' "and says so"
run lock
type_to -a 'Keychain password: ' 'wrong' -- "$program" unlock
exits 5 "a wrong password"
run lock
type_to -a 'Keychain password: ' 'correct horse' -a 'Password for' 'secret one' -a 'Again: ' 'secret one' \
  -- "$program" add github.com --user ana
exits 0 "add asks for what it needs"
never_says 'secret one' "without echo"
run get github.com
writes 'secret one' "and saves it"
type_to -a 'Password for' 'one' -a 'Again: ' 'other' -a 'The two are not the same' 'three' -a 'Again: ' 'three' \
  -- "$program" add github.com --user ana
exits 0 "two that differ are asked again"
run get github.com
writes 'three' "until they are the same"
type_to -a 'Password for' 'one' -a 'Again: ' 'other' -a 'The two are not the same' 'one' -a 'Again: ' 'other' \
  -a 'The two are not the same' 'one' -a 'Again: ' 'other' -- "$program" add github.com --user ana
exits 7 "but not for ever"
says 'the two answers were never the same, in 3 tries' "which is told"
never_says 'as you said' "and is no choice of anybody"
run get github.com
writes 'three' "nothing was changed"
type_to -a 'Keychain password: ' 'correct horse' -a 'New keychain password: ' 'staple' -a 'Again: ' 'staple' \
  -- "$program" passwd
exits 0 "passwd asks three times"
type_to -a 'Keychain password: ' 'correct horse' -- "$program" passwd
exits 5 "an old password that is wrong"
never_says 'New keychain password' "is told before more is asked"
type_to -a 'Keychain password: ' 'correct horse' -- "$program" passwd --officer
exits 5 "so it is with the officer"
never_says 'New password of' "whose password is asked for later"
run lock
type_to -a 'Keychain password: ' 'staple' -a 'New keychain password: ' 'staple' -a 'Again: ' 'staple' \
  -- "$program" passwd
exits 0 "a locked keychain is given another password"
run status --json
json '.locked == true' "and stays locked meanwhile and after"
run lock
type_to -a 'Keychain password: ' 'staple' -- "$program" get github.com
exits 0 "get asks when it is locked"
says '^three$' "and adds a newline on a terminal"

# The terminal is there although neither standard input nor output is it.
run lock
type_to -k -a 'Keychain password: ' 'staple' -- "$program" get github.com
exits 0 "standard input and output are no terminal, and the question comes all the same"
says '^threeKeychain password' "standard output holds the secret alone"

# --- signals ----------------------------------------------------------------------------------------
run lock
type_to -i 'Keychain password: ' INT -- "$program" get github.com
exits 130 "Ctrl-C ends it, and the terminal echoes again"
type_to -i 'Keychain password: ' TSTP -a 'Keychain password: ' 'staple' -- "$program" get github.com
exits 0 "Ctrl-Z stops it, with echo; then it asks again"
type_to -a '[y/N]' 'n' -- "$program" rm github.com
exits 7 "rm asks; no is no"
run get github.com
exits 0 "nothing was deleted"
type_to -a '[y/N]' '' -- "$program" rm github.com
exits 7 "no answer is no"

# --- no keychain, but somebody to ask ---------------------------------------------------------------
on two
type_to -a 'new keychain' 'pw' -a 'Again: ' 'pw' -a 'Password for' 'first' -a 'Again: ' 'first' \
  -- "$program" add first.example --user ana
exits 0 "the first add makes the keychain"
says 'There is no keychain on this computer yet; this makes one' "and says so"
run get first.example
writes 'first' "and saves"

# --- what is shown ----------------------------------------------------------------------------------
run_with x add "$(printf 'evil\033[31m\342\200\256.example')" --user "$(printf 'u\033]0;title\007')" --stdin
type_to -- "$program" list
exits 0 "list on a terminal"
holds "no escape reaches the terminal" sh -c "! grep -q '$(printf '\033')' '$work/shown'"
holds "no override reaches the terminal" sh -c "! grep -q '$(printf '\342\200\256')' '$work/shown'"
holds "a name in ASCII can be copied" grep -q '^first.example  ' "$work/shown"
run_with x add 'Ärzte' --kind generic --stdin
type_to -- "$program" list
holds "others are isolated" grep -q "$(printf '\342\201\250')Ärzte$(printf '\342\201\251')" "$work/shown"
type_to -- "$program" key new 'Schlüssel' --type ec:p256
says '^ssh      ecdsa-sha2-nistp256 AAAA[^ ]* .Schlüssel.$' "of a line for ssh only the comment"
type_to -- "$program" key show 'Schlüssel' --ssh
says '^ecdsa-sha2-nistp256 AAAA' "so that it can be copied, too"
type_to -- "$program" list --json
holds "nor through JSON" sh -c "! grep -q '$(printf '\342\200\256')' '$work/shown'"
type_to -- "$program" get "$(printf 'nothing\033[31m')"
exits 3 "a name that is not there"
holds "is made harmless in the message" sh -c "! grep -q '$(printf '\033')' '$work/shown'"

run_with x add a-very-long-name-that-goes-on-and-on-and-on.example.com --stdin
type_to -- "$program" list
says 'a-very-long-name.*….*example.com' "long names are cut in the middle"
run list
says 'a-very-long-name-that-goes-on-and-on-and-on.example.com' "but not in a pipe"
type_to -s 50 -- "$program" list
says '^NAME: .*first.example' "a narrow terminal gets blocks"
export KC_PLAIN=1
type_to -- "$program" list
says '^USER: ' "so does KC_PLAIN"
unset KC_PLAIN
TERM=dumb
type_to -- "$program" list
says '^USER: ' "and a dumb terminal"
type_to -- "$program" lock
says '^ok: Your keychain is locked' "which has no signs"
TERM=xterm
LC_ALL=C
type_to -- "$program" status
run get nothing
complains 'nothing here is called "nothing"' "plain quotes without UTF-8"
LC_ALL=C.UTF-8

# --- the clipboard ----------------------------------------------------------------------------------
mkdir "$work/bin"
# shellcheck disable=SC2016
printf '#!/bin/sh\nexec cat > "%s"\n' "$work/clipboard" > "$work/bin/wl-copy"
chmod +x "$work/bin/wl-copy"
before=$PATH
PATH=$work/bin:$PATH
export WAYLAND_DISPLAY=wayland-9
run show first.example -c --password-file "$work/secret/pw"
exits 3 "a password file that is not there"
printf pw > "$work/secret/pw"
run show first.example -c --password-file "$work/secret/pw"
exits 0 "the secret goes to the clipboard"
never_says first\\n "and nowhere else"
holds "it is there" grep -qx first "$work/clipboard"
if [ -n "${KC_LONG-}" ]; then
  # shellcheck disable=SC2016
  printf '#!/bin/sh\nexec cat "%s"\n' "$work/clipboard" > "$work/bin/wl-paste"
  chmod +x "$work/bin/wl-paste"
  sleep 47
  holds "after 45 seconds it is gone" test ! -s "$work/clipboard"
else
  holds "somebody waits to clear it" kill "$(pgrep -f -- "show first.example -c --password-file $work/secret/pw")"
fi
unset WAYLAND_DISPLAY
PATH=$before

finish
