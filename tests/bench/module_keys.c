/* SPDX-License-Identifier: ISC */
/* What is timed of keys: each with OpenSSL called directly beside it, its contexts reused. */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <string.h>

#include "tests/bench/module.h"

static CK_BYTE digest[32] = {42};
static CK_BYTE digest_info[51] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65,
	0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
static CK_BYTE block[16384], secret[32] = {1, 2, 3}, iv[12] = {9};
static CK_BYTE p256[] = {0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7};
static CK_OBJECT_CLASS private_key = CKO_PRIVATE_KEY, public_key = CKO_PUBLIC_KEY,
		       secret_key = CKO_SECRET_KEY;

#define OK(call, what) bench_must((call) == CKR_OK, what)
#define RAW(call) bench_must((call) > 0, "raw OpenSSL")

static CK_FUNCTION_LIST *functions(const struct worker *worker)
{
	return worker->target->f;
}

static bool is_raw(const struct worker *worker)
{
	return !worker->target->path;
}

static void choose(struct worker *worker, const CK_OBJECT_CLASS *class, const char *label)
{
	worker->key = bench_worker_find(worker, class, label);
	bench_must(worker->key != CK_INVALID_HANDLE, "no key");
}

/* --- signatures ---------------------------------------------------------------------------------
 */

static void sign(struct worker *worker, CK_MECHANISM_TYPE type, CK_BYTE *input, CK_ULONG len)
{
	CK_MECHANISM mechanism = {type, NULL, 0};
	CK_BYTE signature[512];
	CK_ULONG signature_len = sizeof signature;
	size_t raw_len = sizeof signature;

	if (is_raw(worker)) {
		RAW(EVP_PKEY_sign(worker->pk, signature, &raw_len, input, len));
		return;
	}
	OK(functions(worker)->C_SignInit(worker->session, &mechanism, worker->key), "sign");
	OK(functions(worker)->C_Sign(worker->session, input, len, signature, &signature_len),
		"sign");
}

void bench_key_start_p256(struct worker *worker)
{
	if (!is_raw(worker)) {
		choose(worker, &private_key, "bench-p256");
		return;
	}
	worker->pk = EVP_PKEY_CTX_new(worker->target->p256, NULL);
	RAW(EVP_PKEY_sign_init(worker->pk));
}

void bench_key_sign_p256(struct worker *worker)
{
	sign(worker, CKM_ECDSA, digest, sizeof digest);
}

static void start_rsa(struct worker *worker)
{
	if (!is_raw(worker)) {
		choose(worker, &private_key, "bench-rsa");
		return;
	}
	worker->pk = EVP_PKEY_CTX_new(worker->target->rsa, NULL);
	RAW(EVP_PKEY_sign_init(worker->pk));
	RAW(EVP_PKEY_CTX_set_rsa_padding(worker->pk, RSA_PKCS1_PADDING));
}

static void sign_rsa(struct worker *worker)
{
	sign(worker, CKM_RSA_PKCS, digest_info, sizeof digest_info);
}

/* --- decryption and agreement -------------------------------------------------------------------
 */

static CK_RSA_PKCS_OAEP_PARAMS oaep = {CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0};
static CK_MECHANISM oaep_mechanism = {CKM_RSA_PKCS_OAEP, &oaep, sizeof oaep};

static void start_oaep(struct worker *worker)
{
	EVP_PKEY_CTX *seal;
	size_t len = sizeof worker->sealed;
	CK_ULONG sealed_len = sizeof worker->sealed;

	if (!is_raw(worker)) {
		choose(worker, &public_key, "bench-rsa");
		OK(functions(worker)->C_EncryptInit(worker->session, &oaep_mechanism, worker->key),
			"encrypt");
		OK(functions(worker)->C_Encrypt(
			   worker->session, digest, sizeof digest, worker->sealed, &sealed_len),
			"encrypt");
		choose(worker, &private_key, "bench-rsa");
		return;
	}
	seal = EVP_PKEY_CTX_new(worker->target->rsa, NULL);
	RAW(EVP_PKEY_encrypt_init(seal));
	RAW(EVP_PKEY_CTX_set_rsa_padding(seal, RSA_PKCS1_OAEP_PADDING));
	RAW(EVP_PKEY_encrypt(seal, worker->sealed, &len, digest, sizeof digest));
	EVP_PKEY_CTX_free(seal);
	worker->pk = EVP_PKEY_CTX_new(worker->target->rsa, NULL);
	RAW(EVP_PKEY_decrypt_init(worker->pk));
	RAW(EVP_PKEY_CTX_set_rsa_padding(worker->pk, RSA_PKCS1_OAEP_PADDING));
}

