/* SPDX-License-Identifier: ISC */
/* The table of what connected programs have in memory, and the accounts of who has how much. */
#include "backend/keychain_owned.h"

#include <stdlib.h>

#include "base/random.h"

#define BUCKETS 4096u

/* clang-format off */
static const struct limit {
	size_t count, bytes, bytes_of_all;
} limits[KC_OWNED_KINDS] = {
	/*                     of one program             of all */
	[KC_OWNED_KEY]       = {4096, (size_t)32 << 20,  (size_t)256 << 20},
	[KC_OWNED_OPERATION] = {256,  (size_t)96 << 20,  (size_t)256 << 20},
};
/* clang-format on */

struct account {
	struct account *next;
	uint64_t program;
	size_t count[KC_OWNED_KINDS], bytes[KC_OWNED_KINDS];
};

struct kc_keychain_owned {
	pthread_mutex_t mutex;
	struct account *accounts; /* one for each program that has something */
	size_t count[KC_OWNED_KINDS], bytes[KC_OWNED_KINDS];
	struct kc_owned *buckets[BUCKETS];
};

kc_err kc_keychain_owned_open(struct kc_keychain *keychain)
{
	struct kc_keychain_owned *table = calloc(1, sizeof *table);

	if (!table)
		return KC_ERR(NO_MEMORY);
	pthread_mutex_init(&table->mutex, NULL);
	keychain->owned = table;
	return KC_OK;
}

/* --- accounts -----------------------------------------------------------------------------------
 */

static struct account **account_inlock(struct kc_keychain_owned *table, uint64_t program)
{
	struct account **at = &table->accounts;

	while (*at && (*at)->program != program)
		at = &(*at)->next;
	return at;
}

static kc_err make_account_inlock(
	struct kc_keychain_owned *table, uint64_t program, struct account **ret)
{
	struct account **at = account_inlock(table, program);

	if (!*at) {
		*at = calloc(1, sizeof **at);
		if (!*at)
			return KC_ERR(NO_MEMORY);
		(*at)->program = program;
	}
	*ret = *at;
	return KC_OK;
}

static void settle_account_inlock(struct kc_keychain_owned *table, uint64_t program)
{
	struct account **at = account_inlock(table, program), *account = *at;

	for (unsigned kind = 0; kind < KC_OWNED_KINDS; kind++)
		if (account->count[kind])
			return;
	*at = account->next;
	free(account);
}

/* Changes what a program has by count things and from old to new bytes. Errors: BUSY, when it is
 * more than before and too much. */
static kc_err book_inlock(struct kc_keychain_owned *table, struct account *account,
	enum kc_owned_kind kind, int count, size_t old, size_t new)
{
	const struct limit *limit = &limits[kind];

	if ((count > 0 && account->count[kind] >= limit->count) ||
		(new > old && (new - old > limit->bytes - account->bytes[kind] ||
				      new - old > limit->bytes_of_all - table->bytes[kind])))
		return KC_ERR(BUSY);
	account->count[kind] += (size_t)count;
	table->count[kind] += (size_t)count;
	account->bytes[kind] += new - old;
	table->bytes[kind] += new - old;
	return KC_OK;
}

/* --- the table ----------------------------------------------------------------------------------
 */

static struct kc_owned **find_inlock(struct kc_keychain_owned *table, uint64_t id)
{
	struct kc_owned **at = &table->buckets[id % BUCKETS];

	while (*at && (*at)->id != id)
		at = &(*at)->next;
	return at;
}

static struct kc_owned **find_of_inlock(struct kc_keychain_owned *table,
	const struct kc_caller *caller, enum kc_owned_kind kind, uint64_t id)
{
	struct kc_owned **at = find_inlock(table, id);

	if (!*at || (*at)->kind != kind || (*at)->program != caller->program)
		return NULL;
	return at;
}

