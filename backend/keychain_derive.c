/* SPDX-License-Identifier: ISC */
/* Keys that are derived from others: what they take over from these, and what must stay hidden. */
#include "backend/keychain_make.h"

#include "crypto/derive.h"
#include "backend/item/ruler.h"

/* Whether the base key, or bits of it, could be read off the derived one. */
static bool shows_base(enum kc_derive_scheme scheme)
{
	switch (scheme) {
	case KC_DERIVE_CONCATENATE_KEY:
	case KC_DERIVE_CONCATENATE_AFTER:
	case KC_DERIVE_CONCATENATE_BEFORE:
	case KC_DERIVE_XOR:
	case KC_DERIVE_EXTRACT:
		return true;
	case KC_DERIVE_AGREE:
	case KC_DERIVE_AGREE_COFACTOR:
	case KC_DERIVE_AGREE_ONE_STEP:
	case KC_DERIVE_HKDF:
	case KC_DERIVE_SP800_108_COUNTER:
	case KC_DERIVE_SP800_108_FEEDBACK:
	case KC_DERIVE_SP800_108_PIPELINE:
	case KC_DERIVE_PBKDF2:
	case KC_DERIVE_HASH:
	case KC_DERIVE_ENCRYPT:
		return false;
	}
	return true;
}

/* A key that goes with the lock is not to be read when it is locked. */
static void make_private(struct kc_attrs *attrs)
{
	enum kc_protection protection;

	kc_attrs_set_number(attrs, KC_ATTR_PRIV, 1);
	if (kc_protection_from_text(kc_attrs_get_bytes(attrs, KC_ATTR_PDMN), &protection) !=
			KC_OK ||
		!kc_protection_outlives_lock(protection))
		return;
	kc_attrs_set_str(attrs, KC_ATTR_PDMN,
		kc_protection_text(
			kc_protection_is_bound(protection) ? KC_PROTECTION_AKU : KC_PROTECTION_AK));
}

/* What shows the base key is kept as that is. */
static void keep_as(const struct kc_keychain_key *base, struct kc_attrs *attrs)
{
	if (base->marks & KC_KEY_SENSITIVE)
		kc_attrs_set_number(attrs, KC_ATTR_SENS, 1);
	if (!(base->marks & KC_KEY_EXTRACTABLE))
		kc_attrs_set_number(attrs, KC_ATTR_EXTR, 0);
	if (base->marks & KC_KEY_WANTS_TRUST)
		kc_attrs_set_number(attrs, KC_ATTR_WWTR, 1);
	if (base->marks & KC_KEY_ASKS)
		kc_attrs_set_number(attrs, KC_ATTR_ALAU, 1);
	if (!(base->marks & KC_KEY_OPEN))
		make_private(attrs);
}

/* The derived key has always been sensitive if all that it was made of had been (PKCS#11 3.1,
 * 6.43). */
static kc_err inherit(
	const struct kc_keychain_key *base, bool shows, unsigned *origin, struct kc_attrs *attrs)
{
	if (!(base->marks & KC_KEY_ALWAYS_SENSITIVE))
		*origin &= ~(unsigned)KC_ORIGIN_SENSITIVE;
	if (!(base->marks & KC_KEY_NEVER_EXTRACTABLE))
		*origin &= ~(unsigned)KC_ORIGIN_UNEXTRACTABLE;
	if (shows)
		keep_as(base, attrs);
	return kc_attrs_check(attrs);
}

/* --- pieces of a key ----------------------------------------------------------------------------
 * A program that cannot read a key could join it with bytes that it knows and cut out all but a few
 * that it does not, which it finds by trying. So a key knows how much of it is hidden.
 */

#define HIDDEN_LEAST 112 /* bits that nobody tries */

static bool is_hidden(const struct kc_keychain_key *key)
{
	return key->sk && ((key->marks & KC_KEY_SENSITIVE) || !(key->marks & KC_KEY_EXTRACTABLE));
}

static uint64_t hidden_bits(const struct kc_keychain_key *key)
{
	return is_hidden(key) ? key->effective_bits : 0;
}

/* Bits that may be known of what is made of a key. */
static uint64_t known_bits(const struct kc_keychain_key *key)
{
	return key->sk ? 8 * (uint64_t)kc_sk_value(key->sk).len - hidden_bits(key) : 0;
}

/* Notes how much of len bytes is hidden, at the least. Errors: KEY_SIZE, when it is too little. */
static kc_err check_piece(const struct kc_keychain_key *base, const struct kc_keychain_key *other,
	const struct kc_derive_params *params, size_t len, struct kc_attrs *attrs)
{
	uint64_t known = known_bits(base) + known_bits(other), bits = 8 * (uint64_t)len, hidden;
	uint64_t least =
		hidden_bits(base) > hidden_bits(other) ? hidden_bits(base) : hidden_bits(other);

	if (!is_hidden(base) && !is_hidden(other))
		return KC_OK;
	if (params->scheme == KC_DERIVE_CONCATENATE_AFTER ||
		params->scheme == KC_DERIVE_CONCATENATE_BEFORE)
		known += 8 * (uint64_t)params->data.len;
	hidden = bits > known ? bits - known : 0;
	if (hidden < (least < HIDDEN_LEAST ? least : HIDDEN_LEAST))
		return KC_ERR(KEY_SIZE);
	kc_attrs_set_number(attrs, KC_ATTR_ESIZ, (int64_t)hidden);
	return kc_attrs_check(attrs);
}

kc_err kc_keychain_key_derive(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_derive_params *params, const struct kc_attrs *attrs,
	bool transient, struct kc_found *ret)
{
	KC_CLEANUP_KEY struct kc_keychain_key base = {0};
	KC_CLEANUP_KEY struct kc_keychain_key other = {0};
	KC_CLEANUP_SECRET struct kc_secret value = KC_SECRET_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs own = KC_ATTRS_INIT;
	unsigned origin = KC_ORIGIN_SENSITIVE | KC_ORIGIN_UNEXTRACTABLE;

	KC_TRY(kc_attrs_check(attrs));
	if (kc_attrs_get_number(attrs, KC_ATTR_KCLS, KC_KEY_SYMMETRIC) != KC_KEY_SYMMETRIC)
		return KC_ERR(PARAM);
	KC_TRY(kc_attrs_dup(attrs, &own));
	kc_attrs_set_number(&own, KC_ATTR_KCLS, KC_KEY_SYMMETRIC);
	if (params->scheme == KC_DERIVE_PBKDF2) { /* made here of what is no key */
		origin = KC_ORIGIN_GENERATED;
	} else {
		KC_TRY(kc_keychain_keys_get(keychain, caller, id, KC_KEY_USE_DERIVE, &base));
		KC_TRY(inherit(&base, shows_base(params->scheme), &origin, &own));
	}
	if (params->other) {
		KC_TRY(kc_keychain_keys_get_secret(
			keychain, caller, params->other, KC_KEY_USE_DERIVE, &other));
		KC_TRY(inherit(&other, shows_base(params->scheme), &origin, &own));
	}
	KC_TRY(kc_derive_compute(
		&(struct kc_derive_base){base.pk, base.sk, other.sk}, params, &value));
	if (shows_base(params->scheme))
		KC_TRY(check_piece(&base, &other, params, value.len, &own));
	return kc_keychain_make_of_value(
		keychain, caller, kc_secret_bytes(&value), origin, &own, transient, ret);
}
