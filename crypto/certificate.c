/* SPDX-License-Identifier: ISC */
/* The parts of a certificate, read with the library's ASN.1. */
#include "crypto/certificate.h"

#include "crypto/hash.h"
#include "crypto/x509_impl.h"

struct kc_certificate {
	X509 *x509;
};

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

kc_err kc_certificate_summary(const struct kc_certificate *certificate, struct kc_buf *ret)
{
	return kc_x509_name_summary(certificate->x509, ret);
}
