#!/bin/sh
# SPDX-License-Identifier: ISC
# The checks of yesterday's algorithms on our module where kc.conf allows them.
legacy=yes exec sh "$(dirname "$0")/keycircle.sh"
