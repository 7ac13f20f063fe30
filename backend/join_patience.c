/* SPDX-License-Identifier: ISC */
/* How long a code is looked for, in a file of its own so that tests can link another. */
#include "backend/join_patience.h"

const uint64_t kc_join_patience_ms = 20 * 1000;
