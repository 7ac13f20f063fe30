/* SPDX-License-Identifier: ISC */
/* Attributes that go one way (PKCS#11 3.1, 4.7 to 4.10), and those that callers do not set. */
#include "backend/keychain_strict.h"

/* What a key is and was: filled in by us alone. */
static const kc_name own[] = {
	KC_ATTR_KCLS,
	KC_NAME('t', 'y', 'p', 'e'),
	KC_NAME('b', 's', 'i', 'z'),
	KC_NAME('e', 's', 'i', 'z'),
	KC_NAME('k', 'l', 'b', 'l'),
	KC_NAME('s', 'p', 'k', 'i'),
	KC_NAME('l', 'o', 'c', 'l'),
	KC_NAME('a', 's', 'e', 'n'),
	KC_NAME('n', 'e', 'x', 't'),
	KC_NAME('k', 'c', 'v', 'l'),
};

static const struct way {
	kc_name name;
	bool otherwise; /* what an absent one counts as */
	bool strict;	/* the value that is left for no other */
} ways[] = {
	{KC_NAME('s', 'e', 'n', 's'), false, true},
	{KC_ATTR_EXTR, true, false},
	{KC_NAME('w', 'w', 't', 'r'), false, true},
	{KC_NAME('p', 'r', 'i', 'v'), true, true},
};

kc_err kc_keychain_strict_changes(
	const struct kc_attrs *attrs, const struct kc_attrs *changes, struct kc_attrs *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs allowed = KC_ATTRS_INIT;

	KC_TRY(kc_attrs_dup(changes, &allowed));
	for (size_t i = 0; i < KC_COUNT_OF(own); i++)
		kc_attrs_remove(&allowed, own[i]);
	for (size_t i = 0; i < KC_COUNT_OF(ways); i++) {
		const struct way *way = &ways[i];
		bool now = kc_attrs_get_number(attrs, way->name, way->otherwise) != 0;
		bool then = kc_attrs_get_number(&allowed, way->name, now) != 0;
		if (now == way->strict && then != now)
			return KC_ERR(NOT_ALLOWED);
	}
	kc_attrs_move(ret, &allowed);
	return KC_OK;
}
