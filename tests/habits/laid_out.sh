#!/bin/sh
# SPDX-License-Identifier: ISC
# Every source file is laid out as .clang-format says. With an argument, checks that tree instead.
set -eu
tree=${1:-${top_srcdir:-$(dirname "$0")/../..}}
cd "$tree"
folders='base crypto wire module keychainapi cli backend service tests'
# shellcheck disable=SC2086
find $folders -name '*.[ch]' -exec clang-format --style=file --dry-run -Werror {} + || {
  echo "to mend it: clang-format -i FILE" >&2
  exit 1
}
