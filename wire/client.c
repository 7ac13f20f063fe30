/* SPDX-License-Identifier: ISC */
/* The client half: every function builds its fields, makes the exchange, and moves the result out.
 * Here are the life of a client, the lock, items and the circle; client_keys.c has the keys.
 */
#include "wire/client_impl.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/place.h"
#include "wire/pool.h"

/* What one process has; a fork leaves it to the parent. */
struct own {
	pid_t process;
	unsigned forks;
	struct own *inherited; /* the parent's: never touched, kept so that it stays reachable */
	struct kc_pool *pool;
	pthread_mutex_t mutex; /* guards the rest */
	bool has_status;
	struct kc_status status; /* as it was at issue */
	struct kc_bulletin_issue issue;
};

struct kc_client {
	struct kc_place place;
	_Atomic(struct own *) own;
};

/* --- forks ----------------------------------------------------------------------------------- */

/* How many lie between the first process and this one. The number of the process alone may be the
 * same on both sides, in two namespaces or after long; but a bare clone(2) is not counted. */
static atomic_uint forks;

static void count_fork(void)
{
	atomic_fetch_add(&forks, 1);
}

static void watch_forks(void)
{
	pthread_atfork(NULL, NULL, count_fork);
}

static bool is_ours(const struct own *own)
{
	return own->process == getpid() && own->forks == atomic_load(&forks);
}

/* --- life ------------------------------------------------------------------------------------ */

static void own_free(struct own *own)
{
	kc_pool_free(own->pool);
	kc_status_done(&own->status);
	pthread_mutex_destroy(&own->mutex);
	free(own);
}

static kc_err own_new(const struct kc_place *place, struct own *inherited, struct own **ret)
{
	struct own *own = calloc(1, sizeof *own);
	kc_err err;

	if (!own)
		return KC_ERR(NO_MEMORY);
	err = kc_pool_new(place, &own->pool);
	if (err != KC_OK) {
		free(own);
		return err;
	}
	own->process = getpid();
	own->forks = atomic_load(&forks);
	own->inherited = inherited;
	pthread_mutex_init(&own->mutex, NULL);
	*ret = own;
	return KC_OK;
}

/* This process's part of the client; a new one when the last was our parent's. */
static kc_err get_own(struct kc_client *client, struct own **ret)
{
	struct own *found = atomic_load(&client->own), *fresh = NULL;

	if (found && is_ours(found)) {
		*ret = found;
		return KC_OK;
	}
	KC_TRY(own_new(&client->place, found, &fresh));
	if (atomic_compare_exchange_strong(&client->own, &found, fresh)) {
		*ret = fresh;
		return KC_OK;
	}
	own_free(fresh); /* another thread was faster */
	*ret = found;
	return KC_OK;
}

/* home: NULL for the place of this process. */
static kc_err new_at(const char *home, struct kc_client **ret)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct kc_client *client = calloc(1, sizeof *client);
	kc_err err;

	if (!client)
		return KC_ERR(NO_MEMORY);
	pthread_once(&once, watch_forks);
	err = home ? kc_place_find_at(home, &client->place) : kc_place_find(&client->place);
	if (err != KC_OK) {
		free(client);
		return err;
	}
	*ret = client;
	return KC_OK;
}

kc_err kc_client_new(struct kc_client **ret)
{
	return new_at(NULL, ret);
}

kc_err kc_client_new_at(const char *home, struct kc_client **ret)
{
	return new_at(home, ret);
}

void kc_client_free(struct kc_client *client)
{
	struct own *own = atomic_load(&client->own);

	if (own && is_ours(own))
		own_free(own);
	kc_place_done(&client->place);
	free(client);
}

kc_err kc_client_shared(struct kc_client **ret)
{
	static _Atomic(struct kc_client *) shared;
	struct kc_client *found = atomic_load(&shared), *fresh;

	if (!found) {
		KC_TRY(kc_client_new(&fresh));
		if (atomic_compare_exchange_strong(&shared, &found, fresh))
			found = fresh;
		else
			kc_client_free(fresh);
	}
	*ret = found;
	return KC_OK;
}

/* --- calls ----------------------------------------------------------------------------------- */

