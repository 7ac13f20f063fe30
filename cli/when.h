/* SPDX-License-Identifier: ISC */
/* Times as people and as programs read them. */
#ifndef KC_CLI_WHEN_H
#define KC_CLI_WHEN_H

#include "base/mem.h"

#define KC_WHEN_LEN 40

/* Seconds since 1970 from Apple's absolute time. */
int64_t kc_when_from_absolute(double date);
/* "2026-11-22T00:36:55Z"; for years outside 0 … 9999 the nearest of them. */
void kc_when_rfc3339(int64_t seconds, char ret[static KC_WHEN_LEN]);
/* "just now", "5 minutes ago", "3 hours ago", then the date. */
void kc_when_ago(int64_t seconds, int64_t now, char ret[static KC_WHEN_LEN]);
/* The day alone, "22 Nov", or "22 Nov 2025" of another year than now's. */
void kc_when_day(int64_t seconds, int64_t now, char ret[static KC_WHEN_LEN]);
/* Reads "2026-11-22T00:36:55Z" as absolute time. Errors: PARAM. */
KC_MUST kc_err kc_when_parse(struct kc_bytes text, double *ret);

#endif
