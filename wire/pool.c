/* SPDX-License-Identifier: ISC */
/* Connections: the one used last is used next, since its thread in the service is still awake. */
#include "wire/pool.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "wire/channel.h"
#include "wire/start.h"

#define GREETING_SECONDS 10
#define WAIT_FOR_FREE_SECONDS 30
#define ATTEMPTS 3 /* at reaching a service that may be ending just now */

struct connection {
	struct connection *next; /* while idle */
	struct kc_channel channel;
};

struct kc_pool {
	const struct kc_place *place;
	pthread_mutex_t mutex;
	pthread_cond_t freed;
	struct connection *idle;
	unsigned open; /* idle ones and those in use */
};

/* --- one connection -------------------------------------------------------------------------- */

static void connection_close(struct connection *connection)
{
	kc_channel_done(&connection->channel);
	free(connection);
}

/* A socket with our service at the other end. Nobody else can listen in a folder of ours with mode
 * 0700, but the folder may not be what it should be. */
static kc_err reach(const struct kc_place *place, int *ret_fd)
{
	KC_CLEANUP_FD int fd = -1;
	uid_t uid;
	pid_t pid;

	if (kc_socket_connect(place->socket, &fd) != KC_OK) {
		KC_CLEANUP_FREE char *activated = NULL;
		if (kc_place_find_activated(place, &activated) != KC_OK)
			return KC_ERR(SERVICE);
		KC_TRY(kc_socket_connect(activated, &fd));
	}
	KC_TRY(kc_socket_peer(fd, &uid, &pid));
	if (uid != geteuid())
		return KC_ERR(SERVICE);
	*ret_fd = fd;
	fd = -1;
	return KC_OK;
}

/* Also while a service runs, so that the answer does not hang on whether one does. */
static kc_err check_folders(const struct kc_place *place)
{
	const char *const folders[] = {place->data, place->state, place->runtime};

	for (size_t i = 0; i < KC_COUNT_OF(folders); i++)
		if (kc_place_check_folder(folders[i]) == KC_E_EXPOSED)
			return KC_ERR(EXPOSED);
	return KC_OK;
}

static kc_err connect_once(const struct kc_place *place, struct connection **ret)
{
	KC_CLEANUP_FD int fd = -1;
	KC_CLEANUP_FREE struct connection *connection = calloc(1, sizeof *connection);

	if (!connection)
		return KC_ERR(NO_MEMORY);
	KC_TRY(check_folders(place));
	if (reach(place, &fd) != KC_OK) {
		KC_TRY(kc_start_service(place->home));
		KC_TRY(reach(place, &fd));
	}
	KC_TRY(kc_mark_lift(&fd));
	KC_TRY(kc_channel_accept(fd, kc_socket_deadline(GREETING_SECONDS), &connection->channel));
	fd = -1;
	*ret = connection;
	connection = NULL;
	return KC_OK;
}

/* A service that ends while we connect closes the connection before its greeting; the next attempt
 * starts another. */
static kc_err connection_open(const struct kc_place *place, struct connection **ret)
{
	kc_err err = KC_E_SERVICE;

	for (unsigned i = 0; i < ATTEMPTS && err == KC_E_SERVICE; i++)
		err = connect_once(place, ret);
	return err;
}

/* --- the pool -------------------------------------------------------------------------------- */