static void decrypt_oaep(struct worker *worker)
{
	CK_BYTE out[256];
	CK_ULONG len = sizeof out;
	size_t raw_len = sizeof out;

	if (is_raw(worker)) {
		RAW(EVP_PKEY_decrypt(
			worker->pk, out, &raw_len, worker->sealed, sizeof worker->sealed));
		return;
	}
	OK(functions(worker)->C_DecryptInit(worker->session, &oaep_mechanism, worker->key),
		"decrypt");
	OK(functions(worker)->C_Decrypt(
		   worker->session, worker->sealed, sizeof worker->sealed, out, &len),
		"decrypt");
}

static void start_ecdh(struct worker *worker)
{
	EVP_PKEY *peer = EVP_EC_gen("P-256");
	size_t len;

	RAW(peer != NULL);
	RAW(EVP_PKEY_get_octet_string_param(
		peer, OSSL_PKEY_PARAM_PUB_KEY, worker->point, sizeof worker->point, &len));
	worker->peer = peer;
	if (!is_raw(worker)) {
		choose(worker, &private_key, "bench-p256");
		return;
	}
	worker->pk = EVP_PKEY_CTX_new(worker->target->p256, NULL);
	RAW(EVP_PKEY_derive_init(worker->pk));
	RAW(EVP_PKEY_derive_set_peer(worker->pk, peer));
}

/* The new key is destroyed in the same breath, as programs do that keep a process. */
static void derive_ecdh(struct worker *worker)
{
	CK_ECDH1_DERIVE_PARAMS params = {CKD_NULL, 0, NULL, sizeof worker->point, worker->point};
	CK_MECHANISM mechanism = {CKM_ECDH1_DERIVE, &params, sizeof params};
	CK_KEY_TYPE generic = CKK_GENERIC_SECRET;
	CK_ULONG value_len = 32;
	CK_ATTRIBUTE template[] = {{CKA_CLASS, &secret_key, sizeof secret_key},
		{CKA_KEY_TYPE, &generic, sizeof generic}, {CKA_TOKEN, &bench_no, 1},
		{CKA_VALUE_LEN, &value_len, sizeof value_len}};
	CK_OBJECT_HANDLE made;
	CK_BYTE out[32];
	size_t len = sizeof out;

	if (is_raw(worker)) {
		RAW(EVP_PKEY_derive(worker->pk, out, &len));
		return;
	}
	OK(functions(worker)->C_DeriveKey(
		   worker->session, &mechanism, worker->key, template, 4, &made),
		"derive");
	OK(functions(worker)->C_DestroyObject(worker->session, made), "destroy");
}

/* --- secret keys --------------------------------------------------------------------------------
 */

static void make_secret(struct worker *worker, CK_KEY_TYPE type, CK_ATTRIBUTE_TYPE use)
{
	CK_ATTRIBUTE template[] = {{CKA_CLASS, &secret_key, sizeof secret_key},
		{CKA_KEY_TYPE, &type, sizeof type}, {CKA_TOKEN, &bench_no, 1},
		{CKA_VALUE, secret, sizeof secret}, {use, &bench_yes, 1}};

	OK(functions(worker)->C_CreateObject(worker->session, template, 5, &worker->key),
		"secret key");
}

static void start_gcm(struct worker *worker)
{
	if (!is_raw(worker)) {
		make_secret(worker, CKK_AES, CKA_ENCRYPT);
		return;
	}
	worker->cipher = EVP_CIPHER_CTX_new();
	RAW(EVP_EncryptInit_ex(worker->cipher, EVP_aes_256_gcm(), NULL, secret, iv));
}

static void encrypt_gcm(struct worker *worker)
{
	CK_GCM_PARAMS params = {iv, sizeof iv, 8 * sizeof iv, NULL, 0, 128};
	CK_MECHANISM mechanism = {CKM_AES_GCM, &params, sizeof params};
	CK_BYTE out[sizeof block + 16];
	CK_ULONG len = sizeof out;
	int part, rest;

	if (is_raw(worker)) {
		RAW(EVP_EncryptInit_ex(worker->cipher, NULL, NULL, NULL, iv));
		RAW(EVP_EncryptUpdate(worker->cipher, out, &part, block, sizeof block));
		RAW(EVP_EncryptFinal_ex(worker->cipher, out + part, &rest));
		RAW(EVP_CIPHER_CTX_ctrl(
			worker->cipher, EVP_CTRL_AEAD_GET_TAG, 16, out + sizeof block));
		return;
	}
	OK(functions(worker)->C_EncryptInit(worker->session, &mechanism, worker->key), "encrypt");
	OK(functions(worker)->C_Encrypt(worker->session, block, sizeof block, out, &len),
		"encrypt");
}

static void start_hmac(struct worker *worker)
{
	OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(
				       OSSL_MAC_PARAM_DIGEST, (char *)(uintptr_t) "SHA256", 0),
		OSSL_PARAM_construct_end()};
	EVP_MAC *mac;

	if (!is_raw(worker)) {
		make_secret(worker, CKK_GENERIC_SECRET, CKA_SIGN);
		return;
	}
	mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	worker->mac = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	RAW(EVP_MAC_init(worker->mac, secret, sizeof secret, params));
}

