/* SPDX-License-Identifier: ISC */
/* The halves of a key pair, and secret keys, as items. */
#include "backend/item/ruler.h"
#include "backend/keychain_keys.h"
#include "base/key_use.h"
#include "base/random.h"

/* What a half is by default, whatever its type, a secret key as a private one; what it may be used
 * for: base/key_use.h. */
/* clang-format off */
static const struct fact {
	kc_name name;
	bool of_private, of_public;
} facts[] = {
	{KC_ATTR_PERM, true,  true},
	{KC_ATTR_PRIV, true,  false},
	{KC_ATTR_MODI, true,  true},
	{KC_ATTR_SENS, true,  false},
	{KC_ATTR_EXTR, false, true},
};
/* clang-format on */

void kc_keychain_half_done(struct kc_keychain_half *half)
{
	kc_attrs_done(&half->attrs);
	kc_secret_done(&half->secret);
}

static kc_err set_key(struct kc_attrs *attrs, const struct kc_pk *key, enum kc_key_class class)
{
	KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT;
	uint8_t label[20];

	KC_TRY(kc_pk_label(key, label));
	KC_TRY(kc_pk_spki(key, &spki));
	kc_attrs_set_number(attrs, KC_ATTR_KCLS, class);
	kc_attrs_set_number(attrs, KC_ATTR_TYPE, kc_pk_type(key));
	kc_attrs_set_number(attrs, KC_ATTR_BSIZ, kc_pk_bits(key));
	kc_attrs_set_number(attrs, KC_ATTR_ESIZ, kc_pk_bits(key));
	kc_attrs_set_bytes(attrs, KC_ATTR_KLBL, KC_BYTES_OF(label));
	kc_attrs_set_bytes(attrs, KC_ATTR_SPKI, kc_buf_bytes(&spki));
	if (!kc_attrs_get(attrs, KC_ATTR_CKID))
		kc_attrs_set_bytes(attrs, KC_ATTR_CKID, KC_BYTES_OF(label));
	return KC_OK;
}

static void set_history(struct kc_attrs *attrs, unsigned origin)
{
	bool sensitive = kc_attrs_get_number(attrs, KC_ATTR_SENS, 0) != 0;
	bool extractable = kc_attrs_get_number(attrs, KC_ATTR_EXTR, 1) != 0;

	kc_attrs_set_number(attrs, KC_ATTR_LOCL, (origin & KC_ORIGIN_LOCAL) != 0);
	kc_attrs_set_number(attrs, KC_ATTR_ASEN, (origin & KC_ORIGIN_SENSITIVE) && sensitive);
	kc_attrs_set_number(
		attrs, KC_ATTR_NEXT, (origin & KC_ORIGIN_UNEXTRACTABLE) && !extractable);
}

static void set_defaults(struct kc_attrs *attrs, uint32_t type, enum kc_key_class class)
{
	for (size_t i = 0; i < KC_COUNT_OF(facts); i++)
		kc_attrs_set_number(attrs, facts[i].name,
			class == KC_KEY_PUBLIC ? facts[i].of_public : facts[i].of_private);
	for (size_t i = 0; i < KC_KEY_USES; i++)
		kc_attrs_set_number(
			attrs, kc_key_uses[i], kc_key_use_default(kc_key_uses[i], type, class));
}

static kc_err build_attrs(const struct kc_pk *key, enum kc_key_class class, unsigned origin,
	const struct kc_attrs *given, struct kc_attrs *ret)
{
	set_defaults(ret, kc_pk_type(key), class);
	kc_attrs_merge(ret, given);
	KC_TRY(set_key(ret, key, class));
	set_history(ret, origin);
	return kc_attrs_check(ret);
}

kc_err kc_keychain_half_private(const struct kc_pk *key, unsigned origin,
	const struct kc_attrs *given, struct kc_keychain_half *ret)
{
	KC_TRY(build_attrs(key, KC_KEY_PRIVATE, origin, given, &ret->attrs));
	return kc_pk_store_private(key, &ret->secret);
}

