#!/bin/sh
# SPDX-License-Identifier: ISC
# The same as repair.sh, with a store in one file.
engine=sqlite
# shellcheck source=tests/cli/repair.sh
. "$(dirname "$0")/repair.sh"
