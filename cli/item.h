/* SPDX-License-Identifier: ISC */
/* An item as people see it: a name, a user, a kind. */
#ifndef KC_CLI_ITEM_H
#define KC_CLI_ITEM_H

#include <jansson.h>

#include "base/query.h"

#define KC_ITEM_HASH_DIGITS 16 /* of a key's hash, where it stands for a name */

/* The kinds of --kind; a public half counts as its key. */
enum kc_item_kind {
	KC_ITEM_ANY,
	KC_ITEM_INTERNET,
	KC_ITEM_GENERIC,
	KC_ITEM_KEY,
	KC_ITEM_CERTIFICATE,
};

/* Server, service or label, whichever the item has; borrowed. */
struct kc_bytes kc_item_name(const struct kc_found *item);
/* The same; for a key without a name the first digits of its hash, which kc_find_all takes for one.
 */
void kc_item_push_name(struct kc_buf *out, const struct kc_found *item);
/* Whether the text is so much of the key's hash, or more, that it can be meant. */
bool kc_item_has_hash(const struct kc_found *item, const char *digits);
struct kc_bytes kc_item_user(const struct kc_found *item); /* empty for keys and certificates */
enum kc_item_kind kc_item_kind(const struct kc_found *item);
const char *kc_item_kind_text(enum kc_item_kind kind); /* "internet" */
/* Errors: PARAM. */
KC_MUST kc_err kc_item_kind_from(const char *text, enum kc_item_kind *ret);
/* What people call it: "password", "key", "certificate". */
const char *kc_item_word(const struct kc_found *item);
bool kc_item_is_synced(const struct kc_found *item);
bool kc_item_is_bound(const struct kc_found *item); /* this device only */
/* Its URL when that says more than the name; else the name. */
void kc_item_push_place(struct kc_buf *out, const struct kc_found *item);
/* Two halves of one key, or one key twice. */
bool kc_item_is_same_key(const struct kc_found *a, const struct kc_found *b);

/* The same address and user, or halves of one key: a command that names one means the other as
 * well, whatever their sync marks. Never for certificates. */
bool kc_item_is_same_place(const struct kc_found *a, const struct kc_found *b);

json_t *kc_item_name_json(const struct kc_found *item);
/* The keys of the JSON contract: name, user, kind, class, sync, accessible, group, created,
 * changed, label, and for internet passwords url. */
json_t *kc_item_json(const struct kc_found *item);

#endif
