#!/bin/sh
# SPDX-License-Identifier: ISC
# Every committed corpus through its target. With --enable-fuzzing the fuzz_… programs grow them:
#   tests/fuzz/fuzz_message -max_total_time=60 CORPUS
set -eu
failed=0
for corpus in "$top_srcdir"/tests/fuzz/corpus/*; do
  "$top_builddir/tests/fuzz/replay_$(basename "$corpus")" "$corpus" || failed=1
done
exit $failed
