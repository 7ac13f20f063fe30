/* SPDX-License-Identifier: ISC */
/* Little: nobody can try codes but by asking a side (RFC 9382 8). */
#include "backend/circle/session/code_cost.h"

const uint64_t kc_code_cost = UINT64_C(1) << 10;
