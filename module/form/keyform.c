/* SPDX-License-Identifier: ISC */
/* Building and taking apart the encodings of keys. */
#include "module/form/keyform.h"

#include <string.h>

#include "base/der.h"

/* Object identifiers with their DER headers. */
static const uint8_t oid_rsa[] = {0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1};
static const uint8_t oid_ec[] = {0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1};
static const uint8_t oid_p192[] = {0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 1};
static const uint8_t oid_p224[] = {0x06, 5, 0x2b, 0x81, 4, 0, 0x21};
static const uint8_t oid_p256[] = {0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7};
static const uint8_t oid_p384[] = {0x06, 5, 0x2b, 0x81, 4, 0, 0x22};
static const uint8_t oid_p521[] = {0x06, 5, 0x2b, 0x81, 4, 0, 0x23};
static const uint8_t oid_ed25519[] = {0x06, 3, 0x2b, 0x65, 0x70};
static const uint8_t oid_ed448[] = {0x06, 3, 0x2b, 0x65, 0x71};
static const uint8_t oid_x25519[] = {0x06, 3, 0x2b, 0x65, 0x6e};
static const uint8_t oid_x448[] = {0x06, 3, 0x2b, 0x65, 0x6f};

/* clang-format off */
static const struct kc_curve curves[] = {
	/* type         bits point scalar  params                            name            */
	{KC_KEY_EC,      192,  49,    24, {oid_p192, sizeof oid_p192},       "secp192r1"},
	{KC_KEY_EC,      224,  57,    28, {oid_p224, sizeof oid_p224},       "secp224r1"},
	{KC_KEY_EC,      256,  65,    32, {oid_p256, sizeof oid_p256},       "secp256r1"},
	{KC_KEY_EC,      384,  97,    48, {oid_p384, sizeof oid_p384},       "secp384r1"},
	{KC_KEY_EC,      521, 133,    66, {oid_p521, sizeof oid_p521},       "secp521r1"},
	{KC_KEY_ED25519, 256,  32,    32, {oid_ed25519, sizeof oid_ed25519}, "edwards25519"},
	{KC_KEY_ED448,   456,  57,    57, {oid_ed448, sizeof oid_ed448},     "edwards448"},
	{KC_KEY_X25519,  256,  32,    32, {oid_x25519, sizeof oid_x25519},   "curve25519"},
	{KC_KEY_X448,    448,  56,    56, {oid_x448, sizeof oid_x448},       "curve448"},
};
/* clang-format on */

#define PRINTABLE_STRING 0x13

/* What else applications say for some of them: other names, and the identifiers that two curves had
 * before RFC 8410. */
/* clang-format off */
#define ALIAS(type, bits, text) {KC_KEY_##type, bits, {(const uint8_t *)(text), sizeof(text) - 1}}
static const struct {
	enum kc_key_type type;
	unsigned bits;
	struct kc_bytes params;
} aliases[] = {
	ALIAS(EC,      256, "\x13\x0a" "prime256v1"),
	ALIAS(EC,      256, "\x13\x05" "P-256"),
	ALIAS(EC,      384, "\x13\x05" "P-384"),
	ALIAS(EC,      521, "\x13\x05" "P-521"),
	ALIAS(ED25519, 256, "\x06\x09\x2b\x06\x01\x04\x01\xda\x47\x0f\x01"),
	ALIAS(X25519,  256, "\x06\x0a\x2b\x06\x01\x04\x01\x97\x55\x01\x05\x01"),
};
/* clang-format on */

static const struct kc_curve *find_alias(struct kc_bytes params)
{
	for (size_t i = 0; i < KC_COUNT_OF(aliases); i++)
		if (kc_bytes_equal(params, aliases[i].params))
			return kc_keyform_curve(aliases[i].type, aliases[i].bits);
	return NULL;
}

