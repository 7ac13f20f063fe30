#!/bin/sh
# SPDX-License-Identifier: ISC
# The service under valgrind through a life: no error, nothing lost, no descriptor left open.
set -eu
command -v valgrind > /dev/null || { echo "valgrind is not installed"; exit 77; }
build=$(cd "${top_builddir:-.}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
. "$here/files.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -m 700 "$work/home" "$work/files" "$work/ran"
make_files "$work/files" "$work/needles"

# What OpenSSL makes once and keeps until the end is reachable, and no leak.
cat > "$work/keycircled" << EOF
#!/bin/sh
valgrind --quiet --log-file=$work/ran/\$\$.log --track-fds=yes --leak-check=full \
  --show-leak-kinds=definite,indirect,possible --errors-for-leak-kinds=definite,indirect,possible \
  --child-silent-after-fork=yes --error-exitcode=99 \
  '$build/tests/service/keycircled-fast' "\$@"
echo \$? > $work/ran/\$\$.status
EOF
chmod 700 "$work/keycircled"
KEYCIRCLE_HOME=$work/home
KEYCIRCLED=$work/keycircled
export KEYCIRCLE_HOME KEYCIRCLED
unset XDG_RUNTIME_DIR
"$build/tests/service/life/one_life" "$work/files" "$work/needles" term

# valgrind looks for leaks after the socket is gone.
tries=600
until [ "$(find "$work/ran" -name '*.status' -size +0 | wc -l)" -eq 2 ]; do
  tries=$((tries - 1))
  [ $tries -gt 0 ] || { echo "two services should have ended"; ls -l "$work/ran"; exit 1; }
  sleep 0.1
done
failed=0
for status in "$work"/ran/*.status; do
  log=${status%.status}.log
  [ "$(cat "$status")" -eq 0 ] || failed=1
  # Descriptors that the service opened have a stack; those of valgrind and of the test have none.
  grep -A 1 'Open .*file descriptor\|Open .*socket' "$log" | grep -q ' at 0x' && failed=1
  [ $failed -eq 0 ] || cat "$log"
done
[ $failed -eq 0 ] || exit 1
echo "two services: clean"
