#!/bin/sh
# SPDX-License-Identifier: ISC
# python3-keyring's own backend for macOS, unchanged, keeps its passwords here.
set -eu
build=${top_builddir:-.}
top=${top_srcdir:-$(cd "$(dirname "$0")/../../.." && pwd)}
python=/usr/bin/python3
"$python" -c 'import keyring.backends.macOS' 2> /dev/null || {
  echo "python3-keyring is not installed"
  exit 77
}
exec "$build/tests/keychainapi/security/serve" "$python" -B \
  "$top/tests/keychainapi/security/keyring_backend.py" "$build/.libs"
