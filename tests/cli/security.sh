#!/bin/sh
# SPDX-License-Identifier: ISC
# security: passwords, with the streams, texts and exit statuses that scripts for macOS rely on.
# shellcheck source=tests/cli/security_lib.sh
. "$(dirname "$0")/security_lib.sh"

on one
sec find-generic-password -s svc
exits 50 "there is no keychain yet"
tells 'security: SecKeychainSearchCopyNext: The specified keychain could not be found.\n' "which is told"
make_device one
printf 'correct horse' > "$work/password"

# --- every exit status ------------------------------------------------------------------------------
sec add-generic-password -s there -a ana -w secret
while IFS='|' read -r wanted line what; do
  [ -n "$wanted" ] || continue
  # shellcheck disable=SC2086
  sec $line
  exits "$wanted" "$what"
done << 'ROWS'
0|find-generic-password -s there|found
0|find-generic-password|without attributes the first one is found
0|find-gen -s there|the beginning of a command's name
0|help|the list of commands
0|-h|the same
0|help find-generic-password error|how they are used
0|error -25300|a result code in words
0|add-internet-password -s host -a ana -w x|added
0|list-keychains|listed
1|frobnicate|no such command
1|help frobnicate|no help for it
1|import /nowhere/file|a file that is not there
93|import /etc/passwd|a file that is neither a key nor a certificate
2||no command
2|-Z|an unknown option
2|find-generic-password -Z|an unknown option of a command
2|find-generic-password -h|help
2|find-generic-password -s|an option without its value
2|add-generic-password -s svc -w x|no account
2|add-generic-password -a ana -w x|no service
2|add-internet-password -a ana -w x|no server
2|add-generic-password -s svc -a ana -c toolong -w x|a creator of more than four characters
2|add-internet-password -s host -a ana -P 70000 -w x|no port
2|add-generic-password -s svc -a ana -X 6x|no hexadecimal digits
2|error|no code
2|error twelve|no number
2|unlock-keychain a b|two keychains
2|find-identity -p frob|no such policy
2|create-keychain -p x|a keychain without a name
2|export -t frob|no such type
36|add-generic-password -s svc -a ana -w|nobody to ask for the password
44|find-generic-password -s nothing|no such item
44|find-internet-password -s there|no such item of that class
44|delete-generic-password -s nothing|nothing to delete
44|find-certificate|no certificate
44|find-key|no key
44|export -t identities|no identity
45|add-generic-password -s there -a ana -w other|there is one already
48|create-keychain -p x login.keychain|there is such a keychain
50|find-generic-password -s there nowhere.keychain|no such keychain
50|show-keychain-info nowhere.keychain|no settings of it
51|unlock-keychain -p wrong|the wrong password
252|delete-keychain login.keychain|the device's own
ROWS

# --- find: streams and texts ------------------------------------------------------------------------
sec add-generic-password -s svc -a ana -l 'A label' -j 'a "comment"' -D kind -c aCrt -G gen -w secret
exits 0 "add-generic-password"
writes '' "says nothing"
tells '' "nowhere"
sec find-generic-password -s svc
sed -E 's/0x32[0-9A-F]{28}00  "2[0-9]{13}Z\\000"/DATE/; s/^keychain: ".*keychain.db"$/keychain: PATH/' "$out" > "$work/dump"
cp "$work/dump" "$out"
writes 'keychain: PATH
version: 512
class: "genp"
attributes:
    0x00000007 <blob>="A label"
    0x00000008 <blob>=<NULL>
    "acct"<blob>="ana"
    "cdat"<timedate>=DATE
    "crtr"<uint32>="aCrt"
    "cusi"<sint32>=<NULL>
    "desc"<blob>="kind"
    "gena"<blob>="gen"
    "icmt"<blob>="a "comment""
    "invi"<sint32>=<NULL>
    "mdat"<timedate>=DATE
    "nega"<sint32>=<NULL>
    "prot"<blob>=<NULL>
    "scrp"<sint32>=<NULL>
    "svce"<blob>="svc"
    "type"<uint32>=<NULL>
