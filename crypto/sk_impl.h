/* SPDX-License-Identifier: ISC */
/* A secret key with what the library has prepared for it, and messages under way. */
#ifndef KC_CRYPTO_SK_IMPL_H
#define KC_CRYPTO_SK_IMPL_H

#include <stdatomic.h>

#include "crypto/crypto_impl.h"
#include "crypto/secret_key.h"

struct kc_sk {
	enum kc_secret_type type;
	struct kc_secret value;
	struct kc_sk_idle *idle; /* what changes in it has a lock of its own */
	atomic_uint owners;
};

/* --- prepared contexts (sk_context.c) -----------------------------------------------------------
 * Expanding a key and finding an algorithm take longer than a short message. So a context that has
 * both is kept with the key when its message is done, and begun anew for the next one.
 */

struct kc_sk_context {
	unsigned purpose;	/* what it was prepared for; 0: not to be kept */
	EVP_CIPHER_CTX *cipher; /* exactly one of the two */
	EVP_MAC_CTX *mac;
	size_t iv_len; /* as last told to the cipher, where that varies */
};

KC_MUST kc_err kc_sk_context_new_idle(struct kc_sk_idle **ret);
void kc_sk_context_free_idle(struct kc_sk_idle *idle);
/* Whether there is one for that purpose; it is then the caller's until given back. */
bool kc_sk_context_take(const struct kc_sk *sk, unsigned purpose, struct kc_sk_context *ret);
/* A context in the same state. Errors: UNSUPPORTED. */
KC_MUST kc_err kc_sk_context_fork(const struct kc_sk_context *context, struct kc_sk_context *ret);
void kc_sk_context_give(const struct kc_sk *sk, struct kc_sk_context *context);

/* --- modes: what each cipher is (sk_mode.c) ----------------------------------------------------
 */

enum kc_sk_shape {
	KC_SK_NONE,   /* not a cipher of secret keys */
	KC_SK_BLOCKS, /* whole blocks in, the same out */
	KC_SK_PADDED, /* RFC 5652 6.3 */
	KC_SK_STREAM, /* bytes */
	KC_SK_WHOLE,  /* bytes, all at once */
	KC_SK_WRAP,   /* all at once, growing by a check */
	KC_SK_AEAD,   /* a tag follows */
};

struct kc_sk_mode {
	enum kc_sk_shape shape;
	bool at_once;		  /* the library wants the message in one update */
	const char *aes;	  /* its name after "AES-256-" */
	const char *name;	  /* of 3DES, or of ChaCha20 */
	size_t iv_least, iv_most; /* 0 and 0: a block's length, or none for ECB */
	size_t least, step;	  /* of a plaintext: bytes, and a multiple of what */
};

#define KC_SK_IV_MOST 256
#define KC_SK_LONG_IV 129 /* from here on OpenSSL's GCM does not keep it: sk_long_iv.c */

/* What params say about this key's cipher, checked. Errors: MECHANISM, MECHANISM_PARAM. */
KC_MUST kc_err kc_sk_mode_find(const struct kc_sk *sk, const struct kc_cipher_params *params,
	const struct kc_sk_mode **ret);
/* Fetched once for the process; NULL when the library has it not. */
const EVP_CIPHER *kc_sk_mode_cipher(const struct kc_sk *sk, const struct kc_sk_mode *mode);
/* The IV as the library wants it. Returns its length; 0 is none. */
size_t kc_sk_mode_iv(const struct kc_cipher_params *params, uint8_t ret[static KC_SK_IV_MOST]);
/* How many bytes nonce and counter allow; UINT64_MAX for more than anybody has. */
uint64_t kc_sk_mode_limit(const struct kc_cipher_params *params);
/* How long a whole message becomes at most. Errors: DATA_LEN. */
KC_MUST kc_err kc_sk_mode_out_len(const struct kc_sk *sk, enum kc_sk_way way,
	const struct kc_sk_mode *mode, const struct kc_cipher_params *params, size_t len,
	size_t *ret);
size_t kc_sk_mode_block(const struct kc_sk *sk); /* of its block cipher */

