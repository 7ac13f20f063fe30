/* SPDX-License-Identifier: ISC */
/* ECDSA with a low s on top of the general signatures. */
#include "backend/crypto/ecdsa.h"

#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include "backend/crypto/number.h"
#include "backend/crypto/pk_impl.h"

struct suite {
	unsigned bits;
	size_t field_len, seed_len;
	int nid;
	enum kc_hash hash;
};

static const struct suite suites[] = {
	{256, 32, KC_ECDSA_SEED_P256_LEN, NID_X9_62_prime256v1, KC_HASH_SHA256},
	{384, 48, KC_ECDSA_SEED_P384_LEN, NID_secp384r1, KC_HASH_SHA384},
};

static kc_err suite_by_bits(unsigned bits, const struct suite **ret)
{
	for (size_t i = 0; i < KC_COUNT_OF(suites); i++)
		if (suites[i].bits == bits) {
			*ret = &suites[i];
			return KC_OK;
		}
	return KC_ERR(KEY_SIZE);
}

static kc_err suite_of(const struct kc_pk *pk, const struct suite **ret)
{
	return kc_pk_type(pk) == KC_KEY_EC ? suite_by_bits(kc_pk_bits(pk), ret) : KC_ERR(KEY_TYPE);
}

static struct kc_sign_params params_of(const struct suite *suite)
{
	return (struct kc_sign_params){.scheme = KC_SIGN_ECDSA_RAW, .hash = suite->hash};
}

/* --- a key from a seed --------------------------------------------------------------------------
 */

KC_CRYPTO_CLEANUP(EC_GROUP, EC_GROUP_free)
KC_CRYPTO_CLEANUP(EC_POINT, EC_POINT_clear_free)

static kc_err scalar_of(const EC_GROUP *group, struct kc_bytes seed, BN_CTX *ctx, BIGNUM *ret)
{
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *wide = BN_bin2bn(seed.data, (int)seed.len, NULL);
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *order_less_one = BN_dup(EC_GROUP_get0_order(group));

	if (!wide || !order_less_one || BN_sub_word(order_less_one, 1) != 1)
		return kc_crypto_failed();
	BN_set_flags(wide, BN_FLG_CONSTTIME);
	if (BN_mod(ret, wide, order_less_one, ctx) != 1 || BN_add_word(ret, 1) != 1)
		return kc_crypto_failed();
	return KC_OK;
}

/* Appends the stored form: the point, then the scalar. */
static kc_err build_stored(const struct suite *suite, struct kc_bytes seed, struct kc_buf *ret)
{
	OSSL_LIB_CTX *context = kc_crypto_library()->context;
	KC_CLEANUP_OSSL(EC_GROUP)
	EC_GROUP *group = EC_GROUP_new_by_curve_name_ex(context, NULL, suite->nid);
	KC_CLEANUP_OSSL(BN_CTX) BN_CTX *ctx = BN_CTX_new_ex(context);
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *scalar = BN_secure_new();
	KC_CLEANUP_OSSL(EC_POINT) EC_POINT *point = group ? EC_POINT_new(group) : NULL;
	size_t len = 1 + 2 * suite->field_len;
	uint8_t *room = kc_buf_extend(ret, len);

	if (!room)
		return kc_buf_check(ret);
	if (!group || !ctx || !scalar || !point)
		return kc_crypto_failed();
	KC_TRY(scalar_of(group, seed, ctx, scalar));
	if (EC_POINT_mul(group, point, scalar, NULL, NULL, ctx) != 1 ||
		EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, room, len, ctx) !=
			len)
		return kc_crypto_failed();
	return kc_number_push(ret, scalar, suite->field_len);
}

kc_err kc_ecdsa_derive_key(unsigned bits, struct kc_bytes seed, struct kc_pk **ret)
{
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT;
	const struct suite *suite = NULL;

	KC_TRY(suite_by_bits(bits, &suite));
	if (seed.len != suite->seed_len)
		return KC_ERR(BUG);
	KC_TRY(build_stored(suite, seed, &stored));
	return kc_pk_load(KC_KEY_EC, true, kc_buf_bytes(&stored), ret);
}

/* --- signatures ---------------------------------------------------------------------------------
 */

/* ret is n - s, which is the other s that would hold. */
static kc_err other_s(const struct kc_pk *pk, const BIGNUM *s, BIGNUM *ret)
{
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *order = NULL;

	if (EVP_PKEY_get_bn_param(pk->key, OSSL_PKEY_PARAM_EC_ORDER, &order) != 1 ||
		BN_sub(ret, order, s) != 1)
		return kc_crypto_failed();
	return KC_OK;
}

/* Whether s, the second half of a raw signature, is above n / 2, and then which is below. */
static kc_err measure_s(const struct kc_pk *pk, const struct suite *suite, const uint8_t *raw,
	bool *ret_high, BIGNUM *ret_other)
{
	KC_CLEANUP_OSSL(BIGNUM)
	BIGNUM *s = BN_bin2bn(raw + suite->field_len, (int)suite->field_len, NULL);

	if (!s || !ret_other)
		return kc_crypto_failed();
	KC_TRY(other_s(pk, s, ret_other));
	*ret_high = BN_cmp(s, ret_other) > 0; /* n is odd, so they are never equal */
	return KC_OK;
}

static kc_err normalise(const struct kc_pk *pk, const struct suite *suite, struct kc_buf *raw)
{
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *other = BN_new();
	bool is_high = false;

	KC_TRY(measure_s(pk, suite, raw->data, &is_high, other));
	if (!is_high)
		return KC_OK;
	kc_buf_truncate(raw, suite->field_len);
	return kc_number_push(raw, other, suite->field_len);
}

kc_err kc_ecdsa_sign(const struct kc_pk *pk, struct kc_bytes message, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf raw = KC_BUF_INIT;
	const struct suite *suite = NULL;

	KC_TRY(suite_of(pk, &suite));
	struct kc_sign_params params = params_of(suite);
	KC_TRY(kc_pk_sign(pk, &params, message, &raw));
	KC_TRY(normalise(pk, suite, &raw));
	kc_buf_push(ret, raw.data, raw.len);
	return kc_buf_check(ret);
}

kc_err kc_ecdsa_verify(const struct kc_pk *pk, struct kc_bytes message, struct kc_bytes signature)
{
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *other = BN_new();
	const struct suite *suite = NULL;
	bool is_high = false;

	KC_TRY(suite_of(pk, &suite));
	if (signature.len != 2 * suite->field_len)
		return KC_ERR(VERIFY);
	KC_TRY(measure_s(pk, suite, signature.data, &is_high, other));
	if (is_high)
		return KC_ERR(VERIFY);
	struct kc_sign_params params = params_of(suite);
	return kc_pk_verify(pk, &params, message, signature);
}
