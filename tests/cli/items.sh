#!/bin/sh
# SPDX-License-Identifier: ISC
# add, get, show, list, rm: one device, no terminal.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

on none
run list
exits 4 "there is no keychain to list"
complains 'there is no keychain on this device yet' "and that is told"
if [ "$(id -u)" -eq 0 ]; then
  mkdir -m 700 "$work/root"
  by_sudo() {
    timeout 60 env -u KEYCIRCLE_HOME -u XDG_DATA_HOME -u XDG_STATE_HOME -u XDG_CONFIG_HOME HOME="$work/root" \
      SUDO_USER=ana "$program" "$@" < /dev/null > "$out" 2> "$err"
  }
  by_sudo list
  complains 'root has no keychain on this device yet, and doesn.t use that of ana' "nor has root, by sudo"
  by_sudo service stop
fi
make_device one
run list
exits 3 "nothing is in a new keychain"
complains 'this keychain is empty' "and that is told"
run list nothing
complains 'nothing matches' "which a pattern does not claim"

# --- exact bytes ------------------------------------------------------------------------------------
run_with 'hunter2-long\n' add github.com --user ana --stdin
exits 0 "add reads the secret from standard input"
complains 'kc sync on github.com --user ana' "add says how to sync, also when another user comes"
never_says hunter2-long "add never says the secret"
run get github.com
exits 0 "get finds it"
writes 'hunter2-long' "get writes the exact bytes, without the newline of --stdin"
run get github.com --json
json '.name == "github.com" and .user == "ana" and .secret == "hunter2-long" and .encoding == "utf-8"' "get --json"

run_with 'two\n\n' add twice.example --stdin
run get twice.example
writes 'two\n' "--stdin takes one newline off, not two"
run_with 'raw\n' add raw.example --stdin-raw
run get raw.example
writes 'raw\n' "--stdin-raw takes none off"
run_with '\n' add empty.example --stdin
exits 0 "an empty secret is a secret"
run_with 'kept' add kept.example --stdin
run_with '' add kept.example --stdin
exits 2 "nothing at all is none: what was to send it may have failed"
complains 'nothing came on standard input' "which is said"
run get kept.example
writes 'kept' "and what was there stays"
run_with '' add kept.example --stdin-raw
exits 0 "but for who asks for every byte"
run get empty.example
exits 0 "an empty secret can be read"
writes '' "an empty secret is empty"
run_with '\0000\0001\0377\0200' add bytes.example --stdin-raw
run get bytes.example
writes '\0000\0001\0377\0200' "any byte can be in a secret"
run get bytes.example --json
json '.encoding == "base64" and .secret == "AAH/gA=="' "a secret that is no text is in base 64"

head -c 1048576 /dev/urandom > "$work/secret/big"
run add big.example --file "$work/secret/big"
exits 0 "a secret of 1 MiB"
run get big.example
holds "a secret of 1 MiB comes back" cmp -s "$out" "$work/secret/big"
printf x >> "$work/secret/big"
run add bigger.example --file "$work/secret/big"
exits 2 "a secret of 1 MiB and a byte is refused"
complains 'larger than the keychain takes' "and told so"
run get bigger.example
exits 3 "and not saved"

timeout 60 setsid -w "$program" add fd.example --fd 7 7< "$work/secret/wrong" < /dev/null > "$out" 2> "$err"
status=$?
exits 0 "a secret from a descriptor"
run get fd.example
writes 'another one\n' "which is taken as it is"
run add closed.example --fd 9
exits 2 "a descriptor that is not open"
run add missing.example --file "$work/nowhere"
exits 3 "a file that is not there"
complains 'there is no file' "is told so"
run_with x add two.example --stdin --generate 8
exits 2 "a secret has one source"

run add made.example --user ana --generate 24
exits 0 "a password is made"
run get made.example
holds "it has 24 characters" test "$(wc -c < "$out")" -eq 24
holds "all of them clear" sh -c "! grep -q '[0Oo1lI]' '$out'"
cp "$out" "$work/first"
run add made.example --user ana --generate 24
run get made.example
holds "the next one is another" sh -c "! cmp -s '$out' '$work/first'"
run add none.example --generate 0
exits 2 "no length, no password"

# --- the same name again ----------------------------------------------------------------------------
run_with new add github.com --user ana --stdin --json
json '.replaced == true and .sync == false' "the same name and user again replaces"
run get github.com
writes 'new' "the new secret is there"
run_with other add github.com --user ana --stdin --no-replace
exits 6 "--no-replace stops"
complains 'there is already an item for ana at github.com' "and says why"
run get github.com
writes 'new' "nothing was changed"
run_with work add github.com --user ana-work --stdin
run get github.com
exits 12 "two users are ambiguous"
complains '2 items match “github.com”: ana, ana-work. Add --user.' "the message names them"
run get github.com --user ana-work
writes 'work' "--user says which"
run get github.com --user nobody
exits 3 "a user that is not there"
complains 'Did you mean:  github.com' "similar ones are named"
run item -a class=genp,svce=,acct=nameless --generate 8
run get x
exits 3 "a name that is not there"
never_says 'Did you mean' "what has no name is not meant"

