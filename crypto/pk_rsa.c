/* SPDX-License-Identifier: ISC */
/* RSA, RFC 8017: keys as RSAPrivateKey and RSAPublicKey of appendix A.1. */
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "crypto/hash.h"
#include "crypto/number.h"
#include "crypto/pk_impl.h"

#define BITS_LEAST 512
#define BITS_MOST 8192
#define PKCS1_PADDING_LEN 11 /* RFC 8017 7.2.1, 9.2: the least that the block adds */

/* The numbers in the order of RSAPrivateKey; the first two are the public key. */
enum { N, E, D, P, Q, DP, DQ, QINV, NUMBER_COUNT };
#define PUBLIC_COUNT 2
static const char *const names[NUMBER_COUNT] = {
	[N] = OSSL_PKEY_PARAM_RSA_N,
	[E] = OSSL_PKEY_PARAM_RSA_E,
	[D] = OSSL_PKEY_PARAM_RSA_D,
	[P] = OSSL_PKEY_PARAM_RSA_FACTOR1,
	[Q] = OSSL_PKEY_PARAM_RSA_FACTOR2,
	[DP] = OSSL_PKEY_PARAM_RSA_EXPONENT1,
	[DQ] = OSSL_PKEY_PARAM_RSA_EXPONENT2,
	[QINV] = OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
};

struct numbers {
	BIGNUM *rows[NUMBER_COUNT];
};

static void numbers_done(struct numbers *numbers)
{
	for (size_t i = 0; i < NUMBER_COUNT; i++)
		BN_clear_free(numbers->rows[i]);
}
#define CLEANUP_NUMBERS KC_CLEANUP(numbers_done)

static kc_err generate(const struct kc_pk_kind *kind, unsigned bits, EVP_PKEY **ret)
{
	(void)kind;
	return kc_pk_rsa_generate(bits, NULL, ret);
}

kc_err kc_pk_rsa_generate(unsigned bits, const BIGNUM *exponent, EVP_PKEY **ret)
{
	KC_CLEANUP_OSSL(EVP_PKEY_CTX) EVP_PKEY_CTX *ctx = NULL;

	if (bits < BITS_LEAST || bits > BITS_MOST || bits % 8 != 0)
		return KC_ERR(KEY_SIZE);
	ctx = EVP_PKEY_CTX_new_from_name(kc_crypto_library()->context, "RSA", NULL);
	if (!ctx || EVP_PKEY_keygen_init(ctx) != 1 ||
		EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits) != 1 ||
		(exponent && EVP_PKEY_CTX_set1_rsa_keygen_pubexp(
				     ctx, (BIGNUM *)(uintptr_t)exponent) != 1) ||
		EVP_PKEY_generate(ctx, ret) != 1)
		return kc_crypto_failed();
	return KC_OK;
}

/* --- loading ------------------------------------------------------------------------------------
 */

static kc_err parse(struct kc_bytes stored, bool is_private, struct numbers *ret)
{
	size_t count = is_private ? NUMBER_COUNT : PUBLIC_COUNT;
	struct kc_der_reader r, fields;

	kc_der_reader_init(&r, stored);
	kc_der_enter(&r, KC_DER_SEQUENCE, &fields);
	if (is_private)
		(void)kc_der_get_uint_max(&fields, 0); /* version: two primes */
	for (size_t i = 0; i < count; i++)
		ret->rows[i] = kc_number_get(&fields);
	kc_der_leave(&r, &fields);
	return kc_der_reader_finish(&r);
}

static kc_err check_public(const struct numbers *numbers)
{
	int bits = BN_num_bits(numbers->rows[N]);

	if (bits < BITS_LEAST || bits > BITS_MOST)
		return KC_ERR(KEY_SIZE);
	if (!BN_is_odd(numbers->rows[N]) || !BN_is_odd(numbers->rows[E]) ||
		BN_is_one(numbers->rows[E]) || BN_num_bits(numbers->rows[E]) > 64)
		return KC_ERR(DECODE);
	return KC_OK;
}

/* That the numbers belong together as far as it costs nothing; whether a key works is seen by
 * signing with it, which the importer does. */