void kc_client_call_done(struct kc_client_call *call)
{
	kc_record_done(&call->result);
	kc_buf_done(&call->request);
	kc_buf_done(&call->reply);
}

static kc_err exchange(struct kc_client_call *call, struct own *own, const struct kc_call_row *row)
{
	kc_buf_reset(&call->reply);
	KC_TRY(kc_pool_exchange(
		own->pool, row, kc_buf_bytes(&call->request), &call->reply, &call->issue));
	return kc_message_parse_reply(kc_buf_bytes(&call->reply), row, &call->result);
}

/* A service whose keychain was taken away has done nothing but end: the next one is asked again. */
kc_err kc_client_run(struct kc_client_call *call, struct kc_client *client, enum kc_call number,
	const struct kc_field *fields, size_t count)
{
	const struct kc_call_row *row = kc_calls_find(number);
	struct own *own;
	kc_err err;

	KC_TRY(get_own(client, &own));
	kc_record_init(&call->result);
	KC_TRY(kc_message_build_request(row, fields, count, &call->request));
	err = exchange(call, own, row);
	if (err != KC_E_REPLACED)
		return err;
	kc_record_done(&call->result);
	return exchange(call, own, row);
}

/* --- the lock -------------------------------------------------------------------------------- */

static kc_err status_dup(const struct kc_status *status, struct kc_status *ret)
{
	struct kc_status copy = *status;

	if (status->store) {
		copy.store = strdup(status->store);
		if (!copy.store)
			return KC_ERR(NO_MEMORY);
	}
	kc_status_done(ret);
	*ret = copy;
	return KC_OK;
}

/* Remembered until the service's bulletin says that something has changed. */
kc_err kc_client_status(struct kc_client *client, struct kc_status *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	struct own *own;
	kc_err err = KC_E_NOT_FOUND;

	KC_TRY(get_own(client, &own));
	pthread_mutex_lock(&own->mutex);
	if (own->has_status && kc_pool_is_current(own->pool, &own->issue))
		err = status_dup(&own->status, ret);
	pthread_mutex_unlock(&own->mutex);
	if (err != KC_E_NOT_FOUND)
		return err;
	KC_TRY(KC_CLIENT_RUN_PLAIN(&call, client, STATUS));
	pthread_mutex_lock(&own->mutex);
	err = status_dup(&call.result.status, &own->status);
	own->has_status = err == KC_OK;
	own->issue = call.issue;
	pthread_mutex_unlock(&own->mutex);
	return status_dup(&call.result.status, ret);
}

kc_err kc_client_setup(struct kc_client *client, struct kc_bytes password, const char *device)
{
	return kc_client_setup_with_officer(client, password, kc_bytes(NULL, 0), device);
}

kc_err kc_client_setup_with_officer(struct kc_client *client, struct kc_bytes password,
	struct kc_bytes officer_pin, const char *device)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, SETUP, KC_FIELD_B(password),
		KC_FIELD_S(kc_bytes_str(device)), KC_FIELD_B(officer_pin));
}

kc_err kc_client_unlock(struct kc_client *client, struct kc_bytes password)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, UNLOCK, KC_FIELD_B(password));
}

kc_err kc_client_rename(struct kc_client *client, const char *device)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, RENAME, KC_FIELD_S(kc_bytes_str(device)));
}

kc_err kc_client_lock(struct kc_client *client)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN_PLAIN(&call, client, LOCK);
}

kc_err kc_client_change_password(
	struct kc_client *client, struct kc_bytes old_password, struct kc_bytes new_password)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(
		&call, client, CHANGE_PASSWORD, KC_FIELD_B(old_password), KC_FIELD_B(new_password));
}

kc_err kc_client_check_password(struct kc_client *client, struct kc_bytes password)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, CHECK_PASSWORD, KC_FIELD_B(password));
}

kc_err kc_client_login(struct kc_client *client, struct kc_bytes password)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, LOGIN, KC_FIELD_B(password));
}

kc_err kc_client_logout(struct kc_client *client)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN_PLAIN(&call, client, LOGOUT);
}

kc_err kc_client_officer_login(struct kc_client *client, struct kc_bytes pin)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, OFFICER_LOGIN, KC_FIELD_B(pin));
}

