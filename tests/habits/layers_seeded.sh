#!/bin/sh
# SPDX-License-Identifier: ISC
# The checker of layers must notice: each seeded violation in a copy of the tree has to fail it.
set -eu
top=${top_srcdir:-$(cd "$(dirname "$0")/../.." && pwd)}
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT INT TERM

fresh() {
  rm -rf "${copy:?}"/*
  for folder in base crypto wire module keychainapi cli backend service; do
    cp -R "$top/$folder" "$copy/"
  done
}
passed=0
failed=0
expect() { # wanted status, what
  if sh "$top/tests/habits/layers.sh" "$copy" > /dev/null 2>&1; then got=0; else got=1; fi
  if [ "$got" = "$1" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "not noticed: $2"
  fi
}

fresh
expect 0 "the tree as it is"
# file, line to add, what it violates
while IFS='|' read -r file line what; do
  fresh
  printf '%s\n' "$line" >> "$copy/$file"
  expect 1 "$what"
done << 'ROWS'
base/err.c|#include "wire/client.h"|base includes upward
wire/client.h|#include "backend/keychain.h"|wire reaches behind the door
backend/vault/keybag.h|#include "backend/store/store.h"|the vault includes the store
base/mem.c|#include <openssl/evp.h>|OpenSSL outside crypto
wire/client.h|#include <sqlite3.h>|SQLite outside the store
base/mem.c|#include "nowhere.h"|a header not named from the top
crypto/pk.h|#include "backend/keychain.h"|crypto includes the door
crypto/pk.h|#include "wire/client.h"|crypto includes the socket
module/form/keyform.h|#include "crypto/pk.h"|the module includes OpenSSL's half
service/access.c|#include "backend/store/store.h"|the service goes past the door
cli/kc.c|#include "module/session/module.h"|one front end includes another
cli/kc.c|  #  include <Security/Security.h>|SecItem outside its library
ROWS
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