static void link_inlock(struct kc_keychain_owned *table, struct kc_owned *owned)
{
	struct kc_owned **bucket = &table->buckets[owned->id % BUCKETS];

	owned->next = *bucket;
	*bucket = owned;
	owned->references = 2;
}

/* Takes one out; its reference is the caller's now. */
static struct kc_owned *unlink_inlock(struct kc_keychain_owned *table, struct kc_owned **at)
{
	struct kc_owned *owned = *at;
	struct account *account = *account_inlock(table, owned->program);

	*at = owned->next;
	owned->next = NULL;
	account->count[owned->kind]--;
	table->count[owned->kind]--;
	account->bytes[owned->kind] -= owned->cost;
	table->bytes[owned->kind] -= owned->cost;
	settle_account_inlock(table, owned->program);
	return owned;
}

static bool may_stay(const struct kc_keychain *keychain, const struct kc_owned *owned)
{
	return !owned->until_lock || kc_keychain_lock_state(keychain) == KC_LOCK_UNLOCKED;
}

static kc_err put_inlock(struct kc_keychain *keychain, struct kc_owned *owned)
{
	struct kc_keychain_owned *table = keychain->owned;
	struct account *account;
	kc_err err;

	if (!may_stay(keychain, owned))
		return KC_ERR(LOCKED);
	KC_TRY(make_account_inlock(table, owned->program, &account));
	err = book_inlock(table, account, owned->kind, 1, 0, owned->cost);
	if (err != KC_OK) {
		settle_account_inlock(table, owned->program);
		return err;
	}
	link_inlock(table, owned);
	return KC_OK;
}

kc_err kc_keychain_owned_put(
	struct kc_keychain *keychain, const struct kc_caller *caller, struct kc_owned *owned)
{
	struct kc_keychain_owned *table = keychain->owned;
	kc_err err;

	if (caller->program == 0)
		return KC_ERR(PARAM);
	owned->program = caller->program;
	pthread_mutex_lock(&table->mutex);
	do {
		kc_random_fill(&owned->id, sizeof owned->id);
		owned->id |= KC_TRANSIENT_BIT;
	} while (*find_inlock(table, owned->id));
	err = put_inlock(keychain, owned);
	pthread_mutex_unlock(&table->mutex);
	return err;
}

kc_err kc_keychain_owned_get(struct kc_keychain *keychain, const struct kc_caller *caller,
	enum kc_owned_kind kind, uint64_t id, struct kc_owned **ret)
{
	struct kc_keychain_owned *table = keychain->owned;
	struct kc_owned **at;
	kc_err err = KC_E_NOT_FOUND;

	pthread_mutex_lock(&table->mutex);
	at = find_of_inlock(table, caller, kind, id);
	if (at) {
		(*at)->references++;
		*ret = *at;
		err = KC_OK;
	}
	pthread_mutex_unlock(&table->mutex);
	return err;
}

void kc_keychain_owned_release(struct kc_keychain *keychain, struct kc_owned *owned)
{
	struct kc_keychain_owned *table = keychain->owned;
	bool is_last;

	pthread_mutex_lock(&table->mutex);
	is_last = --owned->references == 0;
	pthread_mutex_unlock(&table->mutex);
	if (is_last)
		owned->destroy(owned);
}

static kc_err replace_inlock(
	struct kc_keychain *keychain, struct kc_owned *old, struct kc_owned *owned)
{
	struct kc_keychain_owned *table = keychain->owned;
	struct kc_owned **at = find_inlock(table, old->id);

	if (*at != old)
		return KC_ERR(NOT_FOUND);
	if (!may_stay(keychain, owned))
		return KC_ERR(LOCKED);
	KC_TRY(book_inlock(
		table, *account_inlock(table, old->program), old->kind, 0, old->cost, owned->cost));
	*at = old->next;
	old->next = NULL;
	owned->id = old->id;
	owned->program = old->program;
	link_inlock(table, owned);
	return KC_OK;
}

