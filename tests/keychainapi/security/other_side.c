/* SPDX-License-Identifier: ISC */
/* OpenSSL's side. */
#include "tests/keychainapi/security/other_side.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "tests/check.h"

#define MOST 1024 /* bytes of a block, a signature, a point */

static const char *curve_name(unsigned bits)
{
	return bits == 192   ? "P-192"
	       : bits == 224 ? "P-224"
	       : bits == 256 ? "P-256"
	       : bits == 384 ? "P-384"
			     : "P-521";
}

EVP_PKEY *other_side_key(const char *type, unsigned bits)
{
	EVP_PKEY *key = strcmp(type, "RSA") == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, type, (size_t)bits)
			: strcmp(type, "EC") == 0
				? EVP_PKEY_Q_keygen(NULL, NULL, type, curve_name(bits))
				: EVP_PKEY_Q_keygen(NULL, NULL, type);

	CHECK_FATAL(key != NULL);
	return key;
}

static size_t field_len(const EVP_PKEY *key)
{
	return ((size_t)EVP_PKEY_get_bits(key) + 7) / 8;
}

static void push_number(struct kc_buf *ret, const BIGNUM *number, size_t len)
{
	CHECK_FATAL(BN_bn2binpad(number, kc_buf_extend(ret, len), (int)len) == (int)len);
}

static void external_ec(EVP_PKEY *key, bool private, struct kc_buf *ret)
{
	BIGNUM *number = NULL;
	uint8_t point[MOST];
	size_t len;

	CHECK_FATAL(EVP_PKEY_get_octet_string_param(
			    key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &len) == 1);
	kc_buf_push(ret, point, len);
	if (!private)
		return;
	CHECK_FATAL(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1);
	push_number(ret, number, field_len(key));
	BN_clear_free(number);
}

static void external_raw(EVP_PKEY *key, bool private, struct kc_buf *ret)
{
	uint8_t bytes[64];
	size_t len = sizeof bytes;

	CHECK_FATAL((private ? EVP_PKEY_get_raw_private_key(key, bytes, &len)
			     : EVP_PKEY_get_raw_public_key(key, bytes, &len)) == 1);
	kc_buf_push(ret, bytes, len);
}

void other_side_external(EVP_PKEY *key, bool private, struct kc_buf *ret)
{
	unsigned char *der = NULL;
	int len;

	if (EVP_PKEY_is_a(key, "EC")) {
		external_ec(key, private, ret);
		return;
	}
	if (!EVP_PKEY_is_a(key, "RSA")) {
		external_raw(key, private, ret);
		return;
	}
	len = private ? i2d_PrivateKey(key, &der) : i2d_PublicKey(key, &der);
	CHECK_FATAL(len > 0);
	kc_buf_push(ret, der, (size_t)len);
	OPENSSL_free(der);
}

/* --- signatures ------------------------------------------------------------------------------ */

void other_side_hash(const char *hash, struct kc_bytes input, struct kc_buf *ret)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	size_t len;

	CHECK_FATAL(EVP_Q_digest(NULL, hash, NULL, input.data, input.len, digest, &len) == 1);
	kc_buf_push(ret, digest, len);
}

static void prepare(EVP_PKEY_CTX *context, EVP_PKEY *key, const struct other_side_scheme *scheme)
{
	if (EVP_PKEY_is_a(key, "RSA"))
		CHECK_FATAL(EVP_PKEY_CTX_set_rsa_padding(context, scheme->padding) == 1);
	if (scheme->hash)
		CHECK_FATAL(EVP_PKEY_CTX_set_signature_md(
				    context, EVP_get_digestbyname(scheme->hash)) == 1);
	if (scheme->padding == RSA_PKCS1_PSS_PADDING)
		CHECK_FATAL(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, scheme->salt_len) == 1);
}

static bool is_edwards(const EVP_PKEY *key)
{
	return !EVP_PKEY_is_a(key, "RSA") && !EVP_PKEY_is_a(key, "EC");
}

/* From DER to r and s side by side, and back. */
static void to_pair(size_t field, struct kc_bytes der, struct kc_buf *ret)
{
	const unsigned char *at = der.data;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)der.len);

	CHECK_FATAL(pair != NULL);
	push_number(ret, ECDSA_SIG_get0_r(pair), field);
	push_number(ret, ECDSA_SIG_get0_s(pair), field);
	ECDSA_SIG_free(pair);
}

