/* SPDX-License-Identifier: ISC */
/* The life of a keychain: making, opening, closing, looking at it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "crypto/crypto.h"
#include "backend/keychain_impl.h"
#include "backend/store/cell.h"
#include "backend/store/setting.h"
#include "backend/store/verify.h"
#include "backend/vault/device_secret.h"
#include "base/log.h"

kc_err kc_keychain_init(void)
{
	return kc_crypto_init();
}

static kc_err path_of(const struct kc_place *place, struct kc_buf *ret)
{
	kc_buf_printf(ret, "%s/%s", place->data, KC_STORE_NAME);
	return kc_buf_text(ret) ? KC_OK : KC_ERR(NO_MEMORY);
}

void kc_keychain_close(struct kc_keychain *keychain)
{
	kc_keychain_sync_close(keychain);
	kc_keychain_owned_close(keychain);
	kc_keychain_authorize_close(keychain);
	kc_keychain_keys_close(keychain);
	if (keychain->store)
		kc_store_close(keychain->store);
	if (keychain->bag)
		kc_keybag_free(keychain->bag);
	kc_tries_done(&keychain->tries);
	kc_tries_done(&keychain->officer_tries);
	pthread_mutex_destroy(&keychain->rewrapping);
	free(keychain);
}

void kc_keychain_note_lock(struct kc_keychain *keychain)
{
	enum kc_lock_state lock = KC_LOCK_NEVER;

	if (kc_keybag_is_unlocked(keychain->bag))
		lock = KC_LOCK_UNLOCKED;
	else if (kc_keybag_was_unlocked(keychain->bag))
		lock = KC_LOCK_LOCKED;
	atomic_store(&keychain->lock, lock);
}

enum kc_lock_state kc_keychain_lock_state(const struct kc_keychain *keychain)
{
	return atomic_load(&keychain->lock);
}

/* Takes the bag; opens the store with it. */
static kc_err assemble(const char *path, struct kc_keybag *bag, struct kc_keychain **ret)
{
	KC_CLEANUP_KEYCHAIN struct kc_keychain *keychain = calloc(1, sizeof *keychain);

	if (!keychain) {
		kc_keybag_free(bag);
		return KC_ERR(NO_MEMORY);
	}
	kc_tries_init(&keychain->tries, KC_SETTING_TRIES);
	kc_tries_init(&keychain->officer_tries, KC_SETTING_OFFICER_TRIES);
	pthread_mutex_init(&keychain->rewrapping, NULL);
	keychain->bag = bag;
	KC_TRY(kc_store_open(path, &keychain->store));
	kc_store_set_bag(keychain->store, bag);
	KC_TRY(kc_keychain_keys_open(keychain));
	KC_TRY(kc_keychain_owned_open(keychain));
	KC_TRY(kc_keychain_authorize_open(keychain));
	KC_TRY(kc_tries_read(&keychain->tries, keychain->store));
	KC_TRY(kc_tries_read(&keychain->officer_tries, keychain->store));
	KC_TRY(kc_verify_all(keychain->store, &keychain->altered));
	kc_keychain_note_lock(keychain); /* nobody else has it yet */
	*ret = keychain;
	keychain = NULL;
	return KC_OK;
}

/* --- creation -----------------------------------------------------------------------------------
 */

static bool is_device_name(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > KC_DEVICE_NAME_MAX || !kc_der_is_utf8(kc_bytes(name, len)))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((uint8_t)name[i] < 0x20 || name[i] == 0x7f)
			return false;
	return true;
}

/* The keychain's other half. */
static kc_err read_secret(const char *folder, struct kc_secret *ret)
{
	kc_err err = kc_device_secret_read(folder, ret);

	return err == KC_E_NOT_FOUND || err == KC_E_DAMAGED ? KC_ERR(DEVICE_SECRET) : err;
}

/* A secret that an earlier creation left behind serves as well as a new one. */
static kc_err device_secret(const char *folder, struct kc_secret *ret, bool *ret_is_new)
{
	kc_err err = kc_device_secret_create(folder, ret);

	*ret_is_new = err == KC_OK;
	return err == KC_E_DUPLICATE ? read_secret(folder, ret) : err;
}