CK_RV kc_keyform_find_curve(struct kc_bytes params, const struct kc_curve **ret)
{
	struct kc_der_reader r, name;
	struct kc_bytes value;

	kc_der_reader_init(&r, params);
	name = r;
	value = kc_der_get_raw(&r);
	if (kc_der_reader_finish(&r) != KC_OK)
		return CKR_DOMAIN_PARAMS_INVALID;
	for (size_t i = 0; i < KC_COUNT_OF(curves); i++) {
		if (kc_bytes_equal(value, curves[i].params)) {
			*ret = &curves[i];
			return CKR_OK;
		}
	}
	*ret = find_alias(value);
	if (*ret)
		return CKR_OK;
	if (kc_der_peek(&name) != PRINTABLE_STRING)
		return CKR_CURVE_NOT_SUPPORTED;
	value = kc_der_get(&name, PRINTABLE_STRING);
	for (size_t i = 0; i < KC_COUNT_OF(curves); i++) {
		if (kc_bytes_equal(value, kc_bytes_str(curves[i].name))) {
			*ret = &curves[i];
			return CKR_OK;
		}
	}
	return CKR_CURVE_NOT_SUPPORTED;
}

const struct kc_curve *kc_keyform_curve(enum kc_key_type type, unsigned bits)
{
	for (size_t i = 0; i < KC_COUNT_OF(curves); i++)
		if (curves[i].type == type && curves[i].bits == bits)
			return &curves[i];
	return NULL;
}

/* An INTEGER that is not negative, as PKCS#11 has big numbers. */
static struct kc_bytes get_number(struct kc_der_reader *r)
{
	struct kc_bytes number = kc_der_get(r, KC_DER_INTEGER);

	if (number.len == 0 || (number.data[0] & 0x80)) {
		kc_der_reader_fail(r);
		return kc_bytes(NULL, 0);
	}
	if (number.data[0] == 0 && number.len > 1) {
		number.data++;
		number.len--;
	}
	return number;
}

static void put_number(struct kc_der_writer *w, struct kc_bytes number)
{
	uint8_t octets[1 + 1024]; /* a number of 8192 bits with its sign */

	while (number.len && number.data[0] == 0) {
		number.data++;
		number.len--;
	}
	if (number.len >= sizeof octets) {
		w->err = KC_ERR(TOO_LARGE);
		return;
	}
	octets[0] = 0;
	if (number.len)
		memcpy(octets + 1, number.data, number.len);
	if (number.len && !(number.data[0] & 0x80))
		kc_der_put(w, KC_DER_INTEGER, kc_bytes(octets + 1, number.len));
	else
		kc_der_put(w, KC_DER_INTEGER, kc_bytes(octets, number.len + 1));
	kc_mem_wipe(octets, sizeof octets);
}

/* AlgorithmIdentifier: the curve's, or RSA's when there is none. */
static void put_algorithm(struct kc_der_writer *w, const struct kc_curve *curve)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	if (!curve) {
		kc_der_put_raw(w, KC_BYTES_OF(oid_rsa));
		kc_der_put_null(w);
	} else if (curve->type == KC_KEY_EC) {
		kc_der_put_raw(w, KC_BYTES_OF(oid_ec));
		kc_der_put_raw(w, curve->params);
	} else {
		kc_der_put_raw(w, curve->params);
	}
	kc_der_end(w);
}

/* Which curve an AlgorithmIdentifier names; *ret_is_rsa instead when it is RSA. */
static const struct kc_curve *get_algorithm(struct kc_der_reader *r, bool *ret_is_rsa)
{
	struct kc_der_reader algorithm;
	const struct kc_curve *curve = NULL;
	struct kc_bytes oid;

	*ret_is_rsa = false;
	kc_der_enter(r, KC_DER_SEQUENCE, &algorithm);
	oid = kc_der_get_raw(&algorithm);
	if (kc_bytes_equal(oid, KC_BYTES_OF(oid_rsa))) {
		kc_der_get_null(&algorithm);
		*ret_is_rsa = true;
	} else {
		if (kc_bytes_equal(oid, KC_BYTES_OF(oid_ec)))
			oid = kc_der_get_raw(&algorithm);
		if (kc_keyform_find_curve(oid, &curve) != CKR_OK)
			kc_der_reader_fail(&algorithm);
	}
	kc_der_leave(r, &algorithm);
	return curve;
}

/* The contents of a BIT STRING of whole bytes. */
static struct kc_bytes get_bits(struct kc_der_reader *r)
{
	struct kc_bytes bits = kc_der_get(r, KC_DER_BIT_STRING);

