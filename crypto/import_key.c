/* SPDX-License-Identifier: ISC */
/* Keys and certificates in ASN.1, one reader for each structure. */
#include "crypto/import_impl.h"

#include <limits.h>

#include <openssl/pkcs12.h>

#include "crypto/pk_impl.h"

static const struct kc_bytes no_name = {NULL, 0};

KC_CRYPTO_CLEANUP(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free)
KC_CRYPTO_CLEANUP(X509_SIG, X509_SIG_free)

/* Whether the library read the whole of the bytes, and what it says about them is forgotten. */
static bool is_whole(const void *object, const unsigned char *at, struct kc_bytes der)
{
	kc_crypto_forget_errors();
	return object && at == der.data + der.len;
}

/* --- our own forms ------------------------------------------------------------------------------
 */

kc_err kc_import_pkcs1(struct kc_bytes der, struct kc_bytes passphrase, struct kc_import *import)
{
	struct kc_pk *key = NULL;

	(void)passphrase;
	KC_TRY(kc_pk_load(KC_KEY_RSA, true, der, &key));
	return kc_import_take_key(import, key, no_name);
}

kc_err kc_import_pkcs1_public(
	struct kc_bytes der, struct kc_bytes passphrase, struct kc_import *import)
{
	struct kc_pk *key = NULL;

	(void)passphrase;
	KC_TRY(kc_pk_load(KC_KEY_RSA, false, der, &key));
	return kc_import_take_key(import, key, no_name);
}

kc_err kc_import_spki(struct kc_bytes der, struct kc_bytes passphrase, struct kc_import *import)
{
	struct kc_pk *key = NULL;
	kc_err err = kc_pk_load_spki(der, &key);

	(void)passphrase;
	if (err == KC_E_KEY_TYPE)
		return KC_ERR(UNSUPPORTED);
	if (err != KC_OK)
		return err;
	return kc_import_take_key(import, key, no_name);
}

/* --- the library's ------------------------------------------------------------------------------
 */

kc_err kc_import_x509(struct kc_bytes der, struct kc_bytes passphrase, struct kc_import *import)
{
	KC_CLEANUP_OSSL(X509) X509 *certificate = NULL;

	(void)passphrase;
	KC_TRY(kc_x509_parse(der, &certificate));
	return kc_import_add_certificate(import, der, no_name);
}

static kc_err take_evp(struct kc_import *import, EVP_PKEY *evp, struct kc_bytes name)
{
	struct kc_pk *key = NULL;

	KC_TRY(kc_pk_adopt(evp, &key));
	return kc_import_take_key(import, key, name);
}

kc_err kc_import_sec1(struct kc_bytes der, struct kc_bytes passphrase, struct kc_import *import)
{
	const unsigned char *at = der.data;
	KC_CLEANUP_OSSL(EVP_PKEY)
	EVP_PKEY *key = d2i_PrivateKey_ex(
		EVP_PKEY_EC, NULL, &at, (long)der.len, kc_crypto_library()->context, NULL);

	(void)passphrase;
	if (!is_whole(key, at, der))
		return KC_ERR(DECODE);
	return take_evp(import, key, no_name);
}

kc_err kc_import_take_private_info(
	struct kc_import *import, const PKCS8_PRIV_KEY_INFO *info, struct kc_bytes name)
{
	KC_CLEANUP_OSSL(EVP_PKEY)
	EVP_PKEY *key = EVP_PKCS82PKEY_ex(info, kc_crypto_library()->context, NULL);

	kc_crypto_forget_errors();
	/* Also a key of a type that the library does not know. */
	return key ? take_evp(import, key, name) : KC_ERR(UNSUPPORTED);
}

kc_err kc_import_pkcs8(struct kc_bytes der, struct kc_bytes passphrase, struct kc_import *import)
{
	const unsigned char *at = der.data;
	KC_CLEANUP_OSSL(PKCS8_PRIV_KEY_INFO)
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)der.len);

	(void)passphrase;
	if (!is_whole(info, at, der))
		return KC_ERR(DECODE);
	return kc_import_take_private_info(import, info, no_name);
}

kc_err kc_import_pkcs8_encrypted(
	struct kc_bytes der, struct kc_bytes passphrase, struct kc_import *import)
{
	const unsigned char *at = der.data;
	KC_CLEANUP_OSSL(X509_SIG) X509_SIG *box = d2i_X509_SIG(NULL, &at, (long)der.len);
	KC_CLEANUP_OSSL(PKCS8_PRIV_KEY_INFO) PKCS8_PRIV_KEY_INFO *info = NULL;
	const X509_ALGOR *algorithm;
	OSSL_LIB_CTX *context;

	if (!is_whole(box, at, der))
		return KC_ERR(DECODE);
	X509_SIG_get0(box, &algorithm, NULL);
	KC_TRY(kc_import_check_encryption(import, algorithm, &context));
	if (!passphrase.data || passphrase.len > INT_MAX)
		return KC_ERR(AUTH);
	info = PKCS8_decrypt_ex(
		box, (const char *)passphrase.data, (int)passphrase.len, context, NULL);
	kc_crypto_forget_errors();
	if (!info)
		return KC_ERR(AUTH);
	return kc_import_take_private_info(import, info, no_name);
}
