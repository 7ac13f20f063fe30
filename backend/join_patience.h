/* SPDX-License-Identifier: ISC */
/* How long an offer may take to arrive after its code was typed. */
#ifndef KC_BACKEND_JOIN_PATIENCE_H
#define KC_BACKEND_JOIN_PATIENCE_H

#include <stdint.h>

extern const uint64_t kc_join_patience_ms;

#endif
