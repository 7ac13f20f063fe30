/* SPDX-License-Identifier: ISC */
/*
 * What all connections share: the keychain behind its door, the bulletin that tells clients of
 * changes, the settings, and what the timers have to know.
 */
#ifndef KC_SERVICE_SERVICE_H
#define KC_SERVICE_SERVICE_H

#include <pthread.h>
#include <stdatomic.h>

#include "backend/keychain.h"
#include "service/settings.h"
#include "wire/bulletin.h"

struct kc_service {
	struct kc_place place;
	struct kc_settings settings;
	struct kc_bulletin bulletin;
	int wake; /* eventfd: the main loop has something to look at */
	atomic_bool stopping;
	_Atomic uint64_t used_us; /* when somebody last asked for something */
	pthread_mutex_t opening;  /* the keychain is opened once, and then never changes */
	_Atomic(struct kc_keychain *) keychain;
	_Atomic uint64_t sponsor;   /* the program that made a pairing code last; 0 is none */
	_Atomic uint64_t applicant; /* the one that asked last to join; 0 is none */
	pthread_mutex_t mutex;	    /* guards the rest */
	pthread_cond_t changed;
	bool sync_wanted;
};

/* Takes place. */
KC_MUST kc_err kc_service_init(struct kc_service *service, struct kc_place *place);
/* Locks and closes the keychain. Nothing may use it any more. */
void kc_service_done(struct kc_service *service);

/* The keychain, opened at the first call that finds one. Errors as kc_keychain_open. */
KC_MUST kc_err kc_service_keychain(struct kc_service *service, struct kc_keychain **ret);
/* Makes the keychain. Errors as kc_keychain_create_with_officer. */
KC_MUST kc_err kc_service_create(struct kc_service *service, struct kc_bytes password,
	struct kc_bytes officer_pin, const char *device);
/* The status, also of a device without a keychain. */
KC_MUST kc_err kc_service_status(struct kc_service *service, struct kc_status *ret);
/* Never waits: the main loop asks all the time. */
bool kc_service_is_unlocked(struct kc_service *service);
void kc_service_lock(struct kc_service *service);

/* Something has changed: clients ask again. */
void kc_service_announce(struct kc_service *service);
/* The same, by one of our own clients, so that there may be something to send. */
void kc_service_changed(struct kc_service *service);
/* There may be something to receive. */
void kc_service_want_exchange(struct kc_service *service);
/* For the sync loop: waits for a change, so many seconds at most; 0 is as long as it takes. False
 * once the service is stopping. */
bool kc_service_await_change(struct kc_service *service, unsigned seconds);
/* Waits so many seconds; false once the service is stopping. */
bool kc_service_pause(struct kc_service *service, unsigned seconds);
/* Ends the service, once what runs has finished. */
void kc_service_stop(struct kc_service *service);
/* Makes the main loop look at its timers again. */
void kc_service_wake(struct kc_service *service);

#endif
