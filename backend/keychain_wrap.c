/* SPDX-License-Identifier: ISC */
/* Keys that leave and come encrypted by other keys. */
#include "crypto/wrap.h"
#include "backend/item/ruler.h"
#include "backend/keychain_make.h"

/* What wraps: a key of the keychain, or a public one that is of no item and of nobody's trust. */
static kc_err get_wrapping(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, struct kc_bytes spki, struct kc_keychain_key *ret)
{
	if (id)
		return kc_keychain_keys_get(keychain, caller, id, KC_KEY_USE_WRAP, ret);
	return kc_pk_load_spki(spki, &ret->pk);
}

/* Schemes that keep a value from whoever can have other keys wrapped by the same one. Left out are
 * those that xor it with what an IV of the caller's choice gives, and a mere power of RSA. */
static bool keeps_from_wrappers(enum kc_cipher_scheme scheme)
{
	static const enum kc_cipher_scheme schemes[] = {KC_CIPHER_RSA_PKCS1, KC_CIPHER_RSA_OAEP,
		KC_CIPHER_RSA_AES_WRAP, KC_CIPHER_ECB, KC_CIPHER_CBC, KC_CIPHER_CBC_PAD,
		KC_CIPHER_CTS, KC_CIPHER_KW, KC_CIPHER_KWP};

	for (size_t i = 0; i < KC_COUNT_OF(schemes); i++)
		if (schemes[i] == scheme)
			return true;
	return false;
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
	if ((key.marks & KC_KEY_WANTS_TRUST) &&
		(!(wrapping.marks & KC_KEY_TRUSTED) || !keeps_from_wrappers(params->scheme)))
		return KC_ERR(NOT_ALLOWED);
	KC_TRY(kc_keychain_make_value(&key, &value));
	return kc_wrap_seal(&(struct kc_wrap_key){wrapping.pk, wrapping.sk}, params,
		kc_secret_bytes(&value), ret);
}

/* How long a secret key is to be, where its cipher does not tell; 0 as long as what comes out. */
static kc_err wanted_len(const struct kc_attrs *attrs, size_t *ret)
{
	int64_t bits = 0;

	if (kc_attrs_get_number(attrs, KC_ATTR_KCLS, -1) == KC_KEY_SYMMETRIC)
		bits = kc_attrs_get_number(attrs, KC_ATTR_BSIZ, 0);
	if (bits < 0 || bits % 8)
		return KC_ERR(KEY_SIZE);
	*ret = (size_t)bits / 8;
	return KC_OK;
}

kc_err kc_keychain_key_unwrap(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_cipher_params *params, struct kc_bytes wrapped,
	const struct kc_attrs *attrs, bool transient, struct kc_found *ret)
{
	KC_CLEANUP_KEY struct kc_keychain_key key = {0};
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	size_t len;

	KC_TRY(kc_attrs_check(attrs));
	KC_TRY(wanted_len(attrs, &len));
	KC_TRY(kc_keychain_keys_get(keychain, caller, id, KC_KEY_USE_UNWRAP, &key));
	KC_TRY(kc_wrap_open(&(struct kc_wrap_key){key.pk, key.sk}, params, wrapped, len, &secret));
	if (len && secret.len != len)
		return KC_ERR(KEY_SIZE);
	return kc_keychain_make_of_value(keychain, caller, kc_secret_bytes(&secret),
		KC_ORIGIN_IMPORTED, attrs, transient, ret);
}
