#!/bin/sh
# SPDX-License-Identifier: ISC
# security -i: commands from standard input; and other people's programs, which call it so.
# shellcheck source=tests/cli/security_lib.sh
. "$(dirname "$0")/security_lib.sh"
make_device one

# --- lines ------------------------------------------------------------------------------------------
sec_with 'add-generic-password -U -s svc -a ana -w secret\nfind-generic-password -s svc -w\n' -i
exits 0 "two commands"
writes 'secret\n' "in their order"
tells '' "without a prompt, since nobody is there"
sec_with 'find-generic-password -s nothing\nfind-generic-password -s svc -w\n' -i
exits 0 "the status is that of the last command"
tells 'security: SecKeychainSearchCopyNext: The specified item could not be found in the keychain.\nfind-generic-password: returned -25300\n' "of others it is told"
sec_with 'find-generic-password -s svc -w\nfind-generic-password -s nothing\n\n  \n' -i
exits 44 "also when the last one fails, and empty lines follow"
sec_with 'find-generic-password -s nothing\n' -q -i
tells '' "-q says nothing of it"
sec_with 'find-generic-password -s svc -w' -i
writes 'secret\n' "a last line without its end"
sec_with 'frobnicate\n' -i
exits 1 "an unknown command"
sec_with '' -i
exits 0 "no line"
sec_with 'find-generic-password -s svc -w\n' -p '> '
writes 'secret\n' "-p means -i"
# Each line: how it is quoted, then what it is.
while IFS='|' read -r quoted plain; do
  printf 'add-generic-password -U -s quoting -a ana -w %s\n' "$quoted" > "$work/stdin"
  timeout 60 "$security" -i < "$work/stdin" > "$out" 2> "$err"
  sec find-generic-password -s quoting -w
  printf '%s\n' "$plain" > "$work/wanted"
  holds "quoted: $quoted" cmp -s "$work/wanted" "$out"
done << 'ROWS'
plain|plain
"two words"|two words
'two words'|two words
two\ words|two words
"a \"quote\""|a "quote"
'it'"'"'s'|it's
'back\slash'|back\slash
"back\\slash"|back\slash
par'ti'"al"|partial
""|
"open to the end|open to the end
ROWS
printf 'add-generic-password -s nul -a ana -w a\000b\n' | timeout 60 "$security" -i > "$out" 2> "$err"
holds "a NUL is no part of a command" test $? -eq 206

# A line is as long as its secret is; programs that know of 4096 bytes are not cut off there.
for size in 4000 4096 5000 100000 1048576; do
  head -c "$size" /dev/zero | tr '\0' x > "$work/long"
  { printf 'add-generic-password -U -s long -a ana -w '; cat "$work/long"; echo; } |
    timeout 60 "$security" -i > "$out" 2> "$err"
  holds "a secret of $size bytes" test $? -eq 0
  sec find-generic-password -s long -w
  holds "comes back whole" sh -c 'printf "\n" | cat "$1" - | cmp -s - "$2"' sh "$work/long" "$out"
done

# --- zalando/go-keyring, and so gh: keyring_darwin.go ------------------------------------------------
# Set writes one line to -i, quoted for a shell, the secret in base 64 behind a prefix; Get joins both
# streams and trims them; not found is told by the words, not by the status.
go_set() { # service, user, password
  encoded=go-keyring-base64:$(printf '%s' "$3" | base64 -w 0)
  printf "add-generic-password -U -s '%s' -a '%s' -w %s\n" "$1" "$2" "$encoded" |
    timeout 60 setsid -w "$security" -i > "$out" 2>&1
}
go_get() { # service, user: prints the password; "not found" and status 1
  timeout 60 setsid -w "$security" find-generic-password -s "$1" -wa "$2" > "$out" 2>&1 < /dev/null || {
    grep -q 'could not be found' "$out" && echo 'not found'
    return 1
  }
  sed 's/^go-keyring-base64://' "$out" | base64 -d
}
go_delete() { # service, user
  timeout 60 setsid -w "$security" delete-generic-password -s "$1" -a "$2" > "$out" 2>&1 < /dev/null
}
for password in test-password '' 'this password
has multiple
lines and will be
encoded by some keyring implementiations
like osx' 'at least on OSX öäüÄÜÖß will be encoded' 'hex:616263' '日本語 🔑'; do
  go_set test-service test-user "$password"
  holds "go-keyring sets: $password" test $? -eq 0
  holds "and gets it" test "$(go_get test-service test-user; echo .)" = "$password."