' "every attribute, in its place"
tells '' "and no password"
sec find-generic-password -g -s svc
tells 'password: "secret"\n' "-g prints the password on standard error"
says '^    "svce"<blob>="svc"$' "and attributes on standard output"
sec find-generic-password -wa ana -s svc
writes 'secret\n' "-w prints it alone, also clustered with another option"
tells '' "and nothing else"
sec find-generic-password -s svc -w -g
writes 'secret\n' "-w wins over -g"
for pair in 'l:A label' 'j:a "comment"' 'D:kind' 'c:aCrt' 'G:gen'; do
  sec find-generic-password "-${pair%%:*}" "${pair#*:}" -w
  writes 'secret\n' "found by -${pair%%:*}"
  sec find-generic-password "-${pair%%:*}" "othr" -w
  exits 44 "and not by another -${pair%%:*}"
done

sec add-generic-password -s bytes -a umlaut -w 'pässwörd'
sec find-generic-password -s bytes -a umlaut -w
writes '70c3a4737377c3b67264\n' "what is not printable ASCII is hexadecimal digits with -w"
sec find-generic-password -s bytes -a umlaut -g
tells 'password: 0x70C3A4737377C3B67264  "p\\303\\244ssw\\303\\266rd"\n' "and both with -g"
sec add-generic-password -s bytes -a none-readable -w 'ÄÖ'
sec find-generic-password -s bytes -a none-readable -g
tells 'password: 0xC384C396 \n' "without a readable byte there is no text"
sec add-generic-password -s bytes -a lines -X 6f6e650a74776f0a
sec find-generic-password -s bytes -a lines -w
writes '6f6e650a74776f0a\n' "-X and a password of two lines"
sec add-generic-password -s bytes -a back -w 'a\b"c'
sec find-generic-password -s bytes -a back -w
printf '%s\n' 'a\b"c' > "$work/wanted"
holds "a backslash and a quote are printable" cmp -s "$work/wanted" "$out"
sec find-generic-password -s bytes -a back -g
tells 'password: 0x615C622263  "a\\134b"c"\n' "a backslash is written in octal"
sec add-generic-password -s bytes -a none -w ''
sec find-generic-password -s bytes -a none -w
writes '\n' "an empty password"
sec find-generic-password -s bytes -a none -g
tells 'password: ""\n' "which -g quotes"
sec add-generic-password -s bytes -a legacy -p old-letter
sec find-generic-password -s bytes -a legacy -w
writes 'old-letter\n' "-p is -w in old scripts"
all=$(i=1; while [ $i -lt 256 ]; do printf '%02x' $i; i=$((i + 1)); done)
sec add-generic-password -s bytes -a all -X "00$all"
sec find-generic-password -s bytes -a all -w
writes "00$all\n" "all 256 bytes"
sec add-generic-password -s 'Zürich' -a 'ana' -w x
sec find-generic-password -s 'Zürich'
says '^    0x00000007 <blob>=0x5AC3BC72696368  "Z\\303\\274rich"$' "attributes have both forms too"

sec add-internet-password -s host.example -a ana -r htps -P 443 -p /x -d realm -t http -w first
sec add-internet-password -s host.example -a ana -r 'ftp ' -w second
sec add-internet-password -s host.example -a ana -r https -w third
exits 2 "a protocol has four characters"
complains '^Error: four-character types must be exactly 4 characters long\.$' "which is said before the usage"
sec find-internet-password -s host.example -P https
complains '^Error: a port is a number up to 65535\.$' "and so of a port"
sec find-internet-password -s host.example -r htps
says '^class: "inet"$' "add-internet-password"
says '^    "port"<uint32>=0x000001BB $' "a number has one blank behind it"
says '^    "ptcl"<uint32>="htps"$' "unless it is four characters"
says '^    "atyp"<blob>="http"$' "the type of authentication"
says '^    "path"<blob>="/x"$' "the path"
says '^    "sdmn"<blob>="realm"$' "the domain"
sec find-internet-password -s host.example -r 'ftp ' -gw
writes 'second\n' "the protocol tells items apart"
sec find-internet-password -s host.example -P 443 -w
writes 'first\n' "and so does the port"
sec find-internet-password -r 'ftp '
says '^    "atyp"<blob>="dflt"$' "without a type it is the default one"
says '^    "path"<blob>=<NULL>$' "and there is no path"
sec find-internet-password -r 'ftp ' -t dflt -w
writes 'second\n' "it is found by that type"