kc_err kc_client_officer_logout(struct kc_client *client)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN_PLAIN(&call, client, OFFICER_LOGOUT);
}

kc_err kc_client_officer_reset(struct kc_client *client, struct kc_bytes new_password)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, OFFICER_RESET, KC_FIELD_B(new_password));
}

kc_err kc_client_officer_change(
	struct kc_client *client, struct kc_bytes old_pin, struct kc_bytes new_pin)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(
		&call, client, OFFICER_CHANGE, KC_FIELD_B(old_pin), KC_FIELD_B(new_pin));
}

kc_err kc_client_officer_set(
	struct kc_client *client, struct kc_bytes password, struct kc_bytes pin)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, OFFICER_SET, KC_FIELD_B(password), KC_FIELD_B(pin));
}

kc_err kc_client_officer_erase(
	struct kc_client *client, struct kc_bytes pin, enum kc_sync_filter which)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, OFFICER_ERASE, KC_FIELD_B(pin), KC_FIELD_U(which));
}

kc_err kc_client_token_use(struct kc_client *client, enum kc_sync_filter which, bool has_sessions)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, TOKEN_USE, KC_FIELD_U(which), KC_FIELD_T(has_sessions));
}

kc_err kc_client_stop(struct kc_client *client)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN_PLAIN(&call, client, STOP);
}

/* --- items ----------------------------------------------------------------------------------- */

void kc_client_found_list_move(struct kc_found_list *to, struct kc_found_list *from)
{
	kc_found_list_done(to);
	*to = *from;
	*from = (struct kc_found_list)KC_FOUND_LIST_INIT;
}

kc_err kc_client_item_add(struct kc_client *client, const struct kc_client_item *item,
	uint32_t want, struct kc_found *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, ITEM_ADD, KC_FIELD_U(item->class),
		KC_FIELD_A(item->attrs), KC_FIELD_T(item->has_secret), KC_FIELD_B(item->secret),
		KC_FIELD_T(item->one_of_both_syncs), KC_FIELD_U(want)));
	if (call.result.found.count != 1)
		return KC_ERR(DECODE);
	if (ret) {
		*ret = call.result.found.rows[0];
		call.result.found.rows[0] = (struct kc_found){0};
	}
	return KC_OK;
}

/* Moves the rows of one page to the end of the list. */
static kc_err append_page(struct kc_found_list *list, struct kc_found_list *page)
{
	for (size_t i = 0; i < page->count; i++)
		KC_TRY(kc_found_list_take(list, &page->rows[i]));
	return KC_OK;
}

static struct kc_page_end end_of(const struct kc_found *last)
{
	return (struct kc_page_end){last->id, last->class, last->synced, last->certificate};
}

kc_err kc_client_item_find(
	struct kc_client *client, const struct kc_query *query, struct kc_found_list *ret)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list all = KC_FOUND_LIST_INIT;
	struct kc_query page = *query; /* borrows the attributes */
	bool more = true;
	kc_err err;

	while (more) {
		KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
		if (query->limit)
			page.limit = query->limit - (uint32_t)all.count;
		err = KC_CLIENT_RUN(&call, client, ITEM_FIND, KC_FIELD_Q(&page));
		if (err == KC_E_NOT_FOUND && all.count)
			break; /* the last page was the end after all */
		KC_TRY(err);
		more = call.result.found.more && call.result.found.count;
		KC_TRY(append_page(&all, &call.result.found));
		more = more && (query->limit == 0 || all.count < query->limit);
		if (more)
			page.after = end_of(&all.rows[all.count - 1]);
	}
	kc_client_found_list_move(ret, &all);
	return KC_OK;
}

kc_err kc_client_item_update(struct kc_client *client, const struct kc_query *query,
	const struct kc_client_item *changes, uint64_t *ret_count)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, ITEM_UPDATE, KC_FIELD_Q(query),
		KC_FIELD_A(changes->attrs), KC_FIELD_T(changes->has_secret),
		KC_FIELD_B(changes->secret)));
	if (ret_count)
		*ret_count = call.result.number;
	return KC_OK;
}

kc_err kc_client_item_delete(
	struct kc_client *client, const struct kc_query *query, uint64_t *ret_count)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, ITEM_DELETE, KC_FIELD_Q(query)));
	if (ret_count)
		*ret_count = call.result.number;
	return KC_OK;
}

