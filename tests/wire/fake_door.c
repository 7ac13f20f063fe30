/* SPDX-License-Identifier: ISC */
/*
 * A door without a house: keeps items in memory and nothing on disk, so that tests of the socket
 * need no backend. There is no keychain until setup, and none again after a restart.
 *
 * Signing turns the input round; with id 404 it finds nothing, and with an id above 1000 it takes
 * so many milliseconds more than 1000. Importing takes as many as the file says, and holds up
 * everybody else as a long transaction does. Generating a key takes as many milliseconds as it has
 * bits. The store "/counted" counts exchanges, and says so as changes pending.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "backend/keychain.h"

#define FIRST_SLOW_ID 1000

struct kc_keychain {
	pthread_mutex_t mutex;
	struct kc_secret password, officer; /* the officer's key is the PIN itself */
	_Atomic enum kc_lock_state lock;
	uint64_t generation, next_id;
	struct kc_found_list items;
	atomic_bool is_counted; /* it has a store */
	atomic_uint exchanges;
};

static void sleep_ms(uint64_t ms)
{
	struct timespec time = {
		.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
	nanosleep(&time, NULL);
}

/* --- life ------------------------------------------------------------------------------------ */

static kc_err make(struct kc_bytes password, enum kc_lock_state lock, struct kc_keychain **ret)
{
	struct kc_keychain *keychain = calloc(1, sizeof *keychain);

	if (!keychain)
		return KC_ERR(NO_MEMORY);
	pthread_mutex_init(&keychain->mutex, NULL);
	keychain->lock = lock;
	keychain->next_id = 1;
	*ret = keychain;
	return kc_secret_set(&keychain->password, password);
}

kc_err kc_keychain_init(void)
{
	return KC_OK;
}

kc_err kc_keychain_create_with_officer(const struct kc_place *place, struct kc_bytes password,
	struct kc_bytes officer_pin, const char *device_name, struct kc_keychain **ret)
{
	(void)place;
	(void)device_name;
	if (password.len == 0 && officer_pin.len == 0)
		return KC_ERR(WEAK_PASSWORD);
	KC_TRY(make(password, password.len ? KC_LOCK_UNLOCKED : KC_LOCK_NEVER, ret));
	return kc_secret_set(&(*ret)->officer, officer_pin);
}

kc_err kc_keychain_open(const struct kc_place *place, struct kc_keychain **ret)
{
	(void)place;
	(void)ret;
	return KC_ERR(NO_KEYCHAIN);
}

void kc_keychain_close(struct kc_keychain *keychain)
{
	kc_found_list_done(&keychain->items);
	kc_secret_done(&keychain->password);
	kc_secret_done(&keychain->officer);
	pthread_mutex_destroy(&keychain->mutex);
	free(keychain);
}

kc_err kc_keychain_status(struct kc_keychain *keychain, struct kc_status *ret)
{
	pthread_mutex_lock(&keychain->mutex);
	*ret = (struct kc_status){
		.lock = keychain->lock,
		.device = "fake",
		.items = keychain->items.count,
		.generation = keychain->generation,
	};
	pthread_mutex_unlock(&keychain->mutex);
	if (!atomic_load(&keychain->is_counted))
		return KC_OK;
	ret->store = strdup("/counted");
	return ret->store ? KC_OK : KC_ERR(NO_MEMORY);
}

enum kc_lock_state kc_keychain_lock_state(const struct kc_keychain *keychain)
{
	return atomic_load(&keychain->lock);
}

kc_err kc_keychain_check_password(struct kc_keychain *keychain, struct kc_bytes password)
{
	return kc_bytes_equal(kc_secret_bytes(&keychain->password), password) ? KC_OK
									      : KC_ERR(AUTH);
}

kc_err kc_keychain_unlock(struct kc_keychain *keychain, struct kc_bytes password)
{
	KC_TRY(kc_keychain_check_password(keychain, password));
	pthread_mutex_lock(&keychain->mutex);
	keychain->lock = KC_LOCK_UNLOCKED;
	pthread_mutex_unlock(&keychain->mutex);
	return KC_OK;
}

kc_err kc_keychain_rename(struct kc_keychain *keychain, const char *device_name)
{
	(void)keychain;
	return device_name[0] ? KC_OK : KC_ERR(PARAM);
}

void kc_keychain_lock(struct kc_keychain *keychain)
{
	pthread_mutex_lock(&keychain->mutex);
	keychain->lock = KC_LOCK_LOCKED;
	pthread_mutex_unlock(&keychain->mutex);
}

kc_err kc_keychain_change_password(
	struct kc_keychain *keychain, struct kc_bytes old_password, struct kc_bytes new_password)
{
	KC_TRY(kc_keychain_check_password(keychain, old_password));
	return kc_secret_set(&keychain->password, new_password);
}

kc_err kc_keychain_officer_check(
	struct kc_keychain *keychain, struct kc_bytes pin, struct kc_secret *ret_key)
{
	if (!kc_bytes_equal(kc_secret_bytes(&keychain->officer), pin))
		return KC_ERR(AUTH);
	return kc_secret_set(ret_key, pin);
}

kc_err kc_keychain_officer_reset(struct kc_keychain *keychain, const struct kc_secret *officer_key,
	struct kc_bytes new_password)
{
	if (!kc_bytes_equal(kc_secret_bytes(&keychain->officer), kc_secret_bytes(officer_key)))
		return KC_ERR(AUTH);
	return kc_secret_set(&keychain->password, new_password);
}

kc_err kc_keychain_officer_change(struct kc_keychain *keychain, struct kc_bytes old_pin,
	struct kc_bytes new_pin, struct kc_secret *ret_key)
{
	KC_TRY(kc_keychain_officer_check(keychain, old_pin, ret_key));
	KC_TRY(kc_secret_set(&keychain->officer, new_pin));
	return kc_secret_set(ret_key, new_pin);
}

kc_err kc_keychain_officer_set(
	struct kc_keychain *keychain, struct kc_bytes password, struct kc_bytes pin)
{
	KC_TRY(kc_keychain_check_password(keychain, password));
	return kc_secret_set(&keychain->officer, pin);
}

/* Nothing here has a sync mark. */
kc_err kc_keychain_officer_erase(struct kc_keychain *keychain, const struct kc_caller *caller,
	struct kc_bytes pin, enum kc_sync_filter which)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;

	(void)caller;
	(void)which;
	return kc_keychain_officer_check(keychain, pin, &key);
}

