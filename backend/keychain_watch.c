/* SPDX-License-Identifier: ISC */
/* A look-out on the store that this device syncs with. */
#include <string.h>

#include "backend/keychain_sync.h"

struct kc_keychain_watch {
	char *url;
	struct kc_cloud *cloud;
};

static kc_err get_place(struct kc_keychain *keychain, struct kc_buf *ret)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	KC_TRY(kc_txn_begin(keychain->store, KC_TXN_READ, &txn));
	KC_TRY(kc_memory_get_place(&txn, ret));
	return kc_buf_text(ret) ? KC_OK : KC_ERR(NO_MEMORY);
}

void kc_keychain_watch_close(struct kc_keychain_watch *watch)
{
	if (watch->cloud)
		kc_cloud_close(watch->cloud);
	free(watch->url);
	free(watch);
}

static kc_err open_watch(struct kc_keychain_watch *watch, const char *url)
{
	watch->url = strdup(url);
	if (!watch->url)
		return KC_ERR(NO_MEMORY);
	KC_TRY(kc_cloud_open(url, &watch->cloud));
	return kc_cloud_watch_fd(watch->cloud) < 0 ? KC_ERR(STORE_GONE) : KC_OK;
}

kc_err kc_keychain_watch_open(struct kc_keychain *keychain, struct kc_keychain_watch **ret)
{
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	struct kc_keychain_watch *watch;
	kc_err err;

	KC_TRY(get_place(keychain, &place));
	watch = calloc(1, sizeof *watch);
	if (!watch)
		return KC_ERR(NO_MEMORY);
	err = open_watch(watch, kc_buf_text(&place));
	if (err != KC_OK) {
		kc_keychain_watch_close(watch);
		return err;
	}
	*ret = watch;
	return KC_OK;
}

int kc_keychain_watch_fd(const struct kc_keychain_watch *watch)
{
	return kc_cloud_watch_fd(watch->cloud);
}

bool kc_keychain_watch_drain(struct kc_keychain_watch *watch)
{
	return kc_cloud_watch_drain(watch->cloud);
}
