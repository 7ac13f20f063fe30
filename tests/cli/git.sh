#!/bin/sh
# SPDX-License-Identifier: ISC
# git-credential-kc: by its protocol, and as the helper of the real git.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
helper=$(cd "$top_builddir" && pwd)/git-credential-kc
run_git_helper() { # text, words…
  text=$1
  shift
  printf '%b' "$text" > "$work/stdin"
  timeout 60 setsid -w "$helper" "$@" < "$work/stdin" > "$out" 2> "$err"
  status=$?
}
github='protocol=https\nhost=github.example\n'

on one
run_git_helper "$github\n" get
exits 4 "without a keychain"
writes '' "nothing is answered"
complains 'kc setup' "the message says what to do"
make_device one

run_git_helper '' --help
exits 0 "help"
says '^usage: git credential-kc get' "says how it is used"

# --- every exit status --------------------------------------------------------------------------------
while IFS='|' read -r wanted text words what; do
  [ -n "$wanted" ] || continue
  # shellcheck disable=SC2086
  run_git_helper "$text" $words
  exits "$wanted" "$what"
  writes '' "with nothing on standard output: $what"
done << 'ROWS'
2|||no action
2||get store|two actions
2||--get|an option
0|protocol=https\nhost=nothing.example\n\n|get|nothing is known
0|protocol=https\nhost=nothing.example\n\n|erase|nothing to erase
0|protocol=https\nhost=nothing.example\nusername=ana\n\n|store|no password to store
0|protocol=https\n\n|get|no host
0||get|nothing at all
0|protocol=gopher9\nhost=x\n\n|get|a protocol that items have no name for
0|protocol=https\nhost=h\n\n|approve|an action of a later git
2|no equals sign\n\n|get|not a line of the protocol
2|protocol=https\nhost=evil.example\rhost=good.example\n\n|get|a line in a line
ROWS
run_git_helper '' capability
writes 'version 0\n' "capability"

# --- get, store, erase ----------------------------------------------------------------------------------
run_git_helper "${github}username=ana\npassword=p=w with = signs\n\n" store
exits 0 "store"
writes '' "says nothing"
run_git_helper "$github\n" get
writes 'username=ana\npassword=p=w with = signs\n' "get"
run_git_helper "capability[]=authtype\n${github}wwwauth[]=Basic realm=\"x\"\nwwwauth[]=Bearer\nstate[]=a\nunknown=1\n" get
writes 'username=ana\npassword=p=w with = signs\n' "unknown keys are left alone, and the end is an end"
run_git_helper 'protocol=https\r\nhost=github.example\r\n\r\n' get
writes 'username=ana\npassword=p=w with = signs\n' "lines may end as on Windows"
for host in 'evil.example\\@github.example' ana@github.example @github.example github.example/ \
  'github.example?' 'github.example#' 'evil.example/@github.example'; do
  run_git_helper "protocol=https\nhost=$host\n\n" get
  exits 0 "not a host: $host"
  writes '' "nothing is given to $host"
done
run_git_helper "${github}username=bob\n\n" get
writes '' "another user's is not given"
run_git_helper "${github}username=bob\npassword=bobs\n\n" store
run_git_helper "${github}username=bob\n\n" get
writes 'username=bob\npassword=bobs\n' "each user has one"
run_git_helper "${github}username=ana\npassword=new\n\n" store
run_git_helper "${github}username=ana\n\n" get
writes 'username=ana\npassword=new\n' "store replaces"
run list --json github.example
json '.items | length == 2' "and makes no second one"

# a helper erases the password that was refused, not one that has come meanwhile
run_git_helper "${github}username=ana\npassword=old\n\n" erase
run_git_helper "${github}username=ana\n\n" get
writes 'username=ana\npassword=new\n' "another password was refused"
run_git_helper "${github}username=ana\npassword=new\n\n" erase
run_git_helper "${github}username=ana\n\n" get
writes '' "this one was"
run_git_helper "$github\n" erase
run_git_helper "$github\n" get
writes '' "without a password all of the place are erased"

