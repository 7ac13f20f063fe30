/* SPDX-License-Identifier: ISC */
/* The parts of a certificate, read with the library's ASN.1. */
#include "crypto/certificate.h"

#include <time.h>

#include <openssl/x509v3.h>

#include "base/der.h"
#include "crypto/hash.h"
#include "crypto/certificate_impl.h"

#define SECONDS_1970_TO_2001 978307200.0

kc_err kc_certificate_load(struct kc_bytes der, struct kc_certificate **ret)
{
	KC_CLEANUP_OSSL(X509) X509 *x509 = NULL;
	struct kc_certificate *made;

	KC_TRY(kc_x509_parse(der, &x509));
	made = calloc(1, sizeof *made);
	if (!made)
		return KC_ERR(NO_MEMORY);
	made->x509 = x509;
	x509 = NULL;
	*ret = made;
	return KC_OK;
}

void kc_certificate_free(struct kc_certificate *certificate)
{
	if (!certificate)
		return;
	X509_free(certificate->x509);
	free(certificate);
}

kc_err kc_certificate_key(const struct kc_certificate *certificate, struct kc_pk **ret)
{
	unsigned char *spki = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate->x509), &spki);
	kc_err err;

	if (len < 0)
		return kc_crypto_failed();
	err = kc_pk_load_spki(kc_bytes(spki, (size_t)len), ret);
	OPENSSL_free(spki);
	return err;
}

kc_err kc_certificate_key_label(const struct kc_certificate *certificate, uint8_t ret[static 20])
{
	const ASN1_BIT_STRING *bits = X509_get0_pubkey_bitstr(certificate->x509);

	if (!bits)
		return KC_ERR(DECODE);
	return kc_hash_compute(KC_HASH_SHA1,
		kc_bytes(ASN1_STRING_get0_data(bits), (size_t)ASN1_STRING_length(bits)), ret);
}

/* --- names, numbers, dates ------------------------------------------------------------------- */

static const X509_NAME *name_of(
	const struct kc_certificate *certificate, enum kc_certificate_name which)
{
	return which == KC_CERTIFICATE_SUBJECT ? X509_get_subject_name(certificate->x509)
					       : X509_get_issuer_name(certificate->x509);
}

static kc_err name_der(const struct kc_certificate *certificate, enum kc_certificate_name which,
	struct kc_bytes *ret)
{
	const unsigned char *der;
	size_t len;

	if (X509_NAME_get0_der(name_of(certificate, which), &der, &len) != 1)
		return kc_crypto_failed();
	*ret = kc_bytes(der, len);
	return KC_OK;
}

kc_err kc_certificate_summary(const struct kc_certificate *certificate,
	enum kc_certificate_name which, struct kc_buf *ret)
{
	return kc_x509_name_summary(name_of(certificate, which),
		which == KC_CERTIFICATE_SUBJECT ? certificate->x509 : NULL, ret);
}

kc_err kc_certificate_name_der(const struct kc_certificate *certificate,
	enum kc_certificate_name which, struct kc_buf *ret)
{
	struct kc_bytes der = {0};

	KC_TRY(name_der(certificate, which, &der));
	kc_buf_push(ret, der.data, der.len);
	return kc_buf_check(ret);
}

kc_err kc_certificate_name_normal(const struct kc_certificate *certificate,
	enum kc_certificate_name which, struct kc_buf *ret)
{
	struct kc_bytes der = {0};

	KC_TRY(name_der(certificate, which, &der));
	return kc_x509_name_normalise(der, ret);
}

kc_err kc_certificate_normalise(struct kc_bytes name, struct kc_buf *ret)
{
	return kc_x509_name_normalise(name, ret);
}

unsigned kc_certificate_version(const struct kc_certificate *certificate)
{
	return (unsigned)X509_get_version(certificate->x509) + 1;
}

kc_err kc_certificate_serial(const struct kc_certificate *certificate, struct kc_buf *ret)
{
	unsigned char *der = NULL;
	int len = i2d_ASN1_INTEGER(X509_get0_serialNumber(certificate->x509), &der);
	struct kc_der_reader r;
	struct kc_bytes contents;

	if (len < 0)
		return kc_crypto_failed();
	kc_der_reader_init(&r, kc_bytes(der, (size_t)len));
	contents = kc_der_get(&r, KC_DER_INTEGER);
	kc_buf_push(ret, contents.data, contents.len);
	OPENSSL_free(der);
	KC_TRY(kc_der_reader_finish(&r));
	return kc_buf_check(ret);
}

static kc_err seconds_of(const ASN1_TIME *time, double *ret)
{
	struct tm parts;

	if (ASN1_TIME_to_tm(time, &parts) != 1) {
		kc_crypto_forget_errors();
		return KC_ERR(DECODE);
	}
	*ret = (double)timegm(&parts) - SECONDS_1970_TO_2001;
	return KC_OK;
}

kc_err kc_certificate_validity(
	const struct kc_certificate *certificate, double *ret_from, double *ret_to)
{
	double from, to;

	KC_TRY(seconds_of(X509_get0_notBefore(certificate->x509), &from));
	KC_TRY(seconds_of(X509_get0_notAfter(certificate->x509), &to));
	*ret_from = from;
	*ret_to = to;
	return KC_OK;
}

/* --- texts ----------------------------------------------------------------------------------- */

struct taker {
	kc_certificate_take *take;
	void *context;
	bool enough;
};

static void give(struct taker *taker, const ASN1_STRING *string)
{
	unsigned char *utf8 = NULL;
	int len = ASN1_STRING_to_UTF8(&utf8, string);

	if (len >= 0)
		taker->enough = taker->take(taker->context, kc_bytes(utf8, (size_t)len));
	OPENSSL_free(utf8);
	kc_crypto_forget_errors();
}

/* The values in a name of one attribute, or of all (NID_undef). */
static void give_name(struct taker *taker, const X509_NAME *name, int nid)
{
	for (int at = 0; at < X509_NAME_entry_count(name) && !taker->enough; at++) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, at);
		if (nid == NID_undef || OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry)) == nid)
			give(taker, X509_NAME_ENTRY_get_data(entry));
	}
}

static void names_free_cleanup(GENERAL_NAMES **names)
{
	GENERAL_NAMES_free(*names);
}

static void give_alternatives(
	struct taker *taker, const struct kc_certificate *certificate, int kind)
{
	KC_CLEANUP(names_free_cleanup)
	GENERAL_NAMES *names =
		X509_get_ext_d2i(certificate->x509, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(names) && !taker->enough; i++) {
		int found;
		const ASN1_STRING *text =
			GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &found);
		if (found == kind)
			give(taker, text);
	}
	kc_crypto_forget_errors();
}

void kc_certificate_texts(const struct kc_certificate *certificate, enum kc_certificate_text which,
	kc_certificate_take *take, void *context)
{
	const X509_NAME *subject = X509_get_subject_name(certificate->x509);
	struct taker taker = {.take = take, .context = context};

	switch (which) {
	case KC_CERTIFICATE_COMMON_NAMES:
		give_name(&taker, subject, NID_commonName);
		return;
	case KC_CERTIFICATE_SUBJECT_TEXTS:
		give_name(&taker, subject, NID_undef);
		return;
	case KC_CERTIFICATE_EMAILS:
		give_alternatives(&taker, certificate, GEN_EMAIL);
		give_name(&taker, subject, NID_pkcs9_emailAddress);
		return;
	case KC_CERTIFICATE_DNS_NAMES:
		give_alternatives(&taker, certificate, GEN_DNS);
		return;
	}
}
