/* SPDX-License-Identifier: ISC */
/*
 * Prepared keys: a bounded cache by item id, so that using one neither waits for the database nor
 * unwraps a secret each time; and the check of every use, of stored and transient keys alike.
 *
 * Invariants:
 *   1. A key is put in while the store's mutex is held, and kc_keychain_keys_drop is called under
 * it too: so none is left, or comes back, after a lock.
 *   2. An entry counts only while nothing has been committed since it was looked at (which sees
 *      every change of this process), and for CHECK_US at most (which sees those of others).
 *      Otherwise its row is looked at again; the key itself is kept while the version is the same.
 *
 * The cache's own mutex is taken last, and held for a look at the table alone. Whoever uses a key
 * holds a reference to it, not the mutex.
 */
#include "backend/keychain_keys.h"

#include <stdlib.h>

#include "backend/keychain_authorize.h"
#include "backend/item/ruler.h"
#include "backend/keychain_transient.h"
#include "base/clock.h"

#define CACHED 64
#define CHECK_US 1000000

struct entry {
	bool taken; /* else the slot is free */
	uint64_t id, version;
	struct kc_keychain_key key;
	struct kc_buf group; /* access group of the item */
	uint64_t changes;    /* the store's count, and the time, when the row was last looked at */
	uint64_t checked_us;
	uint64_t used; /* by the cache's count of gets: the smallest goes first */
};

struct kc_keychain_keys {
	pthread_mutex_t mutex;
	uint64_t gets;
	struct entry entries[CACHED];
};

kc_err kc_keychain_keys_open(struct kc_keychain *keychain)
{
	struct kc_keychain_keys *keys = calloc(1, sizeof *keys);

	if (!keys)
		return KC_ERR(NO_MEMORY);
	pthread_mutex_init(&keys->mutex, NULL);
	keychain->keys = keys;
	return KC_OK;
}

static void entry_done(struct entry *entry)
{
	kc_keychain_keys_done(&entry->key);
	kc_buf_done(&entry->group);
	*entry = (struct entry){.taken = false};
}

void kc_keychain_keys_drop(struct kc_keychain *keychain)
{
	struct kc_keychain_keys *keys = keychain->keys;

	pthread_mutex_lock(&keys->mutex);
	for (size_t i = 0; i < CACHED; i++)
		entry_done(&keys->entries[i]);
	pthread_mutex_unlock(&keys->mutex);
}

void kc_keychain_keys_close(struct kc_keychain *keychain)
{
	if (!keychain->keys)
		return;
	kc_keychain_keys_drop(keychain);
	pthread_mutex_destroy(&keychain->keys->mutex);
	free(keychain->keys);
	keychain->keys = NULL;
}

/* --- one key ------------------------------------------------------------------------------------
 */

void kc_keychain_keys_done(struct kc_keychain_key *key)
{
	if (key->pk)
		kc_pk_free(key->pk);
	if (key->sk)
		kc_sk_free(key->sk);
	*key = (struct kc_keychain_key){0};
}

struct kc_keychain_key kc_keychain_keys_share(const struct kc_keychain_key *key)
{
	return (struct kc_keychain_key){
		.pk = key->pk ? kc_pk_ref(key->pk) : NULL,
		.sk = key->sk ? kc_sk_ref(key->sk) : NULL,
		.marks = key->marks,
		.effective_bits = key->effective_bits,
	};
}

/* Items that other programs made may say nothing about a use: then they are for it, but keys go in
 * and out of other keys only where that is said. */
/* clang-format off */
static const struct mark_row {
	kc_name name;
	bool otherwise;
	unsigned mark;
} mark_rows[] = {
	{KC_ATTR_SIGN, true,  KC_KEY_USE_SIGN},
	{KC_ATTR_DECR, true,  KC_KEY_USE_DECRYPT},
	{KC_ATTR_DRVE, true,  KC_KEY_USE_DERIVE},
	{KC_ATTR_ENCR, true,  KC_KEY_USE_ENCRYPT},
	{KC_ATTR_VRFY, true,  KC_KEY_USE_VERIFY},
	{KC_ATTR_WRAP, false, KC_KEY_USE_WRAP},
	{KC_ATTR_UNWP, false, KC_KEY_USE_UNWRAP},
	{KC_ATTR_EXTR, true,  KC_KEY_EXTRACTABLE},
	{KC_ATTR_SENS, false, KC_KEY_SENSITIVE},
	{KC_ATTR_ASEN, false, KC_KEY_ALWAYS_SENSITIVE},
	{KC_ATTR_NEXT, false, KC_KEY_NEVER_EXTRACTABLE},
	{KC_ATTR_WWTR, false, KC_KEY_WANTS_TRUST},
	{KC_ATTR_TRST, false, KC_KEY_TRUSTED},
	{KC_ATTR_ALAU, false, KC_KEY_ASKS},
};
/* clang-format on */

