/* SPDX-License-Identifier: ISC */
/* External representations, in both directions. */
#include "keychainapi/Security/key/key_data.h"

#include <string.h>

#include "base/der.h"
#include "keychainapi/Security/error.h"
#include "keychainapi/Security/object.h"
#include "keychainapi/Security/keychain/sec_keychain.h"

#define EXTR KC_NAME('e', 'x', 't', 'r')

/* --- to bytes -------------------------------------------------------------------------------- */

static kc_err fetch(SecKeyRef key, struct kc_secret *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	struct kc_client *client;

	query.class = KC_CLASS_KEY;
	query.has_ref = true;
	memcpy(query.ref, key->ref, sizeof query.ref);
	query.sync = KC_SYNC_ANY;
	query.limit = 1;
	query.want = KC_WANT_SECRET;
	KC_TRY(kc_sec_keychain_client(key->keychain, &client));
	KC_TRY(kc_client_item_find(client, &query, &found));
	if (found.count == 0)
		return KC_ERR(NOT_FOUND);
	if (!found.rows[0].has_secret)
		return KC_ERR(NOT_EXTRACTABLE);
	kc_secret_move(ret, &found.rows[0].secret);
	return KC_OK;
}

kc_err kc_key_data_external(SecKeyRef key, struct kc_secret *ret)
{
	/* What is not extractable stays so for ever: nobody needs to be asked. */
	if (kc_key_is_remote(key) && kc_attrs_get_number(&key->attrs, EXTR, 1) == 0)
		return KC_ERR(NOT_EXTRACTABLE);
	if (kc_key_is_remote(key))
		return fetch(key, ret);
	if (key->is_private)
		return kc_pk_store_private(key->pk, ret);
	return kc_secret_set(ret, kc_buf_bytes(&key->public_form));
}

kc_err kc_key_data_copy(SecKeyRef key, CFDataRef *ret)
{
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	CFDataRef data;

	KC_TRY(kc_key_data_external(key, &secret));
	data = CFDataCreate(NULL, secret.data, (CFIndex)secret.len);
	if (!data)
		return KC_ERR(NO_MEMORY);
	*ret = data;
	return KC_OK;
}

CFDataRef SecKeyCopyExternalRepresentation(SecKeyRef key, CFErrorRef *error)
{
	CFDataRef data = NULL;

	kc_error_give(kc_key_is(key) ? kc_key_data_copy(key, &data) : KC_ERR(PARAM), error);
	return data;
}

static CFDataRef new_data(const struct kc_buf *buf)
{
	if (kc_buf_check(buf) != KC_OK)
		return NULL;
	return CFDataCreate(NULL, buf->data, (CFIndex)buf->len);
}

OSStatus SecKeyCopyPublicBytes(SecKeyRef key, CFDataRef *publicBytes)
{
	CFDataRef data;

	if (!kc_key_is(key) || !publicBytes)
		return errSecParam;
	data = new_data(&key->public_form);
	if (!data)
		return errSecAllocate;
	*publicBytes = data;
	return errSecSuccess;
}

CFDataRef SecKeyCopySubjectPublicKeyInfo(SecKeyRef key)
{
	KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT;

	if (!kc_key_is(key) || kc_pk_spki(key->pk, &spki) != KC_OK)
		return NULL;
	return new_data(&spki);
}

CFDataRef SecKeyCopyPublicKeyHash(SecKeyRef key)
{
	return kc_key_is(key) ? CFDataCreate(NULL, key->label, sizeof key->label) : NULL;
}

SecKeyRef SecKeyCopyPublicKey(SecKeyRef key)
{
	SecKeyRef half = NULL;

	if (!kc_key_is(key))
		return NULL;
	if (!key->is_private)
		return (SecKeyRef)(uintptr_t)CFRetain(key);
	return kc_key_public_half(key, &half) == KC_OK ? half : NULL;
}

SecKeyRef SecKeyCreatePublicFromPrivate(SecKeyRef privateKey)
{
	return SecKeyCopyPublicKey(privateKey);
}

/* --- from bytes ------------------------------------------------------------------------------ */

static kc_err load_spki(enum kc_key_type type, struct kc_bytes bytes, struct kc_pk **ret)
{
	KC_CLEANUP_PK struct kc_pk *key = NULL;

	KC_TRY(kc_pk_load_spki(bytes, &key));
	if (kc_pk_type(key) != type)
		return KC_ERR(DECODE);
	*ret = kc_pk_ref(key);
	return KC_OK;
}

