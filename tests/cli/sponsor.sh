# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# A device that lets in another, for tests that join. Sourced after lib.sh; $account_file, where it is set, has the
# account password.
waiting=
trap 'kill $waiting 2> /dev/null; clean_up' EXIT

# Starts devices add on a device, in the background, with its code in $code: its first line.
start_letting_in() { # device, words of kc…
  on "$1"
  shift
  rm -f "$work/code"
  mkfifo "$work/code"
  setsid "$program" devices add --account-password-file "${account_file:-$work/secret/account}" "$@" \
    < /dev/null > "$work/code" 2> "$work/sponsor" &
  waiting=$!
  exec 8< "$work/code"
  code=
  read -r code <&8
}

# Waits until it has ended, with $sponsor; the other lines are in $work/sponsored.
end_letting_in() {
  cat <&8 > "$work/sponsored"
  exec 8<&-
  wait "$waiting"
  sponsor=$?
  waiting=
}