/* --- items ----------------------------------------------------------------------------------- */

static kc_err dup_found(const struct kc_found *found, struct kc_found *ret)
{
	KC_CLEANUP_FOUND struct kc_found copy = {
		.class = found->class,
		.id = found->id,
		.version = found->version,
		.has_secret = found->has_secret,
	};

	KC_TRY(kc_attrs_dup(&found->attrs, &copy.attrs));
	KC_TRY(kc_secret_set(&copy.secret, kc_secret_bytes(&found->secret)));
	*ret = copy;
	copy = (struct kc_found){0};
	return KC_OK;
}

static bool matches(const struct kc_found *item, const struct kc_query *query)
{
	if (query->class && query->class != item->class)
		return false;
	for (size_t i = 0; i < query->attrs.count; i++) {
		const struct kc_attr *wanted = &query->attrs.rows[i];
		const struct kc_value *value = kc_attrs_get(&item->attrs, wanted->name);
		if (!value || !kc_value_equal(value, &wanted->value))
			return false;
	}
	return true;
}

static kc_err add_inlock(
	struct kc_keychain *keychain, const struct kc_item_input *input, struct kc_found *ret)
{
	KC_CLEANUP_FOUND struct kc_found item = {0};

	item.class = input->class;
	item.id = keychain->next_id++;
	item.version = ++keychain->generation;
	item.has_secret = input->has_secret;
	KC_TRY(kc_attrs_dup(&input->attrs, &item.attrs));
	KC_TRY(kc_secret_set(&item.secret, input->secret));
	if (ret)
		KC_TRY(dup_found(&item, ret));
	return kc_found_list_take(&keychain->items, &item);
}

