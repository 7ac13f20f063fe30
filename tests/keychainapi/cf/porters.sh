#!/bin/sh
# SPDX-License-Identifier: ISC
# Programs in the manner of those that are ported from macOS, beside a service.
set -eu
build=${top_builddir:-.}/tests/keychainapi
if [ "${1-}" != served ]; then
  exec "$build/security/serve" sh "$0" served
fi

passed=0
failed=0
check() { # what, wanted, got
  if [ "$2" = "$3" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "wrong: $1: '$3', not '$2'"
  fi
}
run() { # program, arguments; standard input is its own
  status=0
  program=$1
  shift
  output=$("$build/cf/porter_$program" "$@" 2>&1) || status=$?
}
git() { # call, lines
  run git "$1" << LINES
$2
LINES
}
newline='
'

# git: through its protocol, with and without a user and a port
git get "protocol=https${newline}host=example.org"
check "git: nothing" "0 " "$status $output"
git store "protocol=https${newline}host=example.org:8443${newline}path=a/b.git${newline}username=ana${newline}password=pä 🔑"
check "git: store" "0 " "$status $output"
git get "protocol=https${newline}host=example.org:8443${newline}path=a/b.git"
check "git: get" "0 password=pä 🔑${newline}username=ana" "$status $output"
git get "protocol=https${newline}host=example.org:8443${newline}username=ana"
check "git: get by user" "0 password=pä 🔑" "$status $output"
git get "protocol=http${newline}host=example.org:8443"
check "git: another protocol" "0 " "$status $output"
git store "protocol=https${newline}host=example.org:8443${newline}path=a/b.git${newline}username=ana${newline}password=new"
check "git: replace" "0 " "$status $output"
git get "protocol=https${newline}host=example.org:8443"
check "git: replaced" "0 password=new${newline}username=ana" "$status $output"
run go example.org
check "git: seen by another" "ana" "$(printf '%s\n' "$output" | sed -n 's/^acct = //p')"
check "git: the port is an int32" "int32 8443" "$(printf '%s\n' "$output" | sed -n 's/^port = //p')"
check "git: the protocol is four letters" "htps" "$(printf '%s\n' "$output" | sed -n 's/^ptcl = //p')"
check "git: it has dates" "a date" "$(printf '%s\n' "$output" | sed -n 's/^cdat = //p')"
check "git: the secret" "3 bytes: new" "$(printf '%s\n' "$output" | sed -n 's/^v_Data = //p')"
git erase "protocol=https${newline}host=example.org:8443"
check "git: erase" "0 " "$status $output"
git get "protocol=https${newline}host=example.org:8443"
check "git: erased" "0 " "$status $output"

# keytar
run keytar get mail ana
check "keytar: nothing" "2 " "$status $output"
run keytar set mail ana 'first secret'
check "keytar: set" "0 " "$status $output"
run keytar set mail ana 'zwei Äpfel 🍎'
check "keytar: replace" "0 " "$status $output"
run keytar get mail ana
check "keytar: get" "0 zwei Äpfel 🍎" "$status $output"
run keytar set mail '漢字 🔑' ''
check "keytar: an empty one" "0 " "$status $output"
run keytar find mail
check "keytar: find" "0 ana: zwei Äpfel 🍎|漢字 🔑: " \
  "$status $(printf '%s\n' "$output" | LC_ALL=C sort | tr '\n' '|' | sed 's/|$//')"
run go mail
check "keytar: seen by another" "0 2" "$status $(printf '%s\n' "$output" | grep -c '^svce = mail$')"
run keytar delete mail ana
check "keytar: delete" "0 " "$status $output"
run keytar delete mail ana
check "keytar: delete again" "2 " "$status $output"
run keytar error -25299
check "keytar: a text of an error" "The specified item already exists in the keychain." "$output"
run keytar error -99999
check "keytar: a text of no error" "OSStatus -99999" "$output"
run keytar workers
check "keytar: workers" "0 " "$status $output"

# isync, msmtp
run mail get imap mail.example.org 143 ana
check "mail: nothing" \
  "1 Looking up Keychain failed: The specified item could not be found in the keychain." "$status $output"
run mail save imap mail.example.org 143 ana secret
check "mail: save" "0 " "$status $output"
run mail get imap mail.example.org 143 ana
check "mail: get" "0 secret" "$status $output"
run mail get imap mail.example.org 993 ana
check "mail: another port" "0 secret" "$status $output"
run mail get smtp mail.example.org 25 ana
check "mail: another protocol" "0 secret" "$status $output"
run mail get imap mail.example.org 143 bob
check "mail: another user" 1 "$status"

# .NET, ctypes, Rust
libraries=${top_builddir:-.}/.libs
run dynamic "$libraries/libCoreFoundation.so" "$libraries/libSecurity.so" service ana 'pässword'
check "dynamic" "0 " "$status $output"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
