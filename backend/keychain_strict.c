/* SPDX-License-Identifier: ISC */
/* Attributes that go one way (PKCS#11 3.1, 4.7 to 4.10), those that callers do not set, and trust.
 */
#include "backend/keychain_strict.h"

#include "backend/item/ruler.h"

/* What a key is and was: filled in by us alone. */
static const kc_name own[] = {
	KC_ATTR_KCLS,
	KC_ATTR_TYPE,
	KC_ATTR_BSIZ,
	KC_ATTR_ESIZ,
	KC_ATTR_KLBL,
	KC_ATTR_SPKI,
	KC_ATTR_LOCL,
	KC_ATTR_ASEN,
	KC_ATTR_NEXT,
	KC_ATTR_KCVL,
};

static const struct way {
	kc_name name;
	bool otherwise; /* what an absent one counts as */
	bool strict;	/* the value that is left for no other */
} ways[] = {
	{KC_ATTR_SENS, false, true},
	{KC_ATTR_EXTR, true, false},
	{KC_ATTR_WWTR, false, true},
	{KC_ATTR_ALAU, false, true},
	{KC_ATTR_PRIV, true, true},
	{KC_ATTR_COPY, true, false},
};

/* What is not given stays; text that is no number counts as absent. */
static bool loosens(
	const struct kc_attrs *attrs, const struct kc_attrs *changes, const struct way *way)
{
	bool now = kc_attrs_get_number(attrs, way->name, way->otherwise) != 0;
	bool then = now;

	if (kc_attrs_get(changes, way->name))
		then = kc_attrs_get_number(changes, way->name, way->otherwise) != 0;
	return now == way->strict && then != now;
}

kc_err kc_keychain_strict_changes(
	const struct kc_attrs *attrs, const struct kc_attrs *changes, struct kc_attrs *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs allowed = KC_ATTRS_INIT;

	/* First, since a number may come as text. */
	KC_TRY(kc_ruler_convert(KC_CLASS_KEY, KC_USE_ADD, changes, &allowed));
	for (size_t i = 0; i < KC_COUNT_OF(own); i++)
		kc_attrs_remove(&allowed, own[i]);
	for (size_t i = 0; i < KC_COUNT_OF(ways); i++)
		if (loosens(attrs, &allowed, &ways[i]))
			return KC_ERR(NOT_ALLOWED);
	kc_attrs_move(ret, &allowed);
	return KC_OK;
}

/* --- trust --------------------------------------------------------------------------------------
 */

/* What a trusted key is, and what may be done with it. Who could add to that would decrypt what it
 * has wrapped, be it as a copy, or when it is trusted no longer. */
static const kc_name trusted_for[] = {
	KC_ATTR_KCLS,
	KC_ATTR_TYPE,
	KC_ATTR_SPKI,
	KC_ATTR_ENCR,
	KC_ATTR_DECR,
	KC_ATTR_DRVE,
	KC_ATTR_SIGN,
	KC_ATTR_VRFY,
	KC_ATTR_WRAP,
	KC_ATTR_UNWP,
	KC_ATTR_ALMC,
	KC_ATTR_WRTM,
	KC_ATTR_UWTM,
	KC_ATTR_DRTM,
};

static bool is_trusted(const struct kc_attrs *attrs)
{
	return kc_attrs_get_number(attrs, KC_ATTR_TRST, 0) != 0;
}

/* A use may be taken from it. */
static bool is_same(const struct kc_attrs *old, const struct kc_attrs *new, kc_name name)
{
	const struct kc_value *was = kc_attrs_get(old, name), *is = kc_attrs_get(new, name);

	if (is && is->type == KC_VALUE_NUMBER && is->number == 0 && name != KC_ATTR_KCLS)
		return true;
	return was && is ? kc_value_equal(was, is) : was == is;
}

kc_err kc_keychain_strict_trust(const struct kc_caller *caller, const struct kc_attrs *old,
	const struct kc_attrs *new, bool has_new_value)
{
	if (caller->is_officer)
		return KC_OK;
	if ((old && is_trusted(old)) != is_trusted(new))
		return KC_ERR(NOT_MODIFIABLE);
	if (!is_trusted(new))
		return KC_OK;
	if (has_new_value)
		return KC_ERR(NOT_MODIFIABLE);
	for (size_t i = 0; i < KC_COUNT_OF(trusted_for); i++)
		if (!is_same(old, new, trusted_for[i]))
			return KC_ERR(NOT_MODIFIABLE);
	return KC_OK;
}