static void from_pair(struct kc_bytes bytes, struct kc_buf *ret)
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	size_t half = bytes.len / 2;
	unsigned char *der = NULL;
	int len;

	CHECK_FATAL(ECDSA_SIG_set0(pair, BN_bin2bn(bytes.data, (int)half, NULL),
			    BN_bin2bn(bytes.data + half, (int)half, NULL)) == 1);
	len = i2d_ECDSA_SIG(pair, &der);
	CHECK_FATAL(len > 0);
	kc_buf_push(ret, der, (size_t)len);
	OPENSSL_free(der);
	ECDSA_SIG_free(pair);
}

static size_t sign_message(EVP_PKEY *key, struct kc_bytes input, uint8_t *signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t len = MOST;

	CHECK_FATAL(EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1);
	CHECK_FATAL(EVP_DigestSign(context, signature, &len, input.data, input.len) == 1);
	EVP_MD_CTX_free(context);
	return len;
}

static size_t sign_digest(EVP_PKEY *key, const struct other_side_scheme *scheme,
	struct kc_bytes input, uint8_t *signature)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	size_t len = MOST;

	CHECK_FATAL(EVP_PKEY_sign_init(context) == 1);
	prepare(context, key, scheme);
	CHECK_FATAL(EVP_PKEY_sign(context, signature, &len, input.data, input.len) == 1);
	EVP_PKEY_CTX_free(context);
	return len;
}

void other_side_sign(EVP_PKEY *key, const struct other_side_scheme *scheme, struct kc_bytes input,
	struct kc_buf *ret)
{
	uint8_t signature[MOST];
	size_t len = is_edwards(key) ? sign_message(key, input, signature)
				     : sign_digest(key, scheme, input, signature);

	if (scheme->side_by_side)
		to_pair(field_len(key), kc_bytes(signature, len), ret);
	else
		kc_buf_push(ret, signature, len);
}

static bool verify_message(EVP_PKEY *key, struct kc_bytes input, struct kc_bytes signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool right;

	CHECK_FATAL(EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1);
	right = EVP_DigestVerify(context, signature.data, signature.len, input.data, input.len) ==
		1;
	EVP_MD_CTX_free(context);
	return right;
}

bool other_side_verify(EVP_PKEY *key, const struct other_side_scheme *scheme, struct kc_bytes input,
	struct kc_bytes signature)
{
	KC_CLEANUP_BUF struct kc_buf der = KC_BUF_INIT;
	EVP_PKEY_CTX *context;
	bool right;

	if (is_edwards(key))
		return verify_message(key, input, signature);
	if (scheme->side_by_side) {
		CHECK(signature.len == 2 * field_len(key));
		from_pair(signature, &der);
		signature = kc_buf_bytes(&der);
	}
	context = EVP_PKEY_CTX_new(key, NULL);
	CHECK_FATAL(EVP_PKEY_verify_init(context) == 1);
	prepare(context, key, scheme);
	right = EVP_PKEY_verify(context, signature.data, signature.len, input.data, input.len) == 1;
	EVP_PKEY_CTX_free(context);
	return right;
}

/* --- encryption ------------------------------------------------------------------------------ */

static void set_padding(EVP_PKEY_CTX *context, int padding, const char *hash)
{
	CHECK_FATAL(EVP_PKEY_CTX_set_rsa_padding(context, padding) == 1);
	if (!hash)
		return;
	CHECK_FATAL(EVP_PKEY_CTX_set_rsa_oaep_md(context, EVP_get_digestbyname(hash)) == 1);
	CHECK_FATAL(EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_get_digestbyname(hash)) == 1);
}

void other_side_encrypt(
	EVP_PKEY *key, int padding, const char *hash, struct kc_bytes input, struct kc_buf *ret)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	uint8_t block[MOST];
	size_t len = sizeof block;

	CHECK_FATAL(EVP_PKEY_encrypt_init(context) == 1);
	set_padding(context, padding, hash);
	CHECK_FATAL(EVP_PKEY_encrypt(context, block, &len, input.data, input.len) == 1);
	kc_buf_push(ret, block, len);
	EVP_PKEY_CTX_free(context);
}

