/* SPDX-License-Identifier: ISC */
/* Elliptic curves P-192 to P-521 with ECDSA, FIPS 186-4; points as in SEC 1 2.3.3. */
#include "crypto/number.h"
#include "crypto/pk_impl.h"

struct curve {
	unsigned bits;
	size_t field_len; /* of a coordinate, and of the order: bytes */
	const char *name;
};

static const struct curve curves[] = {
	{192, 24, "P-192"},
	{224, 28, "P-224"},
	{256, 32, "P-256"},
	{384, 48, "P-384"},
	{521, 66, "P-521"},
};
#define POINT_MAX_LEN (1 + 2 * 66)
#define UNCOMPRESSED 0x04
#define COMPRESSED_EVEN 0x02
#define COMPRESSED_ODD 0x03

static size_t point_len(const struct curve *curve)
{
	return 1 + 2 * curve->field_len;
}

static const struct curve *curve_by_bits(unsigned bits)
{
	for (size_t i = 0; i < KC_COUNT_OF(curves); i++)
		if (curves[i].bits == bits)
			return &curves[i];
	return NULL;
}

static const struct curve *curve_of(const EVP_PKEY *key)
{
	return curve_by_bits((unsigned)EVP_PKEY_get_bits(key));
}

static kc_err generate(const struct kc_pk_kind *kind, unsigned bits, EVP_PKEY **ret)
{
	const struct curve *curve = curve_by_bits(bits);

	(void)kind;
	if (!curve)
		return KC_ERR(KEY_SIZE);
	*ret = EVP_PKEY_Q_keygen(kc_crypto_library()->context, NULL, "EC", curve->name);
	return *ret ? KC_OK : kc_crypto_failed();
}

/* --- loading ------------------------------------------------------------------------------------
 * The library takes compressed points and the point at infinity too, and does not ask whether the
 * two halves belong together; we do.
 *
 * A point is asked whether it is on the curve and finite, not for its order (SP 800-56A rev. 3,
 * 5.6.2.3.4): these curves have the cofactor 1, so that every other point has the order of the
 * base. To multiply it would take as long as to check a signature.
 */

/* The curve that has a stored form of this length, with or without the private scalar. */
static kc_err curve_of_stored(struct kc_bytes stored, bool is_private, const struct curve **ret)
{
	for (size_t i = 0; i < KC_COUNT_OF(curves); i++) {
		size_t scalar_len = is_private ? curves[i].field_len : 0;

		if (stored.len == point_len(&curves[i]) + scalar_len &&
			stored.data[0] == UNCOMPRESSED) {
			*ret = &curves[i];
			return KC_OK;
		}
	}
	return KC_ERR(DECODE);
}

static struct kc_bytes point_of(const struct curve *curve, struct kc_bytes stored)
{
	return kc_bytes(stored.data, point_len(curve));
}

static kc_err check(EVP_PKEY *key, int (*question)(EVP_PKEY_CTX *))
{
	KC_CLEANUP_OSSL(EVP_PKEY_CTX)
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(kc_crypto_library()->context, key, NULL);

	if (!ctx)
		return kc_crypto_failed();
	if (question(ctx) == 1)
		return KC_OK;
	kc_crypto_forget_errors();
	return KC_ERR(DECODE);
}

static kc_err public_of(const struct curve *curve, struct kc_bytes point, EVP_PKEY **ret)
{
	KC_CLEANUP_OSSL(EVP_PKEY) EVP_PKEY *key = NULL;
	OSSL_PARAM params[] = {
		kc_crypto_text_param(OSSL_PKEY_PARAM_GROUP_NAME, curve->name),
		kc_crypto_bytes_param(OSSL_PKEY_PARAM_PUB_KEY, point),
		OSSL_PARAM_construct_end(),
	};

	KC_TRY(kc_pk_from_params("EC", EVP_PKEY_PUBLIC_KEY, params, &key));
	KC_TRY(check(key, EVP_PKEY_public_check_quick));
	*ret = key;
	key = NULL;
	return KC_OK;
}

static kc_err load_public(const struct kc_pk_kind *kind, struct kc_bytes stored, EVP_PKEY **ret)
{
	const struct curve *curve = NULL;

	(void)kind;
	KC_TRY(curve_of_stored(stored, false, &curve));
	return public_of(curve, stored, ret);
}

/* OSSL_PARAM numbers are in the machine's byte order; the stored scalar is not. */
static kc_err native_scalar(
	const struct curve *curve, struct kc_bytes stored, struct kc_secret *ret)
{
	KC_CLEANUP_OSSL(BIGNUM)
	BIGNUM *scalar =
		BN_bin2bn(stored.data + point_len(curve), (int)curve->field_len, BN_secure_new());

	KC_TRY(kc_secret_alloc(ret, curve->field_len));
	if (!scalar || BN_bn2nativepad(scalar, ret->data, (int)ret->len) != (int)ret->len)
		return kc_crypto_failed();
	return KC_OK;
}

static kc_err load_private(const struct kc_pk_kind *kind, struct kc_bytes stored, EVP_PKEY **ret)
{
	KC_CLEANUP_SECRET struct kc_secret scalar = KC_SECRET_INIT;
	KC_CLEANUP_OSSL(EVP_PKEY) EVP_PKEY *key = NULL;
	const struct curve *curve = NULL;

	(void)kind;
	KC_TRY(curve_of_stored(stored, true, &curve));
	KC_TRY(native_scalar(curve, stored, &scalar));
	OSSL_PARAM params[] = {
		kc_crypto_text_param(OSSL_PKEY_PARAM_GROUP_NAME, curve->name),
		kc_crypto_bytes_param(OSSL_PKEY_PARAM_PUB_KEY, point_of(curve, stored)),
		OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, scalar.data, scalar.len),
		OSSL_PARAM_construct_end(),
	};
	KC_TRY(kc_pk_from_params("EC", EVP_PKEY_KEYPAIR, params, &key));
	KC_TRY(check(key, EVP_PKEY_public_check_quick));
	*ret = key;
	key = NULL;
	return KC_OK;
}

