/* SPDX-License-Identifier: ISC */
/* Out of several items that share a name: the one that is meant. */
#ifndef KC_CLI_PICK_H
#define KC_CLI_PICK_H

#include "cli/find.h"

/* The one item that matches, first in the list, behind it its other half. Two halves of a key are
 * one, the private half first; a local and a synced item are two, though they are otherwise equal.
 * Errors: those of kc_find_all, AMBIGUOUS (told). */
KC_MUST kc_err kc_pick_one(
	struct kc_run *run, const struct kc_find *find, struct kc_found_list *ret);

/* Whether they are equal but for the sync mark. */
bool kc_pick_are_twins(const struct kc_found *a, const struct kc_found *b);
/* Tells of two such: "2 items", and by which option each is named. */
void kc_pick_tell_twins(struct kc_run *run);
/* Leaves out public halves whose private half is in the list too. */
void kc_pick_drop_halves(struct kc_found_list *list);
/* Leaves them out and says how many items that makes, "2 items". */
void kc_pick_tell_count(struct kc_run *run, struct kc_found_list *list);
/* Orders by name, then user. */
void kc_pick_sort(struct kc_found_list *list);

#endif