kc_err kc_client_item_history(
	struct kc_client *client, const struct kc_query *query, struct kc_found_list *ret)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list all = KC_FOUND_LIST_INIT;
	struct kc_query page = *query; /* borrows the attributes */
	bool more = true;
	kc_err err;

	while (more) {
		KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
		err = KC_CLIENT_RUN(&call, client, ITEM_HISTORY, KC_FIELD_Q(&page));
		if (err == KC_E_NOT_FOUND && all.count)
			break; /* what was left has been forgotten meanwhile */
		KC_TRY(err);
		more = call.result.found.more && call.result.found.count;
		KC_TRY(append_page(&all, &call.result.found));
		if (more)
			page.after.id = all.rows[all.count - 1].id;
	}
	kc_client_found_list_move(ret, &all);
	return KC_OK;
}

kc_err kc_client_item_restore(struct kc_client *client, uint64_t id, struct kc_found *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(&call, client, ITEM_RESTORE, KC_FIELD_U(id)));
	if (call.result.found.count != 1)
		return KC_ERR(DECODE);
	*ret = call.result.found.rows[0];
	call.result.found.rows[0] = (struct kc_found){0};
	return KC_OK;
}

/* --- the circle ------------------------------------------------------------------------------ */

/* A report comes with an error too. */
static kc_err run_with_fields(struct kc_client *client, enum kc_call number,
	const struct kc_field *fields, size_t count, struct kc_sync_report *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	kc_err err = kc_client_run(&call, client, number, fields, count);

	if (call.result.count) {
		kc_sync_report_done(ret);
		*ret = call.result.report;
		call.result.report = (struct kc_sync_report){0};
	}
	return err;
}

static kc_err run_for_report(
	struct kc_client *client, enum kc_call number, struct kc_sync_report *ret)
{
	return run_with_fields(client, number, NULL, 0, ret);
}

kc_err kc_client_sync_use(
	struct kc_client *client, const char *url, bool create, struct kc_bytes account_password)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, SYNC_USE, KC_FIELD_S(kc_bytes_str(url)),
		KC_FIELD_T(create), KC_FIELD_B(account_password));
}

kc_err kc_client_sync_now(struct kc_client *client, struct kc_sync_report *ret)
{
	return run_for_report(client, KC_CALL_SYNC_NOW, ret);
}

kc_err kc_client_sync_repair(struct kc_client *client, struct kc_sync_report *ret)
{
	return run_for_report(client, KC_CALL_SYNC_REPAIR, ret);
}

kc_err kc_client_sync_status(struct kc_client *client, struct kc_sync_report *ret)
{
	return run_for_report(client, KC_CALL_SYNC_STATUS, ret);
}

kc_err kc_client_devices(struct kc_client *client, struct kc_device_list *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN_PLAIN(&call, client, DEVICES));
	kc_device_list_done(ret);
	*ret = call.result.devices;
	call.result.devices = (struct kc_device_list){0};
	return KC_OK;
}

kc_err kc_client_pair_start(
	struct kc_client *client, struct kc_bytes account_password, struct kc_buf *ret_code)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	struct kc_bytes code;

	KC_TRY(KC_CLIENT_RUN(&call, client, PAIR_START, KC_FIELD_B(account_password)));
	code = call.result.fields[0].bytes;
	kc_buf_push(ret_code, code.data, code.len);
	return kc_buf_check(ret_code);
}

kc_err kc_client_pair_poll(struct kc_client *client, struct kc_device *ret_applicant)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN_PLAIN(&call, client, PAIR_POLL));
	if (call.result.devices.count != 1)
		return KC_ERR(DECODE);
	*ret_applicant = call.result.devices.rows[0];
	return KC_OK;
}

kc_err kc_client_pair_decide(struct kc_client *client, bool let_in)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, PAIR_DECIDE, KC_FIELD_T(let_in));
}

kc_err kc_client_pair_cancel(struct kc_client *client)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN_PLAIN(&call, client, PAIR_CANCEL);
}

