/* SPDX-License-Identifier: ISC */
/*
 * OpenSSH's own format of private keys: openssh-key-v1, PROTOCOL.key of OpenSSH 9.
 *
 *   "openssh-key-v1\0"  string cipher  string kdf  string kdf-options  uint32 count
 *   string public key   string private section
 *
 * The private section of an unencrypted file, with count 1:
 *
 *   uint32 check  uint32 check, the same  string type  fields of the type  string comment
 *   padding 1, 2, 3 … to a multiple of 8
 *
 * The reader is sticky like that of base/der.h: after a failure it gives empty strings.
 */
#include <string.h>

#include "crypto/import_impl.h"
#include "crypto/number.h"
#include "base/der.h"

#define MAGIC "openssh-key-v1" /* with its NUL */
#define BLOCK_LEN 8

/* --- reading ------------------------------------------------------------------------------------
 */

struct reader {
	struct kc_bytes left;
	bool failed;
};

static struct kc_bytes take(struct reader *r, size_t len)
{
	struct kc_bytes taken = {NULL, 0};

	if (r->failed || len > r->left.len) {
		r->failed = true;
		return taken;
	}
	taken = kc_bytes(r->left.data, len);
	r->left = kc_bytes(r->left.data + len, r->left.len - len);
	return taken;
}

static uint32_t get_uint32(struct reader *r)
{
	struct kc_bytes b = take(r, 4);

	return b.len ? (uint32_t)b.data[0] << 24 | (uint32_t)b.data[1] << 16 |
			       (uint32_t)b.data[2] << 8 | b.data[3]
		     : 0;
}

static struct kc_bytes get_string(struct reader *r)
{
	return take(r, get_uint32(r));
}

static bool is(struct kc_bytes bytes, const char *text)
{
	return kc_bytes_equal(bytes, kc_bytes_str(text));
}

/* --- keys of each type --------------------------------------------------------------------------
 * Each appends the key's stored form.
 */

/* An mpint (RFC 4251 5) has the contents of a DER INTEGER. */
static BIGNUM *get_number(struct reader *r)
{
	KC_CLEANUP_BUF struct kc_buf der = KC_BUF_INIT;
	struct kc_der_reader reader;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &der);
	kc_der_put(&w, KC_DER_INTEGER, get_string(r));
	kc_der_reader_init(&reader, kc_buf_bytes(&der));
	return kc_number_get(&reader);
}

/* d modulo one less than a prime, which the file leaves out. */
static BIGNUM *exponent(const BIGNUM *d, const BIGNUM *prime)
{
	KC_CLEANUP_OSSL(BN_CTX) BN_CTX *ctx = BN_CTX_new_ex(kc_crypto_library()->context);
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *less_one = prime ? BN_dup(prime) : NULL;
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *wide = d ? BN_dup(d) : NULL;
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *remainder = BN_new();
	BIGNUM *result;

	if (!ctx || !less_one || !wide || !remainder || BN_is_zero(less_one) ||
		BN_sub_word(less_one, 1) != 1)
		return NULL;
	BN_set_flags(wide, BN_FLG_CONSTTIME);
	if (BN_mod(remainder, wide, less_one, ctx) != 1)
		return NULL;
	result = remainder;
	remainder = NULL;
	return result;
}

