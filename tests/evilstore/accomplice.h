/* SPDX-License-Identifier: ISC */
/*
 * What a store can do with the keys of a device: a circle that was recalled from one
 * (kc_keychain_sync_recall), removed since or not, signs and seals in its name. What is made is put
 * into a world; the device itself knows nothing of it.
 */
#ifndef KC_TESTS_EVILSTORE_ACCOMPLICE_H
#define KC_TESTS_EVILSTORE_ACCOMPLICE_H

#include "backend/circle/circle.h"
#include "backend/sync/item_record.h"

struct kc_keychain;
void accomplice_recall(struct kc_keychain *keychain, struct kc_circle **ret);

/* The device's next list, changed, and signed again by right of its keys. */
typedef void (*accomplice_list_change)(struct kc_list *list, const void *context);
KC_MUST kc_err accomplice_list(struct kc_circle *circle, struct kc_cloud *cloud,
	accomplice_list_change change, const void *context);
/* A voucher, an epoch, shares. The sponsor or author is the device. */
KC_MUST kc_err accomplice_voucher(
	struct kc_circle *circle, struct kc_cloud *cloud, const struct kc_voucher *voucher);
KC_MUST kc_err accomplice_epoch(struct kc_circle *circle, struct kc_cloud *cloud,
	const struct kc_epoch *epoch, const struct kc_secret *key,
	const struct kc_secret *prev_key);
KC_MUST kc_err accomplice_shares(struct kc_circle *circle, struct kc_cloud *cloud,
	const struct kc_shares *shares, const struct kc_permanent *receiver,
	const struct kc_secret *const *keys);
/* Any record under a key of the device's own cells, sealed as it should be. */
KC_MUST kc_err accomplice_put(
	struct kc_circle *circle, struct kc_cloud *cloud, const char *key, struct kc_bytes record);

/* An item record opened with the device's keys, changed, and sealed again under the epoch that it
 * names: what opens says nothing of who wrote it. */
typedef void (*accomplice_item_change)(
	struct kc_item_header *header, struct kc_item_body *body, const void *context);
KC_MUST kc_err accomplice_item(struct kc_circle *circle, struct kc_bytes record,
	accomplice_item_change change, const void *context, struct kc_buf *ret);
/* Puts an item record into the store, as this device's word. */
KC_MUST kc_err accomplice_put_item(
	struct kc_circle *circle, struct kc_cloud *cloud, struct kc_bytes record);

#endif
