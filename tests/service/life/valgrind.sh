#!/bin/sh
# SPDX-License-Identifier: ISC
# The service under valgrind through a life alone, and through one of two devices that sync: no error, nothing
# lost, no descriptor left open.
set -eu
command -v valgrind > /dev/null || { echo "valgrind is not installed"; exit 77; }
build=$(cd "${top_builddir:-.}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
. "$here/files.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -m 700 "$work/home" "$work/files" "$work/circle"
make_files "$work/files" "$work/needles"
unset XDG_RUNTIME_DIR

# Makes $work/watched, which runs a program under valgrind, and a new folder $work/ran for what that says.
watch() { # program
  rm -rf "$work/ran"
  mkdir "$work/ran"
  # What OpenSSL makes once and keeps until the end is reachable, and no leak.
  cat > "$work/watched" << EOF
#!/bin/sh
valgrind --quiet --log-file=$work/ran/\$\$.log --track-fds=yes --leak-check=full \
  --show-leak-kinds=definite,indirect,possible --errors-for-leak-kinds=definite,indirect,possible \
  --child-silent-after-fork=yes --error-exitcode=99 \
  '$1' "\$@"
echo \$? > $work/ran/\$\$.status
EOF
  chmod 700 "$work/watched"
}

# Whether so many ran, and all are clean. valgrind looks for leaks after the socket of a service is gone.
are_clean() { # how many
  tries=600
  until [ "$(find "$work/ran" -name '*.status' -size +0 | wc -l)" -eq "$1" ]; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || { echo "$1 services should have ended"; ls -l "$work/ran"; return 1; }
    sleep 0.1
  done
  clean=0
  for status in "$work"/ran/*.status; do
    log=${status%.status}.log
    [ "$(cat "$status")" -eq 0 ] || clean=1
    # Descriptors that the service opened have a stack; those of valgrind and of the test have none.
    grep -A 1 'Open .*file descriptor\|Open .*socket' "$log" | grep -q ' at 0x' && clean=1
    [ $clean -eq 0 ] || cat "$log"
  done
  return $clean
}

# First that it can be noticed.
for misdeed in leak overflow descriptor nothing; do
  watch "$build/tests/habits/misdeed"
  "$work/watched" $misdeed
  if are_clean 1 > "$work/log"; then clean=yes; else clean=no; fi
  case $misdeed-$clean in
    nothing-no | [!n]*-yes) echo "$misdeed: clean: $clean"; cat "$work/log"; exit 1 ;;
  esac
done

watch "$build/tests/service/keycircled-fast"
KEYCIRCLED=$work/watched
export KEYCIRCLED
KEYCIRCLE_HOME=$work/home "$build/tests/service/life/one_life" "$work/files" "$work/needles" term
are_clean 2
echo "two services: clean"

watch "$build/tests/service/keycircled-fast"
"$build/tests/service/life/two_devices" "$work/circle"
are_clean 3
echo "three services of two devices: clean"