kc_err kc_client_join_start(struct kc_client *client, const char *url, const char *code,
	struct kc_bytes account_password)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN(&call, client, JOIN_START, KC_FIELD_S(kc_bytes_str(url)),
		KC_FIELD_S(kc_bytes_str(code)), KC_FIELD_B(account_password));
}

kc_err kc_client_join_poll(struct kc_client *client, struct kc_sync_report *ret)
{
	return run_for_report(client, KC_CALL_JOIN_POLL, ret);
}

kc_err kc_client_join_cancel(struct kc_client *client)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN_PLAIN(&call, client, JOIN_CANCEL);
}

kc_err kc_client_device_remove(struct kc_client *client,
	const uint8_t id[static KC_DEVICE_ID_LEN], struct kc_bytes account_password, bool lost,
	uint64_t before_ms, struct kc_sync_report *ret)
{
	struct kc_field fields[] = {KC_FIELD_B(kc_bytes(id, KC_DEVICE_ID_LEN)),
		KC_FIELD_B(account_password), KC_FIELD_T(lost), KC_FIELD_U(before_ms)};

	return run_with_fields(client, KC_CALL_DEVICE_REMOVE, fields, KC_COUNT_OF(fields), ret);
}

kc_err kc_client_device_counter(struct kc_client *client,
	const uint8_t id[static KC_DEVICE_ID_LEN], struct kc_bytes account_password,
	struct kc_sync_report *ret)
{
	struct kc_field fields[] = {
		KC_FIELD_B(kc_bytes(id, KC_DEVICE_ID_LEN)), KC_FIELD_B(account_password)};

	return run_with_fields(client, KC_CALL_DEVICE_COUNTER, fields, KC_COUNT_OF(fields), ret);
}

kc_err kc_client_leave(struct kc_client *client)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	return KC_CLIENT_RUN_PLAIN(&call, client, LEAVE);
}

kc_err kc_client_new_keys(struct kc_client *client, struct kc_sync_report *ret)
{
	return run_for_report(client, KC_CALL_NEW_KEYS, ret);
}

kc_err kc_client_history(struct kc_client *client, struct kc_history_list *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN_PLAIN(&call, client, HISTORY));
	kc_history_list_done(ret);
	*ret = call.result.history;
	call.result.history = (struct kc_history_list){0};
	return KC_OK;
}

kc_err kc_client_exposure(struct kc_client *client,
	const uint8_t id[static KC_DEVICE_ID_LEN], struct kc_exposure *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN(
		&call, client, EXPOSURE, KC_FIELD_B(kc_bytes(id, KC_DEVICE_ID_LEN))));
	kc_exposure_done(ret);
	*ret = call.result.exposure;
	call.result.exposure = (struct kc_exposure){.refs = KC_BUF_INIT};
	return KC_OK;
}

kc_err kc_client_store_view(struct kc_client *client, struct kc_store_view *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;

	KC_TRY(KC_CLIENT_RUN_PLAIN(&call, client, STORE_VIEW));
	kc_store_view_done(ret);
	*ret = call.result.store_view;
	call.result.store_view = (struct kc_store_view){.parts = NULL};
	return KC_OK;
}

kc_err kc_client_evidence(struct kc_client *client, struct kc_buf *ret)
{
	KC_CLEANUP_CLIENT_CALL struct kc_client_call call = KC_CLIENT_CALL_INIT;
	struct kc_bytes file;

	KC_TRY(KC_CLIENT_RUN_PLAIN(&call, client, EVIDENCE));
	file = call.result.fields[0].bytes;
	kc_buf_push(ret, file.data, file.len);
	return kc_buf_check(ret);
}

kc_err kc_client_account_password(struct kc_client *client, struct kc_bytes old_password,
	struct kc_bytes new_password, struct kc_sync_report *ret)
{
	struct kc_field fields[] = {KC_FIELD_B(old_password), KC_FIELD_B(new_password)};

	return run_with_fields(client, KC_CALL_ACCOUNT_PASSWORD, fields, KC_COUNT_OF(fields), ret);
}

kc_err kc_client_account_accept(
	struct kc_client *client, struct kc_bytes password, struct kc_sync_report *ret)
{
	struct kc_field field = KC_FIELD_B(password);

	return run_with_fields(client, KC_CALL_ACCOUNT_ACCEPT, &field, 1, ret);
}
