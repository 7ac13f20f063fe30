# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# Devices of one circle, for tests of what becomes of it. Sourced after lib.sh; $engine says what the store is.
folder=$work/folder
mkdir -m 700 "$folder"
case ${engine:-folder} in
folder) store=$folder ;;
sqlite) store=sqlite://$folder/store ;;
esac
# shellcheck source=tests/cli/sponsor.sh
. "$(dirname "$0")/sponsor.sh"

# With the account password.
run_known() {
  run "$@" --account-password-file "$work/secret/account"
}

# The first device, with a store.
begin_circle() { # name
  make_device "$1"
  run_known sync use "$store"
  exits 0 "$1 begins a store"
}

# Lets one device in by another.
pair() { # the one that is in, the new one
  start_letting_in "$1" --yes
  on "$2"
  run_known join "$store" --code "$code"
  exits 0 "$2 comes in by $1"
  end_letting_in
}

# Exchanges on these devices, in turn, twice.
exchange() { # names
  for name in "$@" "$@"; do
    on "$name"
    run sync
  done
}

# From the one to the other no device hears of another: each exchanges by itself, soon after a change.
apart() {
  mv "$folder" "$work/away"
}
together() {
  mv "$work/away" "$folder"
}

# On a terminal: questions and answers, then the words of kc. What was shown is in $out.
converse() { # -a QUESTION ANSWER … -- words of kc
  steps=
  while [ "$1" != -- ]; do
    steps="$steps '$1'"
    shift
  done
  shift
  eval "python3 '$top_srcdir/tests/cli/terminal.py' $steps -- '$program' \"\$@\"" > "$out" 2> "$err"
  status=$?
}
