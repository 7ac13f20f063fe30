/* SPDX-License-Identifier: ISC */
/* The private library context, and an allocator that wipes. */
#include "crypto/crypto.h"

#include <malloc.h>
#include <pthread.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/provider.h>

#include "crypto/crypto_impl.h"

/* --- an allocator that wipes -------------------------------------------------------------------
 * The C library knows the size of a block, so none is hidden in front of it. */

static void *wiping_malloc(size_t len, const char *file, int line)
{
	(void)file, (void)line;
	return malloc(len);
}

static void wiping_free(void *block, const char *file, int line)
{
	(void)file, (void)line;
	if (!block)
		return;
	kc_mem_wipe(block, malloc_usable_size(block));
	free(block);
}

static void *wiping_realloc(void *block, size_t len, const char *file, int line)
{
	size_t had = block ? malloc_usable_size(block) : 0;
	void *moved = malloc(len);

	if (!moved)
		return NULL;
	if (block)
		memcpy(moved, block, had < len ? had : len);
	wiping_free(block, file, line);
	return moved;
}

/* --- the context -------------------------------------------------------------------------------
 */

static struct kc_crypto_library library;

static void load_library(void)
{
	library.context = OSSL_LIB_CTX_new();
	if (!library.context || !OSSL_PROVIDER_load(library.context, "default"))
		return;
	library.gcm = EVP_CIPHER_fetch(library.context, "AES-256-GCM", NULL);
	library.siv = EVP_CIPHER_fetch(library.context, "AES-256-SIV", NULL);
	library.hmac = EVP_MAC_fetch(library.context, "HMAC", NULL);
	library.hkdf = EVP_KDF_fetch(library.context, "HKDF", NULL);
	library.x963 = EVP_KDF_fetch(library.context, "X963KDF", NULL);
	library.one_step = EVP_KDF_fetch(library.context, "SSKDF", NULL);
	library.pbkdf2 = EVP_KDF_fetch(library.context, "PBKDF2", NULL);
	library.scrypt = EVP_KDF_fetch(library.context, "SCRYPT", NULL);
	for (enum kc_hash hash = KC_HASH_SHA1; hash <= KC_HASH_LAST; hash++)
		library.hashes[hash] =
			EVP_MD_fetch(library.context, kc_crypto_hash_name(hash), NULL);
}

const struct kc_crypto_library *kc_crypto_library(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load_library);
	return &library;
}

static bool is_complete(const struct kc_crypto_library *lib)
{
	bool complete = lib->gcm && lib->siv && lib->hmac && lib->hkdf && lib->pbkdf2 &&
			lib->scrypt && lib->x963 && lib->one_step;

	for (enum kc_hash hash = KC_HASH_SHA1; hash <= KC_HASH_LAST; hash++)
		complete = complete && lib->hashes[hash];
	return complete;
}

static bool allocator_is_ours;

static void set_allocator(void)
{
	allocator_is_ours =
		CRYPTO_set_mem_functions(wiping_malloc, wiping_realloc, wiping_free) == 1;
}

kc_err kc_crypto_init(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, set_allocator);
	if (!allocator_is_ours)
		return KC_ERR(BUG);
	/* Some calls of the library look at its default context whatever they are given. */
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	return is_complete(kc_crypto_library()) ? KC_OK : kc_crypto_failed();
}

static OSSL_LIB_CTX *legacy;

static void load_legacy(void)
{
	OSSL_LIB_CTX *context = OSSL_LIB_CTX_new();

	if (context && OSSL_PROVIDER_load(context, "default") &&
		OSSL_PROVIDER_load(context, "legacy"))
		legacy = context;
	else
		OSSL_LIB_CTX_free(context);
	kc_crypto_forget_errors();
}

OSSL_LIB_CTX *kc_crypto_legacy(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load_legacy);
	return legacy;
}

const char *kc_crypto_hash_name(enum kc_hash hash)
{
	static const char *const names[] = {
		[KC_HASH_NONE] = NULL,
		[KC_HASH_SHA1] = "SHA1",
		[KC_HASH_SHA224] = "SHA2-224",
		[KC_HASH_SHA256] = "SHA2-256",
		[KC_HASH_SHA384] = "SHA2-384",
		[KC_HASH_SHA512] = "SHA2-512",
		[KC_HASH_SHA512_224] = "SHA2-512/224",
		[KC_HASH_SHA512_256] = "SHA2-512/256",
		[KC_HASH_SHA3_224] = "SHA3-224",
		[KC_HASH_SHA3_256] = "SHA3-256",
		[KC_HASH_SHA3_384] = "SHA3-384",
		[KC_HASH_SHA3_512] = "SHA3-512",
		[KC_HASH_MD5] = "MD5",
	};
	return (size_t)hash < KC_COUNT_OF(names) ? names[hash] : NULL;
}

void kc_crypto_forget_errors(void)
{
	ERR_clear_error();
}

kc_err kc_crypto_failed(void)
{
	unsigned long error = ERR_peek_last_error();

	kc_crypto_forget_errors();
	return ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE ? KC_ERR(NO_MEMORY) : KC_ERR(BUG);
}
