/* SPDX-License-Identifier: ISC */
/* The policy: which items sync, and in which view. One table decides for all front ends. */
#ifndef KC_ITEM_POLICY_H
#define KC_ITEM_POLICY_H

#include "backend/item/item.h"

/* Kinds of items that sync together. The numbers are stored and sent. */
enum kc_view {
	KC_VIEW_NEVER = 0, /* stays on this device */
	KC_VIEW_PASSWORDS = 1,
	KC_VIEW_WIFI = 2,
	KC_VIEW_CARDS = 3,
	KC_VIEW_HOME = 4,
	KC_VIEW_KEYS = 5,
	KC_VIEW_APPS = 6,
	KC_VIEW_OTHER = 7,
};
#define KC_VIEW_COUNT 8

#define KC_POLICY_VERSION 1

enum kc_view kc_policy_view(const struct kc_item *item);
const char *kc_policy_view_name(enum kc_view view); /* "passwords" */

#endif
