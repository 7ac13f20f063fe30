/* SPDX-License-Identifier: ISC */
/* The list of programs. */
#include "service/application.h"

#include <string.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct kc_application *applications;
static uint64_t last_number;

static bool is_of(const struct kc_application *application, const struct kc_peer *peer)
{
	if (peer->access.sandboxed)
		return strcmp(application->access.group, peer->access.group) == 0;
	return !application->access.sandboxed && application->process == peer->process &&
	       application->started == peer->started;
}

static kc_err add_inlock(const struct kc_peer *peer, struct kc_application **ret)
{
	struct kc_application *added = malloc(sizeof *added);

	if (!added)
		return KC_ERR(NO_MEMORY);
	*added = (struct kc_application){
		.next = applications,
		.number = ++last_number,
		.process = peer->process,
		.started = peer->started,
		.access = peer->access,
		.budget = KC_BUDGET_INIT(KC_APPLICATION_BYTES),
		.trying = PTHREAD_MUTEX_INITIALIZER,
	};
	applications = added;
	*ret = added;
	return KC_OK;
}

static kc_err join_inlock(const struct kc_peer *peer, struct kc_application **ret)
{
	struct kc_application *found = applications;

	while (found && !is_of(found, peer))
		found = found->next;
	if (!found)
		KC_TRY(add_inlock(peer, &found));
	if (found->connections == KC_APPLICATION_CONNECTIONS)
		return KC_ERR(BUSY);
	found->connections++;
	*ret = found;
	return KC_OK;
}

kc_err kc_application_join(const struct kc_peer *peer, struct kc_application **ret)
{
	kc_err err;

	pthread_mutex_lock(&mutex);
	err = join_inlock(peer, ret);
	pthread_mutex_unlock(&mutex);
	return err;
}

bool kc_application_leave(struct kc_application *application)
{
	bool is_last;

	pthread_mutex_lock(&mutex);
	is_last = --application->connections == 0;
	if (is_last) {
		struct kc_application **at = &applications;
		while (*at != application)
			at = &(*at)->next;
		*at = application->next;
		kc_budget_done(&application->budget);
		pthread_mutex_destroy(&application->trying);
		free(application);
	}
	pthread_mutex_unlock(&mutex);
	return is_last;
}
