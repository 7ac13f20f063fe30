/* SPDX-License-Identifier: ISC */
/* The patience of programs that are only for tests: linked in place of join_patience.c. Their
 * stores are folders of the same computer, where an offer is there before its code is. */
#include "backend/join_patience.h"

const uint64_t kc_join_patience_ms = 500;
