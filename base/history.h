/* SPDX-License-Identifier: ISC */
/* What has become of a circle, as it is told to its owner: plain records that travel over the
 * socket. */
#ifndef KC_BASE_HISTORY_H
#define KC_BASE_HISTORY_H

#include "base/status.h"

enum kc_history_kind {
	KC_HISTORY_BEGUN = 1,	 /* by: the first device */
	KC_HISTORY_ADDED,	 /* device, by its sponsor */
	KC_HISTORY_REMOVED,	 /* device, by another */
	KC_HISTORY_LOST,	 /* the same, because somebody else may have it */
	KC_HISTORY_COUNTERED,	 /* the same, in answer to its own removal of another */
	KC_HISTORY_LEFT,	 /* device, by itself */
	KC_HISTORY_NEW_KEYS,	 /* by the device that made them */
	KC_HISTORY_NEW_PASSWORD, /* by the device where it was typed */
};

struct kc_history_entry {
	enum kc_history_kind kind;
	uint64_t time_ms; /* by the clock of the device that did it */
	char device[KC_DEVICE_NAME_MAX + 1], by[KC_DEVICE_NAME_MAX + 1]; /* empty: not known */
	uint8_t device_id[KC_DEVICE_ID_LEN], by_id[KC_DEVICE_ID_LEN];
	bool overruled; /* a removal that does not stand */
	bool falls; /* one that does, by a device that has removed this one, until this answers */
};

/* Entry number one is rows[0]; the oldest first. */
struct kc_history_list {
	struct kc_history_entry *rows; /* owned */
	size_t count;
};
void kc_history_list_done(struct kc_history_list *list);
#define KC_CLEANUP_HISTORY_LIST KC_CLEANUP(kc_history_list_done)

/* Adds a copy. Errors: NO_MEMORY. */
KC_MUST kc_err kc_history_list_add(
	struct kc_history_list *list, const struct kc_history_entry *entry);
/* By time; what is of one time stays as it was added. */
void kc_history_list_sort(struct kc_history_list *list);

void kc_history_list_put(struct kc_der_writer *w, const struct kc_history_list *list);
void kc_history_list_pull(struct kc_der_reader *r, struct kc_history_list *ret);

#endif
