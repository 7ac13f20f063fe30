/* SPDX-License-Identifier: ISC */
/*
 * SubjectPublicKeyInfo, RFC 5280 4.1.2.7: an algorithm, and a bit string whose contents are just
 * the stored form of a public key.
 */
#include "crypto/pk_impl.h"

/* Each AlgorithmIdentifier that is accepted, as its one encoding: RFC 3279 2.3.1 (RSA), RFC 5480
 * 2.1.1 (EC with a named curve), RFC 8410 3 (the others). */
struct algorithm {
	enum kc_key_type type;
	unsigned bits; /* 0: any */
	const char *der;
	size_t len;
};

/* clang-format off */
#define ROW(type, bits, der) {type, bits, der, sizeof(der) - 1}
static const struct algorithm algorithms[] = {
	ROW(KC_KEY_RSA,     0,   "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"),
	ROW(KC_KEY_EC,      192, "\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
				 "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x01"),
	ROW(KC_KEY_EC,      224, "\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
				 "\x06\x05\x2b\x81\x04\x00\x21"),
	ROW(KC_KEY_EC,      256, "\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
				 "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"),
	ROW(KC_KEY_EC,      384, "\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
				 "\x06\x05\x2b\x81\x04\x00\x22"),
	ROW(KC_KEY_EC,      521, "\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
				 "\x06\x05\x2b\x81\x04\x00\x23"),
	ROW(KC_KEY_ED25519, 0,   "\x30\x05\x06\x03\x2b\x65\x70"),
	ROW(KC_KEY_ED448,   0,   "\x30\x05\x06\x03\x2b\x65\x71"),
	ROW(KC_KEY_X25519,  0,   "\x30\x05\x06\x03\x2b\x65\x6e"),
	ROW(KC_KEY_X448,    0,   "\x30\x05\x06\x03\x2b\x65\x6f"),
};
/* clang-format on */

static struct kc_bytes encoding(const struct algorithm *algorithm)
{
	return kc_bytes(algorithm->der, algorithm->len);
}

static kc_err algorithm_of(const struct kc_pk *pk, struct kc_bytes *ret)
{
	for (size_t i = 0; i < KC_COUNT_OF(algorithms); i++)
		if (algorithms[i].type == kc_pk_type(pk) &&
			(algorithms[i].bits == 0 || algorithms[i].bits == kc_pk_bits(pk))) {
			*ret = encoding(&algorithms[i]);
			return KC_OK;
		}
	return KC_ERR(BUG);
}

kc_err kc_pk_spki(const struct kc_pk *pk, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf bits = KC_BUF_INIT;
	struct kc_bytes algorithm;
	struct kc_der_writer w;

	KC_TRY(algorithm_of(pk, &algorithm));
	kc_buf_push_byte(&bits, 0); /* no bit of the last byte is unused */
	KC_TRY(kc_pk_store_public(pk, &bits));
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_raw(&w, algorithm);
	kc_der_put(&w, KC_DER_BIT_STRING, kc_buf_bytes(&bits));
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_pk_load_spki(struct kc_bytes spki, struct kc_pk **ret)
{
	struct kc_bytes algorithm, bits;
	struct kc_der_reader r, fields;

	kc_der_reader_init(&r, spki);
	kc_der_enter(&r, KC_DER_SEQUENCE, &fields);
	algorithm = kc_der_get_raw(&fields);
	bits = kc_der_get(&fields, KC_DER_BIT_STRING);
	if (bits.len < 1 || bits.data[0] != 0)
		kc_der_reader_fail(&fields);
	kc_der_leave(&r, &fields);
	KC_TRY(kc_der_reader_finish(&r));
	for (size_t i = 0; i < KC_COUNT_OF(algorithms); i++)
		if (kc_bytes_equal(algorithm, encoding(&algorithms[i]))) {
			KC_CLEANUP_PK struct kc_pk *pk = NULL;

			KC_TRY(kc_pk_load(algorithms[i].type, false,
				kc_bytes(bits.data + 1, bits.len - 1), &pk));
			if (algorithms[i].bits != 0 && algorithms[i].bits != kc_pk_bits(pk))
				return KC_ERR(DECODE);
			*ret = kc_pk_ref(pk);
			return KC_OK;
		}
	return KC_ERR(KEY_TYPE);
}