static kc_err get_rsa(struct reader *r, const char *curve, struct kc_buf *ret)
{
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *n = get_number(r);
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *e = get_number(r);
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *d = get_number(r);
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *qinv = get_number(r);
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *p = get_number(r);
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *q = get_number(r);
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *dp = exponent(d, p);
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *dq = exponent(d, q);
	const BIGNUM *const numbers[] = {n, e, d, p, q, dp, dq, qinv};
	struct kc_der_writer w;

	(void)curve;
	kc_crypto_forget_errors();
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_uint(&w, 0);
	for (size_t i = 0; i < KC_COUNT_OF(numbers); i++) {
		if (!numbers[i])
			return KC_ERR(DECODE);
		kc_number_put(&w, numbers[i]);
	}
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

/* The point comes as 04‖X‖Y, which also tells how long the scalar is. */
static kc_err get_ec(struct reader *r, const char *curve, struct kc_buf *ret)
{
	bool same_curve = is(get_string(r), curve);
	struct kc_bytes point = get_string(r);
	KC_CLEANUP_OSSL(BIGNUM) BIGNUM *scalar = get_number(r);
	size_t len = point.len / 2;

	if (!same_curve || !scalar || (size_t)BN_num_bytes(scalar) > len)
		return KC_ERR(DECODE);
	kc_buf_push(ret, point.data, point.len);
	return kc_number_push(ret, scalar, len);
}

/* The private half is seed ‖ public key. */
static kc_err get_ed25519(struct reader *r, const char *curve, struct kc_buf *ret)
{
	struct kc_bytes public = get_string(r), private = get_string(r);

	(void)curve;
	if (public.len != 32 || private.len != 64 ||
		!kc_bytes_equal(public, kc_bytes(private.data + 32, 32)))
		return KC_ERR(DECODE);
	kc_buf_push(ret, private.data, 32);
	return kc_buf_check(ret);
}

static const struct type {
	const char *name;
	enum kc_key_type type;
	const char *curve;
	kc_err (*get)(struct reader *, const char *curve, struct kc_buf *);
} types[] = {
	{"ssh-rsa", KC_KEY_RSA, NULL, get_rsa},
	{"ecdsa-sha2-nistp256", KC_KEY_EC, "nistp256", get_ec},
	{"ecdsa-sha2-nistp384", KC_KEY_EC, "nistp384", get_ec},
	{"ecdsa-sha2-nistp521", KC_KEY_EC, "nistp521", get_ec},
	{"ssh-ed25519", KC_KEY_ED25519, NULL, get_ed25519},
};

/* --- the file -----------------------------------------------------------------------------------
 */

static bool is_padding(struct kc_bytes bytes)
{
	if (bytes.len >= BLOCK_LEN)
		return false;
	for (size_t i = 0; i < bytes.len; i++)
		if (bytes.data[i] != i + 1)
			return false;
	return true;
}

/* The public key that a seed gives is not the file's to say. */
static kc_err check_ed25519(const struct kc_pk *key, struct kc_bytes blob)
{
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT;
	struct reader r = {.left = blob};

	(void)get_string(&r); /* the type's name */
	KC_TRY(kc_pk_store_public(key, &stored));
	return kc_bytes_equal(get_string(&r), kc_buf_bytes(&stored)) ? KC_OK : KC_ERR(DECODE);
}

static kc_err read_private(struct kc_bytes section, struct kc_bytes blob, struct kc_import *import)
{
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT;
	KC_CLEANUP_PK struct kc_pk *key = NULL;
	struct reader r = {.left = section};
	const struct type *type = NULL;
	struct kc_bytes name, comment;

	if (get_uint32(&r) != get_uint32(&r) || section.len % BLOCK_LEN != 0)
		return KC_ERR(DECODE);
	name = get_string(&r);
	if (r.failed)
		return KC_ERR(DECODE);
	for (size_t i = 0; i < KC_COUNT_OF(types) && !type; i++)
		if (is(name, types[i].name))
			type = &types[i];
	if (!type)
		return KC_ERR(UNSUPPORTED);
	KC_TRY(type->get(&r, type->curve, &stored));
	comment = get_string(&r);
	if (r.failed || !is_padding(r.left))
		return KC_ERR(DECODE);
	KC_TRY(kc_pk_load(type->type, true, kc_buf_bytes(&stored), &key));
	if (type->type == KC_KEY_ED25519)
		KC_TRY(check_ed25519(key, blob));
	return kc_import_take_key(import, kc_pk_ref(key), comment);
}

kc_err kc_import_openssh(struct kc_bytes file, struct kc_bytes passphrase, struct kc_import *import)
{
	struct reader r = {.left = file};
	struct kc_bytes cipher, kdf, options, public, private;
	uint32_t count;

	(void)passphrase; /* encrypted keys are refused: ssh-keygen -p opens them */
	if (!kc_bytes_equal(take(&r, sizeof MAGIC), kc_bytes(MAGIC, sizeof MAGIC)))
		return KC_ERR(DECODE);
	cipher = get_string(&r);
	kdf = get_string(&r);
	options = get_string(&r);
	count = get_uint32(&r);
	public = get_string(&r);
	private = get_string(&r);
	if (r.failed)
		return KC_ERR(DECODE);
	if (!is(cipher, "none") || !is(kdf, "none"))
		return KC_ERR(UNSUPPORTED);
	if (options.len != 0 || count != 1 || r.left.len != 0)
		return KC_ERR(DECODE);
	return read_private(private, public, import);
}
