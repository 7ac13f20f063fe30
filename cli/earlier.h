/* SPDX-License-Identifier: ISC */
/* Earlier values as people see them, and the names of the devices that wrote them. */
#ifndef KC_CLI_EARLIER_H
#define KC_CLI_EARLIER_H

#include "cli/find.h"

/* Who is who: the devices, none when this one does not sync or is locked, and this one's name. */
struct kc_earlier_names {
	struct kc_device_list devices;
	struct kc_status status;
};
#define KC_CLEANUP_EARLIER_NAMES KC_CLEANUP(kc_earlier_names_done)
void kc_earlier_names_done(struct kc_earlier_names *names);
KC_MUST kc_err kc_earlier_names_read(struct kc_run *run, struct kc_earlier_names *ret);

/* The device that an attribute of a found item names (KC_FOUND_WRITER, KC_EARLIER_BY): its name;
 * "" for this one; NULL when it is not known. Borrowed. */
const char *kc_earlier_device(
	const struct kc_device_list *devices, const struct kc_found *item, kc_name attr);

/* The entries of a name, newest first, those of deleted items and of earlier names among them.
 * None when nothing has become of the item that is there. Errors: NOT_FOUND (neither; told),
 * LOCKED. */
KC_MUST kc_err kc_earlier_find(
	struct kc_run *run, const struct kc_find *find, uint32_t want, struct kc_found_list *ret);
/* Of a deleted item: which device deleted it, as kc_earlier_device says. Best effort. */
const char *kc_earlier_deleted_by(
	struct kc_run *run, const struct kc_device_list *devices, const struct kc_found *item);

#endif