static void sign_hmac(struct worker *worker)
{
	CK_BYTE code[32];
	size_t len;

	if (!is_raw(worker)) {
		sign(worker, CKM_SHA256_HMAC, block, 64);
		return;
	}
	RAW(EVP_MAC_init(worker->mac, NULL, 0, NULL));
	RAW(EVP_MAC_update(worker->mac, block, 64));
	RAW(EVP_MAC_final(worker->mac, code, &len, sizeof code));
}

/* --- without a key ------------------------------------------------------------------------------
 */

static void start_sha256(struct worker *worker)
{
	if (is_raw(worker))
		worker->md = EVP_MD_CTX_new();
}

static void digest_sha256(struct worker *worker)
{
	CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};
	CK_BYTE out[64];
	CK_ULONG len = sizeof out;

	if (is_raw(worker)) {
		RAW(EVP_DigestInit_ex(worker->md, EVP_sha256(), NULL));
		RAW(EVP_DigestUpdate(worker->md, block, sizeof block));
		RAW(EVP_DigestFinal_ex(worker->md, out, NULL));
		return;
	}
	OK(functions(worker)->C_DigestInit(worker->session, &mechanism), "digest");
	OK(functions(worker)->C_Digest(worker->session, block, sizeof block, out, &len), "digest");
}

static void fill_random(struct worker *worker)
{
	CK_BYTE out[32];

	if (is_raw(worker))
		RAW(RAND_bytes(out, sizeof out));
	else
		OK(functions(worker)->C_GenerateRandom(worker->session, out, sizeof out), "random");
}

/* --- new keys -----------------------------------------------------------------------------------
 */

/* A pair on the token, which goes again: a token that fills up would be measured instead. */
static void generate(
	struct worker *worker, CK_MECHANISM_TYPE type, CK_ATTRIBUTE *what, CK_ULONG what_count)
{
	CK_MECHANISM mechanism = {type, NULL, 0};
	CK_ATTRIBUTE private[] = {{CKA_TOKEN, &bench_yes, 1}, {CKA_PRIVATE, &bench_yes, 1},
		{CKA_SENSITIVE, &bench_yes, 1}, {CKA_SIGN, &bench_yes, 1}};
	CK_OBJECT_HANDLE half, other;

	OK(functions(worker)->C_GenerateKeyPair(worker->session, &mechanism, what, what_count,
		   private, KC_COUNT_OF(private), &half, &other),
		"generate");
	OK(functions(worker)->C_DestroyObject(worker->session, half), "destroy");
	OK(functions(worker)->C_DestroyObject(worker->session, other), "destroy");
}

static void generate_p256(struct worker *worker)
{
	CK_ATTRIBUTE what[] = {{CKA_EC_PARAMS, p256, sizeof p256}, {CKA_TOKEN, &bench_yes, 1}};
	EVP_PKEY *made;

	if (!is_raw(worker)) {
		generate(worker, CKM_EC_KEY_PAIR_GEN, what, 2);
		return;
	}
	made = EVP_EC_gen("P-256");
	RAW(made != NULL);
	EVP_PKEY_free(made);
}

static void generate_rsa(struct worker *worker)
{
	CK_BYTE f4[] = {1, 0, 1};
	CK_ULONG bits = 2048;
	CK_ATTRIBUTE what[] = {{CKA_MODULUS_BITS, &bits, sizeof bits},
		{CKA_PUBLIC_EXPONENT, f4, sizeof f4}, {CKA_TOKEN, &bench_yes, 1}};
	EVP_PKEY *made;

	if (!is_raw(worker)) {
		generate(worker, CKM_RSA_PKCS_KEY_PAIR_GEN, what, 3);
		return;
	}
	made = EVP_RSA_gen(2048);
	RAW(made != NULL);
	EVP_PKEY_free(made);
}

/* clang-format off */
const struct operation bench_key_operations[] = {
	{"P-256 sign",              bench_key_start_p256, bench_key_sign_p256, true, false},
	{"RSA-2048 sign",           start_rsa,            sign_rsa,            true, false},
	{"RSA-2048 OAEP decrypt",   start_oaep,           decrypt_oaep,        true, false},
	{"P-256 ECDH derive",       start_ecdh,           derive_ecdh,         true, false},
	{"AES-256-GCM of 16 KiB",   start_gcm,            encrypt_gcm,         true, false},
	{"HMAC-SHA-256 of 64 B",    start_hmac,           sign_hmac,           true, false},
	{"SHA-256 of 16 KiB",       start_sha256,         digest_sha256,       true, false},
	{"random, 32 B",            NULL,                 fill_random,         true, false},
	{"P-256 key on the token",  NULL,                 generate_p256,       true, false},
	{"RSA-2048 key on the token", NULL,               generate_rsa,        true, false},
};
/* clang-format on */
const size_t bench_key_count = KC_COUNT_OF(bench_key_operations);
