#!/bin/sh
# SPDX-License-Identifier: ISC
# The same as devices.sh, with a store in one file.
engine=sqlite
# shellcheck source=tests/cli/devices.sh
. "$(dirname "$0")/devices.sh"
