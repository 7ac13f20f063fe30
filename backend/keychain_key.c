/* SPDX-License-Identifier: ISC */
/* What callers do with keys: make pairs, sign, verify, encrypt, decrypt, agree. */
#include "backend/keychain_keys.h"

#define RSA_GENERATE_LEAST 2048

struct pair {
	struct kc_keychain_half private, public;
};

static void pair_done(struct pair *pair)
{
	kc_keychain_half_done(&pair->private);
	kc_keychain_half_done(&pair->public);
}

static void found_move(struct kc_found *to, struct kc_found *from)
{
	if (!to)
		return;
	*to = *from;
	*from = (struct kc_found){0};
}

static kc_err add_pair(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct pair *pair, bool store_public, struct kc_found *ret_private,
	struct kc_found *ret_public)
{
	KC_CLEANUP_FOUND struct kc_found private = {0};
	KC_CLEANUP_FOUND struct kc_found public = {0};
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_keychain_half_add(&txn, caller, &pair->private, false, &private));
	if (store_public)
		KC_TRY(kc_keychain_half_add(&txn, caller, &pair->public, false, &public));
	KC_TRY(kc_txn_commit(&txn));
	found_move(ret_private, &private);
	found_move(ret_public, &public);
	return KC_OK;
}

kc_err kc_keychain_key_generate(struct kc_keychain *keychain, const struct kc_caller *caller,
	enum kc_key_type type, unsigned bits, const struct kc_attrs *private_attrs,
	const struct kc_attrs *public_attrs, bool store_public, struct kc_found *ret_private,
	struct kc_found *ret_public)
{
	KC_CLEANUP(pair_done)
	struct pair pair = {KC_KEYCHAIN_HALF_INIT, KC_KEYCHAIN_HALF_INIT};
	KC_CLEANUP_PK struct kc_pk *key = NULL;

	KC_TRY(kc_attrs_check(private_attrs));
	KC_TRY(kc_attrs_check(public_attrs));
	if (type == KC_KEY_RSA && bits < RSA_GENERATE_LEAST)
		return KC_ERR(KEY_SIZE);
	/* Outside any transaction: a large RSA key takes seconds. */
	KC_TRY(kc_pk_generate(type, bits, &key));
	KC_TRY(kc_keychain_half_private(key, KC_ORIGIN_GENERATED, private_attrs, &pair.private));
	KC_TRY(kc_keychain_half_public(key, KC_ORIGIN_GENERATED, public_attrs,
		kc_keychain_half_is_bound(private_attrs), &pair.public));
	return add_pair(keychain, caller, &pair, store_public, ret_private, ret_public);
}

kc_err kc_keychain_key_sign(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_sign_params *params, struct kc_bytes input,
	struct kc_buf *ret_signature)
{
	KC_CLEANUP_KEY struct kc_keychain_key key = {0};

	KC_TRY(kc_keychain_keys_get(keychain, caller, id, KC_KEY_USE_SIGN, &key));
	if (key.sk)
		return kc_sk_mac(key.sk, params, input, ret_signature);
	return kc_pk_sign(key.pk, params, input, ret_signature);
}

kc_err kc_keychain_mac_check(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_sign_params *params, struct kc_bytes input,
	struct kc_bytes code)
{
	KC_CLEANUP_KEY struct kc_keychain_key key = {0};

	KC_TRY(kc_keychain_keys_get_secret(keychain, caller, id, KC_KEY_USE_VERIFY, &key));
	return kc_sk_mac_check(key.sk, params, input, code);
}

kc_err kc_keychain_key_decrypt(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_cipher_params *params, struct kc_bytes input,
	struct kc_buf *ret)
{
	KC_CLEANUP_KEY struct kc_keychain_key key = {0};
	KC_CLEANUP_SECRET struct kc_secret message = KC_SECRET_INIT;

	KC_TRY(kc_keychain_keys_get(keychain, caller, id, KC_KEY_USE_DECRYPT, &key));
	if (key.sk)
		return kc_sk_decrypt_buf(key.sk, params, input, ret);
	KC_TRY(kc_pk_decrypt(key.pk, params, input, &message));
	kc_buf_push(ret, message.data, message.len);
	return kc_buf_check(ret);
}

kc_err kc_keychain_secret_encrypt(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_cipher_params *params, struct kc_bytes input,
	struct kc_buf *ret)
{
	KC_CLEANUP_KEY struct kc_keychain_key key = {0};

	KC_TRY(kc_keychain_keys_get_secret(keychain, caller, id, KC_KEY_USE_ENCRYPT, &key));
	return kc_sk_encrypt(key.sk, params, input, ret);
}

kc_err kc_keychain_key_agree(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, struct kc_bytes peer_public, struct kc_secret *ret)
{
	KC_CLEANUP_KEY struct kc_keychain_key key = {0};

	KC_TRY(kc_keychain_keys_get_private(keychain, caller, id, KC_KEY_USE_DERIVE, &key));
	return kc_pk_agree(key.pk, peer_public, ret);
}

/* --- with public keys that come with the question ------------------------------------------------
 */

kc_err kc_keychain_key_verify(struct kc_keychain *keychain, struct kc_bytes spki,
	const struct kc_sign_params *params, struct kc_bytes input, struct kc_bytes signature)
{
	KC_CLEANUP_PK struct kc_pk *key = NULL;

	(void)keychain; /* nothing of it is needed */
	KC_TRY(kc_pk_load_spki(spki, &key));
	return kc_pk_verify(key, params, input, signature);
}

kc_err kc_keychain_public_encrypt(struct kc_keychain *keychain, struct kc_bytes spki,
	const struct kc_cipher_params *params, struct kc_bytes input, struct kc_buf *ret)
{
	KC_CLEANUP_PK struct kc_pk *key = NULL;

	(void)keychain;
	KC_TRY(kc_pk_load_spki(spki, &key));
	return kc_pk_encrypt(key, params, input, ret);
}

kc_err kc_keychain_public_recover(struct kc_keychain *keychain, struct kc_bytes spki,
	const struct kc_sign_params *params, struct kc_bytes signature, struct kc_buf *ret)
{
	KC_CLEANUP_PK struct kc_pk *key = NULL;

	(void)keychain;
	KC_TRY(kc_pk_load_spki(spki, &key));
	return kc_pk_recover(key, params, signature, ret);
}