/* --- a message being encrypted or decrypted (sk_cipher.c) ---------------------------------------
 */

struct kc_sk_message {
	const struct kc_sk *sk;
	const struct kc_sk_mode *mode;
	enum kc_sk_way way;
	struct kc_sk_context context;
	unsigned tag_len;
	uint64_t left;	/* so many bytes more before nonce or counter is used up */
	uint64_t taken; /* bytes so far */
};

/* A whole one, into room for as much as kc_sk_mode_out_len says; wiped again when it fails. Errors:
 * DATA_LEN, DECRYPT. */
KC_MUST kc_err kc_sk_cipher_whole(const struct kc_sk *sk, enum kc_sk_way way,
	const struct kc_cipher_params *params, struct kc_bytes input, uint8_t *out,
	size_t *ret_len);
/* In parts, where that is possible: not what is to be seen at once, and no tag checked. */
bool kc_sk_cipher_collects(
	const struct kc_sk_mode *mode, enum kc_sk_way way, const struct kc_cipher_params *params);
KC_MUST kc_err kc_sk_cipher_start(const struct kc_sk *sk, enum kc_sk_way way,
	const struct kc_cipher_params *params, struct kc_sk_message *ret);
#define KC_SK_REST_MAX 32
/* Writes up to input.len bytes and KC_SK_REST_MAX. Errors: DATA_LEN. */
KC_MUST kc_err kc_sk_cipher_feed(
	struct kc_sk_message *message, struct kc_bytes input, uint8_t *out, size_t *ret_len);
/* Writes up to KC_SK_REST_MAX bytes. Errors: DATA_LEN, DECRYPT. */
KC_MUST kc_err kc_sk_cipher_finish(struct kc_sk_message *message, uint8_t *out, size_t *ret_len);
void kc_sk_cipher_done(struct kc_sk_message *message);
#define KC_CLEANUP_SK_MESSAGE KC_CLEANUP(kc_sk_cipher_done)

/* --- GCM with a long IV (sk_long_iv.c) ----------------------------------------------------------
 */

/* The first counter block, and what turns a tag of the IV of twelve zeroes into one of this. */
KC_MUST kc_err kc_sk_long_iv_cover(const struct kc_sk *sk, struct kc_bytes iv,
	uint8_t ret_block[static 16], uint8_t ret_cover[static 16]);
/* As kc_sk_cipher_whole. */
KC_MUST kc_err kc_sk_long_iv_whole(const struct kc_sk *sk, enum kc_sk_way way,
	const struct kc_cipher_params *params, struct kc_bytes input, uint8_t *out,
	size_t *ret_len);

/* --- a code being made (sk_mac.c) ---------------------------------------------------------------
 */

#define KC_SK_CODE_MOST 64
struct kc_sk_code {
	const struct kc_sk *sk;
	struct kc_sk_context context; /* of GMAC: a cipher, to which all is additional data */
	size_t len;		      /* of what is asked for */
	uint8_t cover[16];	      /* of GMAC with a long IV: to be mixed into the code */
};

/* Errors: MECHANISM, MECHANISM_PARAM. */
KC_MUST kc_err kc_sk_mac_start(
	const struct kc_sk *sk, const struct kc_sign_params *params, struct kc_sk_code *ret);
/* HMAC by a key of whatever type, as derivation wants it; CMAC for KC_HASH_NONE. */
KC_MUST kc_err kc_sk_mac_start_prf(
	const struct kc_sk *sk, enum kc_hash hash, struct kc_sk_code *ret);
KC_MUST kc_err kc_sk_mac_feed(struct kc_sk_code *code, struct kc_bytes input);
/* Writes code->len bytes. */
KC_MUST kc_err kc_sk_mac_finish(struct kc_sk_code *code, uint8_t ret[static KC_SK_CODE_MOST]);
void kc_sk_mac_done(struct kc_sk_code *code);
#define KC_CLEANUP_SK_CODE KC_CLEANUP(kc_sk_mac_done)
/* Compares in constant time. Errors: DATA_LEN, VERIFY. */
KC_MUST kc_err kc_sk_mac_compare(const uint8_t *wanted, size_t len, struct kc_bytes code);

#endif
