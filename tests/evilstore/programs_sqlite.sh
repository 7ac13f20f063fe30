#!/bin/sh
# SPDX-License-Identifier: ISC
# The same as programs.sh, with stores of records, each in one file.
engine=sqlite
# shellcheck source=tests/evilstore/programs.sh
. "$(dirname "$0")/programs.sh"
