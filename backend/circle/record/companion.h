/* SPDX-License-Identifier: ISC */
/*
 * Cells that a device published with its list, where the store keeps records: the list names them,
 * so that none can be kept back alone (doc/protocol.md 3.2, rule 4).
 */
#ifndef KC_CIRCLE_RECORD_COMPANION_H
#define KC_CIRCLE_RECORD_COMPANION_H

#include "backend/circle/record/label.h"

/* Of one list: above that the oldest are named no more. */
#define KC_LIST_MAX_COMPANIONS 256

struct kc_companion {
	struct kc_bytes key; /* borrowed, from the list where it was read */
	uint64_t seq;	     /* of the list that it was published with */
	uint8_t hash[KC_HASH32_LEN];
};

/* Whether cells of this key are named: not those that lists name in another way, and not the lists
 * themselves. */
bool kc_companion_is_named(struct kc_bytes key);
/* The hash of a cell's value as it is in the store. */
KC_MUST kc_err kc_companion_hash(struct kc_bytes value, uint8_t ret[static KC_HASH32_LEN]);
/* The order of keys. */
int kc_companion_compare(struct kc_bytes a, struct kc_bytes b);

void kc_companion_put(struct kc_der_writer *w, const struct kc_companion *companion);
/* Of a list with this seq. */
void kc_companion_pull(struct kc_der_reader *r, uint64_t list_seq, struct kc_companion *ret);

#endif