kc_err kc_pool_new(const struct kc_place *place, struct kc_pool **ret)
{
	struct kc_pool *pool = calloc(1, sizeof *pool);
	pthread_condattr_t monotonic;

	if (!pool)
		return KC_ERR(NO_MEMORY);
	pool->place = place;
	pthread_mutex_init(&pool->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&pool->freed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	*ret = pool;
	return KC_OK;
}

void kc_pool_free(struct kc_pool *pool)
{
	while (pool->idle) {
		struct connection *next = pool->idle->next;
		connection_close(pool->idle);
		pool->idle = next;
	}
	pthread_cond_destroy(&pool->freed);
	pthread_mutex_destroy(&pool->mutex);
	free(pool);
}

/* An idle connection, or the right to open one (NULL). */
static kc_err take_place(struct kc_pool *pool, struct connection **ret)
{
	struct timespec until;
	kc_err err = KC_OK;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += WAIT_FOR_FREE_SECONDS;
	pthread_mutex_lock(&pool->mutex);
	while (err == KC_OK && !pool->idle && pool->open == KC_POOL_CONNECTIONS)
		if (pthread_cond_timedwait(&pool->freed, &pool->mutex, &until) == ETIMEDOUT)
			err = KC_ERR(BUSY);
	if (err == KC_OK && pool->idle) {
		*ret = pool->idle;
		pool->idle = pool->idle->next;
	} else if (err == KC_OK) {
		*ret = NULL;
		pool->open++;
	}
	pthread_mutex_unlock(&pool->mutex);
	return err;
}

static void give_up_place(struct kc_pool *pool)
{
	pthread_mutex_lock(&pool->mutex);
	pool->open--;
	pthread_cond_signal(&pool->freed);
	pthread_mutex_unlock(&pool->mutex);
}

static kc_err take(struct kc_pool *pool, struct connection **ret)
{
	kc_err err;

	KC_TRY(take_place(pool, ret));
	if (*ret)
		return KC_OK;
	err = connection_open(pool->place, ret);
	if (err != KC_OK)
		give_up_place(pool);
	return err;
}

static void give_back(struct kc_pool *pool, struct connection *connection)
{
	pthread_mutex_lock(&pool->mutex);
	connection->next = pool->idle;
	pool->idle = connection;
	pthread_cond_signal(&pool->freed);
	pthread_mutex_unlock(&pool->mutex);
}

static void drop(struct kc_pool *pool, struct connection *connection)
{
	connection_close(connection);
	give_up_place(pool);
}

/* --- calls ----------------------------------------------------------------------------------- */

static kc_err converse(struct kc_channel *channel, unsigned patience_s, struct kc_bytes request,
	struct kc_buf *reply)
{
	kc_deadline deadline = kc_socket_deadline(patience_s);
	size_t len;

	KC_TRY(kc_channel_send(channel, request, deadline));
	KC_TRY(kc_channel_wait(channel, deadline, &len));
	return kc_channel_read(channel, len, deadline, reply);
}

/* That the service does not answer in time is another thing than the time-outs that it reports. */
static kc_err as_seen_by_callers(kc_err err)
{
	return err == KC_E_TIMED_OUT ? KC_ERR(BUSY) : err;
}

static kc_err exchange(struct kc_pool *pool, const struct kc_call_row *call,
	struct kc_bytes request, struct kc_buf *reply, struct kc_bulletin_issue *ret_issue)
{
	struct connection *connection = NULL;
	kc_err err = KC_E_SERVICE;
	bool again = true;

	/* All idle connections may be of a service that has ended: each attempt drops one. */
	for (unsigned i = 0; again && i < KC_POOL_CONNECTIONS + ATTEMPTS; i++) {
		KC_TRY(as_seen_by_callers(take(pool, &connection)));
		if (ret_issue)
			*ret_issue = kc_bulletin_read(connection->channel.bulletin);
		err = converse(&connection->channel, call->patience_s, request, reply);
		if (err == KC_OK) {
			give_back(pool, connection);
			return KC_OK;
		}
		kc_buf_reset(reply);
		again = err == KC_E_SERVICE &&
			(!call->changes || kc_channel_is_untaken(&connection->channel));
		drop(pool, connection);
	}
	return as_seen_by_callers(err);
}

/* A thread that is cancelled goes when it is out of here: it would take a connection with it, and
 * the locks of its callers. */
kc_err kc_pool_exchange(struct kc_pool *pool, const struct kc_call_row *call,
	struct kc_bytes request, struct kc_buf *reply, struct kc_bulletin_issue *ret_issue)
{
	int before;
	kc_err err;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	err = exchange(pool, call, request, reply, ret_issue);
	pthread_setcancelstate(before, NULL);
	return err;
}

bool kc_pool_is_current(struct kc_pool *pool, const struct kc_bulletin_issue *issue)
{
	struct kc_bulletin_issue now;
	bool current = false;
	int before;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	pthread_mutex_lock(&pool->mutex);
	if (pool->idle) {
		now = kc_bulletin_read(pool->idle->channel.bulletin);
		current = now.service == issue->service && now.change == issue->change &&
			  kc_channel_stands(&pool->idle->channel);
	}
	pthread_mutex_unlock(&pool->mutex);
	pthread_setcancelstate(before, NULL);
	return current;
}
