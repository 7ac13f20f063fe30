/* SPDX-License-Identifier: ISC */
/* The list of programs. */
#include "service/application.h"

#include <string.h>
#include <time.h>

#define LOOK_SECONDS 1 /* so often who waits for its work looks whether it still matters */

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
		.worked = PTHREAD_COND_INITIALIZER,
		.officer = KC_SECRET_INIT,
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

void kc_application_log_officer_in(struct kc_application *application, struct kc_secret *key)
{
	pthread_mutex_lock(&mutex);
	kc_secret_done(&application->officer);
	kc_secret_move(&application->officer, key);
	pthread_mutex_unlock(&mutex);
}

kc_err kc_application_officer(struct kc_application *application, struct kc_secret *ret)
{
	kc_err err = KC_E_LOCKED;

	pthread_mutex_lock(&mutex);
	if (application->officer.len)
		err = kc_secret_set(ret, kc_secret_bytes(&application->officer));
	pthread_mutex_unlock(&mutex);
	return err == KC_E_LOCKED ? KC_ERR(LOCKED) : err;
}

bool kc_application_is_officer(struct kc_application *application)
{
	bool is_officer;

	pthread_mutex_lock(&mutex);
	is_officer = application->officer.len != 0;
	pthread_mutex_unlock(&mutex);
	return is_officer;
}

void kc_application_log_officers_out(void)
{
	pthread_mutex_lock(&mutex);
	for (struct kc_application *a = applications; a; a = a->next)
		kc_secret_done(&a->officer);
	pthread_mutex_unlock(&mutex);
}

void kc_application_use_token(
	struct kc_application *application, enum kc_sync_filter which, bool has_sessions)
{
	pthread_mutex_lock(&mutex);
	if (has_sessions)
		application->sessions[which]++;
	else if (application->sessions[which])
		application->sessions[which]--;
	pthread_mutex_unlock(&mutex);
}

bool kc_application_is_token_used(enum kc_sync_filter which)
{
	bool is_used = false;

	pthread_mutex_lock(&mutex);
	for (const struct kc_application *a = applications; a; a = a->next)
		is_used |= a->sessions[which] != 0;
	pthread_mutex_unlock(&mutex);
	return is_used;
}

static void await_work_inlock(struct kc_application *application)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += LOOK_SECONDS;
	pthread_cond_clockwait(&application->worked, &mutex, CLOCK_MONOTONIC, &until);
}

kc_err kc_application_begin_work(
	struct kc_application *application, const atomic_bool *stopping, int process)
{
	kc_err err = KC_OK;

	pthread_mutex_lock(&mutex);
	while (err == KC_OK && application->working >= KC_APPLICATION_WORK) {
		await_work_inlock(application);
		if (atomic_load(stopping) || kc_access_has_ended(process))
			err = KC_ERR(BUSY);
	}
	if (err == KC_OK)
		application->working++;
	pthread_mutex_unlock(&mutex);
	return err;
}

void kc_application_end_work(struct kc_application *application)
{
	pthread_mutex_lock(&mutex);
	application->working--;
	pthread_cond_signal(&application->worked);
	pthread_mutex_unlock(&mutex);
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
		kc_secret_done(&application->officer);
		pthread_mutex_destroy(&application->trying);
		pthread_cond_destroy(&application->worked);
		free(application);
	}
	pthread_mutex_unlock(&mutex);
	return is_last;
}
