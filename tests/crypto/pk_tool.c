/* SPDX-License-Identifier: ISC */
/*
 * The key functions as a program, so that a script can hold them against another:
 *
 *   pk_tool make TYPE BITS PRIVATE SPKI           a new key: stored form, and public key as DER
 *   pk_tool sign TYPE PRIVATE SCHEME HASH FILE    signature of a file, to the standard output
 *   pk_tool verify SPKI SCHEME HASH FILE SIGNATURE
 *   pk_tool encrypt SPKI SCHEME HASH MGF LABEL FILE            to the standard output
 *   pk_tool decrypt PRIVATE SCHEME HASH MGF LABEL FILE         the same
 *   pk_tool agree TYPE PRIVATE SPKI                            the same
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/pk.h"

struct word {
	const char *word;
	int value;
};

/* clang-format off */
static const struct word types[] = {
	{"rsa", KC_KEY_RSA}, {"ec", KC_KEY_EC}, {"ed25519", KC_KEY_ED25519}, {"ed448", KC_KEY_ED448},
	{"x25519", KC_KEY_X25519}, {"x448", KC_KEY_X448}, {NULL, 0}};
static const struct word schemes[] = {
	{"pkcs1", KC_SIGN_RSA_PKCS1}, {"pss", KC_SIGN_RSA_PSS}, {"ecdsa", KC_SIGN_ECDSA_DER},
	{"eddsa", KC_SIGN_EDDSA}, {NULL, 0}};
static const struct word ciphers[] = {
	{"none", KC_CIPHER_RSA_RAW}, {"pkcs1", KC_CIPHER_RSA_PKCS1}, {"oaep", KC_CIPHER_RSA_OAEP},
	{NULL, 0}};
static const struct word hashes[] = {
	{"none", KC_HASH_NONE}, {"sha1", KC_HASH_SHA1}, {"sha224", KC_HASH_SHA224},
	{"sha256", KC_HASH_SHA256}, {"sha384", KC_HASH_SHA384}, {"sha512", KC_HASH_SHA512},
	{"sha512-224", KC_HASH_SHA512_224}, {"sha512-256", KC_HASH_SHA512_256},
	{"sha3-224", KC_HASH_SHA3_224}, {"sha3-256", KC_HASH_SHA3_256},
	{"sha3-384", KC_HASH_SHA3_384}, {"sha3-512", KC_HASH_SHA3_512}, {"md5", KC_HASH_MD5},
	{NULL, 0}};
/* clang-format on */

static int value_of(const struct word *words, const char *word)
{
	for (; words->word; words++)
		if (strcmp(words->word, word) == 0)
			return words->value;
	fprintf(stderr, "pk_tool: %s?\n", word);
	exit(2);
}

static void check(kc_err err, const char *what)
{
	if (err == KC_OK)
		return;
	fprintf(stderr, "pk_tool: %s: %s\n", what, kc_err_text(err));
	exit(1);
}

static void read_file(const char *path, struct kc_buf *ret)
{
	FILE *file = fopen(path, "re");
	uint8_t chunk[4096];
	size_t got;

	while (file && (got = fread(chunk, 1, sizeof chunk, file)) > 0)
		kc_buf_push(ret, chunk, got);
	check(file && fclose(file) == 0 ? kc_buf_check(ret) : KC_E_IO, path);
}

static void write_file(const char *path, struct kc_bytes bytes)
{
	FILE *file = fopen(path, "we");

	check(file && fwrite(bytes.data, 1, bytes.len, file) == bytes.len && fclose(file) == 0
			? KC_OK
			: KC_E_IO,
		path);
}

static struct kc_sign_params params_of(const char *scheme, const char *hash)
{
	struct kc_sign_params params = {
		.scheme = (enum kc_sign_scheme)value_of(schemes, scheme),
		.hash = (enum kc_hash)value_of(hashes, hash),
	};

	params.mgf_hash = params.hash;
	params.salt_len = (unsigned)kc_hash_len(params.hash);
	return params;
}

static void make(char **args)
{
	KC_CLEANUP_SECRET struct kc_secret stored = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT;
	KC_CLEANUP_PK struct kc_pk *key = NULL;

	check(kc_pk_generate((enum kc_key_type)value_of(types, args[0]),
		      (unsigned)strtoul(args[1], NULL, 10), &key),
		args[0]);
	check(kc_pk_store_private(key, &stored), args[2]);
	check(kc_pk_spki(key, &spki), args[3]);
	write_file(args[2], kc_secret_bytes(&stored));
	write_file(args[3], kc_buf_bytes(&spki));
}

