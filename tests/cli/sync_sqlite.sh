#!/bin/sh
# SPDX-License-Identifier: ISC
# The same as sync.sh, with a store in one file.
engine=sqlite
# shellcheck source=tests/cli/sync.sh
. "$(dirname "$0")/sync.sh"
