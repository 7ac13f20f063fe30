#!/bin/sh
# SPDX-License-Identifier: ISC
# The test programs of both libraries again, under valgrind: no error, and nothing lost.
set -eu
command -v valgrind > /dev/null || { echo "valgrind is not installed"; exit 77; }
cd "${top_builddir:-.}"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
programs='cf/test_runtime cf/test_string cf/test_format cf/test_values cf/test_containers
cf/test_allocators cf/test_around cf/test_bplist cf/test_gregorian cf/test_plist
cf/test_surrogates cf/test_text cf/test_url
security/test_security security/test_secitem_default security/test_secitem_strict
security/test_certificate security/test_identity'
# Making large keys takes long there, and so do many searches.
[ "${KC_LONG-}" != 1 ] ||
  programs="$programs security/test_key security/test_key_algorithms security/test_match"
for program in $programs; do
  # Forked children report, too; what counts is the program itself.
  ./libtool --mode=execute valgrind -q --error-exitcode=1 --leak-check=full \
    --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect \
    --log-file="$scratch/%p" "tests/keychainapi/$program" > "$scratch/out" || {
    cat "$scratch"/*
    exit 1
  }
  echo "$program: clean"
done