# --- add twice, update, delete ----------------------------------------------------------------------
sec add-generic-password -s svc -a ana -w other
tells 'security: SecKeychainItemCreateFromContent (<default>): The specified item already exists in the keychain.\n' "a duplicate is told"
sec add-generic-password -s svc -a ana -w other login.keychain
tells 'security: SecKeychainItemCreateFromContent (login.keychain): The specified item already exists in the keychain.\n' "with the name of the keychain"
sec -q add-generic-password -s svc -a ana -w other
exits 45 "-q leaves the status"
tells '' "and says nothing"
sec find-generic-password -s svc -w
writes 'secret\n' "nothing was changed"
sec add-generic-password -U -s svc -a ana -w other -j changed
exits 0 "-U updates"
sec find-generic-password -s svc -g
tells 'password: "other"\n' "the password"
says '"icmt"<blob>="changed"' "the attributes that were given"
says '0x00000007 <blob>="A label"' "and leaves the others"
sec add-generic-password -U -s svc -a ana -l 'New label'
sec find-generic-password -s svc -g
tells 'password: "other"\n' "without -w the password stays"
says '<blob>="New label"' "while attributes change"
sec add-generic-password -U -A -T /bin/sh -T /bin/cat -s svc -a bob -w bobs
exits 0 "-U adds what is not there; -A and -T are accepted"
sec delete-generic-password -s svc
exits 0 "delete-generic-password"
tells 'password has been deleted.\n' "says so on standard error"
says '"svce"<blob>="svc"' "and shows what it was"
sec find-generic-password -s svc
exits 0 "one match is deleted, not all"
sec delete-generic-password -s svc
sec delete-generic-password -s svc
exits 44 "a loop of deletions ends"
complains 'could not be found' "with the words that programs look for"
sec delete-internet-password -s host.example -r htps
exits 0 "delete-internet-password"
sec find-internet-password -s host.example -w
writes 'second\n' "and the other stays"

# --- what kc and security share ---------------------------------------------------------------------
run_with 'from kc' add shared.example --user ana --stdin
sec find-internet-password -s shared.example -a ana -w
writes 'from kc\n' "an item of kc"
sec add-generic-password -s mine -a ana -w 'from security'
run get mine
writes 'from security' "and the other way round"

sec add-internet-password -U -s shared.example -a ana -r htps -w 'changed by security'
exits 0 "-U changes the item of kc"
run get shared.example
writes 'changed by security' "which is the same one"
run list --json shared.example
json '.items | length == 1' "and no second"
sec add-internet-password -s deep.example -a ana -p /x -w deep
sec add-internet-password -s deep.example -a ana -w plain
sec add-internet-password -U -s deep.example -a ana -w 'new plain'
sec find-internet-password -s deep.example -p /x -w
writes 'deep\n' "-U without a path leaves an item with one alone"
sec find-internet-password -s deep.example -w
sec add-internet-password -U -s deep.example -a ana -P 99 -w port
run item -q 'class=inet,srvr=deep.example' --json
json '.items | length == 3' "and what was given makes another item"
run item -q 'class=inet,srvr=deep.example,port=0,path=' -g --json
json '.items[0].secret == "new plain"' "the plain one was changed"

# --- dump -------------------------------------------------------------------------------------------
sec dump-keychain
exits 0 "dump-keychain"
holds "has every item" test "$(grep -c '^keychain: ' "$out")" -eq "$(grep -c '^attributes:$' "$out")"
says '^    "svce"<blob>="mine"$' "in the lines that scripts cut up"
never_says 'from security' "and no password"
sec dump-keychain -d
says '^data:$' "unless -d asks for it"
says '^"from security"$' "then it is there"