static int64_t class_of(const struct kc_item *item)
{
	return kc_attrs_get_number(&item->attrs, KC_ATTR_KCLS, KC_KEY_PUBLIC);
}

unsigned kc_keychain_keys_marks(const struct kc_item *item)
{
	unsigned marks = 0;

	for (size_t i = 0; i < KC_COUNT_OF(mark_rows); i++)
		if (kc_attrs_get_number(&item->attrs, mark_rows[i].name, mark_rows[i].otherwise))
			marks |= mark_rows[i].mark;
	/* Apple's private keys unwrap what was encrypted for them. */
	if (class_of(item) == KC_KEY_PRIVATE && (marks & KC_KEY_USE_UNWRAP))
		marks |= KC_KEY_USE_DECRYPT;
	return marks;
}

uint64_t kc_keychain_keys_effective_bits(
	const struct kc_keychain_key *key, const struct kc_item *item)
{
	uint64_t bits = key->sk ? (uint64_t)kc_sk_value(key->sk).len * 8 : 0;
	int64_t said = kc_attrs_get_number(&item->attrs, KC_ATTR_ESIZ, 0);

	return said > 0 && (uint64_t)said < bits ? (uint64_t)said : bits;
}

/* --- the table ----------------------------------------------------------------------------------
 */

static struct entry *find_inlock(struct kc_keychain_keys *keys, uint64_t id)
{
	for (size_t i = 0; i < CACHED; i++)
		if (keys->entries[i].taken && keys->entries[i].id == id)
			return &keys->entries[i];
	return NULL;
}

static struct entry *oldest_inlock(struct kc_keychain_keys *keys)
{
	struct entry *oldest = &keys->entries[0];

	for (size_t i = 0; i < CACHED; i++) {
		if (!keys->entries[i].taken)
			return &keys->entries[i];
		if (keys->entries[i].used < oldest->used)
			oldest = &keys->entries[i];
	}
	return oldest;
}

static bool is_fresh(const struct kc_keychain *keychain, const struct entry *entry)
{
	return entry->changes == kc_store_changes(keychain->store) &&
	       kc_clock_monotonic_us() - entry->checked_us < CHECK_US;
}

/* NOT_FOUND when the row must be looked at. */
static kc_err get_cached(struct kc_keychain *keychain, const struct kc_caller *caller, uint64_t id,
	struct kc_keychain_key *ret)
{
	struct kc_keychain_keys *keys = keychain->keys;
	struct entry *entry;
	kc_err err = KC_E_NOT_FOUND;

	pthread_mutex_lock(&keys->mutex);
	entry = find_inlock(keys, id);
	if (entry && is_fresh(keychain, entry) &&
		kc_keychain_access_group(caller, kc_buf_bytes(&entry->group)) == KC_OK) {
		entry->used = ++keys->gets;
		*ret = kc_keychain_keys_share(&entry->key);
		err = KC_OK;
	}
	pthread_mutex_unlock(&keys->mutex);
	return err;
}

/* The row is as it was: the entry counts again. */
static bool renew(
	struct kc_keychain *keychain, const struct kc_stored *stored, struct kc_keychain_key *ret)
{
	struct kc_keychain_keys *keys = keychain->keys;
	struct entry *entry;
	bool renewed = false;

	pthread_mutex_lock(&keys->mutex);
	entry = find_inlock(keys, stored->id);
	if (entry && entry->version == stored->version) {
		entry->changes = kc_store_changes(keychain->store);
		entry->checked_us = kc_clock_monotonic_us();
		entry->used = ++keys->gets;
		*ret = kc_keychain_keys_share(&entry->key);
		renewed = true;
	}
	pthread_mutex_unlock(&keys->mutex);
	return renewed;
}

static kc_err put(struct kc_keychain *keychain, const struct kc_stored *stored,
	const struct kc_keychain_key *key)
{
	struct kc_bytes group = kc_attrs_get_bytes(&stored->item.attrs, KC_ATTR_AGRP);
	struct kc_keychain_keys *keys = keychain->keys;
	struct entry fresh = {
		.taken = true,
		.id = stored->id,
		.version = stored->version,
		.changes = kc_store_changes(keychain->store),
		.checked_us = kc_clock_monotonic_us(),
	};
	struct entry *entry;

	kc_buf_push(&fresh.group, group.data, group.len);
	KC_TRY(kc_buf_check(&fresh.group));
	fresh.key = kc_keychain_keys_share(key);
	pthread_mutex_lock(&keys->mutex);
	entry = find_inlock(keys, stored->id);
	if (!entry)
		entry = oldest_inlock(keys);
	entry_done(entry);
	fresh.used = ++keys->gets;
	*entry = fresh;
	pthread_mutex_unlock(&keys->mutex);
	return KC_OK;
}

/* --- from the database --------------------------------------------------------------------------
 */

