/* SPDX-License-Identifier: ISC */
/* Threads, and the list of them. */
#include "service/connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include "service/conversation.h"
#include "wire/greeting.h"

#define STACK_BYTES ((size_t)1 << 20)

struct connection {
	struct connection *next;
	struct kc_service *service;
	int socket;
	pthread_t thread;
	bool has_thread;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;
static struct connection *connections; /* that are served */
static struct connection *finished;    /* whose threads are to be joined */
static unsigned count;

/* Out of the list of those who are served. */
static void delist(struct connection *connection)
{
	struct connection **at = &connections;

	pthread_mutex_lock(&mutex);
	while (*at != connection)
		at = &(*at)->next;
	*at = connection->next;
	close(connection->socket); /* in the lock: kc_connection_end_all uses the number */
	connection->next = finished;
	finished = connection;
	count--;
	pthread_cond_broadcast(&ended);
	pthread_mutex_unlock(&mutex);
}

static void *run(void *argument)
{
	struct connection *connection = argument;

	kc_conversation_run(connection->service, connection->socket);
	delist(connection);
	kc_service_wake(connection->service);
	return NULL;
}

void kc_connection_reap(void)
{
	struct connection *list, *next;

	pthread_mutex_lock(&mutex);
	list = finished;
	finished = NULL;
	pthread_mutex_unlock(&mutex);
	for (; list; list = next) {
		next = list->next;
		if (list->has_thread)
			pthread_join(list->thread, NULL);
		free(list);
	}
}

static kc_err start_thread(struct connection *connection)
{
	pthread_attr_t attributes;
	int failed;

	connection->has_thread = true;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	failed = pthread_create(&connection->thread, &attributes, run, connection);
	pthread_attr_destroy(&attributes);
	if (!failed)
		return KC_OK;
	connection->has_thread = false;
	return KC_ERR(NO_MEMORY);
}

static kc_err enlist(struct connection *connection)
{
	kc_err err = KC_OK;

	pthread_mutex_lock(&mutex);
	if (count == KC_CONNECTION_MOST) {
		err = KC_ERR(BUSY);
	} else {
		connection->next = connections;
		connections = connection;
		count++;
	}
	pthread_mutex_unlock(&mutex);
	return err;
}

void kc_connection_start(struct kc_service *service, int socket)
{
	struct connection *connection = malloc(sizeof *connection);
	kc_err err = KC_E_NO_MEMORY;

	if (connection) {
		*connection = (struct connection){.service = service, .socket = socket};
		err = enlist(connection);
	}
	if (err != KC_OK) {
		kc_greeting_refuse(socket, err);
		close(socket);
		free(connection);
		return;
	}
	err = start_thread(connection);
	if (err != KC_OK) {
		kc_greeting_refuse(socket, err);
		delist(connection);
	}
}

unsigned kc_connection_count(void)
{
	unsigned now;

	pthread_mutex_lock(&mutex);
	now = count;
	pthread_mutex_unlock(&mutex);
	return now;
}

void kc_connection_end_all(void)
{
	pthread_mutex_lock(&mutex);
	/* Receiving ends, sending goes on: replies still get through. */
	for (struct connection *at = connections; at; at = at->next)
		shutdown(at->socket, SHUT_RD);
	while (count)
		pthread_cond_wait(&ended, &mutex);
	pthread_mutex_unlock(&mutex);
	kc_connection_reap();
}
