/* SPDX-License-Identifier: ISC */
/* Short words for keys of one program, and keys out of keys. */
#ifndef KC_TESTS_BACKEND_OWN_H
#define KC_TESTS_BACKEND_OWN_H

#include "tests/backend/words.h"

/* A transient secret key of home_user's. */
KC_MUST kc_err own_generate(
	struct home *home, uint32_t type, unsigned bits, const char *attrs, struct kc_found *ret);
/* A pair of home_user's; keep: KC_KEEP_…. */
KC_MUST kc_err own_generate_pair(struct home *home, uint32_t type, unsigned bits,
	const char *private, const char *public, unsigned keep, struct kc_found_list *ret);
/* A key of home_user's with this value. */
KC_MUST kc_err own_create(struct home *home, const char *attrs, const char *value, bool transient,
	struct kc_found *ret);
/* Makes an HMAC with the key. */
KC_MUST kc_err own_mac(struct home *home, const struct kc_caller *caller, uint64_t id);

/* Checks numbers: "kcls=1 type=73". */
void own_check(const struct kc_attrs *attrs, const char *wanted, const char *what);

extern const struct kc_sign_params own_hmac; /* with SHA-256 */

#endif
