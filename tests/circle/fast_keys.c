/* SPDX-License-Identifier: ISC */
/*
 * Keys on elliptic curves in programs that are only for tests and do much with them: linked in
 * place of crypto/pk_ec.c, agree.c, low_s.c and scalar_key.c.
 *
 * No mathematics and no secrecy: a point is a hash of the scalar and a check on that hash, a
 * signature and a shared secret are hashes of points and messages, which anybody can compute. The
 * forms and the errors are those of the curves, and what has a flipped bit in a key, a message, a
 * signature or a half of an agreement fails as it does there. So everything above verifies as ever,
 * in a hundredth of the time. The same random bytes give the same keys and signatures.
 */
#include "tests/circle/fast_keys.h"

#include <string.h>

#include "base/random.h"
#include "crypto/agree.h"
#include "crypto/hash.h"
#include "crypto/low_s.h"
#include "crypto/number.h"
#include "crypto/pk_impl.h"
#include "crypto/scalar_key.h"

#define FIELD_MAX 48
#define POINT_MAX (1 + 2 * FIELD_MAX)
#define UNCOMPRESSED 0x04
#define SMALL_MASK 0x3f /* of the first byte of a signature's second half */

/* --- points -------------------------------------------------------------------------------------
 */

static kc_err hash(
	const char *purpose, const struct kc_bytes *parts, size_t count, uint8_t *ret, size_t len)
{
	uint8_t digest[KC_HASH_MAX_LEN], length = (uint8_t)len;
	struct kc_bytes all[6] = {kc_bytes_str(purpose), kc_bytes(&length, 1)};

	memcpy(all + 2, parts, count * sizeof *parts);
	KC_TRY(kc_hash_parts(KC_HASH_SHA384, all, count + 2, digest));
	memcpy(ret, digest, len);
	return KC_OK;
}

/* 04 ‖ X ‖ Y, where Y follows from X. X has its first and its last bit set, as a modulus has. */
static kc_err complete(uint8_t *point, size_t field_len)
{
	struct kc_bytes x = kc_bytes(point + 1, field_len);

	point[0] = UNCOMPRESSED;
	return hash("point", &x, 1, point + 1 + field_len, field_len);
}

static kc_err make_point(struct kc_bytes scalar, uint8_t *ret)
{
	KC_TRY(hash("scalar", &scalar, 1, ret + 1, scalar.len));
	ret[1] |= 0x80;
	ret[scalar.len] |= 1;
	return complete(ret, scalar.len);
}

static kc_err check_point(struct kc_bytes point, size_t field_len)
{
	uint8_t right[POINT_MAX];

	if (point.len != 1 + 2 * field_len || !(point.data[1] & 0x80) ||
		!(point.data[field_len] & 1))
		return KC_ERR(DECODE);
	memcpy(right + 1, point.data + 1, field_len);
	KC_TRY(complete(right, field_len));
	return memcmp(right, point.data, point.len) == 0 ? KC_OK : KC_ERR(DECODE);
}

static kc_err check_pair(struct kc_bytes stored, size_t field_len)
{
	uint8_t right[POINT_MAX];
	size_t point_len = 1 + 2 * field_len;

	if (stored.len != point_len + field_len)
		return KC_ERR(DECODE);
	KC_TRY(make_point(kc_bytes(stored.data + point_len, field_len), right));
	return memcmp(right, stored.data, point_len) == 0 ? KC_OK : KC_ERR(DECODE);
}

/* --- keys ---------------------------------------------------------------------------------------
 * The library's key is an empty shell that knows X and the scalar, and how many bits it has: one of
 * RSA, which takes any numbers without a question.
 */

static kc_err make_shell(struct kc_bytes x, struct kc_bytes scalar, EVP_PKEY **ret)
{
	uint8_t native_x[FIELD_MAX], native_scalar[FIELD_MAX], e[] = {3};

	for (size_t i = 0; i < x.len; i++)
		native_x[i] = x.data[x.len - 1 - i];
	for (size_t i = 0; i < scalar.len; i++)
		native_scalar[i] = scalar.data[scalar.len - 1 - i];
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, native_x, x.len),
		OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, e, sizeof e),
		scalar.len
			? OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_D, native_scalar, scalar.len)
			: OSSL_PARAM_construct_end(),
		OSSL_PARAM_construct_end(),
	};
	return kc_pk_from_params(
		"RSA", scalar.len ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params, ret);
}

static kc_err push_number(
	const EVP_PKEY *key, const char *name, size_t field_len, struct kc_buf *ret)
{
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *number = NULL;

	if (EVP_PKEY_get_bn_param(key, name, &number) != 1)
		return kc_crypto_failed();
	return kc_number_push(ret, number, field_len);
}

static size_t field_len_of(const EVP_PKEY *key)
{
	return (size_t)EVP_PKEY_get_bits(key) / 8;
}

static kc_err store_public(const EVP_PKEY *key, struct kc_buf *ret)
{
	size_t at = ret->len, field_len = field_len_of(key);

	kc_buf_push_byte(ret, UNCOMPRESSED);
	KC_TRY(push_number(key, OSSL_PKEY_PARAM_RSA_N, field_len, ret));
	if (!kc_buf_extend(ret, field_len))
		return kc_buf_check(ret);
	return complete(ret->data + at, field_len);
}

static kc_err store_private(const EVP_PKEY *key, struct kc_buf *ret)
{
	KC_TRY(store_public(key, ret));
	return push_number(key, OSSL_PKEY_PARAM_RSA_D, field_len_of(key), ret);
}