kc_err kc_keychain_item_add(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_item_input *input, uint32_t want, struct kc_found *ret)
{
	kc_err err = KC_E_LOCKED;

	(void)caller;
	(void)want;
	pthread_mutex_lock(&keychain->mutex);
	if (keychain->lock == KC_LOCK_UNLOCKED)
		err = add_inlock(keychain, input, ret);
	pthread_mutex_unlock(&keychain->mutex);
	return err;
}

/* Pages of 4096 items, or of one that has a large secret. */
static bool is_full(const struct kc_found_list *list, const struct kc_query *query)
{
	return (query->limit && list->count == query->limit) || list->count == 4096 ||
	       (list->count && list->rows[list->count - 1].secret.len > 100000);
}

static kc_err find_inlock(
	struct kc_keychain *keychain, const struct kc_query *query, struct kc_found_list *ret)
{
	for (size_t i = 0; i < keychain->items.count; i++) {
		KC_CLEANUP_FOUND struct kc_found copy = {0};
		if (!matches(&keychain->items.rows[i], query) ||
			keychain->items.rows[i].id <= query->after.id)
			continue;
		if (is_full(ret, query)) {
			ret->more = true;
			break;
		}
		KC_TRY(dup_found(&keychain->items.rows[i], &copy));
		KC_TRY(kc_found_list_take(ret, &copy));
	}
	return ret->count ? KC_OK : KC_ERR(NOT_FOUND);
}

kc_err kc_keychain_item_find(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_query *query, struct kc_found_list *ret)
{
	kc_err err;

	(void)caller;
	pthread_mutex_lock(&keychain->mutex);
	err = find_inlock(keychain, query, ret);
	pthread_mutex_unlock(&keychain->mutex);
	return err;
}

kc_err kc_keychain_item_update(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_query *query, const struct kc_item_input *changes, uint64_t *ret_count)
{
	kc_err err = KC_OK;

	(void)caller;
	*ret_count = 0;
	pthread_mutex_lock(&keychain->mutex);
	for (size_t i = 0; err == KC_OK && i < keychain->items.count; i++) {
		struct kc_found *item = &keychain->items.rows[i];
		if (!matches(item, query))
			continue;
		kc_attrs_merge(&item->attrs, &changes->attrs);
		if (changes->has_secret)
			err = kc_secret_set(&item->secret, changes->secret);
		item->version = ++keychain->generation;
		++*ret_count;
	}
	pthread_mutex_unlock(&keychain->mutex);
	return *ret_count ? err : KC_ERR(NOT_FOUND);
}

/* One entry for each item there is, of which number 7 can be brought back. */
kc_err kc_keychain_item_history(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_query *query, struct kc_found_list *ret)
{
	KC_TRY(kc_keychain_item_find(keychain, caller, query, ret));
	for (size_t i = 0; i < ret->count; i++)
		kc_attrs_set_number(&ret->rows[i].attrs, KC_EARLIER_HOW, KC_EARLIER_LOST);
	return KC_OK;
}

kc_err kc_keychain_item_restore(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, struct kc_found *ret)
{
	(void)keychain;
	(void)caller;
	if (id != 7)
		return KC_ERR(NOT_FOUND);
	*ret = (struct kc_found){.class = KC_CLASS_GENERIC, .id = 8};
	return KC_OK;
}

kc_err kc_keychain_item_delete(struct kc_keychain *keychain, const struct kc_caller *caller,
	const struct kc_query *query, uint64_t *ret_count)
{
	struct kc_found_list *items = &keychain->items;

	(void)caller;
	*ret_count = 0;
	pthread_mutex_lock(&keychain->mutex);
	for (size_t i = items->count; i-- > 0;) {
		if (!matches(&items->rows[i], query))
			continue;
		kc_found_done(&items->rows[i]);
		memmove(&items->rows[i], &items->rows[i + 1],
			(items->count - i - 1) * sizeof *items->rows);
		items->count--;
		++*ret_count;
	}
	keychain->generation++;
	pthread_mutex_unlock(&keychain->mutex);
	return *ret_count ? KC_OK : KC_ERR(NOT_FOUND);
}