/* What a keychain is made of. */
struct new_keychain {
	struct kc_bytes password, officer_pin; /* one of them may be empty */
	const char *device_name;
};

/* Makes the database for a device secret, and opens it. */
static kc_err create_database(const char *path, const struct kc_secret *secret,
	const struct new_keychain *new, struct kc_keychain **ret)
{
	KC_CLEANUP_BUF struct kc_buf blob = KC_BUF_INIT;
	struct kc_keybag *bag = NULL;
	kc_err err;

	KC_TRY(kc_keybag_create(secret, new->password, new->officer_pin, &bag, &blob));
	err = kc_store_create(path, bag, kc_buf_bytes(&blob), new->device_name);
	if (err != KC_OK) {
		kc_keybag_free(bag);
		return err;
	}
	err = assemble(path, bag, ret);
	if (err != KC_OK)
		kc_store_discard(path);
	return err;
}

static kc_err create_inlock(
	const struct kc_place *place, const struct new_keychain *new, struct kc_keychain **ret)
{
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT;
	bool secret_is_new;
	kc_err err;

	KC_TRY(path_of(place, &path));
	if (access(kc_buf_text(&path), F_OK) == 0)
		return KC_ERR(KEYCHAIN_EXISTS);
	KC_TRY(device_secret(place->state, &secret, &secret_is_new));
	err = create_database(kc_buf_text(&path), &secret, new, ret);
	if (err != KC_OK && secret_is_new && kc_device_secret_remove(place->state) != KC_OK)
		kc_log_error("a device secret is left behind");
	return err;
}

