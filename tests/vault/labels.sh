#!/bin/sh
# SPDX-License-Identifier: ISC
# Each label of the vault is used in exactly one place: one key, one purpose.
set -eu
cd "$top_srcdir"
failed=0
labels=$(sed -n 's/^KC_LABEL(\([A-Z_]*\),.*/\1/p' backend/vault/labels.def)
[ -n "$labels" ] || { echo "no labels found" >&2; exit 1; }
for label in $labels; do
  uses=$(grep -ow "KC_LABEL_$label" backend/vault/*.c | wc -l)
  [ "$uses" -eq 1 ] || {
    echo "KC_LABEL_$label is used $uses times" >&2
    failed=1
  }
done
exit $failed
