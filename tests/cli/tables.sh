#!/bin/sh
# SPDX-License-Identifier: ISC
# Help, manual page and completions say what the tables say.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

on none

run
exits 0 "kc alone"
says '^  add +save a password' "lists the commands"
run help
exits 0 "kc help"
run -h
exits 0 "kc -h"
run --version
says '^kc [0-9]' "kc --version"
run version --json
json '.version | test("^[0-9]")' "kc version --json"
run help recovery
says 'kc passwd' "a topic"
run help ideas --json
json '.topic == "ideas" and (.text | length > 100)' "a topic in JSON"
run help key
says 'kc key new NAME' "by another word, too"
run help key new
says '^kc key new: ' "which hides no command"
run help doctor
exits 0 "a word that is no command alone"
says '^  kc doctor store  +look at the store' "is followed by others"
run doctor -h --json
json '[.items[].name] == ["doctor store"]' "also in JSON, and with -h"
run help sync
says '^  kc sync use  +choose the store' "so may a command be"
run help key
says '^  kc key import  ' "and what a topic is about"
run help nonsense
exits 2 "no such topic"
run help --json
json '(.items | length > 20) and (.options | length > 20)' "the tables in JSON"
cp "$out" "$work/table.json"
jq -r '.items[].name' < "$work/table.json" > "$work/verbs"
while read -r verb; do
  # shellcheck disable=SC2086
  run $verb -h
  exits 0 "kc $verb -h"
  says '^Examples:$' "shows examples of $verb"
  # shellcheck disable=SC2086
  run help $verb --json
  json ".items[0].name == \"$verb\"" "kc help $verb --json"
done < "$work/verbs"

# --- wrong usage ------------------------------------------------------------------------------------
run frobnicate
exits 2 "no such command"
complains 'there is no command “frobnicate”' "is told"
LC_ALL=C
run frobnicate
complains 'there is no command "frobnicate"' "in ASCII where there is no more"
LC_ALL=C.UTF-8
TERM=dumb
run frobnicate
complains 'there is no command "frobnicate"' "so for a dumb terminal"
run help item
holds "of standard output, too" sh -c "! LC_ALL=C grep -q '[^ -~]' '$out'"
TERM=xterm
run help item
says '…' "which others get as it is"
run lsit --json
json_error '.exit == 2 and (.message | test("list")) and (.try | index("kc help") != null)' "what may have been meant"
run get
exits 2 "a word is missing"
run get a b
exits 2 "a word too many"
run watch x
complains '“watch” takes options only, no words' "is told"
run get a --frob
exits 2 "no such option"
complains 'there is no option --frob' "is told"
run setup --name my laptop
complains 'takes options only' "a word where there is none to give"
run get a --user-name=hunter2
complains 'there is no option --user-name\.' "without a value, which may be a secret"
run get a --password hunter2
complains 'perhaps you mean --password-file' "and what may have been meant"
run get a --usr b
complains 'perhaps you mean --user' "also for a slip"
run get a --n
complains 'there is no option --n\.' "but not for a letter"
run get a --json --frob
json_error '.exit == 2' "also in JSON"
run get a --stdin
exits 2 "an option of another command"
run get a --user
exits 2 "an option without its value"
run key
complains 'new, import, show' "the second word is told"
run sync nowhere
complains 'use, on, off, password, repair, status' "also after a word that is no second one"
run add --user x -- --version
exits 4 "words behind -- are no options"

# --- the words --------------------------------------------------------------------------------------
look_for_words() { # sources
  python3 "$top_srcdir/tests/cli/words.py" "$@" > "$out" 2> "$err"
  status=$?
}
look_for_words "$top_srcdir"/cli/*.c "$top_srcdir"/cli/*.def "$top_srcdir"/base/errors.def
exits 0 "no jargon in what people read"
for seed in 'the token has expired' 'Invalid input.' 'Another peer is there.' 'aborted'; do
  { cat "$top_srcdir/cli/messages.def"; printf 'KC_NOTE(SEED, "%s")\n' "$seed"; } > "$work/seeded.def"
  look_for_words "$work/seeded.def"
  exits 1 "which is noticed: $seed"
done

# --- the manual page --------------------------------------------------------------------------------
page=$top_srcdir/doc/kc.1
check_page() { # page
  python3 "$top_srcdir/tests/cli/check_page.py" "$1" "$top_srcdir/base/errors.def" < "$work/table.json" > "$out" 2> "$err"
  status=$?
}
check_page "$page"
exits 0 "the manual page says what the tables say"
for seed in '/^\.It Cm sync use/d' 's/^\.It Cm watch/.It Cm wach/' 's/ Fl -dry-run//' 's/^\.It 12$/.It 14/' '/^\.Cm passwords/d'; do
  sed "$seed" "$page" > "$work/seeded.1"
  check_page "$work/seeded.1"
  exits 1 "a page with a fault is noticed: $seed"
done
for name in kc.1 git-credential-kc.1 secitem-cc.1 security.1 kc-services.7 secitem.7 seckeychain.7 keycircled.8 keycircle-pkcs11.7; do
  groff -mdoc -Tascii -P-cbu -ww "$top_srcdir/doc/$name" > "$out" 2> "$err"
  status=$?
  exits 0 "$name is formatted"
  holds "$name without a warning" test ! -s "$err"
  # A heading that begins like a macro has become one: "In a script" was "<a> script".
  sed -n 's/^\.S[hs] \(\\&\)\{0,1\}//p' "$top_srcdir/doc/$name" > "$work/wanted"
  sed -n 's/^ \{0,3\}\([^ ].*\)/\1/p' "$out" > "$work/headings"
  while IFS= read -r heading; do
    holds "$name: $heading" grep -qxF -e "$heading" "$work/headings"
  done < "$work/wanted"
done

# --- completions ------------------------------------------------------------------------------------
mkdir "$work/made"
python3 "$top_srcdir/conf/completions/generate.py" "$work/made" < "$work/table.json"
for name in kc _kc kc.fish; do
  holds "completion $name is made from the table" cmp -s "$work/made/$name" "$top_srcdir/conf/completions/$name"
done
offer() { # words of a command line, the last one to be completed; answers in $out
  # shellcheck disable=SC2016
  PATH=$top_builddir:$PATH timeout 60 setsid -w bash -c '
    . "$1/conf/completions/kc"
    shift
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    _kc
    printf "%s\n" "${COMPREPLY[@]}"' bash "$top_srcdir" "$@" < /dev/null > "$out" 2> "$err"
  status=$?
}
offer kc un
writes 'unlock\n' "bash completes a command"
offer kc sync ''
writes 'use\non\noff\npassword\nrepair\nstatus\n' "and its second word"
offer kc --json devices ''
writes 'add\nremove\nleave\nexposure\n' "behind an option"
offer kc --password-file lock key n
writes 'new\n' "and behind a value that looks like a command"
offer kc import --dr
writes '--dry-run\n' "and an option of that command"
offer kc get --dr
writes '\n' "but of no other"
offer kc get git
writes '\n' "without a keychain there are no names"
make_device names
run_with x add github.com --user ana --stdin
run_with x add 'two words' --stdin
offer kc get git
writes 'github.com\n' "names of items"
offer kc sync on tw
writes 'two\\ words\n' "quoted for the shell"
run lock
offer kc get git
writes '\n' "none while it is locked, and nobody is asked"

finish
