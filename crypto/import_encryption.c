/* SPDX-License-Identifier: ISC */
/*
 * What a password-encrypted file asks of whoever opens it: PKCS#5 (RFC 8018) and the older schemes
 * of PKCS#12. A file may ask for any number of iterations, so that the numbers are added up first.
 */
#include <openssl/asn1t.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "crypto/import_impl.h"

KC_CRYPTO_CLEANUP(PBEPARAM, PBEPARAM_free)
KC_CRYPTO_CLEANUP(PBE2PARAM, PBE2PARAM_free)
KC_CRYPTO_CLEANUP(PBKDF2PARAM, PBKDF2PARAM_free)
KC_CRYPTO_CLEANUP(SCRYPT_PARAMS, SCRYPT_PARAMS_free)

/* A file may have hundreds of parts, each with a number of its own. */
static bool pay(struct kc_import *import, uint64_t iterations)
{
	if (iterations == 0 || iterations > KC_IMPORT_MAX_ITERATIONS - import->cost)
		return false;
	import->cost += iterations;
	return true;
}

bool kc_import_pay(struct kc_import *import, const ASN1_INTEGER *iterations)
{
	uint64_t count;

	return ASN1_INTEGER_get_uint64(&count, iterations) == 1 && pay(import, count);
}

/* One of N takes about as long as half an iteration for each block of it. */
static bool pay_scrypt(struct kc_import *import, const SCRYPT_PARAMS *params)
{
	uint64_t n, r, p;

	return ASN1_INTEGER_get_uint64(&n, params->costParameter) == 1 &&
	       ASN1_INTEGER_get_uint64(&r, params->blockSize) == 1 &&
	       ASN1_INTEGER_get_uint64(&p, params->parallelizationParameter) == 1 && r > 0 &&
	       p > 0 && n > 1 && n <= (UINT64_C(1) << 20) && r <= 32 && p <= 16 &&
	       pay(import, n * r * p / 2);
}

static bool pay_derivation(struct kc_import *import, const X509_ALGOR *derivation)
{
	const ASN1_TYPE *given = derivation->parameter;

	if (OBJ_obj2nid(derivation->algorithm) == NID_id_pbkdf2) {
		KC_CLEANUP_OSSL(PBKDF2PARAM)
		PBKDF2PARAM *params = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), given);
		return params && kc_import_pay(import, params->iter);
	}
	if (OBJ_obj2nid(derivation->algorithm) == NID_id_scrypt) {
		KC_CLEANUP_OSSL(SCRYPT_PARAMS)
		SCRYPT_PARAMS *params =
			ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(SCRYPT_PARAMS), given);
		return params && pay_scrypt(import, params);
	}
	return false;
}

static bool is_legacy(int nid)
{
	static const int legacy[] = {
		NID_pbe_WithSHA1And40BitRC2_CBC,
		NID_pbe_WithSHA1And128BitRC2_CBC,
		NID_pbe_WithSHA1And40BitRC4,
		NID_pbe_WithSHA1And128BitRC4,
		NID_pbeWithMD5AndDES_CBC,
		NID_pbeWithSHA1AndDES_CBC,
	};
	for (size_t i = 0; i < KC_COUNT_OF(legacy); i++)
		if (legacy[i] == nid)
			return true;
	return false;
}

kc_err kc_import_check_encryption(
	struct kc_import *import, const X509_ALGOR *algorithm, OSSL_LIB_CTX **ret_context)
{
	int nid = OBJ_obj2nid(algorithm->algorithm);
	OSSL_LIB_CTX *context;
	bool paid;

	if (nid == NID_pbes2) {
		KC_CLEANUP_OSSL(PBE2PARAM)
		PBE2PARAM *params =
			ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), algorithm->parameter);

		paid = params && pay_derivation(import, params->keyfunc);
	} else {
		KC_CLEANUP_OSSL(PBEPARAM)
		PBEPARAM *params =
			ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), algorithm->parameter);

		paid = params && kc_import_pay(import, params->iter);
	}
	kc_crypto_forget_errors();
	context = is_legacy(nid) ? kc_crypto_legacy() : kc_crypto_library()->context;
	if (!paid || !context)
		return KC_ERR(UNSUPPORTED);
	*ret_context = context;
	return KC_OK;
}
