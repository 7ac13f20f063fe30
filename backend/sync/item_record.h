/* SPDX-License-Identifier: ISC */
/*
 * Item records: one version of an item, sealed for the circle (doc/protocol.md 7).
 *
 * The store sees tags, a random name, the id of a key, a class letter and a size from a few. All
 * else is inside.
 */
#ifndef KC_SYNC_ITEM_RECORD_H
#define KC_SYNC_ITEM_RECORD_H

#include "backend/circle/record/account.h"
#include "backend/item/policy.h"
#include "backend/sync/version.h"

#define KC_ITEM_RECORD_MAX ((size_t)384 << 10) /* bytes of a record */

/* Which class key wraps it: that of items readable while unlocked, or after the first unlock. */
enum kc_item_class { KC_ITEM_CLASS_A = 1, KC_ITEM_CLASS_C = 2 };

/* What the store sees. */
struct kc_item_header {
	uint8_t account_tag[KC_TAG_LEN], view_tag[KC_TAG_LEN];
	uint8_t name[KC_RECORD_NAME_LEN];
	uint8_t kid[KC_KID_LEN];
	enum kc_item_class class;
};

/* What it does not. */
struct kc_item_body {
	struct kc_version version; /* its digest is that of the body */
	uint64_t counter;	   /* of the dot */
	uint64_t created;
	uint64_t replaced; /* t of the version that it was made of, below its own; 0: of none */
	bool deleted;
	uint8_t key_digest[32]; /* of the primary key */
	uint64_t policy;
	uint64_t padded_len;
	struct kc_item item; /* empty when deleted */
};
#define KC_CLEANUP_ITEM_BODY KC_CLEANUP(kc_item_body_done)
void kc_item_body_done(struct kc_item_body *body);

enum kc_item_class kc_item_class_of(enum kc_protection protection);

/* Seals body->item (nothing of it when deleted); sets the digest and padded_len of the body, which
 * is at least padded to what padded_len was before. Errors: TOO_LARGE. */
KC_MUST kc_err kc_item_record_seal(const struct kc_item_header *header,
	const struct kc_siv_key *class_key, struct kc_item_body *body, struct kc_buf *ret);
/* The clear part. Errors: REFUSED. */
KC_MUST kc_err kc_item_record_peek(struct kc_bytes record, struct kc_item_header *ret);
/* The rest; class_key is that of the header's kid and class. Errors: REFUSED, for whatever is
 * wrong; WAITING for what newer software wrote. */
KC_MUST kc_err kc_item_record_open(
	struct kc_bytes record, const struct kc_siv_key *class_key, struct kc_item_body *ret);

/* The digest of the body in a record that may have been refused for what the body says. Errors:
 * REFUSED, when it does not open at all. */
KC_MUST kc_err kc_item_record_digest(struct kc_bytes record, const struct kc_siv_key *class_key,
	uint8_t ret[static KC_VERSION_DIGEST_LEN]);

/* The length that a body of len bytes is padded to; its own first padding byte counted in. */
size_t kc_item_record_padded(size_t len);

#endif
