#!/bin/sh
# SPDX-License-Identifier: ISC
# The conformance suite on our module, over a service on a keychain of its own. Arguments: CHECKS.
here=$(dirname "$0")
. "$here/../lib.sh"
make_keychain
CONFORMANCE_MODULE=$module
CONFORMANCE_TOKEN=Keycircle
CONFORMANCE_PIN=$pin
export CONFORMANCE_MODULE CONFORMANCE_TOKEN CONFORMANCE_PIN
"$top_builddir/tests/module/conformance/conformance" "$here/expected" 1 "$@"