/* --- keys: whatever they make is the input, turned round
 * --------------------------------------------
 */

kc_err kc_keychain_key_generate(struct kc_keychain *keychain, const struct kc_caller *caller,
	enum kc_key_type type, unsigned bits, const struct kc_attrs *private_attrs,
	const struct kc_attrs *public_attrs, bool store_public, struct kc_found *ret_private,
	struct kc_found *ret_public)
{
	struct kc_item_input halves[] = {
		{.class = KC_CLASS_KEY, .attrs = *private_attrs},
		{.class = KC_CLASS_KEY, .attrs = *public_attrs},
	};

	(void)type;
	(void)store_public;
	sleep_ms(bits);
	KC_TRY(kc_keychain_item_add(keychain, caller, &halves[0], 0, ret_private));
	return kc_keychain_item_add(keychain, caller, &halves[1], 0, ret_public);
}

static uint64_t number_in(struct kc_bytes text)
{
	uint64_t number = 0;

	for (size_t i = 0; i < text.len && text.data[i] >= '0' && text.data[i] <= '9'; i++)
		number = number * 10 + (uint64_t)(text.data[i] - '0');
	return number;
}

kc_err kc_keychain_import(struct kc_keychain *keychain, const struct kc_caller *caller,
	struct kc_bytes file, struct kc_bytes passphrase, const struct kc_attrs *attrs,
	struct kc_found_list *ret)
{
	struct kc_item_input input = {
		.class = KC_CLASS_KEY, .attrs = *attrs, .has_secret = true, .secret = file};
	KC_CLEANUP_FOUND struct kc_found added = {0};

	if (passphrase.len)
		return KC_ERR(AUTH);
	pthread_mutex_lock(&keychain->mutex);
	sleep_ms(number_in(file));
	pthread_mutex_unlock(&keychain->mutex);
	KC_TRY(kc_keychain_item_add(keychain, caller, &input, 0, &added));
	return kc_found_list_take(ret, &added);
}

kc_err kc_keychain_key_sign(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_sign_params *params, struct kc_bytes input,
	struct kc_buf *ret_signature)
{
	(void)keychain;
	(void)caller;
	(void)params;
	if (id == 404)
		return KC_ERR(NOT_FOUND);
	if (id > FIRST_SLOW_ID)
		sleep_ms(id - FIRST_SLOW_ID);
	for (size_t i = input.len; i-- > 0;)
		kc_buf_push_byte(ret_signature, input.data[i]);
	return kc_buf_check(ret_signature);
}

static kc_err turn_round(struct kc_bytes input, struct kc_secret *ret)
{
	KC_TRY(kc_secret_alloc(ret, input.len));
	for (size_t i = 0; i < input.len; i++)
		ret->data[i] = input.data[input.len - 1 - i];
	return KC_OK;
}

/* … and its label must be what the fake wants. */
kc_err kc_keychain_key_decrypt(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, const struct kc_cipher_params *params, struct kc_bytes input,
	struct kc_buf *ret)
{
	KC_CLEANUP_SECRET struct kc_secret message = KC_SECRET_INIT;

	(void)keychain;
	(void)caller;
	if (id == 404)
		return KC_ERR(NOT_FOUND);
	if (params->scheme != KC_CIPHER_RSA_OAEP || params->hash != KC_HASH_SHA384 ||
		params->mgf_hash != KC_HASH_SHA1 ||
		!kc_bytes_equal(params->label, kc_bytes_str("label")))
		return KC_ERR(DECRYPT);
	KC_TRY(turn_round(input, &message));
	kc_buf_push(ret, message.data, message.len);
	return kc_buf_check(ret);
}

kc_err kc_keychain_key_agree(struct kc_keychain *keychain, const struct kc_caller *caller,
	uint64_t id, struct kc_bytes peer_public, struct kc_secret *ret)
{
	(void)keychain;
	(void)caller;
	return id == 404 ? KC_ERR(NOT_FOUND) : turn_round(peer_public, ret);
}

