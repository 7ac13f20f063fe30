/* SPDX-License-Identifier: ISC */
/* The shared state. */
#include "service/service.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "service/application.h"
#include "service/prompt.h"

#define FOREVER_S (1000 * 1000 * 1000u)

kc_err kc_service_init(struct kc_service *service, struct kc_place *place)
{
	int wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	kc_err err;

	if (wake < 0)
		return kc_err_from_errno(errno);
	*service = (struct kc_service){.wake = wake};
	err = kc_bulletin_init(&service->bulletin);
	if (err == KC_OK)
		err = kc_settings_read(place, &service->settings);
	if (err != KC_OK) {
		close(wake);
		return err;
	}
	service->used_us = kc_clock_monotonic_us();
	pthread_mutex_init(&service->opening, NULL);
	pthread_mutex_init(&service->mutex, NULL);
	pthread_cond_init(&service->changed, NULL);
	service->place = *place;
	*place = (struct kc_place)KC_PLACE_INIT;
	return KC_OK;
}

void kc_service_done(struct kc_service *service)
{
	struct kc_keychain *keychain = atomic_load(&service->keychain);

	if (keychain) {
		kc_keychain_lock(keychain);
		kc_keychain_close(keychain);
	}
	kc_bulletin_done(&service->bulletin);
	kc_place_done(&service->place);
	pthread_mutex_destroy(&service->opening);
	pthread_mutex_destroy(&service->mutex);
	pthread_cond_destroy(&service->changed);
	close(service->wake);
}

kc_err kc_service_keychain(struct kc_service *service, struct kc_keychain **ret)
{
	struct kc_keychain *keychain = atomic_load(&service->keychain);
	kc_err err = KC_OK;

	if (!keychain) {
		pthread_mutex_lock(&service->opening);
		keychain = atomic_load(&service->keychain);
		if (!keychain)
			err = kc_keychain_open(&service->place, &keychain);
		if (err == KC_OK)
			atomic_store(&service->keychain, keychain);
		pthread_mutex_unlock(&service->opening);
		KC_TRY(err);
	}
	*ret = keychain;
	return KC_OK;
}

kc_err kc_service_create(struct kc_service *service, struct kc_bytes password,
	struct kc_bytes officer_pin, const char *device)
{
	struct kc_keychain *keychain;
	kc_err err;

	pthread_mutex_lock(&service->opening);
	if (atomic_load(&service->keychain))
		err = KC_ERR(KEYCHAIN_EXISTS);
	else
		err = kc_keychain_create_with_officer(
			&service->place, password, officer_pin, device, &keychain);
	if (err == KC_OK)
		atomic_store(&service->keychain, keychain);
	pthread_mutex_unlock(&service->opening);
	return err;
}

kc_err kc_service_status(struct kc_service *service, struct kc_status *ret)
{
	struct kc_keychain *keychain;
	kc_err err = kc_service_keychain(service, &keychain);

	if (err == KC_E_NO_KEYCHAIN)
		*ret = (struct kc_status){.lock = KC_LOCK_NONE};
	else if (err == KC_OK)
		err = kc_keychain_status(keychain, ret);
	if (err != KC_OK && err != KC_E_NO_KEYCHAIN)
		return err;
	ret->can_ask = kc_prompt_is_possible();
	ret->allows_legacy = service->settings.allow_legacy;
	ret->misread_line = service->settings.misread_line;
	return KC_OK;
}

bool kc_service_is_unlocked(struct kc_service *service)
{
	struct kc_keychain *keychain = atomic_load(&service->keychain);

	return keychain && kc_keychain_lock_state(keychain) == KC_LOCK_UNLOCKED;
}

void kc_service_lock(struct kc_service *service)
{
	struct kc_keychain *keychain = atomic_load(&service->keychain);

	kc_application_log_officers_out();
	if (keychain)
		kc_keychain_lock(keychain);
	kc_service_changed(service);
}

void kc_service_announce(struct kc_service *service)
{
	kc_bulletin_bump(&service->bulletin);
}

void kc_service_changed(struct kc_service *service)
{
	kc_service_announce(service);
	kc_service_want_exchange(service);
}

void kc_service_want_exchange(struct kc_service *service)
{
	pthread_mutex_lock(&service->mutex);
	service->sync_wanted = true;
	pthread_cond_broadcast(&service->changed);
	pthread_mutex_unlock(&service->mutex);
}

/* Waits until woken for a reason, or time is over. */
static bool wait_inlock(struct kc_service *service, const bool *reason, unsigned seconds)
{
	struct timespec until;
	int timed_out = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += seconds ? seconds : FOREVER_S;
	while (!*reason && !atomic_load(&service->stopping) && timed_out == 0)
		timed_out = pthread_cond_clockwait(
			&service->changed, &service->mutex, CLOCK_MONOTONIC, &until);
	return !atomic_load(&service->stopping);
}

bool kc_service_await_change(struct kc_service *service, unsigned seconds)
{
	bool go_on;

	pthread_mutex_lock(&service->mutex);
	go_on = wait_inlock(service, &service->sync_wanted, seconds);
	service->sync_wanted = false;
	pthread_mutex_unlock(&service->mutex);
	return go_on;
}

bool kc_service_pause(struct kc_service *service, unsigned seconds)
{
	static const bool never;
	bool go_on;

	pthread_mutex_lock(&service->mutex);
	go_on = wait_inlock(service, &never, seconds);
	pthread_mutex_unlock(&service->mutex);
	return go_on;
}

void kc_service_stop(struct kc_service *service)
{
	pthread_mutex_lock(&service->mutex);
	atomic_store(&service->stopping, true);
	pthread_cond_broadcast(&service->changed);
	pthread_mutex_unlock(&service->mutex);
	kc_service_wake(service);
}

void kc_service_wake(struct kc_service *service)
{
	uint64_t one = 1;

	(void)!write(service->wake, &one, sizeof one);
}
