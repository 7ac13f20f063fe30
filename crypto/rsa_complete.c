/* SPDX-License-Identifier: ISC */
/* Finding what is missing of an RSA key: NIST SP 800-56B revision 2, appendix C. */
#include "crypto/rsa_complete.h"

#include "crypto/crypto_impl.h"
#include "crypto/number.h"

#define BITS_MOST 8192
#define EXPONENT_BITS_MOST 64 /* as crypto/pk.h */
#define TRIES 50	      /* each finds the primes with a chance of one half */
#define F4 65537

static const uint8_t oid_rsa[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1};

/* The numbers in the order of RSAPrivateKey, RFC 8017 A.1.2. */
enum { N, E, D, P, Q, DP, DQ, QINV, NUMBER_COUNT };

struct numbers {
	BIGNUM *rows[NUMBER_COUNT];
	BN_CTX *ctx;
};

static void numbers_done(struct numbers *numbers)
{
	for (size_t i = 0; i < NUMBER_COUNT; i++)
		BN_clear_free(numbers->rows[i]);
	BN_CTX_free(numbers->ctx);
}

/* --- computing ----------------------------------------------------------------------------------
 */

/* One step of C.1: with k = d·e - 1 = r·2^t a root of 1 that is neither 1 nor -1 splits n. Whether
 * the step found one, which *root gets. Any number to the power of k is 1, if d and e are n's. */
static kc_err try_root(
	const struct numbers *numbers, const BIGNUM *r, int t, BIGNUM *root, bool *ret_found)
{
	const BIGNUM *n = numbers->rows[N];
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *next = BN_secure_new();
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *minus_one = BN_dup(n);

	*ret_found = false;
	if (!next || !minus_one || BN_sub_word(minus_one, 1) != 1 ||
		BN_priv_rand_range(root, n) != 1 || BN_mod_exp(root, root, r, n, numbers->ctx) != 1)
		return kc_crypto_failed();
	for (int i = 0; i < t; i++) {
		if (BN_is_one(root) || BN_is_zero(root) || BN_cmp(root, minus_one) == 0)
			return KC_OK;
		if (BN_mod_sqr(next, root, n, numbers->ctx) != 1)
			return kc_crypto_failed();
		if (BN_is_one(next)) {
			*ret_found = true;
			return KC_OK;
		}
		BN_swap(root, next);
	}
	return KC_ERR(DECODE);
}

static kc_err split(struct numbers *numbers, BIGNUM *root)
{
	BIGNUM **rows = numbers->rows;
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *rest = BN_new();

	if (!rest || BN_sub_word(root, 1) != 1 ||
		BN_gcd(rows[P], root, rows[N], numbers->ctx) != 1 ||
		BN_div(rows[Q], rest, rows[N], rows[P], numbers->ctx) != 1)
		return kc_crypto_failed();
	return BN_is_zero(rest) ? KC_OK : KC_ERR(DECODE);
}

static kc_err find_primes(struct numbers *numbers)
{
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *k = BN_secure_new();
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *root = BN_secure_new();
	bool found = false;
	int t = 0;

	if (!k || !root || BN_mul(k, numbers->rows[D], numbers->rows[E], numbers->ctx) != 1 ||
		BN_sub_word(k, 1) != 1)
		return kc_crypto_failed();
	if (BN_is_zero(k) || BN_is_odd(k))
		return KC_ERR(DECODE);
	while (!BN_is_bit_set(k, t))
		t++;
	if (BN_rshift(k, k, t) != 1)
		return kc_crypto_failed();
	for (int i = 0; i < TRIES && !found; i++)
		KC_TRY(try_root(numbers, k, t, root, &found));
	return found ? split(numbers, root) : KC_ERR(DECODE);
}

/* The least common multiple of p-1 and q-1. */
static kc_err find_order(const struct numbers *numbers, BIGNUM *ret)
{
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *p = BN_dup(numbers->rows[P]);
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *q = BN_dup(numbers->rows[Q]);
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *common = BN_secure_new();

	if (!p || !q || !common || BN_sub_word(p, 1) != 1 || BN_sub_word(q, 1) != 1 ||
		BN_gcd(common, p, q, numbers->ctx) != 1 ||
		BN_div(p, NULL, p, common, numbers->ctx) != 1 ||
		BN_mul(ret, p, q, numbers->ctx) != 1)
		return kc_crypto_failed();
	return KC_OK;
}

/* The public exponent, of one whose primes are known: the inverse of d. Modulo (p-1)·(q-1) it could
 * be another, larger one. */
static kc_err find_exponent(struct numbers *numbers)
{
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *order = BN_secure_new();

	if (!order)
		return KC_ERR(NO_MEMORY);
	KC_TRY(find_order(numbers, order));
	BN_set_flags(order, BN_FLG_CONSTTIME);
	if (!BN_mod_inverse(numbers->rows[E], numbers->rows[D], order, numbers->ctx)) {
		kc_crypto_forget_errors();
		return KC_ERR(DECODE);
	}
	return KC_OK;
}