static kc_err check_private(const struct numbers *numbers)
{
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *product = BN_new();
	KC_CLEANUP_OSSL(BN_CTX) BN_CTX *ctx = BN_CTX_new_ex(kc_crypto_library()->context);

	/* An exponent that is longer than it need be would work, for as long as it takes. */
	for (size_t i = PUBLIC_COUNT; i < NUMBER_COUNT; i++)
		if (BN_is_zero(numbers->rows[i]) ||
			BN_num_bits(numbers->rows[i]) > BN_num_bits(numbers->rows[N]))
			return KC_ERR(DECODE);
	if (!product || !ctx || BN_mul(product, numbers->rows[P], numbers->rows[Q], ctx) != 1)
		return kc_crypto_failed();
	return BN_cmp(product, numbers->rows[N]) == 0 && BN_is_odd(numbers->rows[P]) &&
			       BN_is_odd(numbers->rows[Q])
		       ? KC_OK
		       : KC_ERR(DECODE);
}

static void param_bld_free_cleanup(OSSL_PARAM_BLD **builder)
{
	OSSL_PARAM_BLD_free(*builder);
}

static void params_free_cleanup(OSSL_PARAM **params)
{
	OSSL_PARAM_free(*params);
}

static kc_err build(const struct numbers *numbers, size_t count, EVP_PKEY **ret)
{
	KC_CLEANUP(param_bld_free_cleanup) OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	KC_CLEANUP(params_free_cleanup) OSSL_PARAM *params = NULL;

	for (size_t i = 0; builder && i < count; i++)
		if (OSSL_PARAM_BLD_push_BN(builder, names[i], numbers->rows[i]) != 1)
			return kc_crypto_failed();
	params = builder ? OSSL_PARAM_BLD_to_param(builder) : NULL;
	if (!params)
		return kc_crypto_failed();
	return kc_pk_from_params(
		"RSA", count == NUMBER_COUNT ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY, params, ret);
}

static kc_err load_private(const struct kc_pk_kind *kind, struct kc_bytes stored, EVP_PKEY **ret)
{
	CLEANUP_NUMBERS struct numbers numbers = {{NULL}};

	(void)kind;
	KC_TRY(parse(stored, true, &numbers));
	KC_TRY(check_public(&numbers));
	KC_TRY(check_private(&numbers));
	return build(&numbers, NUMBER_COUNT, ret);
}

static kc_err load_public(const struct kc_pk_kind *kind, struct kc_bytes stored, EVP_PKEY **ret)
{
	CLEANUP_NUMBERS struct numbers numbers = {{NULL}};

	(void)kind;
	KC_TRY(parse(stored, false, &numbers));
	KC_TRY(check_public(&numbers));
	return build(&numbers, PUBLIC_COUNT, ret);
}

/* --- storing ------------------------------------------------------------------------------------
 */

static kc_err put_numbers(const EVP_PKEY *key, size_t count, struct kc_der_writer *w)
{
	for (size_t i = 0; i < count; i++) {
		KC_CLEANUP_OSSL(BIGNUM) BIGNUM *number = NULL;

		if (EVP_PKEY_get_bn_param(key, names[i], &number) != 1)
			return kc_crypto_failed();
		kc_number_put(w, number);
	}
	return KC_OK;
}

static kc_err store_private(const EVP_PKEY *key, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, 0); /* version: two primes */
	KC_TRY(put_numbers(key, NUMBER_COUNT, &w));
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

