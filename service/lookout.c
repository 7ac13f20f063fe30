/* SPDX-License-Identifier: ISC */
/* A thread that sleeps until the store or the sync loop says something. */
#include "service/lookout.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Whoever writes into the store all the time does not make this device exchange all the time. */
#define GAP_S 5

struct kc_lookout {
	struct kc_service *service;
	struct kc_keychain_watch *watch; /* NULL: none */
	int word;			 /* eventfd: renew, or the end */
	atomic_bool ending;
	pthread_t thread;
};

static void drop_watch(struct kc_lookout *lookout)
{
	if (lookout->watch)
		kc_keychain_watch_close(lookout->watch);
	lookout->watch = NULL;
}

/* The new one is there before the old one is heard for the last time. */
static bool renew(struct kc_lookout *lookout)
{
	struct kc_keychain_watch *next = NULL;
	struct kc_keychain *keychain;
	kc_err err = kc_service_keychain(lookout->service, &keychain);
	bool heard;

	if (err == KC_OK)
		err = kc_keychain_watch_open(keychain, &next);
	heard = lookout->watch && kc_keychain_watch_drain(lookout->watch);
	drop_watch(lookout);
	lookout->watch = err == KC_OK ? next : NULL;
	return heard;
}

/* Whether something was heard from the store. */
static bool listen_once(struct kc_lookout *lookout)
{
	struct pollfd fds[] = {
		{.fd = lookout->word, .events = POLLIN},
		{.fd = lookout->watch ? kc_keychain_watch_fd(lookout->watch) : -1,
			.events = POLLIN},
	};
	uint64_t words;

	if (poll(fds, KC_COUNT_OF(fds), -1) < 0)
		return false;
	if (fds[0].revents) {
		(void)!read(lookout->word, &words, sizeof words);
		return renew(lookout);
	}
	if (fds[1].revents & ~POLLIN) { /* it does not speak any more */
		drop_watch(lookout);
		return true;
	}
	return fds[1].revents && kc_keychain_watch_drain(lookout->watch);
}

static void *run(void *argument)
{
	struct kc_lookout *lookout = argument;
	struct kc_service *service = lookout->service;

	while (!atomic_load(&lookout->ending)) {
		if (!listen_once(lookout))
			continue;
		kc_service_want_exchange(service);
		kc_service_pause(service, GAP_S);
	}
	drop_watch(lookout);
	return NULL;
}

kc_err kc_lookout_start(struct kc_service *service, struct kc_lookout **ret)
{
	struct kc_lookout *lookout = calloc(1, sizeof *lookout);

	if (!lookout)
		return KC_ERR(NO_MEMORY);
	lookout->service = service;
	lookout->word = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (lookout->word < 0) {
		free(lookout);
		return kc_err_from_errno(errno);
	}
	if (pthread_create(&lookout->thread, NULL, run, lookout) != 0) {
		close(lookout->word);
		free(lookout);
		return KC_ERR(NO_MEMORY);
	}
	*ret = lookout;
	return KC_OK;
}

void kc_lookout_renew(struct kc_lookout *lookout)
{
	uint64_t one = 1;

	(void)!write(lookout->word, &one, sizeof one);
}

void kc_lookout_end(struct kc_lookout *lookout)
{
	atomic_store(&lookout->ending, true);
	kc_lookout_renew(lookout);
	pthread_join(lookout->thread, NULL);
	close(lookout->word);
	free(lookout);
}