run_with path add https://github.com/team --user ana --stdin --json
json '.replaced == false' "a path makes another item"
run get https://github.com/team --user ana
writes 'path' "which is found by its URL"
run_with ssh add ssh://github.com --user git --stdin
run get ssh://github.com
writes 'ssh' "a protocol is part of a name"
run_with port add https://nas.example:5001 --user ana --stdin
run_with port2 add nas.example --user ana --stdin --json
json '.replaced == true' "a name without a port means the one item that has one"
run get https://nas.example:5001
writes 'port2' "it keeps its port"
run get https://nas.example:5002
exits 3 "another port is another item"

run_with generic add backup --kind generic --user ana --stdin
run get backup --kind generic
writes 'generic' "a generic item"
run_with internet add backup --user ana --stdin
run get backup
exits 12 "a service and a server of one name"
complains 'password backup' "the message tells them by kind"
run get backup --kind internet
writes 'internet' "--kind says which"
run_with x add 'gopher://h' --stdin
exits 2 "an unknown kind of URL"
run_with x add 'gopher://h' --kind generic --stdin
exits 0 "is a name for a service"
run_with x add 'https://ana:pw@h.example' --stdin
exits 2 "no password inside a URL"
never_says ':pw@' "nor in the message"
run_with x add 'https://carla@carla.example' --stdin
run list --json carla.example
json '.items[0].user == "carla"' "a user inside a URL is one"
run_with x add '' --stdin
exits 2 "an empty name"

run_with label add labelled.example --user ana --label 'The label' --stdin
run get 'The label'
writes 'label' "an item is found by its label"
run_with dk add always.example --accessible dk --stdin
run list --json always.example
json '.items[0].accessible == "dk"' "--accessible"
run_with x add wrong.example --accessible xx --stdin
exits 2 "--accessible takes its seven values only"
run_with x add bound.example --accessible aku --sync --stdin
exits 2 "an item of this device only cannot sync"
complains "can't sync" "which is told"

# --- lists ------------------------------------------------------------------------------------------
run list
exits 0 "list finds some"
says '^NAME +USER +KIND +SYNC +CHANGED$' "list has headers"
says '^github.com +ana +password +no +just now$' "list has a line for each"
for secret in new work path ssh port2 generic internet hunter2-long; do
  [ "$secret" = new ] || never_says "$secret," "list never says a secret"
done
run list --json
json '(.items | length) > 10' "list --json has items"
json '[.items[] | has("name") and has("user") and has("kind") and has("class") and has("sync") and
  has("accessible") and has("group") and has("created") and has("changed") and has("label")] | all' \
  "each with the keys of the contract"
json '[.items[] | .created, .changed | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$")] | all' "times are RFC 3339"
json '[.. | objects | has("secret")] | any | not' "and never a secret"
run list GITHUB
says '^github.com' "a pattern is any part, whatever the case"
run list 'git*'
says '^github.com' "or a shell pattern"
run list 'hub*'
exits 3 "which must fit as a whole"
run list no-such-thing
exits 3 "list finds none"
run list no-such-thing --json
exits 3 "list --json finds none"
json '.items == []' "and says so with an empty list"
json_error '.exit == 3 and .name == "errSecItemNotFound"' "and an error"
run list github.com --format '{name}\t{user}'
says "^github.com	ana-work$" "--format"
run list --format '{colour}'
exits 2 "--format with an unknown key"
run list --kind generic --json
json '[.items[].kind == "generic"] | all' "list --kind"

run show labelled.example
exits 0 "show"
says '^labl: "The label"$' "shows attributes"
run show labelled.example --json
json '.attributes.labl == "The label" and .attributes.srvr == "labelled.example" and (has("secret") | not)' "show --json"
run show labelled.example -c
exits 2 "no display, no clipboard"
complains 'kc get labelled.example' "the message says what to do instead"

# --- rm ---------------------------------------------------------------------------------------------
run rm labelled.example
exits 4 "rm asks, and there is nobody"
complains '--yes' "which is told"
run get labelled.example
exits 0 "nothing was deleted"
run rm labelled.example --yes --json
exits 0 "rm --yes"
json '.removed == 1' "rm --json"
run get labelled.example
exits 3 "it is gone"
run rm labelled.example --yes
exits 3 "it cannot go twice"
run rm github.com --yes
exits 12 "rm never guesses"

# --- names that want to do harm ---------------------------------------------------------------------
evil=$(printf 'evil\033[2J\342\200\256.example')
run_with x add "$evil" --user "$(printf 'a\nb')" --stdin
exits 0 "a name with control characters can be saved"
run list evil
says 'evil\\x1b\[2J\\u\{202e\}\.example +a\\nb' "and is shown harmless"
run list evil --json
json '.items[0].name | startswith("evil")' "JSON has it as it is"
run get "$evil"
writes 'x' "and it can be read"

finish
