/* SPDX-License-Identifier: ISC */
/*
 * Revocation as far as somebody brings the answer along: an OCSP response (RFC 6960), as a TLS
 * server staples it. One that is not signed by the issuer, or by whom the issuer lets sign, is
 * none.
 */
#include <string.h>

#include <openssl/ocsp.h>

#include "crypto/hash.h"
#include "crypto/x509_chain_impl.h"

#define HASH_MOST 64

KC_CRYPTO_CLEANUP(OCSP_RESPONSE, OCSP_RESPONSE_free)
KC_CRYPTO_CLEANUP(OCSP_BASICRESP, OCSP_BASICRESP_free)

struct pair {
	X509 *certificate, *issuer;
	time_t at;
};

static struct kc_bytes contents(const ASN1_STRING *string)
{
	return kc_bytes(ASN1_STRING_get0_data(string), (size_t)ASN1_STRING_length(string));
}

static struct kc_bytes key_bits(const X509 *certificate)
{
	return contents(X509_get0_pubkey_bitstr(certificate));
}

static bool has_hash(enum kc_hash hash, struct kc_bytes input, const ASN1_STRING *wanted)
{
	struct kc_bytes bytes = contents(wanted);
	uint8_t digest[HASH_MOST];

	return bytes.len == kc_hash_len(hash) && kc_hash_compute(hash, input, digest) == KC_OK &&
	       memcmp(digest, bytes.data, bytes.len) == 0;
}

/* --- who signed ------------------------------------------------------------------------------- */

static bool is_responder(const OCSP_BASICRESP *response, X509 *certificate)
{
	const ASN1_OCTET_STRING *id = NULL;
	const X509_NAME *name = NULL;

	if (OCSP_resp_get0_id(response, &id, &name) != 1)
		return false;
	if (name)
		return X509_NAME_cmp(name, X509_get_subject_name(certificate)) == 0;
	return has_hash(KC_HASH_SHA1, key_bits(certificate), id);
}

/* RFC 6960 4.2.2.2: issued by the issuer itself, and for this. */
static bool may_answer(X509 *certificate, const struct pair *pair)
{
	time_t at = pair->at;

	return X509_check_issued(pair->issuer, certificate) == X509_V_OK &&
	       X509_verify(certificate, X509_get0_pubkey(pair->issuer)) == 1 &&
	       (X509_get_extension_flags(certificate) & EXFLAG_XKUSAGE) &&
	       (X509_get_extended_key_usage(certificate) & XKU_OCSP_SIGN) &&
	       X509_cmp_time(X509_get0_notBefore(certificate), &at) < 0 &&
	       X509_cmp_time(X509_get0_notAfter(certificate), &at) > 0;
}

static bool is_signed_by(OCSP_BASICRESP *response, X509 *certificate)
{
	EVP_PKEY *key = X509_get0_pubkey(certificate);

	return key && ASN1_item_verify_ex(ASN1_ITEM_rptr(OCSP_RESPDATA),
			      OCSP_resp_get0_tbs_sigalg(response),
			      OCSP_resp_get0_signature(response), OCSP_resp_get0_respdata(response),
			      NULL, key, kc_crypto_library()->context, NULL) == 1;
}

/* The certificates that came along were read in the library's default context; this is the same
 * one in ours. */
static kc_err read_again(X509 *certificate, X509 **ret)
{
	unsigned char *der = NULL;
	int len = i2d_X509(certificate, &der);
	kc_err err;

	if (len < 0)
		return kc_crypto_failed();
	err = kc_x509_parse(kc_bytes(der, (size_t)len), ret);
	OPENSSL_free(der);
	return err;
}

static bool is_signed_by_delegate(OCSP_BASICRESP *response, const struct pair *pair)
{
	const STACK_OF(X509) *list = OCSP_resp_get0_certs(response);

	for (int i = 0; i < sk_X509_num(list); i++) {
		KC_CLEANUP_OSSL(X509) X509 *certificate = NULL;

		if (is_responder(response, sk_X509_value(list, i)) &&
			read_again(sk_X509_value(list, i), &certificate) == KC_OK)
			return may_answer(certificate, pair) && is_signed_by(response, certificate);
	}
	return false;
}