kc_err kc_keychain_key_verify(struct kc_keychain *keychain, struct kc_bytes spki,
	const struct kc_sign_params *params, struct kc_bytes input, struct kc_bytes signature)
{
	KC_CLEANUP_BUF struct kc_buf good = KC_BUF_INIT;

	(void)spki;
	KC_TRY(kc_keychain_key_sign(keychain, NULL, 0, params, input, &good));
	return kc_bytes_equal(kc_buf_bytes(&good), signature) ? KC_OK : KC_ERR(VERIFY);
}

/* --- the circle: the only store is "/counted", which counts exchanges
 * -------------------------------------------------------------
 */

kc_err kc_keychain_sync_use(struct kc_keychain *keychain, const char *url, bool create,
	struct kc_bytes account_password)
{
	(void)create;
	(void)account_password;
	if (strcmp(url, "/counted") != 0)
		return strcmp(url, "/gone") == 0 ? KC_ERR(STORE_GONE) : KC_ERR(NOT_A_STORE);
	atomic_store(&keychain->is_counted, true);
	return KC_OK;
}

/* Without a store, an error that comes with a report. */
kc_err kc_keychain_sync_now(struct kc_keychain *keychain, struct kc_sync_report *ret)
{
	atomic_fetch_add(&keychain->exchanges, 1);
	if (atomic_load(&keychain->is_counted))
		return KC_OK;
	ret->refused = 3;
	ret->alarm = strdup("rollback");
	return ret->alarm ? KC_ERR(STORE_SUSPECT) : KC_ERR(NO_MEMORY);
}

kc_err kc_keychain_sync_repair(struct kc_keychain *keychain, struct kc_sync_report *ret)
{
	return kc_keychain_sync_now(keychain, ret);
}

kc_err kc_keychain_sync_status(struct kc_keychain *keychain, struct kc_sync_report *ret)
{
	ret->pending = atomic_load(&keychain->exchanges);
	return KC_OK;
}

/* It cannot tell of changes. */
kc_err kc_keychain_watch_open(struct kc_keychain *keychain, struct kc_keychain_watch **ret)
{
	(void)keychain;
	(void)ret;
	return KC_ERR(STORE_GONE);
}

void kc_keychain_watch_close(struct kc_keychain_watch *watch)
{
	(void)watch;
}

int kc_keychain_watch_fd(const struct kc_keychain_watch *watch)
{
	(void)watch;
	return -1;
}

bool kc_keychain_watch_drain(struct kc_keychain_watch *watch)
{
	(void)watch;
	return false;
}

kc_err kc_keychain_devices(struct kc_keychain *keychain, struct kc_device_list *ret)
{
	(void)keychain;
	ret->rows = calloc(2, sizeof *ret->rows);
	if (!ret->rows)
		return KC_ERR(NO_MEMORY);
	ret->count = 2;
	memcpy(ret->rows[0].name, "laptop", sizeof "laptop");
	memcpy(ret->rows[1].name, "desk", sizeof "desk");
	return KC_OK;
}

kc_err kc_keychain_pair_start(struct kc_keychain *keychain, struct kc_bytes account_password,
	char ret_code[KC_PAIRING_CODE_LEN + 1])
{
	(void)keychain;
	(void)account_password;
	memcpy(ret_code, "493-207-118", KC_PAIRING_CODE_LEN + 1);
	return KC_OK;
}

kc_err kc_keychain_pair_poll(struct kc_keychain *keychain, struct kc_device *ret_applicant)
{
	(void)keychain;
	*ret_applicant = (struct kc_device){.name = "desk"};
	return KC_OK;
}

kc_err kc_keychain_pair_decide(struct kc_keychain *keychain, bool let_in)
{
	(void)keychain;
	return let_in ? KC_OK : KC_ERR(CANCELED);
}

void kc_keychain_pair_cancel(struct kc_keychain *keychain)
{
	(void)keychain;
}