kc_err kc_keychain_half_public(const struct kc_pk *key, unsigned origin,
	const struct kc_attrs *given, bool bound, struct kc_keychain_half *ret)
{
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT;

	KC_TRY(build_attrs(key, KC_KEY_PUBLIC, origin, given, &ret->attrs));
	if (!kc_attrs_get(&ret->attrs, KC_ATTR_PDMN))
		kc_attrs_set_str(&ret->attrs, KC_ATTR_PDMN, kc_keychain_half_open_class(bound));
	KC_TRY(kc_attrs_check(&ret->attrs));
	KC_TRY(kc_pk_store_public(key, &stored));
	return kc_secret_set(&ret->secret, kc_buf_bytes(&stored));
}

/* The check value is three bytes of a one-way function of the key; an empty one is wanted by
 * nobody.
 */
static kc_err set_check_value(const struct kc_sk *key, struct kc_attrs *attrs)
{
	struct kc_bytes given = kc_attrs_get_bytes(attrs, KC_ATTR_KCVL);
	uint8_t value[3];

	if (kc_attrs_get(attrs, KC_ATTR_KCVL) && given.len == 0)
		return KC_OK;
	KC_TRY(kc_sk_check_value(key, value));
	if (given.len && !kc_bytes_equal(given, KC_BYTES_OF(value)))
		return KC_ERR(PARAM);
	kc_attrs_set_bytes(attrs, KC_ATTR_KCVL, KC_BYTES_OF(value));
	return KC_OK;
}

/* A label made of the key would tell which ones are equal. */
static void set_secret_key(struct kc_attrs *attrs, const struct kc_sk *key)
{
	int64_t bits = (int64_t)kc_sk_value(key).len * 8;
	int64_t effective = kc_attrs_get_number(attrs, KC_ATTR_ESIZ, 0);
	uint8_t label[20];

	kc_random_fill(label, sizeof label);
	kc_attrs_set_number(attrs, KC_ATTR_KCLS, KC_KEY_SYMMETRIC);
	kc_attrs_set_number(attrs, KC_ATTR_TYPE, kc_sk_type(key));
	kc_attrs_set_number(attrs, KC_ATTR_BSIZ, bits);
	if (effective <= 0 || effective > bits) /* less, when parts of it are known */
		kc_attrs_set_number(attrs, KC_ATTR_ESIZ, bits);
	kc_attrs_set_bytes(attrs, KC_ATTR_KLBL, KC_BYTES_OF(label));
	kc_attrs_remove(attrs, KC_ATTR_SPKI);
}

kc_err kc_keychain_half_secret(const struct kc_sk *key, unsigned origin,
	const struct kc_attrs *given, struct kc_keychain_half *ret)
{
	set_defaults(&ret->attrs, kc_sk_type(key), KC_KEY_SYMMETRIC);
	kc_attrs_merge(&ret->attrs, given);
	set_secret_key(&ret->attrs, key);
	KC_TRY(set_check_value(key, &ret->attrs));
	set_history(&ret->attrs, origin);
	KC_TRY(kc_attrs_check(&ret->attrs));
	return kc_secret_set(&ret->secret, kc_sk_value(key));
}

bool kc_keychain_half_is_bound(const struct kc_attrs *attrs)
{
	enum kc_protection protection;

	return kc_protection_from_text(kc_attrs_get_bytes(attrs, KC_ATTR_PDMN), &protection) ==
		       KC_OK &&
	       kc_protection_is_bound(protection);
}

const char *kc_keychain_half_open_class(bool bound)
{
	return kc_protection_text(bound ? KC_PROTECTION_DKU : KC_PROTECTION_DK);
}

kc_err kc_keychain_half_add(struct kc_txn *txn, const struct kc_caller *caller,
	const struct kc_keychain_half *half, bool one_of_both_syncs, struct kc_found *ret)
{
	const struct kc_item_input input = {
		.class = KC_CLASS_KEY,
		.attrs = half->attrs, /* borrowed */
		.has_secret = true,
		.secret = kc_secret_bytes(&half->secret),
		.one_of_both_syncs = one_of_both_syncs,
	};

	return kc_keychain_txn_add(txn, caller, &input, KC_WANT_ATTRS | KC_WANT_HIDDEN, ret);
}
