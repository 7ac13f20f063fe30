/* SPDX-License-Identifier: ISC */
/* How long a call may wait for the store, in a file of its own so that tests can link another. */
#include "backend/cloud/sqlite_file.h"

const uint64_t kc_sqlite_patience_us = 10 * 1000 * 1000;
