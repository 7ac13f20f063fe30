/* SPDX-License-Identifier: ISC */
/*
 * PKCS#12 (RFC 7292): a file of safes, each a list of bags, of which some hold bags again.
 *
 * The MAC, which nearly every file has, is checked first, so that a wrong passphrase is told from a
 * damaged file.
 */
#include "crypto/import_impl.h"

#include <limits.h>

#include "crypto/pkcs12_impl.h"

#define MAX_DEPTH 4

static void text_free_cleanup(char **text)
{
	OPENSSL_free(*text);
}

/* What every level of the file needs. An absent passphrase and an empty one are two different keys
 * here, and programs mean either by "none". */
struct walk {
	const char *passphrase;
	int passphrase_len;
	struct kc_import *import;
};

/* --- bags ---------------------------------------------------------------------------------------
 */

static kc_err read_bags(const struct walk *walk, const kc_pkcs12_bags *list, unsigned depth);

static kc_err read_plain_key(
	const struct walk *walk, const PKCS12_SAFEBAG *bag, struct kc_bytes name, unsigned depth)
{
	(void)depth;
	return kc_import_take_private_info(walk->import, PKCS12_SAFEBAG_get0_p8inf(bag), name);
}

static kc_err read_key(
	const struct walk *walk, const PKCS12_SAFEBAG *bag, struct kc_bytes name, unsigned depth)
{
	KC_CLEANUP_OSSL(PKCS8_PRIV_KEY_INFO) PKCS8_PRIV_KEY_INFO *info = NULL;
	const X509_ALGOR *algorithm;
	OSSL_LIB_CTX *context;

	(void)depth;
	X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &algorithm, NULL);
	KC_TRY(kc_import_check_encryption(walk->import, algorithm, &context));
	info = PKCS12_decrypt_skey_ex(bag, walk->passphrase, walk->passphrase_len, context, NULL);
	kc_crypto_forget_errors();
	return info ? kc_import_take_private_info(walk->import, info, name) : KC_ERR(AUTH);
}

static kc_err read_certificate(
	const struct walk *walk, const PKCS12_SAFEBAG *bag, struct kc_bytes name, unsigned depth)
{
	KC_CLEANUP_OSSL(X509) X509 *certificate = PKCS12_SAFEBAG_get1_cert(bag);
	unsigned char *der = NULL;
	kc_err err;
	int len;

	(void)depth;
	kc_crypto_forget_errors();
	if (!certificate)
		return KC_ERR(DECODE);
	len = i2d_X509(certificate, &der);
	if (len < 0)
		return kc_crypto_failed();
	err = kc_import_add_certificate(walk->import, kc_bytes(der, (size_t)len), name);
	OPENSSL_free(der);
	return err;
}

static kc_err read_nested(
	const struct walk *walk, const PKCS12_SAFEBAG *bag, struct kc_bytes name, unsigned depth)
{
	(void)name;
	return read_bags(walk, PKCS12_SAFEBAG_get0_safes(bag), depth + 1);
}

static kc_err skip(
	const struct walk *walk, const PKCS12_SAFEBAG *bag, struct kc_bytes name, unsigned depth)
{
	(void)walk, (void)bag, (void)name, (void)depth;
	return KC_OK;
}

/* RFC 7292 4.2, all but secretBag. */
static const struct {
	int nid;
	kc_err (*read)(const struct walk *, const PKCS12_SAFEBAG *, struct kc_bytes, unsigned);
} kinds[] = {
	{NID_keyBag, read_plain_key},
	{NID_pkcs8ShroudedKeyBag, read_key},
	{NID_certBag, read_certificate},
	{NID_crlBag, skip},
	{NID_safeContentsBag, read_nested},
};

static kc_err read_bag(const struct walk *walk, PKCS12_SAFEBAG *bag, unsigned depth)
{
	KC_CLEANUP(text_free_cleanup) char *name = PKCS12_get_friendlyname(bag);
	int nid = PKCS12_SAFEBAG_get_nid(bag);

	for (size_t i = 0; i < KC_COUNT_OF(kinds); i++)
		if (kinds[i].nid == nid)
			return kinds[i].read(walk, bag, kc_bytes_str(name), depth);
	return KC_ERR(UNSUPPORTED);
}

static kc_err read_bags(const struct walk *walk, const kc_pkcs12_bags *list, unsigned depth)
{
	if (!list || depth > MAX_DEPTH)
		return KC_ERR(DECODE);
	for (int i = 0; i < sk_PKCS12_SAFEBAG_num(list); i++)
		KC_TRY(read_bag(walk, sk_PKCS12_SAFEBAG_value(list, i), depth));
	return KC_OK;
}