kc_err kc_keychain_owned_replace(
	struct kc_keychain *keychain, struct kc_owned *old, struct kc_owned *owned)
{
	struct kc_keychain_owned *table = keychain->owned;
	kc_err err;

	pthread_mutex_lock(&table->mutex);
	err = replace_inlock(keychain, old, owned);
	pthread_mutex_unlock(&table->mutex);
	if (err == KC_OK)
		kc_keychain_owned_release(keychain, old);
	return err;
}

kc_err kc_keychain_owned_remove(struct kc_keychain *keychain, const struct kc_caller *caller,
	enum kc_owned_kind kind, uint64_t id)
{
	struct kc_keychain_owned *table = keychain->owned;
	struct kc_owned **at, *owned = NULL;

	pthread_mutex_lock(&table->mutex);
	at = find_of_inlock(table, caller, kind, id);
	if (at)
		owned = unlink_inlock(table, at);
	pthread_mutex_unlock(&table->mutex);
	if (!owned)
		return KC_ERR(NOT_FOUND);
	kc_keychain_owned_release(keychain, owned);
	return KC_OK;
}

kc_err kc_keychain_owned_charge(struct kc_keychain *keychain, struct kc_owned *owned, size_t cost)
{
	struct kc_keychain_owned *table = keychain->owned;
	kc_err err = KC_OK;

	pthread_mutex_lock(&table->mutex);
	if (*find_inlock(table, owned->id) == owned) /* else it counts for nothing any more */
		err = book_inlock(table, *account_inlock(table, owned->program), owned->kind, 0,
			owned->cost, cost);
	if (err == KC_OK)
		owned->cost = cost;
	pthread_mutex_unlock(&table->mutex);
	return err;
}

size_t kc_keychain_owned_count(struct kc_keychain *keychain, enum kc_owned_kind kind)
{
	size_t count;

	pthread_mutex_lock(&keychain->owned->mutex);
	count = keychain->owned->count[kind];
	pthread_mutex_unlock(&keychain->owned->mutex);
	return count;
}

/* --- what goes ----------------------------------------------------------------------------------
 */

/* Whose things go: of one program, or all that a lock ends. */
struct going {
	bool at_lock;
	uint64_t program;
};

static bool is_going(const struct kc_owned *owned, const struct going *going)
{
	return going->at_lock ? owned->until_lock : owned->program == going->program;
}

/* Wiping may take a while, and is done outside the mutex. */
static void drop(struct kc_keychain *keychain, const struct going *going)
{
	struct kc_keychain_owned *table = keychain->owned;
	struct kc_owned *dropped = NULL, *next;

	pthread_mutex_lock(&table->mutex);
	for (unsigned i = 0; i < BUCKETS; i++)
		for (struct kc_owned **at = &table->buckets[i]; *at;) {
			struct kc_owned *owned = *at;
			if (!is_going(owned, going)) {
				at = &owned->next;
				continue;
			}
			(void)unlink_inlock(table, at);
			owned->next = dropped;
			dropped = owned;
		}
	pthread_mutex_unlock(&table->mutex);
	for (; dropped; dropped = next) {
		next = dropped->next;
		kc_keychain_owned_release(keychain, dropped);
	}
}

void kc_keychain_owned_lock(struct kc_keychain *keychain)
{
	drop(keychain, &(struct going){.at_lock = true});
}

void kc_keychain_owned_drop_program(struct kc_keychain *keychain, uint64_t program)
{
	drop(keychain, &(struct going){.program = program});
}

void kc_keychain_owned_close(struct kc_keychain *keychain)
{
	struct kc_keychain_owned *table = keychain->owned;

	if (!table)
		return;
	while (table->accounts)
		kc_keychain_owned_drop_program(keychain, table->accounts->program);
	pthread_mutex_destroy(&table->mutex);
	free(table);
	keychain->owned = NULL;
}