void other_side_decrypt(
	EVP_PKEY *key, int padding, const char *hash, struct kc_bytes input, struct kc_buf *ret)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	uint8_t block[MOST];
	size_t len = sizeof block;

	CHECK_FATAL(EVP_PKEY_decrypt_init(context) == 1);
	set_padding(context, padding, hash);
	CHECK_FATAL(EVP_PKEY_decrypt(context, block, &len, input.data, input.len) == 1);
	kc_buf_push(ret, block, len);
	EVP_PKEY_CTX_free(context);
}

void other_side_agree(EVP_PKEY *key, EVP_PKEY *peer, struct kc_buf *ret)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
	uint8_t secret[MOST];
	size_t len = sizeof secret;

	CHECK_FATAL(EVP_PKEY_derive_init(context) == 1);
	CHECK_FATAL(EVP_PKEY_derive_set_peer(context, peer) == 1);
	CHECK_FATAL(EVP_PKEY_derive(context, secret, &len) == 1);
	kc_buf_push(ret, secret, len);
	EVP_PKEY_CTX_free(context);
}

EVP_PKEY *other_side_point(EVP_PKEY *like, struct kc_bytes point)
{
	EVP_PKEY *key = EVP_PKEY_new();

	CHECK_FATAL(EVP_PKEY_copy_parameters(key, like) == 1);
	CHECK_FATAL(EVP_PKEY_set1_encoded_public_key(key, point.data, point.len) == 1);
	return key;
}

void other_side_x963(const char *hash, struct kc_bytes secret, struct kc_bytes info, size_t len,
	struct kc_buf *ret)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "X963KDF", NULL);
	EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t)hash, 0),
		OSSL_PARAM_construct_octet_string(
			OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)secret.data, secret.len),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO,
			(void *)(uintptr_t)(info.len ? info.data : secret.data), info.len),
		OSSL_PARAM_construct_end(),
	};

	CHECK_FATAL(EVP_KDF_derive(context, kc_buf_extend(ret, len), len, params) == 1);
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
}

static EVP_CIPHER_CTX *start(
	struct kc_bytes key, struct kc_bytes iv, struct kc_bytes aad, int seals)
{
	const EVP_CIPHER *cipher = key.len == 16   ? EVP_aes_128_gcm()
				   : key.len == 24 ? EVP_aes_192_gcm()
						   : EVP_aes_256_gcm();
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	int len;

	CHECK_FATAL(EVP_CipherInit_ex(context, cipher, NULL, NULL, NULL, seals) == 1);
	CHECK_FATAL(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, (int)iv.len, NULL) == 1);
	CHECK_FATAL(EVP_CipherInit_ex(context, NULL, NULL, key.data, iv.data, seals) == 1);
	if (aad.len)
		CHECK_FATAL(EVP_CipherUpdate(context, NULL, &len, aad.data, (int)aad.len) == 1);
	return context;
}

void other_side_gcm_seal(struct kc_bytes key, struct kc_bytes iv, struct kc_bytes aad,
	struct kc_bytes plain, struct kc_buf *ret)
{
	EVP_CIPHER_CTX *context = start(key, iv, aad, 1);
	uint8_t *out = kc_buf_extend(ret, plain.len + 16);
	int len, rest;

	CHECK_FATAL(EVP_CipherUpdate(context, out, &len, plain.data, (int)plain.len) == 1);
	CHECK_FATAL(EVP_CipherFinal_ex(context, out + len, &rest) == 1);
	CHECK_FATAL(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, out + plain.len) == 1);
	EVP_CIPHER_CTX_free(context);
}

bool other_side_gcm_open(struct kc_bytes key, struct kc_bytes iv, struct kc_bytes aad,
	struct kc_bytes sealed, struct kc_buf *ret)
{
	EVP_CIPHER_CTX *context = start(key, iv, aad, 0);
	size_t plain_len = sealed.len - 16;
	uint8_t *out = kc_buf_extend(ret, plain_len);
	uint8_t tag[16];
	int len, rest;
	bool right;

	memcpy(tag, sealed.data + plain_len, sizeof tag);
	CHECK_FATAL(EVP_CipherUpdate(context, out, &len, sealed.data, (int)plain_len) == 1);
	CHECK_FATAL(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, tag) == 1);
	right = EVP_CipherFinal_ex(context, out + len, &rest) == 1;
	EVP_CIPHER_CTX_free(context);
	return right;
}
