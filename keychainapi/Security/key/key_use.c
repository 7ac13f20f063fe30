/* SPDX-License-Identifier: ISC */
/* Where a private operation is done, and with which parameters. */
#include "keychainapi/Security/key/key_use.h"

#include "crypto/hash.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/keychain/sec_keychain.h"

/* Hashes run here, so that a message need not travel. */
static kc_err sign_there(SecKeyRef key, const struct kc_sign_params *params, struct kc_bytes input,
	struct kc_buf *ret)
{
	struct kc_sign_params of_digest = *params;
	uint8_t digest[KC_HASH_MAX_LEN];
	struct kc_client *client;

	KC_TRY(kc_sec_keychain_client(key->keychain, &client));
	if (params->hash == KC_HASH_NONE || params->prehashed)
		return kc_client_key_sign(client, key->id, params, input, ret);
	KC_TRY(kc_hash_compute(params->hash, input, digest));
	of_digest.prehashed = true;
	return kc_client_key_sign(
		client, key->id, &of_digest, kc_bytes(digest, kc_hash_len(params->hash)), ret);
}

kc_err kc_key_sign(SecKeyRef key, const struct kc_sign_params *params, struct kc_bytes input,
	struct kc_buf *ret)
{
	if (kc_key_is_remote(key))
		return sign_there(key, params, input, ret);
	return kc_pk_sign(key->pk, params, input, ret);
}

kc_err kc_key_decrypt(SecKeyRef key, const struct kc_cipher_params *params, struct kc_bytes input,
	struct kc_secret *ret)
{
	struct kc_client *client;

	if (!kc_key_is_remote(key))
		return kc_pk_decrypt(key->pk, params, input, ret);
	KC_TRY(kc_sec_keychain_client(key->keychain, &client));
	return kc_client_key_decrypt(client, key->id, params, input, ret);
}

kc_err kc_key_agree(SecKeyRef key, struct kc_bytes peer_public, struct kc_secret *ret)
{
	struct kc_client *client;

	if (!kc_key_is_remote(key))
		return kc_pk_agree(key->pk, peer_public, ret);
	KC_TRY(kc_sec_keychain_client(key->keychain, &client));
	return kc_client_key_agree(client, key->id, peer_public, ret);
}

static kc_err read_data(CFDictionaryRef dictionary, CFStringRef name, struct kc_bytes *ret)
{
	CFTypeRef value = kc_object_member(dictionary, name);

	if (!value)
		return KC_OK;
	if (kc_object_kind(value) != KC_OBJECT_DATA)
		return KC_ERR(PARAM);
	*ret = kc_object_bytes(value);
	return KC_OK;
}

static kc_err read_size(CFDictionaryRef dictionary, CFStringRef name, int64_t most, int64_t *ret)
{
	CFTypeRef value = kc_object_member(dictionary, name);

	if (!value)
		return KC_OK;
	if (kc_object_kind(value) != KC_OBJECT_NUMBER ||
		!CFNumberGetValue(value, kCFNumberSInt64Type, ret) || *ret <= 0 || *ret > most)
		return KC_ERR(PARAM);
	return KC_OK;
}

kc_err kc_key_params_read(CFDictionaryRef dictionary, struct kc_key_params *ret)
{
	struct kc_key_params params = {.key_len = 0};
	int64_t bits = 0, requested = 0;

	if (!dictionary) {
		*ret = params;
		return KC_OK;
	}
	if (kc_object_kind(dictionary) != KC_OBJECT_DICTIONARY)
		return KC_ERR(PARAM);
	KC_TRY(read_data(dictionary, kSecKeyKeyExchangeParameterSharedInfo, &params.shared_info));
	KC_TRY(read_data(dictionary, kSecKeyEncryptionParameterSymmetricAAD, &params.aad));
	KC_TRY(read_size(dictionary, kSecKeyEncryptionParameterSymmetricKeySizeInBits, 256, &bits));
	KC_TRY(read_size(
		dictionary, kSecKeyKeyExchangeParameterRequestedSize, KC_BUF_MAX, &requested));
	params.key_len = (unsigned)bits / 8;
	params.requested_len = (size_t)requested;
	*ret = params;
	return KC_OK;
}

kc_err kc_key_new_data(struct kc_bytes bytes, CFDataRef *ret)
{
	CFDataRef data = CFDataCreate(NULL, bytes.data, (CFIndex)bytes.len);

	if (!data)
		return KC_ERR(NO_MEMORY);
	*ret = data;
	return KC_OK;
}
