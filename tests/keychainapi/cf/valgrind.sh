#!/bin/sh
# SPDX-License-Identifier: ISC
# The test programs of CoreFoundation again, under valgrind: no error, and nothing lost.
set -eu
command -v valgrind > /dev/null || { echo "valgrind is not installed"; exit 77; }
cd "${top_builddir:-.}"
for program in runtime string format values containers; do
  ./libtool --mode=execute valgrind -q --error-exitcode=1 --leak-check=full \
    --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect \
    "tests/keychainapi/cf/test_$program" > /dev/null
  echo "test_$program: clean"
done
