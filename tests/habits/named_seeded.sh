#!/bin/sh
# SPDX-License-Identifier: ISC
# named.sh must notice a document that names a test that is not there, and one that names none.
. "$(dirname "$0")/seeded.sh"
checked=$top/doc/requirements.md
expect 0 "the document as it is"
checked=$copy/a.md

# shellcheck disable=SC2016
printf '| a | 1 | `circle/test_merge nobody_wrote_this` |\n' > "$checked"
expect 1 "a test that nobody wrote"
echo nothing > "$checked"
expect 1 "a document without a test"
verdict
