/* SPDX-License-Identifier: ISC */
/* Keys that leave and come encrypted by other keys. */
#include "crypto/wrap.h"
#include "backend/keychain_make.h"

#define BSIZ KC_NAME('b', 's', 'i', 'z')

/* What wraps: a key of the keychain, or a public one that is of no item and of nobody's trust. */
static kc_err get_wrapping(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, struct kc_bytes spki, struct kc_keychain_key *ret)
{
	if (id)
		return kc_keychain_keys_get(keychain, caller, id, KC_KEY_USE_WRAP, ret);
	return kc_pk_load_spki(spki, &ret->pk);
}

kc_err kc_keychain_key_wrap(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t wrapping_id, struct kc_bytes wrapping_spki, const struct kc_cipher_params *params,
	uint64_t id, struct kc_buf *ret)
{
	KC_CLEANUP_KEY struct kc_keychain_key key = {0};
	KC_CLEANUP_KEY struct kc_keychain_key wrapping = {0};
	KC_CLEANUP_SECRET struct kc_secret value = KC_SECRET_INIT;

	KC_TRY(kc_keychain_keys_get(keychain, caller, id, 0, &key));
	if (!(key.marks & KC_KEY_EXTRACTABLE))
		return KC_ERR(NOT_EXTRACTABLE);
	KC_TRY(get_wrapping(keychain, caller, wrapping_id, wrapping_spki, &wrapping));
	if ((key.marks & KC_KEY_WANTS_TRUST) && !(wrapping.marks & KC_KEY_TRUSTED))
		return KC_ERR(NOT_ALLOWED);
	KC_TRY(kc_keychain_make_value(&key, &value));
	return kc_wrap_seal(wrapping.pk, wrapping.sk, params, kc_secret_bytes(&value), ret);
}

/* Ciphers without padding give whole blocks, of which the key is the beginning; bare RSA gives the
 * whole modulus, of which it is the end (PKCS#11 3.1, 6.1.8, 6.11). */
static kc_err cut(const struct kc_cipher_params *params, const struct kc_attrs *attrs,
	struct kc_bytes *value)
{
	int64_t bits = kc_attrs_get_number(attrs, BSIZ, 0);
	size_t len = (size_t)bits / 8;

	if (kc_attrs_get_number(attrs, KC_ATTR_KCLS, -1) != KC_KEY_SYMMETRIC || bits == 0)
		return KC_OK;
	if (bits < 0 || bits % 8 || len > value->len)
		return KC_ERR(KEY_SIZE);
	if (params->scheme == KC_CIPHER_RSA_RAW)
		*value = kc_bytes(value->data + value->len - len, len);
	else if (params->scheme == KC_CIPHER_ECB || params->scheme == KC_CIPHER_CBC)
		*value = kc_bytes(value->data, len);
	else if (len != value->len)
		return KC_ERR(KEY_SIZE);
	return KC_OK;
}

kc_err kc_keychain_key_unwrap(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_cipher_params *params, struct kc_bytes wrapped,
	const struct kc_attrs *attrs, bool transient, struct kc_found *ret)
{
	KC_CLEANUP_KEY struct kc_keychain_key key = {0};
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	struct kc_bytes value;

	KC_TRY(kc_attrs_check(attrs));
	KC_TRY(kc_keychain_keys_get(keychain, caller, id, KC_KEY_USE_UNWRAP, &key));
	KC_TRY(kc_wrap_open(key.pk, key.sk, params, wrapped, &secret));
	value = kc_secret_bytes(&secret);
	KC_TRY(cut(params, attrs, &value));
	return kc_keychain_make_of_value(
		keychain, caller, value, KC_ORIGIN_IMPORTED, attrs, transient, ret);
}