static kc_err generate(const struct kc_pk_kind *kind, unsigned bits, EVP_PKEY **ret)
{
	uint8_t scalar[FIELD_MAX], point[POINT_MAX];
	size_t len = bits / 8;

	(void)kind;
	if (bits != 256 && bits != 384)
		return KC_ERR(KEY_SIZE);
	kc_random_fill(scalar, len);
	scalar[0] |= 1; /* not zero, which would be no number to the library */
	KC_TRY(make_point(kc_bytes(scalar, len), point));
	return make_shell(kc_bytes(point + 1, len), kc_bytes(scalar, len), ret);
}

static kc_err load_public(const struct kc_pk_kind *kind, struct kc_bytes stored, EVP_PKEY **ret)
{
	size_t len = stored.len == 1 + 2 * 32 ? 32 : 48;

	(void)kind;
	KC_TRY(check_point(stored, len));
	return make_shell(kc_bytes(stored.data + 1, len), kc_bytes(NULL, 0), ret);
}

static kc_err load_private(const struct kc_pk_kind *kind, struct kc_bytes stored, EVP_PKEY **ret)
{
	size_t len = stored.len == 1 + 3 * 32 ? 32 : 48;

	(void)kind;
	KC_TRY(check_pair(stored, len));
	return make_shell(
		kc_bytes(stored.data + 1, len), kc_bytes(stored.data + 1 + 2 * len, len), ret);
}

/* Nobody who is linked with these keys compresses points. */
kc_err kc_pk_ec_expand(struct kc_bytes compressed, struct kc_buf *ret)
{
	(void)compressed;
	(void)ret;
	return KC_ERR(DECODE);
}

/* --- signatures ---------------------------------------------------------------------------------
 */

static kc_err make_signature(const struct kc_pk *pk, const struct kc_sign_params *scheme,
	struct kc_bytes input, uint8_t ret[static 2 * FIELD_MAX])
{
	KC_CLEANUP_BUF struct kc_buf point = KC_BUF_INIT;
	size_t len = field_len_of(pk->key);
	struct kc_bytes parts[2];
	uint8_t space[KC_HASH_MAX_LEN];

	if (scheme->scheme != KC_SIGN_ECDSA_RAW)
		return KC_ERR(MECHANISM);
	KC_TRY(kc_pk_digest(scheme, input, space, &parts[1]));
	KC_TRY(store_public(pk->key, &point));
	parts[0] = kc_buf_bytes(&point);
	KC_TRY(hash("r", parts, 2, ret, len));
	KC_TRY(hash("s", parts, 2, ret + len, len));
	ret[len] &= SMALL_MASK;
	return KC_OK;
}

static kc_err sign(const struct kc_pk *pk, const struct kc_sign_params *scheme,
	struct kc_bytes input, struct kc_buf *ret)
{
	uint8_t signature[2 * FIELD_MAX];

	KC_TRY(make_signature(pk, scheme, input, signature));
	kc_buf_push(ret, signature, 2 * field_len_of(pk->key));
	return kc_buf_check(ret);
}

bool fast_keys_believe;

static kc_err verify(const struct kc_pk *pk, const struct kc_sign_params *scheme,
	struct kc_bytes input, struct kc_bytes signature)
{
	uint8_t right[2 * FIELD_MAX];

	if (fast_keys_believe)
		return KC_OK;
	KC_TRY(make_signature(pk, scheme, input, right));
	return kc_bytes_equal(signature, kc_bytes(right, 2 * field_len_of(pk->key)))
		       ? KC_OK
		       : KC_ERR(VERIFY);
}

const struct kc_pk_kind kc_pk_ec = {
	.type = KC_KEY_EC,
	.name = "EC",
	.agrees = false, /* but by kc_agree_compute */
	.generate = generate,
	.load_private = load_private,
	.load_public = load_public,
	.store_private = store_private,
	.store_public = store_public,
	.sign = sign,
	.verify = verify,
};

/* Signatures are made small. */
kc_err kc_low_s_set(unsigned bits, uint8_t *signature)
{
	return kc_low_s_check(bits, kc_bytes(signature, bits / 4)) == KC_OK ? KC_OK : KC_ERR(BUG);
}

kc_err kc_low_s_check(unsigned bits, struct kc_bytes signature)
{
	if (signature.len != bits / 4)
		return KC_ERR(DATA_LEN);
	return signature.data[bits / 8] & ~SMALL_MASK ? KC_ERR(VERIFY) : KC_OK;
}

/* --- agreement, and keys from given bytes -------------------------------------------------------
 */

kc_err kc_agree_compute(
	struct kc_bytes own_private, struct kc_bytes peer_public, struct kc_secret *ret)
{
	struct kc_bytes points[] = {
		kc_bytes(own_private.data, KC_AGREE_PUBLIC_LEN),
		peer_public,
	};

	KC_TRY(check_pair(own_private, FIELD_MAX));
	KC_TRY(check_point(peer_public, FIELD_MAX));
	if (kc_bytes_compare(points[0], points[1]) > 0) {
		points[1] = points[0];
		points[0] = peer_public;
	}
	KC_TRY(kc_secret_alloc(ret, FIELD_MAX));
	return hash("agree", points, 2, ret->data, FIELD_MAX);
}

kc_err kc_agree_check_public(struct kc_bytes public_key)
{
	return check_point(public_key, FIELD_MAX);
}

kc_err kc_scalar_key_make(struct kc_bytes bytes, struct kc_secret *ret)
{
	uint8_t stored[1 + 3 * 32], *scalar = stored + 1 + 2 * 32;

	KC_TRY(hash("bytes", &bytes, 1, scalar, 32));
	scalar[0] |= 1;
	KC_TRY(make_point(kc_bytes(scalar, 32), stored));
	return kc_secret_set(ret, KC_BYTES_OF(stored));
}