# --- places -----------------------------------------------------------------------------------------------
run_git_helper 'protocol=https\nhost=h.example:8443\nusername=ana\npassword=port\n\n' store
run_git_helper 'protocol=https\nhost=h.example\n\n' get
writes '' "a port makes another place"
run_git_helper 'protocol=http\nhost=h.example:8443\n\n' get
writes '' "so does the protocol"
run_git_helper 'protocol=https\nhost=H.Example:8443\n\n' get
writes 'username=ana\npassword=port\n' "the case of a host does not"
run_git_helper 'protocol=https\nhost=[::1]:8443\nusername=ana\npassword=six\n\n' store
run_git_helper 'protocol=https\nhost=[::1]:8443\n\n' get
writes 'username=ana\npassword=six\n' "an address of IPv6"
run list --json ::1
json '.items[0].url == "https://[::1]:8443"' "is one in kc too"
run_git_helper 'protocol=https\nhost=p.example\npath=one.git\nusername=ana\npassword=first\n\n' store
run_git_helper 'protocol=https\nhost=p.example\npath=two.git\nusername=ana\npassword=second\n\n' store
run_git_helper 'protocol=https\nhost=p.example\npath=two.git\n\n' get
writes 'username=ana\npassword=second\n' "useHttpPath: a path of its own"
run_git_helper 'protocol=https\nhost=p.example\npath=three.git\n\n' get
writes '' "and no other"
run_git_helper 'protocol=https\nhost=p.example\nusername=ana\npassword=whole\n\n' store
run_git_helper 'protocol=https\nhost=p.example\n\n' get
writes 'username=ana\npassword=whole\n' "without a path that of the whole host comes first"
run_git_helper 'protocol=cert\npath=/home/ana/client.pem\nusername=\npassword=passphrase\n\n' store
run_git_helper 'protocol=cert\npath=/home/ana/client.pem\n\n' get
writes 'password=passphrase\n' "the passphrase of a certificate"
run_git_helper 'protocol=smtp\nhost=mail.example:587\nusername=ana\npassword=mail\n\n' store
run_git_helper 'protocol=smtp\nhost=mail.example:587\nusername=ana\n\n' get
writes 'username=ana\npassword=mail\n' "git send-email"

# --- tokens -----------------------------------------------------------------------------------------------
run_git_helper 'protocol=https\nhost=t.example\nusername=oauth2\npassword=access\npassword_expiry_utc=1793000000\noauth_refresh_token=refresh-me\n\n' store
run_git_helper 'protocol=https\nhost=t.example\n\n' get
writes 'username=oauth2\npassword=access\npassword_expiry_utc=1793000000\noauth_refresh_token=refresh-me\n' "expiry and refresh token come back"
run get t.example --user oauth2
writes 'access' "the password is the password alone"
run item -q 'class=inet,srvr=t.example' --json
never_says 'refresh-me' "they are secrets"
run_git_helper 'protocol=https\nhost=t.example\nusername=oauth2\npassword=access2\n\n' store
run_git_helper 'protocol=https\nhost=t.example\n\n' get
writes 'username=oauth2\npassword=access2\n' "a new password does not keep the old one's"

# --- secrets that are no line -------------------------------------------------------------------------------
run_with 'two\nlines' add lines.example --user ana --stdin
run_git_helper 'protocol=https\nhost=lines.example\n\n' get
writes 'username=ana\n' "a password of two lines is not given, since git would take the second for a key"

# --- kc and security see the same ----------------------------------------------------------------------
run_with 'by kc' add kc.example --user ana --stdin
run_git_helper 'protocol=https\nhost=kc.example\n\n' get
writes 'username=ana\npassword=by kc\n' "an item of kc"
run_git_helper 'protocol=https\nhost=kc.example\nusername=ana\npassword=by git\n\n' store
run get kc.example
writes 'by git' "is changed by git"
run sync on kc.example
run_git_helper 'protocol=https\nhost=kc.example\nusername=ana\npassword=synced\n\n' store
run list --json kc.example
json '.items | length == 1 and .[0].sync' "also when it syncs"