static kc_err check_pair(EVP_PKEY *key)
{
	KC_TRY(check(key, EVP_PKEY_private_check));
	return check(key, EVP_PKEY_pairwise_check);
}

/* --- storing ------------------------------------------------------------------------------------
 */

static kc_err store_public(const EVP_PKEY *key, struct kc_buf *ret)
{
	uint8_t point[POINT_MAX_LEN];
	size_t len = 0;

	if (EVP_PKEY_get_octet_string_param(
		    key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &len) != 1)
		return kc_crypto_failed();
	kc_buf_push(ret, point, len);
	return kc_buf_check(ret);
}

static kc_err store_private(const EVP_PKEY *key, struct kc_buf *ret)
{
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *scalar = NULL;

	KC_TRY(store_public(key, ret));
	if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &scalar) != 1)
		return kc_crypto_failed();
	return kc_number_push(ret, scalar, curve_of(key)->field_len);
}

static const struct curve *curve_of_compressed(struct kc_bytes point)
{
	for (size_t i = 0; i < KC_COUNT_OF(curves); i++)
		if (point.len == 1 + curves[i].field_len &&
			(point.data[0] == COMPRESSED_EVEN || point.data[0] == COMPRESSED_ODD))
			return &curves[i];
	return NULL;
}

kc_err kc_pk_ec_expand(struct kc_bytes compressed, struct kc_buf *ret)
{
	const struct curve *curve = curve_of_compressed(compressed);
	KC_CLEANUP_OSSL(EVP_PKEY) EVP_PKEY *key = NULL;

	if (!curve)
		return KC_ERR(DECODE);
	KC_TRY(public_of(curve, compressed, &key));
	if (EVP_PKEY_set_utf8_string_param(
		    key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "uncompressed") != 1)
		return kc_crypto_failed();
	return store_public(key, ret);
}

/* --- signatures ---------------------------------------------------------------------------------
 * The library speaks DER (ECDSA-Sig-Value, RFC 3279 2.2.3); the raw form is made from it.
 */

static kc_err raw_from_der(struct kc_bytes der, size_t field_len, struct kc_buf *ret)
{
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *r = NULL;
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *s = NULL;
	struct kc_der_reader reader, fields;
	size_t before = ret->len;
	kc_err err;

	kc_der_reader_init(&reader, der);
	kc_der_enter(&reader, KC_DER_SEQUENCE, &fields);
	r = kc_number_get(&fields);
	s = kc_number_get(&fields);
	kc_der_leave(&reader, &fields);
	KC_TRY(kc_der_reader_finish(&reader));
	err = kc_number_push(ret, r, field_len);
	if (err == KC_OK)
		err = kc_number_push(ret, s, field_len);
	if (err != KC_OK)
		kc_buf_truncate(ret, before);
	return err;
}

static kc_err der_from_raw(struct kc_bytes raw, size_t field_len, struct kc_buf *ret)
{
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *r = NULL;
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *s = NULL;
	struct kc_der_writer w;

	if (raw.len != 2 * field_len)
		return KC_ERR(VERIFY);
	r = BN_bin2bn(raw.data, (int)field_len, NULL);
	s = BN_bin2bn(raw.data + field_len, (int)field_len, NULL);
	if (!r || !s)
		return kc_crypto_failed();
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_number_put(&w, r);
	kc_number_put(&w, s);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

static bool is_ecdsa(const struct kc_sign_params *scheme)
{
	return scheme->scheme == KC_SIGN_ECDSA_DER || scheme->scheme == KC_SIGN_ECDSA_RAW;
}

static kc_err sign(const struct kc_pk *pk, const struct kc_sign_params *scheme,
	struct kc_bytes input, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf der = KC_BUF_INIT;
	struct kc_bytes digest;
	uint8_t space[64];

	if (!is_ecdsa(scheme))
		return KC_ERR(MECHANISM);
	KC_TRY(kc_pk_digest(scheme, input, space, &digest));
	if (scheme->scheme == KC_SIGN_ECDSA_DER)
		return kc_pk_sign_digest(pk, NULL, digest, ret);
	KC_TRY(kc_pk_sign_digest(pk, NULL, digest, &der));
	return raw_from_der(kc_buf_bytes(&der), curve_of(pk->key)->field_len, ret);
}

static kc_err verify(const struct kc_pk *pk, const struct kc_sign_params *scheme,
	struct kc_bytes input, struct kc_bytes signature)
{
	KC_CLEANUP_BUF struct kc_buf der = KC_BUF_INIT;
	struct kc_bytes digest;
	uint8_t space[64];

	if (!is_ecdsa(scheme))
		return KC_ERR(MECHANISM);
	KC_TRY(kc_pk_digest(scheme, input, space, &digest));
	if (scheme->scheme == KC_SIGN_ECDSA_DER)
		return kc_pk_verify_digest(pk, NULL, digest, signature);
	KC_TRY(der_from_raw(signature, curve_of(pk->key)->field_len, &der));
	return kc_pk_verify_digest(pk, NULL, digest, kc_buf_bytes(&der));
}

const struct kc_pk_kind kc_pk_ec = {
	.type = KC_KEY_EC,
	.name = "EC",
	.agrees = true,
	.generate = generate,
	.load_private = load_private,
	.load_public = load_public,
	.check_pair = check_pair,
	.store_private = store_private,
	.store_public = store_public,
	.sign = sign,
	.verify = verify,
};