# --- words ------------------------------------------------------------------------------------------
sec error -25300 0xFFFF9D2B 12345
writes 'Error: 0xFFFF9D2C -25300 The specified item could not be found in the keychain.
Error: 0xFFFF9D2B -25301 There is not enough memory available to use the specified item.
Error: 0x00003039 12345 OSStatus 12345
' "error"
sec frobnicate
tells 'unknown command "frobnicate"\n' "an unknown command"
sec find-generic-password -s
complains '^security: option requires an argument -- s$' "a missing value"
complains '^Usage: find-generic-password \[-a account\]' "and how it is used"
writes '' "all of it on standard error"
sec help find-generic-password
says '^Usage: find-generic-password ' "help is an answer"
tells '' "on standard output"
sec -v add-generic-password -s v -a ana -w top-secret
never_says 'top-secret' "-v does not show passwords"
complains '^add-generic-password "-s" "v" "-a" "ana" "-w" "\*\*\*"$' "but everything else"

# --- locked -----------------------------------------------------------------------------------------
sec lock-keychain
exits 0 "lock-keychain"
while IFS='|' read -r wanted line message; do
  # shellcheck disable=SC2086
  sec $line
  exits "$wanted" "locked: $line"
  complains "$message" "which says: $message"
done << 'ROWS'
36|find-generic-password -s mine -w|^security: SecKeychainSearchCopyNext: User interaction is not allowed\.$
36|add-generic-password -s new -a ana -w x|^security: SecKeychainItemCreateFromContent \(<default>\): User interaction is not allowed\.$
36|delete-generic-password -s mine|User interaction is not allowed\.$
36|dump-keychain|User interaction is not allowed\.$
51|unlock-keychain -p wrong|^security: SecKeychainUnlock <default>: The user name or passphrase you entered is not correct\.$
36|unlock-keychain|User interaction is not allowed\.$
ROWS
sec unlock-keychain -p 'correct horse'
exits 0 "unlock-keychain -p"
sec find-generic-password -s mine -w
writes 'from security\n' "opens it for all"
sec lock-keychain -a
printf '#!/bin/sh\ncat "%s"\n' "$work/secret/keychain" > "$work/askpass"
chmod +x "$work/askpass"
KC_ASKPASS=$work/askpass sec find-generic-password -s mine -w
writes 'from security\n' "a program that asks is asked"
tells '' "and the words stay clean"

sec help find-identity
for policy in $(sed -n 's/^ *Supported policies: //p; s/^        \(codesigning.*\)/\1/p' "$out" | tr -d ,); do
  sec find-identity -p "$policy"
  exits 0 "find-identity knows the policy that help names: $policy"
done
holds "to the last" test "${policy-}" = appleID

# --- the manual page and the completion --------------------------------------------------------------
page=$top_srcdir/doc/security.1
sec help
sed -E 's/^ *([a-z-]+) .*/\1/' "$out" | sort > "$work/commands"
in_page() { # page: the commands that it has
  sed -n 's/^\.It Cm //p' "$1" | tr ',' '\n' | tr -d ' ' | sort
}
in_page "$page" > "$work/described"
holds "the manual page has every command" cmp -s "$work/commands" "$work/described"
sed '/^\.It Cm find-key/d' "$page" > "$work/seeded.1"
in_page "$work/seeded.1" > "$work/described"
holds "which is noticed when it has not" sh -c '! cmp -s "$1" "$2"' sh "$work/commands" "$work/described"
for code in $(sed -n "/^while IFS='|' read -r wanted line what/,/^ROWS\$/p" "$0" | sed -n 's/^\([0-9][0-9]*\)|.*/\1/p' | sort -un); do
  holds "and exit status $code" grep -qx "\.It $code" "$page"
done
for command in $(cat "$work/commands"); do
  sec help "$command"
  says "^Usage: $command " "help $command"
  sec "$command" -h
  case $command in
    help | error | import) ;; # take words, not options
    *) exits 2 "$command -h" ;;
  esac
done
PATH=$top_builddir:$PATH bash -c '
  . "$1/conf/completions/security"
  COMP_WORDS=(security find-g) COMP_CWORD=1
  _security
  echo "${COMPREPLY[*]}"' bash "$top_srcdir" > "$out" 2> "$err"
writes 'find-generic-password\n' "commands are completed"

finish
