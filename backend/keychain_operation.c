/* SPDX-License-Identifier: ISC */
/*
 * Ciphers and codes in parts: what a program has under way, by id.
 *
 * One call works with an operation at a time. What it may come to hold with a part is counted
 * before the part is taken, and what it does hold afterwards.
 */
#include <stdlib.h>

#include "backend/keychain_keys.h"
#include "backend/keychain_owned.h"

#define COST 4096 /* what the libraries have of an operation, roughly */

struct operation {
	struct kc_owned owned;
	pthread_mutex_t busy;		   /* held by the call that works with it */
	struct kc_sk_operation *under_way; /* NULL once it has ended */
	bool verifies;
	unsigned marks;	    /* of its key */
	struct kc_buf rest; /* of what its end gave, from at on */
	size_t at;
};

static void destroy(struct kc_owned *owned)
{
	struct operation *operation = (struct operation *)owned;

	kc_sk_operation_free(operation->under_way);
	kc_buf_done(&operation->rest);
	pthread_mutex_destroy(&operation->busy);
	free(operation);
}

/* Takes under_way; it is as its key is, by marks of enum kc_keychain_key_mark. */
static kc_err add(struct kc_keychain *keychain, const struct kc_caller *caller,
	struct kc_sk_operation *under_way, bool verifies, unsigned marks, uint64_t *ret)
{
	struct operation *operation = calloc(1, sizeof *operation);
	kc_err err;

	if (!operation) {
		kc_sk_operation_free(under_way);
		return KC_ERR(NO_MEMORY);
	}
	*operation = (struct operation){
		.owned = {.kind = KC_OWNED_OPERATION,
			.until_lock = !(marks & KC_KEY_OPEN),
			.cost = COST + kc_sk_operation_held(under_way),
			.destroy = destroy},
		.busy = PTHREAD_MUTEX_INITIALIZER,
		.under_way = under_way,
		.verifies = verifies,
		.marks = marks,
		.rest = KC_BUF_INIT_MAX(KC_SK_OPERATION_MAX + COST),
	};
	err = kc_keychain_owned_put(keychain, caller, &operation->owned);
	if (err != KC_OK) {
		destroy(&operation->owned);
		return err;
	}
	*ret = operation->owned.id;
	kc_keychain_owned_release(keychain, &operation->owned);
	return KC_OK;
}

kc_err kc_keychain_cipher_begin(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, bool decrypts, const struct kc_cipher_params *params, uint64_t *ret_operation)
{
	KC_CLEANUP_KEY struct kc_keychain_key key = {0};
	struct kc_sk_operation *under_way;

	KC_TRY(kc_keychain_keys_get_secret(
		keychain, caller, id, decrypts ? KC_KEY_USE_DECRYPT : KC_KEY_USE_ENCRYPT, &key));
	KC_TRY(kc_sk_cipher_begin(
		key.sk, decrypts ? KC_SK_DECRYPT : KC_SK_ENCRYPT, params, &under_way));
	return add(keychain, caller, under_way, false, key.marks, ret_operation);
}

kc_err kc_keychain_mac_begin(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, bool verifies, const struct kc_sign_params *params, uint64_t *ret_operation)
{
	KC_CLEANUP_KEY struct kc_keychain_key key = {0};
	struct kc_sk_operation *under_way;

	KC_TRY(kc_keychain_keys_get_secret(
		keychain, caller, id, verifies ? KC_KEY_USE_VERIFY : KC_KEY_USE_SIGN, &key));
	KC_TRY(kc_sk_mac_begin(key.sk, params, &under_way));
	return add(keychain, caller, under_way, verifies, key.marks, ret_operation);
}

/* --- one call -----------------------------------------------------------------------------------
 */

/* Takes the operation for one call. */
static kc_err enter(struct kc_keychain *keychain, const struct kc_caller *caller, uint64_t id,
	struct operation **ret)
{
	struct kc_owned *owned;
	struct operation *operation;

	KC_TRY(kc_keychain_owned_get(keychain, caller, KC_OWNED_OPERATION, id, &owned));
	operation = (struct operation *)owned;
	if (pthread_mutex_trylock(&operation->busy) != 0) {
		kc_keychain_owned_release(keychain, owned);
		return KC_ERR(BUSY);
	}
	*ret = operation;
	return KC_OK;
}

/* Gives it back; it is over when it has ended, or failed. */
static void leave(struct kc_keychain *keychain, const struct kc_caller *caller,
	struct operation *operation, bool is_over)
{
	uint64_t id = operation->owned.id;

