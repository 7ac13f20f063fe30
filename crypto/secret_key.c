/* SPDX-License-Identifier: ISC */
/* Secret keys: making them, and what is the same for all. */
#include "crypto/secret_key.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/sk_impl.h"

#define VALUE_MOST ((size_t)64 << 10)
#define DES3_LEN 24

/* --- making and counting ------------------------------------------------------------------------
 */

static bool is_len_of(enum kc_secret_type type, size_t len)
{
	if (type == KC_SECRET_AES)
		return len == 16 || len == 24 || len == 32;
	if (type == KC_SECRET_DES3)
		return len == DES3_LEN;
	if (type == KC_SECRET_CHACHA20)
		return len == 32;
	return len > 0 && len <= VALUE_MOST;
}

/* Takes the value. */
static kc_err make(enum kc_secret_type type, struct kc_secret *value, struct kc_sk **ret)
{
	KC_CLEANUP_FREE struct kc_sk *sk = calloc(1, sizeof *sk);

	if (!sk)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_sk_context_new_idle(&sk->idle));
	sk->type = type;
	kc_secret_move(&sk->value, value);
	atomic_init(&sk->owners, 1);
	*ret = sk;
	sk = NULL;
	return KC_OK;
}

static kc_err check(enum kc_secret_type type, size_t len)
{
	if (!kc_secret_type_is(type))
		return KC_ERR(KEY_TYPE);
	return is_len_of(type, len) ? KC_OK : KC_ERR(KEY_SIZE);
}

kc_err kc_sk_load(enum kc_secret_type type, struct kc_bytes value, struct kc_sk **ret)
{
	KC_CLEANUP_SECRET struct kc_secret copy = KC_SECRET_INIT;

	KC_TRY(check(type, value.len));
	KC_TRY(kc_secret_set(&copy, value));
	return make(type, &copy, ret);
}

/* The lowest bit of each byte makes the number of bits odd, FIPS 46-3. */
static void set_parity(struct kc_secret *key)
{
	for (size_t i = 0; i < key->len; i++) {
		unsigned upper = key->data[i] & 0xfeu;

		key->data[i] = (uint8_t)(upper | !__builtin_parity(upper));
	}
}

kc_err kc_sk_generate(enum kc_secret_type type, size_t len, struct kc_sk **ret)
{
	KC_CLEANUP_SECRET struct kc_secret value = KC_SECRET_INIT;

	KC_TRY(check(type, len));
	KC_TRY(kc_secret_random(&value, len));
	if (type == KC_SECRET_DES3)
		set_parity(&value);
	return make(type, &value, ret);
}

struct kc_sk *kc_sk_ref(struct kc_sk *sk)
{
	atomic_fetch_add_explicit(&sk->owners, 1, memory_order_relaxed);
	return sk;
}

void kc_sk_free(struct kc_sk *sk)
{
	/* Whoever frees the key must see what the other owners did before they let go. */
	if (!sk || atomic_fetch_sub_explicit(&sk->owners, 1, memory_order_acq_rel) > 1)
		return;
	kc_sk_context_free_idle(sk->idle);
	kc_secret_done(&sk->value);
	free(sk);
}

/* --- facts --------------------------------------------------------------------------------------
 */

enum kc_secret_type kc_sk_type(const struct kc_sk *sk)
{
	return sk->type;
}

struct kc_bytes kc_sk_value(const struct kc_sk *sk)
{
	return kc_secret_bytes(&sk->value);
}

kc_err kc_sk_check_value(const struct kc_sk *sk, uint8_t ret[static 3])
{
	static const struct kc_cipher_params ecb = {.scheme = KC_CIPHER_ECB};
	static const uint8_t zeroes[16] = {0};
	KC_CLEANUP_BUF struct kc_buf block = KC_BUF_INIT;
	uint8_t digest[20];

	if (sk->type == KC_SECRET_AES || sk->type == KC_SECRET_DES3) {
		size_t len = sk->type == KC_SECRET_AES ? 16 : 8;

		KC_TRY(kc_sk_encrypt(sk, &ecb, kc_bytes(zeroes, len), &block));
		memcpy(ret, block.data, 3);
		return KC_OK;
	}
	KC_TRY(kc_hash_compute(KC_HASH_SHA1, kc_sk_value(sk), digest));
	memcpy(ret, digest, 3);
	kc_mem_wipe(digest, sizeof digest);
	return KC_OK;
}