/* --- safes --------------------------------------------------------------------------------------
 */

static kc_err unpack_encrypted(const struct walk *walk, PKCS7 *safe, kc_pkcs12_bags **ret)
{
	OSSL_LIB_CTX *context;

	if (!safe->d.encrypted || !safe->d.encrypted->enc_data)
		return KC_ERR(DECODE);
	KC_TRY(kc_import_check_encryption(
		walk->import, safe->d.encrypted->enc_data->algorithm, &context));
	*ret = PKCS12_unpack_p7encdata(safe, walk->passphrase, walk->passphrase_len);
	kc_crypto_forget_errors();
	return *ret ? KC_OK : KC_ERR(AUTH);
}

static kc_err read_safe(const struct walk *walk, PKCS7 *safe)
{
	KC_CLEANUP_BAGS kc_pkcs12_bags *list = NULL;

	if (PKCS7_type_is_data(safe))
		list = PKCS12_unpack_p7data(safe);
	else if (PKCS7_type_is_encrypted(safe))
		KC_TRY(unpack_encrypted(walk, safe, &list));
	else
		return KC_ERR(UNSUPPORTED);
	return read_bags(walk, list, 0);
}

static kc_err read_safes(const struct walk *walk, const PKCS12 *file)
{
	KC_CLEANUP_SAFES kc_pkcs12_safes *list = PKCS12_unpack_authsafes(file);

	if (!list)
		return KC_ERR(DECODE);
	for (int i = 0; i < sk_PKCS7_num(list); i++)
		KC_TRY(read_safe(walk, sk_PKCS7_value(list, i)));
	return KC_OK;
}

/* --- the file -----------------------------------------------------------------------------------
 */

/* The file is bound to the context that its safes will be decrypted in. */
static kc_err parse(struct kc_bytes der, PKCS12 **ret)
{
	OSSL_LIB_CTX *legacy = kc_crypto_legacy();
	PKCS12 *made = PKCS12_init_ex(
		NID_pkcs7_data, legacy ? legacy : kc_crypto_library()->context, NULL);
	const unsigned char *at = der.data;

	if (!made)
		return kc_crypto_failed();
	if (!d2i_PKCS12(&made, &at, (long)der.len)) { /* which frees it */
		kc_crypto_forget_errors();
		return KC_ERR(DECODE);
	}
	if (at != der.data + der.len) {
		PKCS12_free(made);
		return KC_ERR(DECODE);
	}
	*ret = made;
	return KC_OK;
}

bool kc_import_is_pkcs12(struct kc_bytes file)
{
	KC_CLEANUP_OSSL(PKCS12) PKCS12 *parsed = NULL;

	return file.len <= INT_MAX && parse(file, &parsed) == KC_OK;
}

static kc_err check_iterations(const PKCS12 *file, struct kc_import *import)
{
	const ASN1_INTEGER *iterations = NULL;

	PKCS12_get0_mac(NULL, NULL, NULL, &iterations, file);
	return !iterations || kc_import_pay(import, iterations) ? KC_OK : KC_ERR(UNSUPPORTED);
}

static bool mac_holds(PKCS12 *file, const struct walk *walk)
{
	bool holds = PKCS12_verify_mac(file, walk->passphrase, walk->passphrase_len) == 1;

	kc_crypto_forget_errors();
	return holds;
}

kc_err kc_import_pkcs12(struct kc_bytes der, struct kc_bytes passphrase, struct kc_import *import)
{
	struct walk walk = {.passphrase = (const char *)passphrase.data, .import = import};
	KC_CLEANUP_OSSL(PKCS12) PKCS12 *file = NULL;

	KC_TRY(parse(der, &file));
	if (passphrase.len > INT_MAX)
		return KC_ERR(AUTH);
	walk.passphrase_len = (int)passphrase.len;
	if (PKCS12_mac_present(file)) {
		KC_TRY(check_iterations(file, import));
		if (!mac_holds(file, &walk)) {
			if (passphrase.len != 0)
				return KC_ERR(AUTH);
			walk.passphrase = walk.passphrase ? NULL : "";
			if (!mac_holds(file, &walk))
				return KC_ERR(AUTH);
		}
	}
	KC_TRY(read_safes(&walk, file));
	return import->count ? KC_OK : KC_ERR(DECODE);
}
