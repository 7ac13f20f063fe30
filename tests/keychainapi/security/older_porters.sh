#!/bin/sh
# SPDX-License-Identifier: ISC
# Programs that use the older interface, beside a service: git's helper for macOS, unchanged, as its
# package brings it; and others in the manner of those that are ported.
set -eu
top=$(cd "${top_srcdir:-$(dirname "$0")/../../..}" && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
here=$build/tests/keychainapi/security
source=/usr/share/doc/git/contrib/credential/osxkeychain/git-credential-osxkeychain.c
if [ "${1-}" != served ]; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT INT TERM
  if [ -r "$source" ]; then
    ${CC:-cc} -g -O2 -Wall -Werror -I"$top/keychainapi/include" \
      -o "$scratch/git-credential-osxkeychain" "$source" -L"$build/.libs" -lSecurity \
      -lCoreFoundation -Wl,-rpath,"$build/.libs"
  fi
  "$here/serve" sh "$0" served "$scratch"
  exit
fi
scratch=$2

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
run() { # program, arguments
  status=0
  program=$1
  shift
  output=$("$here/porter_$program" "$@" 2>&1) || status=$?
}
newline='
'

# --- git ----------------------------------------------------------------------------------------------
# Each row: what, the call, its lines, the status and what it prints.
helper=$scratch/git-credential-osxkeychain
git_says() { # call, lines
  status=0
  output=$(printf "$2" | "$helper" $1 2>&1) || status=$?
  output=$(printf '%s' "$output" | tr '\n' ',')
}
if [ -x "$helper" ]; then
  while IFS='|' read -r what call lines wanted; do
    git_says "$call" "$lines"
    check "git: $what" "$wanted" "$status $output"
  done << 'ROWS'
nothing yet|get|protocol=https\nhost=example.org\n\n|0 
store|store|protocol=https\nhost=example.org\nusername=ana\npassword=secret\n\n|0 
get|get|protocol=https\nhost=example.org\n\n|0 password=secret,username=ana
without the empty line|get|protocol=https\nhost=example.org\n|0 password=secret,username=ana
by user|get|protocol=https\nhost=example.org\nusername=ana\n\n|0 password=secret
another user|get|protocol=https\nhost=example.org\nusername=bob\n\n|0 
another protocol|get|protocol=http\nhost=example.org\nusername=ana\n\n|0 
another host|get|protocol=https\nhost=www.example.org\n\n|0 
a port that none has|get|protocol=https\nhost=example.org:8443\n\n|0 
what is stored stays|store|protocol=https\nhost=example.org\nusername=ana\npassword=other\n\n|0 
the first one|get|protocol=https\nhost=example.org\nusername=ana\n\n|0 password=secret
a second user|store|protocol=https\nhost=example.org\nusername=bob\npassword=b=b;b\n\n|0 
signs in a password|get|protocol=https\nhost=example.org\nusername=bob\n\n|0 password=b=b;b
a port|store|protocol=https\nhost=example.org:8443\nusername=carl\npassword=p\n\n|0 
by port|get|protocol=https\nhost=example.org:8443\n\n|0 password=p,username=carl
a high port|store|protocol=https\nhost=high.example:65535\nusername=u\npassword=p\n\n|0 
by the high port|get|protocol=https\nhost=high.example:65535\n\n|0 password=p,username=u
a path|store|protocol=https\nhost=paths.example\npath=a/b.git\nusername=u\npassword=ab\n\n|0 
by path|get|protocol=https\nhost=paths.example\npath=a/b.git\n\n|0 password=ab,username=u
another path|get|protocol=https\nhost=paths.example\npath=a/c.git\n\n|0 
no path is any|get|protocol=https\nhost=paths.example\n\n|0 password=ab,username=u
lines of a later git|get|capability[]=authtype\nprotocol=https\nhost=paths.example\nwwwauth[]=Basic realm="x"\n\n|0 password=ab,username=u
every protocol: imap|store|protocol=imap\nhost=mail.example\nusername=u\npassword=imap\n\n|0 
every protocol: smtp|store|protocol=smtp\nhost=mail.example\nusername=u\npassword=smtp\n\n|0 
every protocol: ftp|store|protocol=ftp\nhost=mail.example\nusername=u\npassword=ftp\n\n|0 
imap|get|protocol=imap\nhost=mail.example\n\n|0 password=imap,username=u
smtp|get|protocol=smtp\nhost=mail.example\n\n|0 password=smtp,username=u
ftp|get|protocol=ftp\nhost=mail.example\n\n|0 password=ftp,username=u
ftps|get|protocol=ftps\nhost=mail.example\n\n|0 
an unknown protocol|get|protocol=gopher\nhost=mail.example\n\n|0 
not complete: nothing is stored|store|protocol=https\nhost=half.example\nusername=u\n\n|0 
half|get|protocol=https\nhost=half.example\n\n|0 
an empty password|store|protocol=https\nhost=empty.example\nusername=u\npassword=\n\n|0 
an empty password comes back|get|protocol=https\nhost=empty.example\n\n|0 password=,username=u
text beyond ASCII|store|protocol=https\nhost=b\303\274cher.example\nusername=J\303\274rgen\npassword=\360\237\224\221\n\n|0 
and back|get|protocol=https\nhost=b\303\274cher.example\n\n|0 password=🔑,username=Jürgen
erase needs a protocol|erase|host=example.org\n\n|0 
it is there|get|protocol=https\nhost=example.org\nusername=ana\n\n|0 password=secret
erase one user|erase|protocol=https\nhost=example.org\nusername=ana\n\n|0 
the one is gone|get|protocol=https\nhost=example.org\nusername=ana\n\n|0 
the other is not|get|protocol=https\nhost=example.org\nusername=bob\n\n|0 password=b=b;b
erase what is not there|erase|protocol=https\nhost=nowhere.example\n\n|0 
an unknown action|fly|protocol=https\nhost=example.org\n\n|0 
a line without a sign|get|protocol\n|1 bad input: protocol
ROWS
  # The usage has the sign that divides the rows.
  git_says '' '\n'
  check 'git: usage' '1 usage: git credential-osxkeychain <get|store|erase>' "$status $output"

  # The real git, with it.
  git_does() { # call, lines
    status=0
    output=$(printf "$2" | GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0 \
      GIT_ASKPASS=true git -c credential.helper="$helper" credential "$1" 2> /dev/null) || status=$?
  }
  if command -v git > /dev/null; then
    git_does approve 'protocol=https\nhost=real.example\nusername=ana\npassword=of git\n\n'
    check 'git credential approve' '0 ' "$status $output"
    git_does fill 'protocol=https\nhost=real.example\n\n'
    check 'git credential fill' \
      "0 protocol=https${newline}host=real.example${newline}username=ana${newline}password=of git" \
      "$status $output"
    git_does reject 'protocol=https\nhost=real.example\nusername=ana\npassword=of git\n\n'
    git_does fill 'protocol=https\nhost=real.example\nusername=ana\n\n'
    check 'git credential reject' 'no password' "$(printf '%s' "$output" | grep 'of git' || echo no password)"
  fi
fi

# --- keytar -------------------------------------------------------------------------------------------
run keytar get mail ana
check 'keytar: nothing' '2 ' "$status $output"
run keytar set mail ana 'first secret'
check 'keytar: set' '0 ' "$status $output"
run keytar set mail ana 'zwei Äpfel 🍎'
check 'keytar: again' '0 ' "$status $output"
run keytar get mail ana
check 'keytar: get' '0 zwei Äpfel 🍎' "$status $output"
run keytar find mail
check 'keytar: find' '0 zwei Äpfel 🍎' "$status $output"
run keytar set mail '漢字' ''
run keytar get mail '漢字'
check 'keytar: an empty one' '0 ' "$status $output"
run keytar delete mail ana
check 'keytar: delete' '0 ' "$status $output"
run keytar delete mail ana
check 'keytar: delete again' '2 ' "$status $output"

# --- Subversion ---------------------------------------------------------------------------------------
realm='<https://svn.example:443> A "realm"'
run svn get "$realm" ana
check 'svn: nothing' '1 -25300' "$status $output"
run svn set "$realm" ana one
check 'svn: set' '0 ' "$status $output"
run svn set "$realm" ana two
run svn get "$realm" ana
check 'svn: replaced' '0 two' "$status $output"
run svn get "$realm" -
check 'svn: any user' '0 two' "$status $output"
run svn set "$realm" - three
run svn get "$realm" ana
check 'svn: set for any user' '0 three' "$status $output"
run svn set 'passphrase of a key' - pass
run svn get 'passphrase of a key' -
check 'svn: without a user' '0 pass' "$status $output"

# --- docker -------------------------------------------------------------------------------------------
run docker list
check 'docker: an empty list' '1 The specified item could not be found in the keychain.' "$status $output"
run docker get registry.example /v1 5000
check 'docker: nothing' '1 The specified item could not be found in the keychain.' "$status $output"
run docker add registry.example /v1 5000 ana 'a secret'
check 'docker: add' '0 ' "$status $output"
run docker add registry.example /v1 5000 ana 'a secret'
check 'docker: twice' '1 The specified item already exists in the keychain.' "$status $output"
run docker add index.example '' 0 bob b
run docker get registry.example /v1 5000
check 'docker: get' '0 ana a secret' "$status $output"
run docker get registry.example '' 0
check 'docker: any path and port' '0 ana a secret' "$status $output"
run docker list
check 'docker: list' "htps index.example:0 bob${newline}htps registry.example:5000/v1 ana" \
  "$(printf '%s\n' "$output" | sort)"
run docker delete registry.example /v1 5000
check 'docker: delete' '0 ' "$status $output"
run docker get registry.example /v1 5000
check 'docker: deleted' 1 "$status"

# --- isync, msmtp -------------------------------------------------------------------------------------
run mail imap mail.invalid ana
check 'isync: nothing' \
  '1 Looking up Keychain failed: The specified item could not be found in the keychain.' "$status $output"
if [ -x "$helper" ]; then
  git_says store 'protocol=imap\nhost=isync.example\nusername=ana\npassword=by git\n\n'
  run mail imap isync.example ana
  check "isync: what git's helper has stored" '0 by git' "$status $output"
  run mail smtp isync.example ana
  check 'msmtp: of any protocol' '0 by git' "$status $output"
fi

# --- the security command, over the same items -------------------------------------------------------
security=$build/security
"$security" add-internet-password -s both.example -a ana -r imap -w 'by security'
run mail imap both.example ana
check 'security: seen by isync' '0 by security' "$status $output"
run keytar set both ana 'by keytar'
check 'security: sees what keytar has set' 'by keytar' "$("$security" find-generic-password -s both -w)"
run r create "$scratch/both.keychain" pass
run r set "$scratch/both.keychain" 'of both' ana 'by R'
check 'security: searches what R has made' 'by R' "$("$security" find-generic-password -s 'of both' -w)"
check 'security: lists it' 1 "$("$security" list-keychains | grep -c both.keychain)"
"$security" delete-keychain "$scratch/both.keychain"
run r keyrings
check 'security: deletes it' 1 "$(printf '%s\n' "$output" | wc -l)"

# --- R ------------------------------------------------------------------------------------------------
work=$scratch/keychains/work.keychain
run r get "$work" s u
check 'R: no such keyring' '1 cannot open keychain: The specified keychain could not be found.' "$status $output"
run r create "$work" 'the password'
check 'R: create' '0 ' "$status $output"
run r create "$work" 'the password'
check 'R: create twice' '1 cannot create keychain: A keychain with the same name already exists.' "$status $output"
run r set "$work" service ana secret
check 'R: set' '0 ' "$status $output"
run r set "$work" service ana new
run r get "$work" service ana
check 'R: replaced' '0 new' "$status $output"
run r list "$work"
check 'R: list' '0 service ana' "$status $output"
run r keyrings
check 'R: keyrings' "0 $work 1" "$status $(printf '%s\n' "$output" | grep work)"
check 'R: each once' 2 "$(printf '%s\n' "$output" | wc -l)"
run r lock "$work"
run r get "$work" service ana
check 'R: locked' '1 cannot get password: User interaction is not allowed.' "$status $output"
run r keyrings
check 'R: locked, in the list' "$work locked" "$(printf '%s\n' "$output" | grep work)"
run r unlock "$work" wrong
check 'R: a wrong password' '1 unlock: The user name or passphrase you entered is not correct.' "$status $output"
run r unlock "$work" 'the password'
run r get "$work" service ana
check 'R: unlocked' '0 new' "$status $output"
run r set - service bob 'of the user'
run r get - service bob
check 'R: the default one' '0 of the user' "$status $output"
run keytar get service bob
check 'R: seen by another' '0 of the user' "$status $output"
run r get "$work" service bob
check 'R: each has its own' 1 "$status"
run r delete "$work"
check 'R: delete' '0 ' "$status $output"
run r keyrings
check 'R: deleted' 1 "$(printf '%s\n' "$output" | wc -l)"
[ ! -e "$work" ]
check 'R: the folder, too' 0 "$?"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