	pthread_mutex_unlock(&operation->busy);
	if (is_over)
		kc_keychain_operation_drop(keychain, caller, id);
	kc_keychain_owned_release(keychain, &operation->owned);
}

static kc_err take_part(struct kc_keychain *keychain, struct operation *operation,
	struct kc_bytes part, struct kc_buf *ret)
{
	struct kc_sk_operation *under_way = operation->under_way;

	if (!under_way)
		return KC_ERR(NOT_FOUND); /* it has ended, and is there for its rest alone */
	KC_TRY(kc_keychain_owned_charge(
		keychain, &operation->owned, COST + kc_sk_operation_held(under_way) + part.len));
	KC_TRY(kc_sk_operation_part(under_way, part, ret));
	return kc_keychain_owned_charge(
		keychain, &operation->owned, COST + kc_sk_operation_held(under_way));
}

kc_err kc_keychain_operation_part(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, struct kc_bytes part, struct kc_buf *ret)
{
	struct operation *operation;
	kc_err err;

	KC_TRY(enter(keychain, caller, id, &operation));
	err = take_part(keychain, operation, part, ret);
	leave(keychain, caller, operation, err != KC_OK);
	return err;
}

/* --- the end ------------------------------------------------------------------------------------
 */

/* Appends the next piece of what the end gave, and says whether it was the last. */
static kc_err give(struct operation *operation, struct kc_buf *ret, bool *ret_is_last)
{
	size_t left = operation->rest.len - operation->at;
	size_t len = left < KC_OPERATION_ANSWER ? left : KC_OPERATION_ANSWER;

	if (len)
		kc_buf_push(ret, operation->rest.data + operation->at, len);
	operation->at += len;
	*ret_is_last = len < KC_OPERATION_ANSWER;
	return kc_buf_check(ret);
}

static kc_err end(struct kc_keychain *keychain, struct operation *operation, struct kc_bytes last,
	struct kc_bytes code)
{
	size_t held;

	if (!operation->verifies && code.len)
		return KC_ERR(PARAM);
	KC_TRY(take_part(keychain, operation, last, &operation->rest));
	if (operation->verifies)
		return kc_sk_operation_check(operation->under_way, code);
	/* What it holds comes out, and is there twice for a moment. */
	held = kc_sk_operation_held(operation->under_way);
	KC_TRY(kc_keychain_owned_charge(
		keychain, &operation->owned, COST + operation->rest.len + held));
	KC_TRY(kc_sk_operation_end(operation->under_way, &operation->rest));
	kc_sk_operation_free(operation->under_way);
	operation->under_way = NULL;
	return KC_OK;
}

kc_err kc_keychain_operation_end(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, struct kc_bytes last, struct kc_bytes code, struct kc_buf *ret)
{
	struct operation *operation;
	bool is_last = true;
	kc_err err;

	KC_TRY(enter(keychain, caller, id, &operation));
	err = end(keychain, operation, last, code);
	if (err == KC_OK)
		err = give(operation, ret, &is_last);
	leave(keychain, caller, operation, err != KC_OK || is_last);
	return err;
}

kc_err kc_keychain_operation_rest(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, struct kc_buf *ret)
{
	struct operation *operation;
	bool is_last = true;
	kc_err err = KC_E_NOT_FOUND;

	KC_TRY(enter(keychain, caller, id, &operation));
	if (!operation->under_way)
		err = give(operation, ret, &is_last);
	leave(keychain, caller, operation, err != KC_OK || is_last);
	return err;
}

void kc_keychain_operation_drop(
	struct kc_keychain *keychain, const struct kc_caller *caller, uint64_t id)
{
	/* It may have gone by itself. */
	if (kc_keychain_owned_remove(keychain, caller, KC_OWNED_OPERATION, id) != KC_OK)
		return;
}

static kc_err fork_one(struct kc_keychain *keychain, const struct kc_caller *caller,
	struct operation *operation, uint64_t *ret)
{
	struct kc_sk_operation *twin;

	if (!operation->under_way)
		return KC_ERR(NOT_FOUND);
	if (operation->marks & KC_KEY_ASKS) /* that would be a second use */
		return KC_ERR(AUTH_NEEDED);
	KC_TRY(kc_sk_operation_fork(operation->under_way, &twin));
	return add(keychain, caller, twin, operation->verifies, operation->marks, ret);
}

kc_err kc_keychain_operation_fork(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, uint64_t *ret_operation)
{
	struct operation *operation;
	kc_err err;

	KC_TRY(enter(keychain, caller, id, &operation));
	err = fork_one(keychain, caller, operation, ret_operation);
	leave(keychain, caller, operation, false);
	return err;
}
