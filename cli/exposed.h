/* SPDX-License-Identifier: ISC */
/* The items that a device could read. */
#ifndef KC_CLI_EXPOSED_H
#define KC_CLI_EXPOSED_H

#include "cli/run.h"

/* Those that are here, a key as one, by name. Errors: LOCKED, NOT_FOUND (no such device). */
KC_MUST kc_err kc_exposed_read(
	struct kc_run *run, const struct kc_device *device, struct kc_found_list *ret);
/* "3 passwords, 1 key"; "nothing". */
void kc_exposed_push_counts(struct kc_buf *out, const struct kc_found_list *found);
/* The same under "passwords", "keys", "certificates". */
json_t *kc_exposed_json(const struct kc_found_list *found);

#endif