static bool is_authentic(OCSP_BASICRESP *response, const struct pair *pair)
{
	if (is_responder(response, pair->issuer))
		return is_signed_by(response, pair->issuer);
	return is_signed_by_delegate(response, pair);
}

/* --- what it says ----------------------------------------------------------------------------- */

static enum kc_hash hash_of(const ASN1_OBJECT *algorithm)
{
	static const struct {
		int nid;
		enum kc_hash hash;
	} rows[] = {
		{NID_sha1, KC_HASH_SHA1},
		{NID_sha256, KC_HASH_SHA256},
		{NID_sha384, KC_HASH_SHA384},
		{NID_sha512, KC_HASH_SHA512},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		if (rows[i].nid == OBJ_obj2nid(algorithm))
			return rows[i].hash;
	return KC_HASH_NONE;
}

static bool is_about(const OCSP_SINGLERESP *single, const struct pair *pair)
{
	/* The library's accessor takes the id as one that may be changed. */
	OCSP_CERTID *id = (OCSP_CERTID *)(uintptr_t)OCSP_SINGLERESP_get0_id(single);
	ASN1_OCTET_STRING *name_hash, *key_hash;
	const unsigned char *name;
	ASN1_OBJECT *algorithm;
	ASN1_INTEGER *serial;
	enum kc_hash hash;
	size_t name_len;

	if (OCSP_id_get0_info(&name_hash, &algorithm, &key_hash, &serial, id) != 1 ||
		X509_NAME_get0_der(X509_get_subject_name(pair->issuer), &name, &name_len) != 1)
		return false;
	hash = hash_of(algorithm);
	return hash != KC_HASH_NONE &&
	       ASN1_INTEGER_cmp(serial, X509_get0_serialNumber(pair->certificate)) == 0 &&
	       has_hash(hash, kc_bytes(name, name_len), name_hash) &&
	       has_hash(hash, key_bits(pair->issuer), key_hash);
}

static bool is_current(const ASN1_TIME *from, const ASN1_TIME *until, time_t at)
{
	return from && until && X509_cmp_time(from, &at) < 0 && X509_cmp_time(until, &at) > 0;
}

/* A certificate that was revoked once stays so, however old the news. */
static unsigned fault_of(OCSP_BASICRESP *response, const struct pair *pair)
{
	for (int i = 0; i < OCSP_resp_count(response); i++) {
		OCSP_SINGLERESP *single = OCSP_resp_get0(response, i);
		ASN1_GENERALIZEDTIME *from = NULL, *until = NULL;
		int status;

		if (!is_about(single, pair))
			continue;
		status = OCSP_single_get0_status(single, NULL, NULL, &from, &until);
		if (status == V_OCSP_CERTSTATUS_REVOKED)
			return KC_CHAIN_REVOKED;
		if (status == V_OCSP_CERTSTATUS_GOOD && is_current(from, until, pair->at))
			return 0;
	}
	return KC_CHAIN_NOT_CHECKED;
}

static unsigned read_response(struct kc_bytes der, const struct pair *pair)
{
	const unsigned char *at = der.data;
	KC_CLEANUP_OSSL(OCSP_RESPONSE)
	OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &at, (long)der.len);
	KC_CLEANUP_OSSL(OCSP_BASICRESP) OCSP_BASICRESP *basic = NULL;

	if (!response || OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
		return KC_CHAIN_NOT_CHECKED;
	basic = OCSP_response_get1_basic(response);
	if (!basic || !is_authentic(basic, pair))
		return KC_CHAIN_NOT_CHECKED;
	return fault_of(basic, pair);
}

unsigned kc_x509_revocation_faults(const struct kc_chain_question *question,
	const STACK_OF(X509) * chain, bool *ret_has_answer)
{
	unsigned fault = KC_CHAIN_NOT_CHECKED;

	if (question->ocsp.len && sk_X509_num(chain) > 1) {
		const struct pair pair = {.certificate = sk_X509_value(chain, 0),
			.issuer = sk_X509_value(chain, 1),
			.at = (time_t)question->at};

		fault = read_response(question->ocsp, &pair);
		kc_crypto_forget_errors();
	}
	*ret_has_answer = fault != KC_CHAIN_NOT_CHECKED;
	return *ret_has_answer || question->needs_answer ? fault : 0;
}