static kc_err create(
	const struct kc_place *place, const struct new_keychain *new, struct kc_keychain **ret)
{
	int folder;
	kc_err err;

	if (!is_device_name(new->device_name))
		return KC_ERR(PARAM);
	if (new->password.len == 0 && new->officer_pin.len == 0)
		return KC_ERR(WEAK_PASSWORD);
	KC_TRY(kc_place_make_folder(place->data));
	KC_TRY(kc_place_make_folder(place->state));
	/* Two creations at once would share, or take away, one device secret. */
	folder = open(place->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return kc_err_from_errno(errno);
	err = flock(folder, LOCK_EX) == 0 ? create_inlock(place, new, ret)
					  : kc_err_from_errno(errno);
	close(folder);
	return err;
}

kc_err kc_keychain_create(const struct kc_place *place, struct kc_bytes password,
	const char *device_name, struct kc_keychain **ret)
{
	const struct new_keychain new = {.password = password, .device_name = device_name};

	return create(place, &new, ret);
}

kc_err kc_keychain_create_with_officer(const struct kc_place *place, struct kc_bytes password,
	struct kc_bytes officer_pin, const char *device_name, struct kc_keychain **ret)
{
	const struct new_keychain new = {
		.password = password,
		.officer_pin = officer_pin,
		.device_name = device_name,
	};

	return create(place, &new, ret);
}

/* --- opening ------------------------------------------------------------------------------------
 */

static kc_err read_keybag(const char *path, struct kc_buf *ret)
{
	KC_CLEANUP_STORE struct kc_store *store = NULL;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	kc_err err;

	KC_TRY(kc_store_open(path, &store));
	KC_TRY(kc_txn_begin(store, KC_TXN_READ, &txn));
	err = kc_setting_get_bytes(txn.db, KC_SETTING_KEYBAG, ret);
	return err == KC_E_NOT_FOUND ? KC_ERR(DAMAGED) : err;
}

/* A whole keybag that the secret does not open is of another device, or its secret is. */
static kc_err open_keybag(
	const struct kc_secret *secret, struct kc_bytes blob, struct kc_keybag **ret)
{
	kc_err err = kc_keybag_open(secret, blob, ret);

	if (err == KC_E_DECODE)
		return KC_ERR(DAMAGED);
	return err == KC_E_DAMAGED ? KC_ERR(DEVICE_SECRET) : err;
}

static kc_err check_folder(const char *path)
{
	kc_err err = kc_place_check_folder(path);

	return err == KC_E_NOT_FOUND ? KC_ERR(NO_KEYCHAIN) : err;
}

kc_err kc_keychain_open(const struct kc_place *place, struct kc_keychain **ret)
{
	KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
	KC_CLEANUP_BUF struct kc_buf path = KC_BUF_INIT, blob = KC_BUF_INIT;
	struct kc_keybag *bag = NULL;

	KC_TRY(check_folder(place->data));
	KC_TRY(path_of(place, &path));
	KC_TRY(read_keybag(kc_buf_text(&path), &blob));
	KC_TRY(read_secret(place->state, &secret));
	KC_TRY(open_keybag(&secret, kc_buf_bytes(&blob), &bag));
	return assemble(kc_buf_text(&path), bag, ret);
}

/* --- status -------------------------------------------------------------------------------------
 */

/* Counting reads an index of all items; a module asks for the generation all the time. */
static kc_err fill_counts(
	struct kc_keychain *keychain, struct kc_txn *txn, struct kc_status *status)
{
	int64_t generation;

	KC_TRY(kc_setting_get_int(txn->db, KC_SETTING_GENERATION, 1, &generation));
	if (keychain->counts.generation != (uint64_t)generation) {
		struct kc_keychain_counts counts = {.generation = (uint64_t)generation};
		KC_TRY(kc_row_count(txn, &counts.items, &counts.synced, &counts.quarantined));
		keychain->counts = counts;
	}
	status->generation = keychain->counts.generation;
	status->items = keychain->counts.items;
	status->synced = keychain->counts.synced;
	status->quarantined = keychain->counts.quarantined;
	return KC_OK;
}

static kc_err fill_device(struct kc_txn *txn, struct kc_status *status)
{
	KC_CLEANUP_BUF struct kc_buf id = KC_BUF_INIT, name = KC_BUF_INIT;
	kc_err err = kc_cell_get(txn, KC_STORE_DEVICE_NAME, &name);

	if (err == KC_OK && name.len <= KC_DEVICE_NAME_MAX)
		memcpy(status->device, name.data, name.len);
	else if (err != KC_OK && err != KC_E_NOT_FOUND && err != KC_E_CORRUPT)
		return err;
	KC_TRY(kc_setting_get_bytes(txn->db, KC_SETTING_DEVICE, &id));
	if (id.len != sizeof status->device_id)
		return KC_ERR(DAMAGED);
	memcpy(status->device_id, id.data, id.len);
	return KC_OK;
}

kc_err kc_keychain_rename(struct kc_keychain *keychain, const char *device_name)
{
	KC_CLEANUP_STATUS struct kc_status status = {.lock = KC_LOCK_NEVER};
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	if (!is_device_name(device_name))
		return KC_ERR(PARAM);
	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_WRITE, &txn));
	KC_TRY(kc_keychain_sync_fill_status(keychain, &txn, &status));
	if (status.store)
		return KC_ERR(UNSUPPORTED);
	KC_TRY(kc_cell_put(
		&txn, KC_PROTECTION_DK, KC_STORE_DEVICE_NAME, kc_bytes_str(device_name)));
	return kc_txn_commit(&txn);
}

kc_err kc_keychain_status(struct kc_keychain *keychain, struct kc_status *ret)
{
	KC_CLEANUP_STATUS struct kc_status status = {.lock = KC_LOCK_NEVER};
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_READ, &txn));
	KC_TRY(fill_counts(keychain, &txn, &status));
	KC_TRY(fill_device(&txn, &status));
	KC_TRY(kc_keychain_sync_fill_status(keychain, &txn, &status));
	status.lock = kc_keychain_lock_state(keychain);
	status.has_password = kc_keybag_has(keychain->bag, KC_HOLDER_USER);
	status.has_officer = kc_keybag_has(keychain->bag, KC_HOLDER_OFFICER);
	status.user_failed = atomic_load(&keychain->tries.count) > 0;
	status.officer_failed = atomic_load(&keychain->officer_tries.count) > 0;
	status.altered = keychain->altered;
	status.memory_locked = kc_secret_is_locked();
	kc_status_done(ret);
	*ret = status;
	status = (struct kc_status){.lock = KC_LOCK_NEVER};
	return KC_OK;
}
