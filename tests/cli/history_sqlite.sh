#!/bin/sh
# SPDX-License-Identifier: ISC
# The same as history.sh, with a store in one file.
engine=sqlite
# shellcheck source=tests/cli/history.sh
. "$(dirname "$0")/history.sh"
