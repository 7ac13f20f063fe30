/* SPDX-License-Identifier: ISC */
/* The idle contexts of a key: the library's, with the key already expanded in them. */
#include <pthread.h>
#include <stdlib.h>

#include "crypto/sk_impl.h"

/* One for each thread and each way of using a key that is likely to be in use at a time. */
#define IDLE_MOST 8

struct kc_sk_idle {
	pthread_mutex_t lock;
	struct kc_sk_context slots[IDLE_MOST]; /* purpose 0: empty */
	unsigned oldest;		       /* goes when all are full */
};

static void free_context(struct kc_sk_context *context)
{
	EVP_CIPHER_CTX_free(context->cipher);
	EVP_MAC_CTX_free(context->mac);
	*context = (struct kc_sk_context){0};
}

kc_err kc_sk_context_new_idle(struct kc_sk_idle **ret)
{
	struct kc_sk_idle *idle = calloc(1, sizeof *idle);

	if (!idle)
		return KC_ERR(NO_MEMORY);
	pthread_mutex_init(&idle->lock, NULL);
	*ret = idle;
	return KC_OK;
}

void kc_sk_context_free_idle(struct kc_sk_idle *idle)
{
	for (size_t i = 0; i < IDLE_MOST; i++)
		free_context(&idle->slots[i]);
	pthread_mutex_destroy(&idle->lock);
	free(idle);
}

bool kc_sk_context_take(const struct kc_sk *sk, unsigned purpose, struct kc_sk_context *ret)
{
	struct kc_sk_idle *idle = sk->idle;
	bool found = false;

	pthread_mutex_lock(&idle->lock);
	for (size_t i = 0; i < IDLE_MOST && !found; i++)
		if (idle->slots[i].purpose == purpose) {
			*ret = idle->slots[i];
			idle->slots[i] = (struct kc_sk_context){0};
			found = true;
		}
	pthread_mutex_unlock(&idle->lock);
	return found;
}

kc_err kc_sk_context_fork(const struct kc_sk_context *context, struct kc_sk_context *ret)
{
	struct kc_sk_context made = *context;

	if (context->mac) {
		made.mac = EVP_MAC_CTX_dup(context->mac);
	} else {
		made.cipher = EVP_CIPHER_CTX_new();
		if (made.cipher && EVP_CIPHER_CTX_copy(made.cipher, context->cipher) != 1) {
			EVP_CIPHER_CTX_free(made.cipher);
			made.cipher = NULL;
		}
	}
	kc_crypto_forget_errors();
	if (!made.cipher && !made.mac)
		return KC_ERR(UNSUPPORTED);
	*ret = made;
	return KC_OK;
}

/* An empty slot, or the one that was filled longest ago. */
static struct kc_sk_context *choose_inlock(struct kc_sk_idle *idle)
{
	for (size_t i = 0; i < IDLE_MOST; i++)
		if (idle->slots[i].purpose == 0)
			return &idle->slots[i];
	idle->oldest = (idle->oldest + 1) % IDLE_MOST;
	return &idle->slots[idle->oldest];
}

void kc_sk_context_give(const struct kc_sk *sk, struct kc_sk_context *context)
{
	struct kc_sk_idle *idle = sk->idle;
	struct kc_sk_context *slot, gone = *context;

	if (context->purpose) {
		pthread_mutex_lock(&idle->lock);
		slot = choose_inlock(idle);
		gone = *slot;
		*slot = *context;
		pthread_mutex_unlock(&idle->lock);
	}
	free_context(&gone);
	*context = (struct kc_sk_context){0};
}
