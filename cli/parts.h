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

/* Whether nothing is missing there that this device knows of, and nothing is damaged. */
bool kc_parts_are_whole(const struct kc_store_view *view, bool records);
/* Gives the parts that are told, where several have one name, their numbers. */
void kc_parts_tell_apart(struct kc_store_view *view);

/* The first part that cannot be read to its end, by this device or one that joins: an operation or
 * a record is damaged, or missing since longer than it may take to arrive. NULL: there is none.
 * What is told of it goes into the facts: which it is, and on which device it is mended. */
const struct kc_store_part *kc_parts_find_damaged(const struct kc_store_view *view);
void kc_parts_tell_damaged(struct kc_run *run, const struct kc_store_part *part);
/* The first part that this device cannot read on in, at once. NULL: there is none. */
const struct kc_store_part *kc_parts_find_stuck(const struct kc_store_view *view);

/* What is missing, and of whom: a line for each device; and for programs. */
void kc_parts_print_missing(struct kc_run *run, const struct kc_store_view *view);
json_t *kc_parts_missing_array(const struct kc_store_view *view);

#endif