	if (bits.len < 1 || bits.data[0] != 0) {
		kc_der_reader_fail(r);
		return kc_bytes(NULL, 0);
	}
	return kc_bytes(bits.data + 1, bits.len - 1);
}

kc_err kc_keyform_parse_spki(struct kc_bytes spki, struct kc_public_key *ret)
{
	struct kc_public_key key = {0};
	struct kc_der_reader r, seq;
	bool is_rsa;

	kc_der_reader_init(&r, spki);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	key.curve = get_algorithm(&seq, &is_rsa);
	key.encoded = get_bits(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	if (is_rsa) {
		key.type = KC_KEY_RSA;
		kc_der_reader_init(&r, key.encoded);
		kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
		key.modulus = get_number(&seq);
		key.exponent = get_number(&seq);
		kc_der_leave(&r, &seq);
		KC_TRY(kc_der_reader_finish(&r));
	} else {
		key.type = key.curve->type;
		key.point = key.encoded;
		if (key.point.len != key.curve->point_len)
			return KC_ERR(DECODE);
	}
	*ret = key;
	return KC_OK;
}

unsigned kc_keyform_bits(const struct kc_public_key *key)
{
	unsigned bits;

	if (key->curve)
		return key->curve->bits;
	bits = (unsigned)key->modulus.len * 8;
	for (uint8_t top = key->modulus.data[0]; top && !(top & 0x80); top = (uint8_t)(top << 1))
		bits--;
	return bits;
}

/* SubjectPublicKeyInfo around the contents of its bit string. */
static kc_err build_spki(const struct kc_curve *curve, struct kc_bytes encoded, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf bits = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_buf_push_byte(&bits, 0); /* no unused bits */
	kc_buf_push(&bits, encoded.data, encoded.len);
	KC_TRY(kc_buf_check(&bits));
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	put_algorithm(&w, curve);
	kc_der_put(&w, KC_DER_BIT_STRING, kc_buf_bytes(&bits));
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_keyform_build_spki_curve(
	const struct kc_curve *curve, struct kc_bytes point, struct kc_buf *ret)
{
	return build_spki(curve, point, ret);
}

kc_err kc_keyform_build_spki_rsa(
	struct kc_bytes modulus, struct kc_bytes exponent, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf encoded = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &encoded);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	put_number(&w, modulus);
	put_number(&w, exponent);
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	return build_spki(NULL, kc_buf_bytes(&encoded), ret);
}

kc_err kc_keyform_build_point(struct kc_bytes point, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_put_bytes(&w, point);
	return kc_der_writer_check(&w);
}

CK_RV kc_keyform_get_point(
	struct kc_bytes value, const struct kc_curve *curve, struct kc_bytes *ret)
{
	struct kc_der_reader r;

	if (value.len != curve->point_len) {
		kc_der_reader_init(&r, value);
		value = kc_der_get_bytes(&r);
		if (kc_der_reader_finish(&r) != KC_OK || value.len != curve->point_len)
			return CKR_ATTRIBUTE_VALUE_INVALID;
	}
	*ret = value;
	return CKR_OK;
}

/* PrivateKeyInfo around an encoded key. */
static kc_err build_pkcs8(const struct kc_curve *curve, struct kc_bytes encoded, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, 0); /* version */
	put_algorithm(&w, curve);
	kc_der_put_bytes(&w, encoded);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

const CK_ATTRIBUTE_TYPE kc_keyform_rsa_types[KC_RSA_PARTS] = {
	[KC_RSA_N] = CKA_MODULUS,
	[KC_RSA_E] = CKA_PUBLIC_EXPONENT,
	[KC_RSA_D] = CKA_PRIVATE_EXPONENT,
	[KC_RSA_P] = CKA_PRIME_1,
	[KC_RSA_Q] = CKA_PRIME_2,
	[KC_RSA_DP] = CKA_EXPONENT_1,
	[KC_RSA_DQ] = CKA_EXPONENT_2,
	[KC_RSA_QI] = CKA_COEFFICIENT,
};

kc_err kc_keyform_build_pkcs8_rsa(
	const struct kc_bytes parts[static KC_RSA_PARTS], struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf encoded = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &encoded);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, 0); /* two primes */
	for (unsigned i = 0; i < KC_RSA_PARTS; i++)
		put_number(&w, parts[i]);
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	return build_pkcs8(NULL, kc_buf_bytes(&encoded), ret);
}

