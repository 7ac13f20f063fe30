/* SPDX-License-Identifier: ISC */
/* A device as people see it: by its name, or by the first digits of its number. */
#ifndef KC_CLI_DEVICE_H
#define KC_CLI_DEVICE_H

#include "cli/run.h"

#define KC_DEVICE_SHOWN_LEN 4 /* bytes of its number in lists */

/* "member", "removed", "stale", "left", "waiting". */
const char *kc_device_standing(const struct kc_device *device);
/* Whether it may read what is written from now on. */
bool kc_device_is_in(const struct kc_device *device);
/* How many are in. */
size_t kc_device_count_in(const struct kc_device_list *list);

/* The keys of the JSON contract: id, name, this, added, added_by, last_seen, status and so on. */
json_t *kc_device_json(const struct kc_device *device);
/* Its number, all of it. */
json_t *kc_device_id_json(const uint8_t id[static KC_DEVICE_ID_LEN]);
/* Puts the first digits of its number behind a name that others have too: "de (6a64bfc3)". */
void kc_device_add_number(
	char name[static KC_DEVICE_NAME_MAX + 1], const uint8_t id[static KC_DEVICE_ID_LEN]);
/* The same for those in a list that are in. */
void kc_device_tell_apart(struct kc_device_list *list);
void kc_device_push_number(struct kc_buf *out, const struct kc_device *device);

/* The device that a word names: its name, or no fewer than four digits that its number begins with.
 * Of several with one name that one which is in. Borrowed from the list; told as {device}. Errors:
 * NOT_FOUND, AMBIGUOUS, both told. */
KC_MUST kc_err kc_device_find(struct kc_run *run, const struct kc_device_list *list,
	const char *word, const struct kc_device **ret);

#endif
