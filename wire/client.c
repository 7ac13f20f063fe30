/* SPDX-License-Identifier: ISC */
/*
 * The client half: every function builds its fields, makes the exchange, and moves the result out.
 * Here are the life of a client and its calls; client_*.c have the functions by what they are
 * about.
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

/* --- what is remembered ----------------------------------------------------------------------- */

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