# --- locked -------------------------------------------------------------------------------------------------
printf '#!/bin/sh\ncat "%s"\n' "$work/secret/keychain" > "$work/askpass"
printf '#!/bin/sh\nexit 1\n' > "$work/refuse"
chmod +x "$work/askpass" "$work/refuse"
run lock
run_git_helper 'protocol=https\nhost=kc.example\n\n' get
exits 4 "locked, and nobody to ask"
writes '' "git may ask for the password itself"
KC_ASKPASS=$work/refuse run_git_helper 'protocol=https\nhost=kc.example\n\n' get
exits 7 "whoever was asked said no"
writes 'quit=1\n' "so git is told to stop"
KC_ASKPASS=$work/askpass run_git_helper 'protocol=https\nhost=kc.example\n\n' get
writes 'username=ana\npassword=synced\n' "or gave the password"

# --- the real git ---------------------------------------------------------------------------------------------
command -v git > /dev/null || { echo "git is not installed"; finish; }
HOME=$work/home
GIT_CONFIG_NOSYSTEM=1
GIT_TERMINAL_PROMPT=0
export HOME GIT_CONFIG_NOSYSTEM GIT_TERMINAL_PROMPT
unset GIT_ASKPASS XDG_CONFIG_HOME
mkdir -p "$HOME"
git config --global credential.helper "$helper"
git config --global user.name ana
git config --global user.email ana@mail.example
git config --global init.defaultBranch main
git_with() { # text, words…
  text=$1
  shift
  printf '%b' "$text" > "$work/stdin"
  timeout 60 setsid -w git "$@" < "$work/stdin" > "$out" 2> "$err"
  status=$?
}
git_with 'protocol=https\nhost=real.example\nusername=ana\npassword=approved\n\n' credential approve
exits 0 "git credential approve"
git_with 'url=https://real.example/\n\n' credential fill
says '^password=approved$' "git credential fill"
git_with 'protocol=https\nhost=real.example\nusername=ana\npassword=approved\n\n' credential reject
git_with 'url=https://real.example/\n\n' credential fill
exits 128 "git credential reject"

git init -q "$work/origin" && (cd "$work/origin" && echo hello > file && git add file && git commit -q -m first)
mkdir "$work/www" && git clone -q --bare "$work/origin" "$work/www/notes.git"
git -C "$work/www/notes.git" update-server-info
python3 "$top_srcdir/tests/cli/git_server.py" "$work/www" ana 'right horse' > "$work/port" &
server=$!
trap 'kill $server 2> /dev/null; clean_up' EXIT
until [ -s "$work/port" ]; do sleep 0.05; done
place=127.0.0.1:$(cat "$work/port")
git_with '' clone -q "http://$place/notes.git" "$work/clone0"
exits 128 "without a password git cannot clone"
run_with 'right horse' add "http://$place" --user ana --stdin
git_with '' clone -q "http://$place/notes.git" "$work/clone1"
exits 0 "with that of kc it can, without a question"
holds "and has the files" cmp -s "$work/origin/file" "$work/clone1/file"
git_with '' -C "$work/clone1" fetch -q
exits 0 "again"
run_with 'wrong horse' add "http://$place" --user ana --stdin
git_with '' clone -q "http://$place/notes.git" "$work/clone2"
exits 128 "a wrong one is refused"
run get "http://$place"
exits 3 "and git has had it erased"
KC_ASKPASS=$work/refuse
export KC_ASKPASS
run lock
git_with '' clone -q "http://$place/notes.git" "$work/clone3"
exits 128 "whoever was asked said no"
complains "told us to quit" "and git does not ask again"

finish