static void sign(char **args)
{
	struct kc_sign_params params = params_of(args[2], args[3]);
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT, input = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
	KC_CLEANUP_PK struct kc_pk *key = NULL;

	read_file(args[1], &stored);
	read_file(args[4], &input);
	check(kc_pk_load((enum kc_key_type)value_of(types, args[0]), true, kc_buf_bytes(&stored),
		      &key),
		args[1]);
	check(kc_pk_sign(key, &params, kc_buf_bytes(&input), &signature), args[4]);
	fwrite(signature.data, 1, signature.len, stdout);
}

static void verify(char **args)
{
	struct kc_sign_params params = params_of(args[1], args[2]);
	KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT, input = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf signature = KC_BUF_INIT;
	KC_CLEANUP_PK struct kc_pk *key = NULL;

	read_file(args[0], &spki);
	read_file(args[3], &input);
	read_file(args[4], &signature);
	check(kc_pk_load_spki(kc_buf_bytes(&spki), &key), args[0]);
	check(kc_pk_verify(key, &params, kc_buf_bytes(&input), kc_buf_bytes(&signature)), args[4]);
}

/* args: SCHEME HASH MGF LABEL */
static struct kc_cipher_params cipher_of(char **args)
{
	return (struct kc_cipher_params){
		.scheme = (enum kc_cipher_scheme)value_of(ciphers, args[0]),
		.hash = (enum kc_hash)value_of(hashes, args[1]),
		.mgf_hash = (enum kc_hash)value_of(hashes, args[2]),
		.label = kc_bytes_str(args[3]),
	};
}

static void encrypt(char **args)
{
	struct kc_cipher_params params = cipher_of(args + 1);
	KC_CLEANUP_BUF struct kc_buf spki = KC_BUF_INIT, input = KC_BUF_INIT;
	KC_CLEANUP_BUF struct kc_buf block = KC_BUF_INIT;
	KC_CLEANUP_PK struct kc_pk *key = NULL;

	read_file(args[0], &spki);
	read_file(args[5], &input);
	check(kc_pk_load_spki(kc_buf_bytes(&spki), &key), args[0]);
	check(kc_pk_encrypt(key, &params, kc_buf_bytes(&input), &block), args[5]);
	fwrite(block.data, 1, block.len, stdout);
}

static void decrypt(char **args)
{
	struct kc_cipher_params params = cipher_of(args + 1);
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT, block = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret message = KC_SECRET_INIT;
	KC_CLEANUP_PK struct kc_pk *key = NULL;

	read_file(args[0], &stored);
	read_file(args[5], &block);
	check(kc_pk_load(KC_KEY_RSA, true, kc_buf_bytes(&stored), &key), args[0]);
	check(kc_pk_decrypt(key, &params, kc_buf_bytes(&block), &message), args[5]);
	fwrite(message.data, 1, message.len, stdout);
}

static void agree(char **args)
{
	KC_CLEANUP_BUF struct kc_buf stored = KC_BUF_INIT, spki = KC_BUF_INIT, peer = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret shared = KC_SECRET_INIT;
	KC_CLEANUP_PK struct kc_pk *key = NULL, *public = NULL;

	read_file(args[1], &stored);
	read_file(args[2], &spki);
	check(kc_pk_load((enum kc_key_type)value_of(types, args[0]), true, kc_buf_bytes(&stored),
		      &key),
		args[1]);
	check(kc_pk_load_spki(kc_buf_bytes(&spki), &public), args[2]);
	check(kc_pk_store_public(public, &peer), args[2]);
	check(kc_pk_agree(key, kc_buf_bytes(&peer), &shared), args[2]);
	fwrite(shared.data, 1, shared.len, stdout);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int args;
		void (*run)(char **);
	} commands[] = {{"make", 4, make}, {"sign", 5, sign}, {"verify", 5, verify},
		{"encrypt", 6, encrypt}, {"decrypt", 6, decrypt}, {"agree", 3, agree}};

	for (size_t i = 0; i < KC_COUNT_OF(commands); i++)
		if (argc == commands[i].args + 2 && strcmp(argv[1], commands[i].name) == 0) {
			commands[i].run(argv + 2);
			return 0;
		}
	return 2;
}
