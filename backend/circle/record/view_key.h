/* SPDX-License-Identifier: ISC */
/* The key of a view in an epoch (TLK), and the keys that come from it (doc/protocol.md 6). */
#ifndef KC_CIRCLE_RECORD_VIEW_KEY_H
#define KC_CIRCLE_RECORD_VIEW_KEY_H

#include "backend/circle/record/list.h"

#define KC_VIEW_KEY_LEN 64
#define KC_VIEW_META 15 /* the metadata view: it has keys, and no items */
#define KC_VIEW_KEY_LAST_EPOCH UINT32_MAX

/* Which key: its view, its epoch, and the id that commits to it. */
struct kc_view_key_name {
	unsigned view;	/* 1 … KC_CIRCLE_MAX_VIEWS − 1; the policy gives them meaning */
	uint64_t epoch; /* 1 … KC_VIEW_KEY_LAST_EPOCH */
	uint8_t kid[KC_KID_LEN];
};

enum kc_view_key_use {
	KC_VIEW_KEY_CLASS_A, /* wraps items that open while unlocked */
	KC_VIEW_KEY_CLASS_C, /* wraps items that open after the first unlock */
	KC_VIEW_KEY_HEAD,    /* seals heads */
	KC_VIEW_KEY_LINK,    /* seals the key of the epoch before */
	KC_VIEW_KEY_META,    /* of the metadata view: seals the circle's records in the store */
};

KC_MUST kc_err kc_view_key_id(const struct kc_account_id *account, unsigned view, uint64_t epoch,
	const struct kc_secret *key, uint8_t ret[static KC_KID_LEN]);
/* The key for one use, a struct kc_siv_key in the arena. */
KC_MUST kc_err kc_view_key_derive(const struct kc_account_id *account,
	const struct kc_view_key_name *name, const struct kc_secret *key, enum kc_view_key_use use,
	struct kc_secret *ret);
const struct kc_siv_key *kc_view_key_siv(const struct kc_secret *derived);

void kc_view_key_name_put(struct kc_der_writer *w, const struct kc_view_key_name *name);
void kc_view_key_name_pull(struct kc_der_reader *r, struct kc_view_key_name *ret);
/* By view, epoch and kid. */
int kc_view_key_name_compare(const struct kc_view_key_name *a, const struct kc_view_key_name *b);
bool kc_view_key_name_equal(const struct kc_view_key_name *a, const struct kc_view_key_name *b);

#endif
