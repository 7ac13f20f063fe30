/* SPDX-License-Identifier: ISC */
/* Private keys, written from their stored form. */
#include <limits.h>

#include <openssl/pkcs12.h>

#include "crypto/export_impl.h"
#include "base/der.h"

#define EC_VERSION 1
#define SALT_LEN 16

KC_CRYPTO_CLEANUP(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free)
KC_CRYPTO_CLEANUP(X509_SIG, X509_SIG_free)
KC_CRYPTO_CLEANUP(X509_ALGOR, X509_ALGOR_free)

/* The parts of a key: what SubjectPublicKeyInfo says of it, borrowed from spki, and the stored
 * form.
 */
struct parts {
	struct kc_buf spki;
	struct kc_secret stored;
	struct kc_bytes algorithm; /* AlgorithmIdentifier */
	struct kc_bytes bits;	   /* contents of the BIT STRING */
};

static void parts_done(struct parts *parts)
{
	kc_buf_done(&parts->spki);
	kc_secret_done(&parts->stored);
}

static kc_err take_apart(const struct kc_pk *key, struct parts *ret)
{
	struct kc_der_reader r, fields;

	if (!kc_pk_is_private(key))
		return KC_ERR(KEY_TYPE);
	KC_TRY(kc_pk_store_private(key, &ret->stored));
	KC_TRY(kc_pk_spki(key, &ret->spki));
	kc_der_reader_init(&r, kc_buf_bytes(&ret->spki));
	kc_der_enter(&r, KC_DER_SEQUENCE, &fields);
	ret->algorithm = kc_der_get_raw(&fields);
	ret->bits = kc_der_get(&fields, KC_DER_BIT_STRING);
	kc_der_leave(&r, &fields);
	return kc_der_reader_finish(&r);
}

/* The curve's object identifier, which is the algorithm's parameter. */
static kc_err curve_of(const struct parts *parts, struct kc_bytes *ret)
{
	struct kc_der_reader r, fields;

	kc_der_reader_init(&r, parts->algorithm);
	kc_der_enter(&r, KC_DER_SEQUENCE, &fields);
	(void)kc_der_get(&fields, KC_DER_OID);
	*ret = kc_der_get_raw(&fields);
	kc_der_leave(&r, &fields);
	return kc_der_reader_finish(&r);
}

/* ECPrivateKey ::= SEQUENCE { version 1, privateKey OCTET STRING, parameters [0] OPTIONAL,
 * publicKey [1] BIT STRING OPTIONAL }. The stored form is 04, two coordinates, and the number. */
static kc_err put_sec1(struct kc_der_writer *w, const struct parts *parts, bool with_curve)
{
	size_t len = (parts->stored.len - 1) / 3;
	struct kc_bytes curve;

	KC_TRY(curve_of(parts, &curve));
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_uint(w, EC_VERSION);
	kc_der_put_bytes(w, kc_bytes(parts->stored.data + 1 + 2 * len, len));
	if (with_curve) {
		kc_der_begin(w, KC_DER_CONTEXT(0));
		kc_der_put_raw(w, curve);
		kc_der_end(w);
	}
	kc_der_begin(w, KC_DER_CONTEXT(1));
	kc_der_put(w, KC_DER_BIT_STRING, parts->bits);
	kc_der_end(w);
	kc_der_end(w);
	return kc_der_writer_check(w);
}

kc_err kc_export_traditional(const struct kc_pk *key, struct kc_buf *ret)
{
	KC_CLEANUP(parts_done) struct parts parts = {.spki = KC_BUF_INIT};
	struct kc_der_writer w;

	KC_TRY(take_apart(key, &parts));
	if (kc_pk_type(key) == KC_KEY_RSA) {
		kc_buf_push(ret, parts.stored.data, parts.stored.len);
		return kc_buf_check(ret);
	}
	if (kc_pk_type(key) != KC_KEY_EC)
		return KC_ERR(KEY_TYPE);
	kc_der_writer_init(&w, ret);
	return put_sec1(&w, &parts, true);
}

/* What stands in PKCS#8's OCTET STRING: RFC 8410 7 has one more around the number. */
static kc_err put_inner(const struct kc_pk *key, const struct parts *parts, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	switch (kc_pk_type(key)) {
	case KC_KEY_RSA:
		kc_der_put_raw(&w, kc_secret_bytes(&parts->stored));
		break;
	case KC_KEY_EC:
		return put_sec1(&w, parts, false);
	case KC_KEY_ED25519:
	case KC_KEY_ED448:
	case KC_KEY_X25519:
	case KC_KEY_X448:
		kc_der_put_bytes(&w, kc_secret_bytes(&parts->stored));
		break;
	}
	return kc_der_writer_check(&w);
}

kc_err kc_export_pkcs8(const struct kc_pk *key, struct kc_buf *ret)
{
	KC_CLEANUP(parts_done) struct parts parts = {.spki = KC_BUF_INIT};
	KC_CLEANUP_BUF struct kc_buf inner = KC_BUF_INIT;
	struct kc_der_writer w;

	KC_TRY(take_apart(key, &parts));
	KC_TRY(put_inner(key, &parts, &inner));
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, 0);
	kc_der_put_raw(&w, parts.algorithm);
	kc_der_put_bytes(&w, kc_buf_bytes(&inner));
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_export_private_info(const struct kc_pk *key, PKCS8_PRIV_KEY_INFO **ret)
{
	KC_CLEANUP_BUF struct kc_buf der = KC_BUF_INIT;
	const unsigned char *at;

	KC_TRY(kc_export_pkcs8(key, &der));
	at = der.data;
	*ret = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)der.len);
	return *ret ? KC_OK : kc_crypto_failed();
}

kc_err kc_export_pkcs8_encrypted(
	const struct kc_pk *key, struct kc_bytes passphrase, struct kc_buf *ret)
{
	OSSL_LIB_CTX *context = kc_crypto_library()->context;
	KC_CLEANUP_OSSL(PKCS8_PRIV_KEY_INFO) PKCS8_PRIV_KEY_INFO *info = NULL;
	KC_CLEANUP_OSSL(X509_ALGOR) X509_ALGOR *algorithm = NULL;
	KC_CLEANUP_OSSL(X509_SIG) X509_SIG *box = NULL;
	unsigned char *der = NULL;
	int len;

	if (!passphrase.data || passphrase.len > INT_MAX)
		return KC_ERR(AUTH);
	KC_TRY(kc_export_private_info(key, &info));
	algorithm = PKCS5_pbe2_set_iv_ex(EVP_aes_256_cbc(), KC_EXPORT_ITERATIONS, NULL, SALT_LEN,
		NULL, NID_hmacWithSHA256, context);
	if (!algorithm)
		return kc_crypto_failed();
	box = PKCS8_set0_pbe_ex(
		(const char *)passphrase.data, (int)passphrase.len, info, algorithm, context, NULL);
	if (!box)
		return kc_crypto_failed();
	algorithm = NULL; /* the box has it */
	len = i2d_X509_SIG(box, &der);
	if (len < 0)
		return kc_crypto_failed();
	kc_buf_push(ret, der, (size_t)len);
	OPENSSL_free(der);
	return kc_buf_check(ret);
}
