/* SPDX-License-Identifier: ISC */
/*
 * The access groups of this program, for the strict profile: what the entitlements say on macOS,
 * KEYCIRCLE_ACCESS_GROUPS says here, names with commas between. New items are of the first; "*"
 * allows all; an empty list allows nothing. Unset, a program has the group of the user's own
 * programs. Everybody may search the group of what tokens hold.
 *
 * This narrows what a program asks for. What it may have the service decides, by what the kernel
 * says of it.
 */
#ifndef KC_SECURITY_GROUPS_H
#define KC_SECURITY_GROUPS_H

#include "base/query.h"

/* NOT_ALLOWED with an empty list; TOO_LARGE with one that no query holds (KC_QUERY_MAX_GROUPS). */
KC_MUST kc_err kc_groups_check(void);
/* NOT_ALLOWED for a group that is not of the list. */
KC_MUST kc_err kc_groups_check_one(struct kc_bytes name);
/* The group of a new item; empty: the service chooses. */
struct kc_bytes kc_groups_first(void);
/* Restricts a search to the list. */
void kc_groups_narrow(struct kc_query *query);

#endif
