/* SPDX-License-Identifier: ISC */
/* Certificates, read with the library's ASN.1: what is in use is not always strict DER. */
#include "crypto/x509.h"

#include <openssl/x509v3.h>

#include "crypto/hash.h"
#include "crypto/x509_impl.h"

#define ENCODING_DER 3 /* CSSM_CERT_ENCODING_DER, the value of cenc */
#define SHA1_LEN 20

kc_err kc_x509_parse(struct kc_bytes der, X509 **ret)
{
	X509 *made = X509_new_ex(kc_crypto_library()->context, NULL);
	const unsigned char *at = der.data;

	if (!made)
		return kc_crypto_failed();
	if (!d2i_X509(&made, &at, (long)der.len)) { /* which frees it */
		kc_crypto_forget_errors();
		return KC_ERR(DECODE);
	}
	if (at != der.data + der.len) {
		X509_free(made);
		return KC_ERR(DECODE);
	}
	*ret = made;
	return KC_OK;
}

/* A Name as it stands in the certificate. */
static kc_err set_name(
	struct kc_attrs *attrs, const X509_NAME *name, kc_name der_attr, kc_name normal_attr)
{
	KC_CLEANUP_BUF struct kc_buf normal = KC_BUF_INIT;
	const unsigned char *der;
	struct kc_bytes bytes;
	size_t len;

	if (X509_NAME_get0_der(name, &der, &len) != 1)
		return kc_crypto_failed();
	bytes = kc_bytes(der, len);
	KC_TRY(kc_x509_name_normalise(bytes, &normal));
	kc_attrs_set_bytes(attrs, der_attr, bytes);
	kc_attrs_set_bytes(attrs, normal_attr, kc_buf_bytes(&normal));
	return KC_OK;
}

static kc_err set_serial(struct kc_attrs *attrs, const ASN1_INTEGER *serial)
{
	unsigned char *der = NULL;
	int len = i2d_ASN1_INTEGER(serial, &der);
	struct kc_der_reader r;
	struct kc_bytes contents;

	if (len < 0)
		return kc_crypto_failed();
	kc_der_reader_init(&r, kc_bytes(der, (size_t)len));
	contents = kc_der_get(&r, KC_DER_INTEGER);
	kc_attrs_set_bytes(attrs, KC_NAME('s', 'l', 'n', 'r'), contents);
	kc_attrs_set_bytes(attrs, KC_NAME('d', 's', 'e', 'r'), kc_bytes(der, (size_t)len));
	OPENSSL_free(der);
	return kc_der_reader_finish(&r);
}

static kc_err set_public_key(struct kc_attrs *attrs, X509 *certificate)
{
	const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(certificate);
	uint8_t hash[SHA1_LEN];

	if (!bits)
		return KC_ERR(DECODE);
	KC_TRY(kc_hash_compute(KC_HASH_SHA1,
		kc_bytes(ASN1_STRING_get0_data(bits), (size_t)ASN1_STRING_length(bits)), hash));
	kc_attrs_set_bytes(attrs, KC_NAME('p', 'k', 'h', 'h'), KC_BYTES_OF(hash));
	kc_attrs_set_bytes(attrs, KC_NAME('c', 'k', 'i', 'd'), KC_BYTES_OF(hash));
	return KC_OK;
}

static void set_key_id(struct kc_attrs *attrs, X509 *certificate)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(certificate);

	if (id)
		kc_attrs_set_bytes(attrs, KC_NAME('s', 'k', 'i', 'd'),
			kc_bytes(ASN1_STRING_get0_data(id), (size_t)ASN1_STRING_length(id)));
	kc_crypto_forget_errors();
}

static kc_err set_label(struct kc_attrs *attrs, X509 *certificate)
{
	KC_CLEANUP_BUF struct kc_buf summary = KC_BUF_INIT;

	KC_TRY(kc_x509_name_summary(X509_get_subject_name(certificate), certificate, &summary));
	if (summary.len)
		kc_attrs_set_text(attrs, KC_NAME('l', 'a', 'b', 'l'), kc_buf_bytes(&summary));
	return KC_OK;
}

static kc_err describe(X509 *certificate, struct kc_attrs *attrs)
{
	kc_attrs_set_number(
		attrs, KC_NAME('c', 't', 'y', 'p'), (int64_t)X509_get_version(certificate) + 1);
	kc_attrs_set_number(attrs, KC_NAME('c', 'e', 'n', 'c'), ENCODING_DER);
	KC_TRY(set_name(attrs, X509_get_issuer_name(certificate), KC_NAME('d', 'i', 's', 's'),
		KC_NAME('i', 's', 's', 'r')));
	KC_TRY(set_name(attrs, X509_get_subject_name(certificate), KC_NAME('d', 's', 'u', 'b'),
		KC_NAME('s', 'u', 'b', 'j')));
	KC_TRY(set_serial(attrs, X509_get0_serialNumber(certificate)));
	KC_TRY(set_public_key(attrs, certificate));
	set_key_id(attrs, certificate);
	KC_TRY(set_label(attrs, certificate));
	return kc_attrs_check(attrs);
}

kc_err kc_x509_describe(struct kc_bytes der, struct kc_attrs *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_OSSL(X509) X509 *certificate = NULL;

	KC_TRY(kc_x509_parse(der, &certificate));
	KC_TRY(describe(certificate, &attrs));
	kc_attrs_merge(ret, &attrs);
	return kc_attrs_check(ret);
}