kc_err kc_keyform_build_pkcs8_curve(
	const struct kc_curve *curve, struct kc_bytes scalar, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf encoded = KC_BUF_INIT, padded = KC_BUF_INIT;
	struct kc_der_writer w;

	/* A big integer may have zeros before it: the sign, as many programs write it. */
	while (curve->type == KC_KEY_EC && scalar.len > curve->scalar_len && scalar.data[0] == 0) {
		scalar.data++;
		scalar.len--;
	}
	if (scalar.len == 0 || scalar.len > curve->scalar_len)
		return KC_ERR(PARAM);
	kc_buf_extend(&padded, curve->scalar_len - scalar.len);
	kc_buf_push(&padded, scalar.data, scalar.len);
	KC_TRY(kc_buf_check(&padded));
	kc_der_writer_init(&w, &encoded);
	if (curve->type == KC_KEY_EC) { /* ECPrivateKey, RFC 5915 3 */
		kc_der_begin(&w, KC_DER_SEQUENCE);
		kc_der_put_uint(&w, 1);
		kc_der_put_bytes(&w, kc_buf_bytes(&padded));
		kc_der_end(&w);
	} else { /* CurvePrivateKey, RFC 8410 7 */
		kc_der_put_bytes(&w, kc_buf_bytes(&padded));
	}
	KC_TRY(kc_der_writer_check(&w));
	return build_pkcs8(curve, kc_buf_bytes(&encoded), ret);
}

/* What is in a PrivateKeyInfo: the key of the curve, or of RSA where curve is NULL. Its attributes
 * (RFC 5208 5) are not looked at. */
static kc_err open_pkcs8(
	struct kc_bytes pkcs8, const struct kc_curve *curve, struct kc_bytes *ret_encoded)
{
	struct kc_der_reader r, seq;
	const struct kc_curve *found;
	struct kc_bytes encoded;
	bool is_rsa;

	kc_der_reader_init(&r, pkcs8);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	(void)kc_der_get_uint_max(&seq, 1); /* RFC 5958 has a second version */
	found = get_algorithm(&seq, &is_rsa);
	encoded = kc_der_get_bytes(&seq);
	while (kc_der_more(&seq))
		(void)kc_der_get_raw(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	if (found != curve || is_rsa != !curve)
		return KC_ERR(DECODE);
	*ret_encoded = encoded;
	return KC_OK;
}

kc_err kc_keyform_parse_rsa(struct kc_bytes pkcs8, struct kc_bytes ret_parts[static KC_RSA_PARTS])
{
	struct kc_bytes parts[KC_RSA_PARTS], encoded;
	struct kc_der_reader r, seq;

	KC_TRY(open_pkcs8(pkcs8, NULL, &encoded));
	kc_der_reader_init(&r, encoded);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	(void)kc_der_get_uint_max(&seq, 0);
	for (unsigned i = 0; i < KC_RSA_PARTS; i++)
		parts[i] = get_number(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	memcpy(ret_parts, parts, sizeof parts);
	return KC_OK;
}

kc_err kc_keyform_parse_scalar(
	struct kc_bytes pkcs8, const struct kc_curve *curve, struct kc_bytes *ret)
{
	struct kc_der_reader r, seq;
	struct kc_bytes encoded, scalar;

	KC_TRY(open_pkcs8(pkcs8, curve, &encoded));
	kc_der_reader_init(&r, encoded);
	if (curve->type == KC_KEY_EC) { /* ECPrivateKey, RFC 5915 3 */
		kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
		(void)kc_der_get_uint_max(&seq, 1);
		scalar = kc_der_get_bytes(&seq);
		while (kc_der_more(&seq)) /* the curve again, and the public key */
			(void)kc_der_get_raw(&seq);
		kc_der_leave(&r, &seq);
	} else { /* CurvePrivateKey, RFC 8410 7 */
		scalar = kc_der_get_bytes(&r);
	}
	KC_TRY(kc_der_reader_finish(&r));
	if (scalar.len != curve->scalar_len)
		return KC_ERR(DECODE);
	*ret = scalar;
	return KC_OK;
}
