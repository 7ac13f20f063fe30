/* SPDX-License-Identifier: ISC */
/* What the store has of each device, beside what this one knows: findings of kc doctor store. */
#ifndef KC_CLI_PARTS_H
#define KC_CLI_PARTS_H

#include "cli/doctor.h"
#include "cli/json.h"

void kc_parts_tell(struct kc_doctor *doctor, const struct kc_store_view *view, bool records);
/* The same as an array, for programs. */
json_t *kc_parts_array(const struct kc_store_view *view, bool records);

/* Whether the store lacks what this device has seen in it before. */
bool kc_parts_are_older(const struct kc_store_view *view, bool records);

#endif
