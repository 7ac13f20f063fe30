/* SPDX-License-Identifier: ISC */
/*
 * Secret keys: block and stream ciphers with and without authentication, key wrap, and message
 * authentication codes, one row of functions per scheme behind these calls.
 *
 * A prepared key is immutable and may be used from several threads at once: what OpenSSL needs per
 * scheme (fetched ciphers, expanded keys, the inner state of an HMAC) is made at first use and kept
 * with it. An operation belongs to one thread at a time.
 */
#ifndef KC_CRYPTO_SECRET_KEY_H
#define KC_CRYPTO_SECRET_KEY_H

#include "base/buf.h"
#include "base/mechanism.h"
#include "base/secret.h"

struct kc_sk;

/* A random key of a type; len in bytes. Errors: KEY_TYPE (not of a secret key), KEY_SIZE. */
KC_MUST kc_err kc_sk_generate(enum kc_secret_type type, size_t len, struct kc_sk **ret);
/* Copies the value into the arena. Errors: KEY_TYPE, KEY_SIZE (not a length of that type; 0; more
 * than 64 KiB). */
KC_MUST kc_err kc_sk_load(enum kc_secret_type type, struct kc_bytes value, struct kc_sk **ret);
struct kc_sk *kc_sk_ref(struct kc_sk *sk); /* one more owner; counted atomically */
void kc_sk_free(struct kc_sk *sk);	   /* one owner less; the last wipes */
#define KC_CLEANUP_SK KC_CLEANUP(kc_sk_free_cleanup)
static inline void kc_sk_free_cleanup(struct kc_sk **sk)
{
	if (*sk)
		kc_sk_free(*sk);
}

enum kc_secret_type kc_sk_type(const struct kc_sk *sk);
struct kc_bytes kc_sk_value(const struct kc_sk *sk); /* borrowed, from the arena */
/* CKA_CHECK_VALUE (PKCS#11 3.1, 4.10.2): of a block cipher's key the first three bytes of an
 * encrypted block of zeroes, of others the first three of its SHA-1. */
KC_MUST kc_err kc_sk_check_value(const struct kc_sk *sk, uint8_t ret[static 3]);

/* One message. Errors: MECHANISM (not for this type), MECHANISM_PARAM, DATA_LEN; decryption answers
 * DECRYPT for whatever was not encrypted so (padding, tag, key wrap's check), giving out no byte of
 * it; nothing else than the whole message is ever given out. */
KC_MUST kc_err kc_sk_encrypt(const struct kc_sk *sk, const struct kc_cipher_params *params,
	struct kc_bytes input, struct kc_buf *ret);
KC_MUST kc_err kc_sk_decrypt(const struct kc_sk *sk, const struct kc_cipher_params *params,
	struct kc_bytes input, struct kc_secret *ret);
/* The same into a buffer, which the caller wipes: locked memory for a long plaintext would take
 * longer than decrypting it. */
KC_MUST kc_err kc_sk_decrypt_buf(const struct kc_sk *sk, const struct kc_cipher_params *params,
	struct kc_bytes input, struct kc_buf *ret);
/* The code of a message, and whether it is this one (VERIFY, compared in constant time; DATA_LEN
 * for one of another length). */
KC_MUST kc_err kc_sk_mac(const struct kc_sk *sk, const struct kc_sign_params *params,
	struct kc_bytes input, struct kc_buf *ret);
KC_MUST kc_err kc_sk_mac_check(const struct kc_sk *sk, const struct kc_sign_params *params,
	struct kc_bytes input, struct kc_bytes code);

/*
 * The same in parts. Ciphers give what is ready after each part: whole blocks, holding back one
 * where padding may follow. GCM, CCM and Poly1305 decrypt to nothing before their tag was right; so
 * they and CCM in both directions collect, up to KC_SK_OPERATION_MAX bytes (DATA_LEN beyond).
 */
struct kc_sk_operation;
#define KC_SK_OPERATION_MAX ((size_t)64 << 20)

enum kc_sk_way { KC_SK_ENCRYPT, KC_SK_DECRYPT };
KC_MUST kc_err kc_sk_cipher_begin(const struct kc_sk *sk, enum kc_sk_way way,
	const struct kc_cipher_params *params, struct kc_sk_operation **ret);
KC_MUST kc_err kc_sk_mac_begin(
	const struct kc_sk *sk, const struct kc_sign_params *params, struct kc_sk_operation **ret);
/* Appends what came out, which of a code is nothing. After an error only free is allowed. */
KC_MUST kc_err kc_sk_operation_part(
	struct kc_sk_operation *operation, struct kc_bytes part, struct kc_buf *ret);
/* The rest of a cipher (a plaintext's buffer is the caller's to wipe), or the code. */
KC_MUST kc_err kc_sk_operation_end(struct kc_sk_operation *operation, struct kc_buf *ret);
/* Whether the code of all parts is this one: VERIFY, DATA_LEN. */
KC_MUST kc_err kc_sk_operation_check(struct kc_sk_operation *operation, struct kc_bytes code);
/* The same message so far, for two ends (PKCS#11 3.1, 5.6.7). UNSUPPORTED where the library does
 * not copy what it is in. */
KC_MUST kc_err kc_sk_operation_fork(
	const struct kc_sk_operation *operation, struct kc_sk_operation **ret);
/* How much it holds, for whoever has to bound that. */
size_t kc_sk_operation_held(const struct kc_sk_operation *operation);
void kc_sk_operation_free(struct kc_sk_operation *operation); /* wipes; NULL is fine */

#endif
