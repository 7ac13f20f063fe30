#!/bin/sh
# SPDX-License-Identifier: ISC
# kc item: the four SecItem calls.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

make_device one

run_with 'the secret\n' item -a 'class=genp,svce=backup,acct=ana,labl=A\, label' --stdin --json
exits 0 "-a adds"
json '.item.svce == "backup" and .item.labl == "A, label" and .item.class == "genp" and .item.sync == 0' "and answers with it"
never_says 'the secret' "but not with its secret"
run_with x item -a 'class=genp,svce=backup,acct=ana' --stdin
exits 6 "a duplicate"
complains 'errSecDuplicateItem, -25299' "is told"
run_with x item -a 'class=genp,svce=backup,acct=ana,sync=1' --stdin
exits 6 "also when only the sync mark differs"
run item -a 'class=genp,svce=bare'
exits 0 "an item without a secret"
run get bare
exits 3 "has none to get"
complains 'holds no secret' "which is told"

run item -q 'class=genp,svce=backup'
exits 0 "-q finds"
says '^acct: "ana"$' "and shows attributes"
never_says 'the secret' "but no secret"
run item -q 'class=genp,svce=backup' -g
says '^v_Data: "the secret"$' "unless -g asks for it"
run item -q 'class=genp,svce=backup' -g --json
json '.items | length == 1 and .[0].secret == "the secret" and .[0].encoding == "utf-8" and
  (.[0].cdat | test("Z$"))' "-q --json"
run item -q 'class=genp,svce=nothing'
exits 3 "-q finds nothing"
run item -q 'class=genp,m_Limit=1' --json
json '.items | length == 1' "m_Limit"
run item -q 'class=genp' --json
json '.items | length == 2' "no limit otherwise"
run item -q 'class=genp,sync=1'
exits 3 "sync=1 asks for synced ones"
run item -q 'sync=0' --json
json '.items | length == 2' "no class asks for any"
run item -q 'class=genp,cdat=1999-01-01T00:00:00Z'
exits 3 "a date is compared as one"

run item -u 'class=genp,svce=backup' --set 'labl=Changed,icmt=note' --json
exits 0 "-u changes"
json '.count == 1' "and counts"
run_with 'new\n' item -u 'class=genp,svce=backup' --stdin
exits 0 "-u can change the secret alone"
run item -q 'class=genp,svce=backup' -g --json
json '.items[0].labl == "Changed" and .items[0].icmt == "note" and .items[0].secret == "new"' "everything is as it was set"
run item -u 'class=genp,svce=backup' --set 'sync=1'
exits 0 "-u can mark"
run item -q 'class=genp,sync=1' --json
json '.items | length == 1 and .[0].svce == "backup"' "and the item syncs"
run item -u 'class=genp,svce=nothing' --set 'labl=x'
exits 3 "-u finds nothing"
run item -u 'class=genp,svce=bare' --set 'class=inet'
exits 2 "-u cannot change the class"

run item -q 'class=genp,zzzz=1'
exits 2 "an attribute that the class lacks"
complains 'errSecNoSuchAttr, -25303' "is told"
run item -q 'class=pass'
exits 2 "a class that does not exist"
run item -q 'class'
exits 2 "no value"
run item 'class=genp'
exits 2 "no call"
run item -a -q 'class=genp'
exits 2 "two calls"
run item -a 'svce=x'
exits 2 "an item needs a class"
run item -a 'class=genp,v_Data=hunter2'
exits 2 "no secret on the command line"
complains '--stdin, --file or --fd' "the message says where instead"

run item -a 'class=inet,srvr=h.example,acct=ana,ptcl=htps,port=8443' --generate 10
run list --json h.example
json '.items[0].url == "https://h.example:8443" and .items[0].user == "ana"' "numbers may be given as text"
run item -D 'class=inet,srvr=h.example' --json
exits 0 "-D deletes"
json '.count == 1' "and counts"
run item -D 'class=inet,srvr=h.example'
exits 3 "-D finds nothing"

# --- references, and what else queries say -------------------------------------------------------------
run_with 'one\n' item -a 'class=inet,srvr=www.example.org,acct=ana' --stdin --json
one=$(jq -r .item.v_PersistentRef "$out")
holds "a reference has 20 bytes, the class first" sh -c 'echo "$1" | grep -Eqx "0x696e6574[0-9a-f]{32}"' sh "$one"
run item -a 'class=inet,srvr=example.org,acct=ana' --generate 10 --json
two=$(jq -r .item.v_PersistentRef "$out")
run item -a 'class=inet,srvr=notexample.org,acct=ana' --generate 10
run item -q "v_PersistentRef=$one" -g --json
json '.items | length == 1 and .[0].srvr == "www.example.org" and .[0].secret == "one"' "an item by its reference"
run item -q "v_PersistentRef=$one"
says "^v_PersistentRef: $one\$" "which is shown"
run item -u "v_PersistentRef=$one" --set 'acct=bob'
run item -q "class=inet,v_PersistentRef=$one" --json
json '.items[0].acct == "bob"' "it outlives a change of what the item is found by"
run item -q "class=inet,m_ItemList=$one,m_ItemList=$two" --json
json '.items | length == 2' "one among several"
run item -q "class=inet,acct=bob,m_ItemList=$two"
exits 3 "with attributes besides"
run item -q "class=genp,v_PersistentRef=$one"
exits 2 "of another class"
run item -q "v_PersistentRef=$one,class=genp"
exits 2 "in either order"
run item -q 'v_PersistentRef=0x1234'
exits 2 "a reference that is cut"
run item -q 'class=inet,m_HostOrSubdomainOfHost=example.org' --json
json '[.items[].srvr] | sort == ["example.org", "www.example.org"]' "a host or what is under it"
run item -q 'class=inet,srvr=example.org' --json
json '.items | length == 1' "or the host alone"
run item -D "class=inet,srvr=example.org,u_Tomb=1"
run item -q "class=inet,srvr=example.org,tomb=1" --json
json '.items | length == 1' "a tombstone that was asked for"
run item -D "class=inet,u_Tomb=maybe"
exits 2 "a word that is none"
run item -D "v_PersistentRef=$one"
run item -q "v_PersistentRef=$one"
exits 3 "an item that was deleted by its reference"
run item -u 'class=genp,svce=bare' --set 'v_PersistentRef=0x00'
exits 2 "an update sets attributes alone"

run key new identity --extractable
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key" -out "$work/cert" -days 9 -subj /CN=Both 2> /dev/null
cat "$work/key" "$work/cert" > "$work/both.pem"
run key import "$work/both.pem" both
run item -q 'class=idnt' --json
json '.items | length == 1 and .[0].class == "idnt" and (.[0].v_PersistentRef | startswith("0x"))' "identities are found"

run lock
run item -a 'class=genp,svce=locked' --password-file "$work/secret/keychain"
exits 0 "-a opens with a password"
run lock
run_with y item -a 'class=genp,svce=locked2' --stdin
exits 4 "-a when locked"
run item -D 'class=genp,svce=bare'
exits 4 "-D when locked"

finish