/* d modulo a prime less one. */
static kc_err reduce(const struct numbers *numbers, const BIGNUM *prime, BIGNUM *ret_exponent)
{
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *less_one = BN_dup(prime);

	if (!less_one || BN_sub_word(less_one, 1) != 1 ||
		BN_mod(ret_exponent, numbers->rows[D], less_one, numbers->ctx) != 1)
		return kc_crypto_failed();
	return KC_OK;
}

static kc_err find_rest(struct numbers *numbers)
{
	BIGNUM **rows = numbers->rows;

	KC_TRY(reduce(numbers, rows[P], rows[DP]));
	KC_TRY(reduce(numbers, rows[Q], rows[DQ]));
	BN_set_flags(rows[P], BN_FLG_CONSTTIME);
	if (!BN_mod_inverse(rows[QINV], rows[Q], rows[P], numbers->ctx)) {
		kc_crypto_forget_errors();
		return KC_ERR(DECODE);
	}
	return KC_OK;
}

static bool is_complete(const struct numbers *numbers)
{
	for (size_t i = 0; i < NUMBER_COUNT; i++)
		if (BN_is_zero(numbers->rows[i]))
			return false;
	return true;
}

static kc_err complete(struct numbers *numbers)
{
	BIGNUM **rows = numbers->rows;
	bool has_primes = !BN_is_zero(rows[P]) && !BN_is_zero(rows[Q]);

	if (BN_num_bits(rows[N]) > BITS_MOST)
		return KC_ERR(KEY_SIZE);
	for (size_t i = E; i < NUMBER_COUNT; i++)
		if (BN_num_bits(rows[i]) > BN_num_bits(rows[N]))
			return KC_ERR(DECODE);
	if (BN_num_bits(rows[E]) > EXPONENT_BITS_MOST)
		return KC_ERR(DECODE);
	if (!BN_is_odd(rows[N]) || BN_is_one(rows[N]) || BN_is_zero(rows[D]) ||
		(has_primes && (BN_is_one(rows[P]) || BN_is_one(rows[Q]))))
		return KC_ERR(DECODE);
	if (BN_is_zero(rows[E]) && has_primes)
		KC_TRY(find_exponent(numbers));
	else if (BN_is_zero(rows[E]) && BN_set_word(rows[E], F4) != 1)
		return kc_crypto_failed();
	if (!has_primes)
		KC_TRY(find_primes(numbers));
	return find_rest(numbers);
}

/* --- reading and writing ------------------------------------------------------------------------
 */

static kc_err parse(struct kc_bytes key, struct numbers *ret)
{
	struct kc_der_reader r, fields;

	ret->ctx = BN_CTX_secure_new_ex(kc_crypto_library()->context);
	if (!ret->ctx)
		return KC_ERR(NO_MEMORY);
	kc_der_reader_init(&r, key);
	kc_der_enter(&r, KC_DER_SEQUENCE, &fields);
	(void)kc_der_get_uint_max(&fields, 0); /* version: two primes */
	for (size_t i = 0; i < NUMBER_COUNT; i++)
		ret->rows[i] = kc_number_get(&fields);
	kc_der_leave(&r, &fields);
	return kc_der_reader_finish(&r);
}

/* What is in the PKCS#8 of an RSA key; empty for another's. */
static struct kc_bytes open_info(struct kc_bytes pkcs8)
{
	struct kc_der_reader r, info, algorithm;
	struct kc_bytes key;
	bool is_rsa;

	kc_der_reader_init(&r, pkcs8);
	kc_der_enter(&r, KC_DER_SEQUENCE, &info);
	(void)kc_der_get_uint_max(&info, 1);
	kc_der_enter(&info, KC_DER_SEQUENCE, &algorithm);
	is_rsa = kc_bytes_equal(kc_der_get(&algorithm, KC_DER_OID), KC_BYTES_OF(oid_rsa));
	while (kc_der_more(&algorithm))
		(void)kc_der_get_raw(&algorithm);
	kc_der_leave(&info, &algorithm);
	key = kc_der_get_bytes(&info);
	return is_rsa && kc_der_reader_check(&info) == KC_OK ? key : kc_bytes(NULL, 0);
}

static kc_err write(const struct numbers *numbers, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &key);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, 0);
	for (size_t i = 0; i < NUMBER_COUNT; i++)
		kc_number_put(&w, numbers->rows[i]);
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, 0);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put(&w, KC_DER_OID, KC_BYTES_OF(oid_rsa));
	kc_der_put_null(&w);
	kc_der_end(&w);
	kc_der_put_bytes(&w, kc_buf_bytes(&key));
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_rsa_complete(struct kc_bytes pkcs8, struct kc_buf *ret)
{
	KC_CLEANUP(numbers_done) struct numbers numbers = {0};
	struct kc_bytes key = open_info(pkcs8);

	if (key.len == 0 || parse(key, &numbers) != KC_OK || is_complete(&numbers)) {
		kc_buf_push(ret, pkcs8.data, pkcs8.len);
		return kc_buf_check(ret);
	}
	KC_TRY(complete(&numbers));
	return write(&numbers, ret);
}