/* Of public keys only what wraps is of interest. */
static kc_err check_class(const struct kc_item *item, unsigned use)
{
	if (item->class != KC_CLASS_KEY)
		return KC_ERR(KEY_TYPE);
	if (class_of(item) == KC_KEY_PRIVATE || class_of(item) == KC_KEY_SYMMETRIC)
		return KC_OK;
	return class_of(item) == KC_KEY_PUBLIC && use == KC_KEY_USE_WRAP ? KC_OK : KC_ERR(KEY_TYPE);
}

static kc_err prepare(const struct kc_stored *stored, struct kc_keychain_key *ret)
{
	const struct kc_item *item = &stored->item;
	int64_t type = kc_attrs_get_number(&item->attrs, KC_ATTR_TYPE, 0);
	struct kc_bytes secret = kc_secret_bytes(&item->secret);

	ret->marks = kc_keychain_keys_marks(item);
	if (class_of(item) != KC_KEY_SYMMETRIC)
		return kc_pk_load(
			(enum kc_key_type)type, class_of(item) == KC_KEY_PRIVATE, secret, &ret->pk);
	/* SecItem takes any bytes for a secret key, and programs need not say of what type. */
	if (!kc_secret_type_is((uint32_t)type))
		type = KC_SECRET_GENERIC;
	KC_TRY(kc_sk_load((enum kc_secret_type)type, secret, &ret->sk));
	ret->effective_bits = kc_keychain_keys_effective_bits(ret, item);
	return KC_OK;
}

static kc_err load(struct kc_keychain *keychain, const struct kc_caller *caller, uint64_t id,
	unsigned use, struct kc_keychain_key *ret)
{
	KC_CLEANUP_STORED struct kc_stored stored = KC_STORED_INIT;
	KC_CLEANUP_KEY struct kc_keychain_key key = {0};
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_READ, &txn));
	KC_TRY(kc_keychain_txn_get(&txn, caller, id, false, &stored));
	KC_TRY(check_class(&stored.item, use));
	if (renew(keychain, &stored, ret))
		return KC_OK;
	/* What will be refused is not opened. */
	if ((kc_keychain_keys_marks(&stored.item) & use) != use)
		return KC_ERR(KEY_USE);
	KC_TRY(kc_keychain_txn_get(&txn, caller, id, true, &stored));
	KC_TRY(prepare(&stored, &key));
	if (kc_protection_outlives_lock(stored.item.protection))
		key.marks |= KC_KEY_OPEN;
	KC_TRY(put(keychain, &stored, &key));
	*ret = key;
	key = (struct kc_keychain_key){0};
	return KC_OK;
}

/* --- one use ------------------------------------------------------------------------------------
 */

static kc_err find(struct kc_keychain *keychain, const struct kc_caller *caller, uint64_t id,
	unsigned use, struct kc_keychain_key *ret)
{
	kc_err err;

	if (id & KC_TRANSIENT_BIT)
		return kc_keychain_transient_get(keychain, caller, id, ret);
	err = get_cached(keychain, caller, id, ret);
	return err == KC_E_NOT_FOUND ? load(keychain, caller, id, use, ret) : err;
}

static kc_err check_use(struct kc_keychain *keychain, const struct kc_caller *caller, uint64_t id,
	unsigned use, const struct kc_keychain_key *key)
{
	if (key->pk && !kc_pk_is_private(key->pk) && use != KC_KEY_USE_WRAP)
		return KC_ERR(KEY_TYPE);
	if ((key->marks & use) != use)
		return KC_ERR(KEY_USE);
	if (use && (key->marks & KC_KEY_ASKS))
		return kc_keychain_authorize_spend(keychain, caller, id);
	return KC_OK;
}

kc_err kc_keychain_keys_get(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, unsigned use, struct kc_keychain_key *ret)
{
	KC_CLEANUP_KEY struct kc_keychain_key key = {0};

	KC_TRY(find(keychain, caller, id, use, &key));
	KC_TRY(check_use(keychain, caller, id, use, &key));
	*ret = key;
	key = (struct kc_keychain_key){0};
	return KC_OK;
}

kc_err kc_keychain_keys_get_private(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, unsigned use, struct kc_keychain_key *ret)
{
	KC_CLEANUP_KEY struct kc_keychain_key key = {0};

	KC_TRY(kc_keychain_keys_get(keychain, caller, id, use, &key));
	if (!key.pk)
		return KC_ERR(KEY_TYPE);
	*ret = key;
	key = (struct kc_keychain_key){0};
	return KC_OK;
}

kc_err kc_keychain_keys_get_secret(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, unsigned use, struct kc_keychain_key *ret)
{
	KC_CLEANUP_KEY struct kc_keychain_key key = {0};

	KC_TRY(kc_keychain_keys_get(keychain, caller, id, use, &key));
	if (!key.sk)
		return KC_ERR(KEY_TYPE);
	*ret = key;
	key = (struct kc_keychain_key){0};
	return KC_OK;
}
