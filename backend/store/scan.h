/* SPDX-License-Identifier: ISC */
/*
 * Searching: rows of one class and one sync mark that have all the wanted terms, in the order of
 * their ids.
 *
 * Only clear columns are looked at, so what is found does not depend on the lock. Wanted references
 * are looked up one by one. Of several wanted terms the rarest is looked up in the index, and the
 * others are compared; without any, all rows of the class are read.
 */
#ifndef KC_STORE_SCAN_H
#define KC_STORE_SCAN_H

#include "backend/store/row.h"

struct kc_match {
	kc_name class; /* not 0 */
	bool sync;
	enum kc_tomb_filter tomb;
	unsigned protection; /* 0 for any */
	uint64_t after;	     /* only ids above this one */
	bool has_ref;
	uint8_t ref[KC_PERSISTENT_REF_LEN];
	struct kc_bytes refs;	    /* one of these references is wanted; borrowed; empty: any */
	struct kc_buf terms, marks; /* each is wanted */
	struct kc_buf groups;	    /* one of these terms is wanted; empty: no restriction */
};
#define KC_MATCH_INIT \
	{             \
		0     \
	}
#define KC_CLEANUP_MATCH KC_CLEANUP(kc_scan_match_done)
void kc_scan_match_done(struct kc_match *match);

struct kc_scan {
	const struct kc_match *match; /* borrowed */
	struct kc_db *db;
	struct kc_stmt stmt;
	uint64_t *ids; /* of the wanted references, ascending; NULL: all that stmt gives */
	size_t id_count, next;
};
#define KC_SCAN_INIT \
	{            \
		0    \
	}
#define KC_CLEANUP_SCAN KC_CLEANUP(kc_scan_done)

/* One scan at a time in a transaction. The tables must not change while it is open. */
KC_MUST kc_err kc_scan_open(struct kc_txn *txn, const struct kc_match *match, struct kc_scan *scan);
void kc_scan_done(struct kc_scan *scan);
/* The next row that matches, until *ret_found is false; it lives until the next call. Malformed
 * rows are given too: they fail to open, and so come to be set aside. */
KC_MUST kc_err kc_scan_next(struct kc_scan *scan, struct kc_row *ret, bool *ret_found);

/* Whether a row that was read elsewhere is one that the scan would give. */
bool kc_scan_is_match(const struct kc_match *match, const struct kc_row *row);

#endif
