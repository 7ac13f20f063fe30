/* SPDX-License-Identifier: ISC */
/* The seven protection classes as rows. */
#include "backend/vault/protection.h"

struct row {
	const char *text;
	bool bound;
};

/* clang-format off */
static const struct row rows[KC_PROTECTION_COUNT] = {
	[KC_PROTECTION_AK - KC_PROTECTION_FIRST]   = {"ak",   false},
	[KC_PROTECTION_CK - KC_PROTECTION_FIRST]   = {"ck",   false},
	[KC_PROTECTION_DK - KC_PROTECTION_FIRST]   = {"dk",   false},
	[KC_PROTECTION_AKU - KC_PROTECTION_FIRST]  = {"aku",  true},
	[KC_PROTECTION_CKU - KC_PROTECTION_FIRST]  = {"cku",  true},
	[KC_PROTECTION_DKU - KC_PROTECTION_FIRST]  = {"dku",  true},
	[KC_PROTECTION_AKPU - KC_PROTECTION_FIRST] = {"akpu", true},
};
/* clang-format on */

kc_err kc_protection_from_text(struct kc_bytes text, enum kc_protection *ret)
{
	for (unsigned i = 0; i < KC_COUNT_OF(rows); i++)
		if (kc_bytes_equal(text, kc_bytes_str(rows[i].text))) {
			*ret = (enum kc_protection)(KC_PROTECTION_FIRST + i);
			return KC_OK;
		}
	return KC_ERR(PARAM);
}

const char *kc_protection_text(enum kc_protection protection)
{
	return rows[protection - KC_PROTECTION_FIRST].text;
}

bool kc_protection_is_valid(int64_t number)
{
	return number >= KC_PROTECTION_FIRST && number < KC_PROTECTION_FIRST + KC_PROTECTION_COUNT;
}

bool kc_protection_is_bound(enum kc_protection protection)
{
	return rows[protection - KC_PROTECTION_FIRST].bound;
}

bool kc_protection_outlives_lock(enum kc_protection protection)
{
	switch (protection) {
	case KC_PROTECTION_CK:
	case KC_PROTECTION_DK:
	case KC_PROTECTION_CKU:
	case KC_PROTECTION_DKU:
		return true;
	case KC_PROTECTION_AK:
	case KC_PROTECTION_AKU:
	case KC_PROTECTION_AKPU:
		return false;
	}
	return false;
}
