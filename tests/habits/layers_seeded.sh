#!/bin/sh
# SPDX-License-Identifier: ISC
# The checker of layers must notice: each seeded violation in a copy of the tree has to fail it.
. "$(dirname "$0")/seeded.sh"

fresh() {
  rm -rf "${copy:?}"/*
  for folder in ${folders% tests}; do
    cp -R "$top/$folder" "$copy/"
  done
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
verdict
