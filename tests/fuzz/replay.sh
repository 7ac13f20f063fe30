#!/bin/sh
# SPDX-License-Identifier: ISC
# Every committed corpus through its target. With --enable-fuzzing the fuzz_… programs grow them:
#   tests/fuzz/fuzz_message -max_total_time=60 CORPUS
set -eu
failed=0
# The build for use is shown every octet changed; under sanitizers that takes six times as long.
thin=1
[ "${KC_SANITIZER-none}" = none ] || thin=4
for corpus in "$top_srcdir"/tests/fuzz/corpus/*; do
  step=1
  [ "${corpus##*/}" != evidence ] || step=29 # signatures that are dear to check
  [ "${corpus##*/}" != mailbox ] || step=5 # each is a course of many events
  [ "${corpus##*/}" != records ] || step=7 # each is a file
  REPLAY_STEP=$((step * thin)) "$top_builddir/tests/fuzz/replay_$(basename "$corpus")" "$corpus" || failed=1
done
# These are made anew, and every one of their octets is changed by tests/circle/test_bits.
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
mkdir "$made/circle" "$made/exchange" "$made/pairing"
"$top_builddir/tests/fuzz/circle_seeds" "$made/circle" "$made/exchange" "$made/pairing"
# What one program makes, others take: it is the same each time.
mkdir "$made/again" "$made/again/circle" "$made/again/exchange" "$made/again/pairing"
"$top_builddir/tests/fuzz/circle_seeds" "$made/again/circle" "$made/again/exchange" \
  "$made/again/pairing"
for corpus in circle exchange pairing; do
  diff -r "$made/$corpus" "$made/again/$corpus" || failed=1
done
REPLAY_STEP=$((5 * thin)) "$top_builddir/tests/fuzz/replay_circle" "$made/circle" || failed=1
REPLAY_STEP=$((7 * thin)) "$top_builddir/tests/fuzz/replay_pairing" "$made/pairing" || failed=1
REPLAY_STEP=$((19 * thin)) "$top_builddir/tests/fuzz/replay_exchange" "$made/exchange" || failed=1
exit $failed