static kc_err load_compressed(struct kc_bytes bytes, struct kc_pk **ret)
{
	KC_CLEANUP_BUF struct kc_buf point = KC_BUF_INIT;

	KC_TRY(kc_pk_ec_expand(bytes, &point));
	return kc_pk_load(KC_KEY_EC, false, kc_buf_bytes(&point), ret);
}

kc_err kc_key_data_load(
	enum kc_key_type type, bool is_private, struct kc_bytes bytes, struct kc_pk **ret)
{
	kc_err err = kc_pk_load(type, is_private, bytes, ret);

	if (err != KC_E_DECODE || is_private)
		return err;
	if (type == KC_KEY_RSA)
		return load_spki(type, bytes, ret);
	return type == KC_KEY_EC ? load_compressed(bytes, ret) : err;
}

static SecKeyRef load(enum kc_key_type type, bool is_private, const uint8_t *data, CFIndex len)
{
	struct kc_pk *key = NULL;

	if (!data || len <= 0 ||
		kc_key_data_load(type, is_private, kc_bytes(data, (size_t)len), &key) != KC_OK)
		return NULL;
	return kc_key_from_pk(key);
}

static void put_number(struct kc_der_writer *w, const uint8_t *data, CFIndex len)
{
	KC_CLEANUP_BUF struct kc_buf number = KC_BUF_INIT;

	for (; len > 1 && *data == 0; len--)
		data++;
	if (*data & 0x80)
		kc_buf_push_byte(&number, 0);
	kc_buf_push(&number, data, (size_t)len);
	kc_der_put(w, KC_DER_INTEGER, kc_buf_bytes(&number));
}

static SecKeyRef load_params(const void *bytes, CFIndex len)
{
	KC_CLEANUP_BUF struct kc_buf pkcs1 = KC_BUF_INIT;
	SecRSAPublicKeyParams params;
	struct kc_der_writer w;

	if (!bytes || len != sizeof params)
		return NULL;
	memcpy(&params, bytes, sizeof params);
	if (!params.modulus || params.modulusLength <= 0 || !params.exponent ||
		params.exponentLength <= 0)
		return NULL;
	kc_der_writer_init(&w, &pkcs1);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	put_number(&w, params.modulus, params.modulusLength);
	put_number(&w, params.exponent, params.exponentLength);
	kc_der_end(&w);
	if (kc_der_writer_check(&w) != KC_OK)
		return NULL;
	return load(KC_KEY_RSA, false, pkcs1.data, (CFIndex)pkcs1.len);
}

static bool is_pkcs1(SecKeyEncoding encoding)
{
	return encoding == kSecKeyEncodingPkcs1 || encoding == kSecKeyEncodingApplePkcs1 ||
	       encoding == kSecKeyEncodingBytes;
}

SecKeyRef SecKeyCreateRSAPublicKey(CFAllocatorRef allocator, const uint8_t *keyData,
	CFIndex keyDataLength, SecKeyEncoding encoding)
{
	(void)allocator;
	if (encoding == kSecKeyEncodingRSAPublicParams)
		return load_params(keyData, keyDataLength);
	return is_pkcs1(encoding) ? load(KC_KEY_RSA, false, keyData, keyDataLength) : NULL;
}

SecKeyRef SecKeyCreateRSAPrivateKey(CFAllocatorRef allocator, const uint8_t *keyData,
	CFIndex keyDataLength, SecKeyEncoding encoding)
{
	(void)allocator;
	return is_pkcs1(encoding) ? load(KC_KEY_RSA, true, keyData, keyDataLength) : NULL;
}

SecKeyRef SecKeyCreateECPublicKey(CFAllocatorRef allocator, const uint8_t *keyData,
	CFIndex keyDataLength, SecKeyEncoding encoding)
{
	(void)allocator;
	if (encoding != kSecKeyEncodingBytes)
		return NULL;
	return load(KC_KEY_EC, false, keyData, keyDataLength);
}

SecKeyRef SecKeyCreateECPrivateKey(CFAllocatorRef allocator, const uint8_t *keyData,
	CFIndex keyDataLength, SecKeyEncoding encoding)
{
	(void)allocator;
	if (encoding != kSecKeyEncodingBytes)
		return NULL;
	return load(KC_KEY_EC, true, keyData, keyDataLength);
}

SecKeyRef SecKeyCreateFromSubjectPublicKeyInfoData(
	CFAllocatorRef allocator, CFDataRef subjectPublicKeyInfoData)
{
	struct kc_pk *key = NULL;

	(void)allocator;
	if (kc_object_kind(subjectPublicKeyInfoData) != KC_OBJECT_DATA ||
		kc_pk_load_spki(kc_object_bytes(subjectPublicKeyInfoData), &key) != KC_OK)
		return NULL;
	return kc_key_from_pk(key);
}