static kc_err store_public(const EVP_PKEY *key, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	KC_TRY(put_numbers(key, PUBLIC_COUNT, &w));
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

/* --- signing ------------------------------------------------------------------------------------
 */

#define MAX_PARAMS 5

/* NULL for a scheme of other keys. */
static const char *padding_of(enum kc_sign_scheme scheme)
{
	static const char *const paddings[] = {
		[KC_SIGN_RSA_PKCS1] = OSSL_PKEY_RSA_PAD_MODE_PKCSV15,
		[KC_SIGN_RSA_PSS] = OSSL_PKEY_RSA_PAD_MODE_PSS,
		[KC_SIGN_RSA_RAW] = OSSL_PKEY_RSA_PAD_MODE_NONE,
	};
	return (size_t)scheme < KC_COUNT_OF(paddings) ? paddings[scheme] : NULL;
}

/* Without a hash the library would take what it likes. */
static kc_err check_bare_len(
	const struct kc_pk *pk, const struct kc_sign_params *scheme, size_t len)
{
	size_t block = (pk->bits + 7) / 8;

	if (scheme->hash != KC_HASH_NONE)
		return KC_OK;
	if (scheme->scheme == KC_SIGN_RSA_RAW)
		return len == block ? KC_OK : KC_ERR(DATA_LEN);
	return len + PKCS1_PADDING_LEN <= block ? KC_OK : KC_ERR(DATA_LEN);
}

/* The scheme as parameters of the library; salt_len must live as long as they do. */
static kc_err choose(const struct kc_pk *pk, const struct kc_sign_params *scheme, int *salt_len,
	OSSL_PARAM ret[static MAX_PARAMS])
{
	size_t block = (pk->bits + 7) / 8, digest = kc_hash_len(scheme->hash), n = 0;
	const char *padding = padding_of(scheme->scheme);

	if (!padding)
		return KC_ERR(MECHANISM);
	if (scheme->scheme == KC_SIGN_RSA_RAW && scheme->hash != KC_HASH_NONE)
		return KC_ERR(MECHANISM_PARAM);
	ret[n++] = kc_crypto_text_param(OSSL_SIGNATURE_PARAM_PAD_MODE, padding);
	if (digest)
		ret[n++] = kc_crypto_text_param(
			OSSL_SIGNATURE_PARAM_DIGEST, kc_crypto_hash_name(scheme->hash));
	if (scheme->scheme == KC_SIGN_RSA_PSS) {
		/* RFC 8017 9.1.1: the block holds digest, salt and two bytes, less its top bit. */
		size_t room = (pk->bits - 1 + 7) / 8;

		if (!digest || !kc_hash_len(scheme->mgf_hash) || scheme->salt_len > block ||
			digest + scheme->salt_len + 2 > room)
			return KC_ERR(MECHANISM_PARAM);
		*salt_len = (int)scheme->salt_len;
		ret[n++] = kc_crypto_text_param(
			OSSL_SIGNATURE_PARAM_MGF1_DIGEST, kc_crypto_hash_name(scheme->mgf_hash));
		ret[n++] = OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, salt_len);
	}
	ret[n] = OSSL_PARAM_construct_end();
	return KC_OK;
}

static kc_err sign(const struct kc_pk *pk, const struct kc_sign_params *scheme,
	struct kc_bytes input, struct kc_buf *ret)
{
	OSSL_PARAM params[MAX_PARAMS];
	struct kc_bytes digest;
	uint8_t space[64];
	int salt_len;

	KC_TRY(choose(pk, scheme, &salt_len, params));
	KC_TRY(kc_pk_digest(scheme, input, space, &digest));
	KC_TRY(check_bare_len(pk, scheme, digest.len));
	return kc_pk_sign_digest(pk, params, digest, ret);
}

static kc_err verify(const struct kc_pk *pk, const struct kc_sign_params *scheme,
	struct kc_bytes input, struct kc_bytes signature)
{
	OSSL_PARAM params[MAX_PARAMS];
	struct kc_bytes digest;
	uint8_t space[64];
	int salt_len;

	KC_TRY(choose(pk, scheme, &salt_len, params));
	KC_TRY(kc_pk_digest(scheme, input, space, &digest));
	KC_TRY(check_bare_len(pk, scheme, digest.len));
	return kc_pk_verify_digest(pk, params, digest, signature);
}

/* What the block of a signature holds, if it is one. */
static kc_err recover(const struct kc_pk *pk, const struct kc_sign_params *scheme,
	struct kc_bytes signature, struct kc_buf *ret)
{
	KC_CLEANUP_OSSL(EVP_PKEY_CTX)
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(kc_crypto_library()->context, pk->key, NULL);
	size_t before = ret->len, len = (pk->bits + 7) / 8;
	OSSL_PARAM params[MAX_PARAMS];
	uint8_t *room;
	int salt_len;
	bool done;

	KC_TRY(choose(pk, scheme, &salt_len, params));
	if (scheme->scheme == KC_SIGN_RSA_PSS || scheme->hash != KC_HASH_NONE)
		return KC_ERR(MECHANISM_PARAM);
	if (!ctx || EVP_PKEY_verify_recover_init_ex(ctx, params) != 1)
		return kc_crypto_failed();
	if (signature.len != len)
		return KC_ERR(VERIFY);
	room = kc_buf_extend(ret, len);
	if (!room)
		return kc_buf_check(ret);
	done = EVP_PKEY_verify_recover(ctx, room, &len, signature.data, signature.len) == 1;
	kc_crypto_forget_errors();
	kc_buf_truncate(ret, before + (done ? len : 0));
	return done ? KC_OK : KC_ERR(VERIFY);
}

const struct kc_pk_kind kc_pk_rsa = {
	.type = KC_KEY_RSA,
	.name = "RSA",
	.generate = generate,
	.load_private = load_private,
	.load_public = load_public,
	.store_private = store_private,
	.store_public = store_public,
	.sign = sign,
	.verify = verify,
	.recover = recover,
	.encrypt = kc_pk_rsa_cipher_encrypt,
	.decrypt = kc_pk_rsa_cipher_decrypt,
};