done
holds "go-keyring finds no other" test "$(go_get test-service fake)" = 'not found'
go_set gh:github.com '' gho_token
holds "gh's token, without a user" test "$(go_get gh:github.com '')" = gho_token
go_set test-service 'DOMAIN\user name' backslash
holds "a user with a backslash and a blank" test "$(go_get test-service 'DOMAIN\user name')" = backslash
holds "go-keyring deletes" go_delete test-service test-user
holds "and finds it no more" test "$(go_get test-service test-user)" = 'not found'
# DeleteAll: until the words say that there is none.
rounds=0
while go_delete test-service 'DOMAIN\user name' && [ $rounds -lt 9 ]; do rounds=$((rounds + 1)); done
holds "DeleteAll ends" test $rounds -eq 1

# Many at once: each Set succeeds, and there is one item.
pids=
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
  printf "add-generic-password -U -s crowd -a ana -w number-%d\n" "$i" | timeout 60 "$security" -i > /dev/null 2> "$work/crowd-$i" &
  pids="$pids $!"
done
late=0
for pid in $pids; do wait "$pid" || late=$((late + 1)); done
holds "sixteen programs set one password" test $late -eq 0
run item -q 'class=genp,svce=crowd' -g --json
json '.items | length == 1 and (.[0].secret | test("^number-[0-9]+$"))' "and there is one, whole"

# --- neomutt, msmtp, isync, offlineimap: passwords by a command ---------------------------------------
sec add-internet-password -r imap -s imap.example -a ana -w imap-pass
account=$("$security" find-internet-password -g -a ana -s imap.example 2>&1 < /dev/null |
  awk -F'"' '/^password:/ { print $2 }')
holds "neomutt's account-command" test "$account" = imap-pass
holds "msmtp's passwordeval" test "$("$security" find-internet-password -w -s imap.example -a ana)" = imap-pass
login=$("$security" find-internet-password -s imap.example 2> /dev/null |
  sed -n 's/^ *"acct"<blob>="\(.*\)"$/\1/p')
holds "isync's UserCmd cuts the account out of the dump" test "$login" = ana
offlineimap=$("$security" -v find-internet-password -g -a ana -s imap.example 2>&1 |
  python3 -c 'import re, sys; print(re.search(r"password: (?:0x[0-9A-F]+  )?\"(.*)\"", sys.stdin.read()).group(1))')
holds "offlineimap's regular expression" test "$offlineimap" = imap-pass

# --- keychain of npm: -g, both streams, a regular expression; a password that is there is deleted first ------
node_get() { # account: hexadecimal digits first, since a text may stand behind them
  timeout 60 "$security" find-generic-password -a "$1" -s node -g 2>&1 > /dev/null < /dev/null | python3 -c '
import re, sys
line = sys.stdin.read()
found = re.match(r"password: 0x([0-9a-fA-F]+)", line)
print(bytes.fromhex(found[1]).decode() if found else re.search("\"(.*)\"", line)[1])'
}
for password in test '∆elta' '∆˚ˆ©ƒ®∂çµ˚¬˙ƒ®†¥' 'password: 0x4e6573746564' 'passWith'; do
  while :; do
    timeout 60 "$security" add-generic-password -a ana -s node -w "$password" > "$out" 2> "$err" < /dev/null
    status=$?
    [ $status -eq 45 ] || break
    timeout 60 "$security" delete-generic-password -a ana -s node > "$out" 2> "$err" < /dev/null || break
  done
  exits 0 "npm's keychain sets: $password"
  holds "and gets it" test "$(node_get ana)" = "$password"
done

# --- aws-vault, chamber and other scripts ---------------------------------------------------------------
sec add-generic-password -a aws-vault -s 'aws-vault (profile)' -l 'aws-vault (profile)' -D 'application password' -w '{"AccessKeyID":"A","SecretAccessKey":"b/c+d=="}'
holds "aws-vault's JSON in a variable" \
  test "$("$security" find-generic-password -a aws-vault -s 'aws-vault (profile)' -w)" = '{"AccessKeyID":"A","SecretAccessKey":"b/c+d=="}'
kind=$("$security" dump-keychain | awk -F'"' '/"desc"<blob>="application password"/ { print $4 }')
holds "kinds in the dump" test "$kind" = 'application password'
if "$security" find-generic-password -s not-there > /dev/null 2>&1; then bad "the status is tested by if"; else good; fi
names=$("$security" dump-keychain | grep '"svce"\|"acct"' | grep -c '<blob>=')
holds "dump-keychain | grep" test "$names" -ge 4

finish