kc_err kc_keychain_join_start(struct kc_keychain *keychain, const char *url, const char *code,
	struct kc_bytes account_password)
{
	(void)keychain;
	(void)url;
	(void)account_password;
	return strcmp(code, "493-207-118") == 0 ? KC_OK : KC_ERR(PAIRING_CODE);
}

kc_err kc_keychain_join_poll(struct kc_keychain *keychain, struct kc_sync_report *ret)
{
	(void)keychain;
	ret->received = 12;
	return KC_ERR(WAITING);
}

void kc_keychain_join_cancel(struct kc_keychain *keychain)
{
	(void)keychain;
}

kc_err kc_keychain_device_remove(struct kc_keychain *keychain,
	const uint8_t id[static KC_DEVICE_ID_LEN], struct kc_bytes account_password, bool lost,
	uint64_t before_ms, struct kc_sync_report *ret)
{
	(void)keychain;
	(void)account_password;
	if (id[KC_DEVICE_ID_LEN - 1] != 7)
		return KC_ERR(NOT_FOUND);
	ret->sent = before_ms + lost;
	return KC_OK;
}

/* An error that comes with a report. */
kc_err kc_keychain_device_counter(struct kc_keychain *keychain,
	const uint8_t id[static KC_DEVICE_ID_LEN], struct kc_bytes account_password,
	struct kc_sync_report *ret)
{
	(void)keychain;
	(void)id;
	(void)account_password;
	memcpy(ret->removed_by, "desk", sizeof "desk");
	ret->removed_ms = 5;
	return KC_ERR(NOT_MEMBER);
}

kc_err kc_keychain_leave(struct kc_keychain *keychain, bool untold)
{
	(void)keychain;
	return untold ? KC_ERR(STORE_GONE) : KC_OK;
}

kc_err kc_keychain_rotate(struct kc_keychain *keychain, struct kc_sync_report *ret)
{
	(void)keychain;
	ret->sent = 8;
	return KC_OK;
}

kc_err kc_keychain_history(struct kc_keychain *keychain, struct kc_history_list *ret)
{
	const struct kc_history_entry entry = {.kind = KC_HISTORY_LOST,
		.time_ms = 9,
		.device = "desk",
		.by = "laptop",
		.device_id = {1},
		.by_id = {2}};

	(void)keychain;
	return kc_history_list_add(ret, &entry);
}

kc_err kc_keychain_account_password(struct kc_keychain *keychain, struct kc_bytes old_password,
	struct kc_bytes new_password, struct kc_sync_report *ret)
{
	(void)keychain;
	ret->sent = old_password.len;
	ret->received = new_password.len;
	return KC_OK;
}

/* Another error that comes with a report. */
kc_err kc_keychain_account_accept(
	struct kc_keychain *keychain, struct kc_bytes password, struct kc_sync_report *ret)
{
	(void)keychain;
	(void)password;
	ret->pending_password = true;
	return KC_ERR(ACCOUNT_PASSWORD);
}

kc_err kc_keychain_store_view(struct kc_keychain *keychain, bool whole, struct kc_store_view *ret)
{
	(void)keychain;
	ret->parts = calloc(1, sizeof *ret->parts);
	if (!ret->parts)
		return KC_ERR(NO_MEMORY);
	ret->parts[0] = (struct kc_store_part){
		.name = "desk", .settled = 4, .hole = 5, .damaged = whole ? 3 : 0};
	ret->count = 1;
	ret->reached = true;
	memcpy(ret->caught, "old-list", sizeof "old-list");
	return KC_OK;
}

kc_err kc_keychain_evidence(struct kc_keychain *keychain, struct kc_buf *ret)
{
	(void)keychain;
	kc_buf_push_str(ret, "evidence");
	return kc_buf_check(ret);
}

kc_err kc_keychain_exposure(struct kc_keychain *keychain, const uint8_t id[static KC_DEVICE_ID_LEN],
	struct kc_exposure *ret)
{
	(void)keychain;
	ret->generic = id[0];
	ret->internet = 2;
	kc_buf_push_str(&ret->refs, "sixteen bytes, 1");
	return kc_buf_check(&ret->refs);
}
