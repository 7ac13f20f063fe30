/* SPDX-License-Identifier: ISC */
/*
 * Prepared private keys: a bounded cache by item id, so that using one neither waits for the
 * database nor unwraps a secret each time.
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

#include "base/clock.h"

#define CACHED 64
#define CHECK_US 1000000

struct entry {
	uint64_t id, version;
	struct kc_pk *key;   /* NULL: the slot is free */
	struct kc_buf group; /* access group of the item */
	unsigned uses;	     /* enum kc_keychain_key_use, those that it is marked for */
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
	kc_pk_free(entry->key);
	kc_buf_done(&entry->group);
	*entry = (struct entry){.key = NULL};
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

/* --- the table ----------------------------------------------------------------------------------
 */

static struct entry *find_inlock(struct kc_keychain_keys *keys, uint64_t id)
{
	for (size_t i = 0; i < CACHED; i++)
		if (keys->entries[i].key && keys->entries[i].id == id)
			return &keys->entries[i];
	return NULL;
}

static struct entry *oldest_inlock(struct kc_keychain_keys *keys)
{
	struct entry *oldest = &keys->entries[0];

	for (size_t i = 0; i < CACHED; i++) {
		if (!keys->entries[i].key)
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
	enum kc_keychain_key_use use, struct kc_pk **ret)
{
	struct kc_keychain_keys *keys = keychain->keys;
	struct entry *entry;
	kc_err err = KC_E_NOT_FOUND;

	pthread_mutex_lock(&keys->mutex);
	entry = find_inlock(keys, id);
	if (entry && (entry->uses & use) && is_fresh(keychain, entry) &&
		kc_keychain_access_group(caller, kc_buf_bytes(&entry->group)) == KC_OK) {
		entry->used = ++keys->gets;
		*ret = kc_pk_ref(entry->key);
		err = KC_OK;
	}
	pthread_mutex_unlock(&keys->mutex);
	return err;
}

/* The row is as it was: the entry counts again. */
static bool renew(struct kc_keychain *keychain, const struct kc_stored *stored, struct kc_pk **ret)
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
		*ret = kc_pk_ref(entry->key);
		renewed = true;
	}
	pthread_mutex_unlock(&keys->mutex);
	return renewed;
}

/* Items that other programs made may say nothing about a use: then they are for it. */
static unsigned uses_of(const struct kc_item *item)
{
	const struct kc_attrs *attrs = &item->attrs;
	unsigned uses = 0;

	if (kc_attrs_get_number(attrs, KC_NAME('s', 'i', 'g', 'n'), 1))
		uses |= KC_KEY_USE_SIGN;
	if (kc_attrs_get_number(attrs, KC_NAME('d', 'e', 'c', 'r'), 1) ||
		kc_attrs_get_number(attrs, KC_NAME('u', 'n', 'w', 'p'), 0))
		uses |= KC_KEY_USE_DECRYPT;
	if (kc_attrs_get_number(attrs, KC_NAME('d', 'r', 'v', 'e'), 1))
		uses |= KC_KEY_USE_AGREE;
	return uses;
}

static kc_err put(struct kc_keychain *keychain, const struct kc_stored *stored, struct kc_pk *key)
{
	struct kc_bytes group = kc_attrs_get_bytes(&stored->item.attrs, KC_ATTR_AGRP);
	struct kc_keychain_keys *keys = keychain->keys;
	struct entry fresh = {
		.id = stored->id,
		.version = stored->version,
		.uses = uses_of(&stored->item),
		.changes = kc_store_changes(keychain->store),
		.checked_us = kc_clock_monotonic_us(),
	};
	struct entry *entry;

	kc_buf_push(&fresh.group, group.data, group.len);
	KC_TRY(kc_buf_check(&fresh.group));
	fresh.key = kc_pk_ref(key);
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

static kc_err check_use(const struct kc_item *item, enum kc_keychain_key_use use)
{
	if (item->class != KC_CLASS_KEY ||
		kc_attrs_get_number(&item->attrs, KC_ATTR_KCLS, KC_KEY_PUBLIC) != KC_KEY_PRIVATE)
		return KC_ERR(KEY_TYPE);
	return uses_of(item) & use ? KC_OK : KC_ERR(KEY_USE);
}

static kc_err prepare(const struct kc_stored *stored, struct kc_pk **ret)
{
	int64_t type = kc_attrs_get_number(&stored->item.attrs, KC_NAME('t', 'y', 'p', 'e'), 0);

	return kc_pk_load((enum kc_key_type)type, true, kc_secret_bytes(&stored->item.secret), ret);
}

static kc_err load(struct kc_keychain *keychain, const struct kc_caller *caller, uint64_t id,
	enum kc_keychain_key_use use, struct kc_pk **ret)
{
	KC_CLEANUP_STORED struct kc_stored stored = KC_STORED_INIT;
	KC_CLEANUP_PK struct kc_pk *key = NULL;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_READ, &txn));
	KC_TRY(kc_keychain_txn_get(&txn, caller, id, false, &stored));
	KC_TRY(check_use(&stored.item, use));
	if (renew(keychain, &stored, ret))
		return KC_OK;
	KC_TRY(kc_keychain_txn_get(&txn, caller, id, true, &stored));
	KC_TRY(prepare(&stored, &key));
	KC_TRY(put(keychain, &stored, key));
	*ret = key;
	key = NULL;
	return KC_OK;
}

kc_err kc_keychain_keys_get(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, enum kc_keychain_key_use use, struct kc_pk **ret)
{
	kc_err err = get_cached(keychain, caller, id, use, ret);

	return err == KC_E_NOT_FOUND ? load(keychain, caller, id, use, ret) : err;
}
