/* SPDX-License-Identifier: ISC */
/* Waiting for the right moment. */
#include "service/sync.h"

#include "base/log.h"
#include "service/lookout.h"

#define AFTER_CHANGE_S 2 /* changes come in flocks */
#define MOST_BACKOFF 12	 /* intervals between attempts while the store does not answer */

struct kc_sync {
	struct kc_service *service;
	struct kc_lookout *lookout; /* NULL: what others change is not waited for */
	pthread_t thread;
};

/* One exchange, if there is anything to exchange with. After a lock it takes what a locked device
 * may have. */
static kc_err exchange(struct kc_service *service)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_keychain *keychain;
	kc_err err;

	KC_TRY(kc_service_keychain(service, &keychain));
	KC_TRY(kc_keychain_status(keychain, &status));
	if (status.lock < KC_LOCK_LOCKED || !status.store)
		return KC_OK;
	err = kc_keychain_sync_now(keychain, &report);
	if (report.received || report.sent || report.alarm)
		kc_service_announce(service);
	if (err != KC_OK)
		kc_log_info("sync: %s", kc_err_text(err));
	return err;
}

static void *run(void *argument)
{
	struct kc_sync *sync = argument;
	struct kc_service *service = sync->service;
	unsigned backoff = 1;

	while (kc_service_await_change(service, service->settings.sync_every_s * backoff)) {
		if (!kc_service_pause(service, AFTER_CHANGE_S))
			break;
		backoff = kc_err_class(exchange(service)) == KC_ERRCLASS_LATER
				  ? (backoff < MOST_BACKOFF ? backoff + 1 : backoff)
				  : 1;
		/* The store may be another now, or be there again. */
		if (sync->lookout)
			kc_lookout_renew(sync->lookout);
	}
	return NULL;
}

kc_err kc_sync_start(struct kc_service *service, struct kc_sync **ret)
{
	struct kc_sync *sync = calloc(1, sizeof *sync);
	kc_err err = KC_OK;

	if (!sync)
		return KC_ERR(NO_MEMORY);
	sync->service = service;
	if (service->settings.sync_every_s)
		err = kc_lookout_start(service, &sync->lookout);
	if (err == KC_OK && pthread_create(&sync->thread, NULL, run, sync) != 0)
		err = KC_ERR(NO_MEMORY);
	if (err != KC_OK) {
		if (sync->lookout)
			kc_lookout_end(sync->lookout);
		free(sync);
		return err;
	}
	*ret = sync;
	return KC_OK;
}

void kc_sync_end(struct kc_sync *sync)
{
	pthread_join(sync->thread, NULL);
	if (sync->lookout)
		kc_lookout_end(sync->lookout);
	free(sync);
}
