/* SPDX-License-Identifier: ISC */
/*
 * A store that keeps records: named values of which the last version is there, changed under a
 * condition, with a feed of what changed (doc/protocol.md 3).
 *
 * Engines that can do this say KC_CLOUD_RECORDS. What the engine says is believed in nothing but
 * the outcome of its own calls: tokens are hints, etags tell one version from another, and a value
 * is bytes. Names are 1 … KC_RECORDS_MAX_NAME of [a-z0-9-]. There is no unconditional write and no
 * deletion: a record that is taken away leaves a tombstone, an empty value, so the feed has no
 * gaps. A tombstone is a version like others: to write over it takes its etag.
 *
 * Errors of every function: UNSUPPORTED (the engine has no records), PARAM (a name, a zone),
 * STORE_GONE (nothing was done, or nobody can say: see put), STORE_SUSPECT (what is there is
 * damaged, or not what such an engine makes). Visitors call nothing of the same store.
 */
#ifndef KC_CLOUD_RECORDS_H
#define KC_CLOUD_RECORDS_H

#include "backend/cloud/cloud.h"

/* Each with its own order of versions and its own tokens. */
enum kc_zone {
	KC_ZONE_RECORDS = 1, /* lists, keys, items */
	KC_ZONE_VALUES = 2,  /* circles, logs of sessions */
};
#define KC_ZONE_COUNT 3 /* 0 is none */

#define KC_RECORDS_MAX_NAME 120
#define KC_RECORDS_MAX_VALUE KC_CLOUD_MAX_OPERATION /* bytes of one value */
#define KC_RECORDS_MAX_BATCH 256		    /* records of one put */
#define KC_RECORDS_MAX_BATCH_LEN ((size_t)8 << 20)
#define KC_RECORDS_MAX_TOKEN 256

/* Which version of a record; all zero: there must be none. Never given twice in a store, not after
 * it was made anew either. */
struct kc_etag {
	uint8_t bytes[24];
};
/* Random, not all zero, chosen once for each version that is to be written and kept over all
 * attempts. */
struct kc_write_id {
	uint8_t bytes[16];
};

struct kc_record_write {
	const char *name;
	struct kc_etag expect;
	struct kc_write_id id;
	struct kc_bytes value; /* empty: takes the record away */
};
/* A record as it is in the store. All is borrowed, for the length of the call. */
struct kc_record_row {
	const char *name;
	struct kc_etag etag;
	struct kc_write_id id;
	struct kc_bytes value; /* empty: a tombstone, if it is not bare */
	bool bare;	       /* it has a value, which was not asked for */
};
static inline bool kc_record_is_tombstone(const struct kc_record_row *row)
{
	return !row->bare && row->value.len == 0;
}
/* Called for each row; what it returns ends the reading when it is not KC_OK. */
typedef kc_err (*kc_record_visit)(void *context, const struct kc_record_row *row);

/* How far a feed was read; len 0: from the beginning. */
struct kc_feed_token {
	uint16_t len;
	uint8_t bytes[KC_RECORDS_MAX_TOKEN];
};

/*
 * Writes a batch, all or nothing; ret_etags has room for one each. All conditions hold at one
 * instant and all records become visible together. Whoever is told STORE_GONE puts the same
 * batch again, with the same conditions and ids: it lands at most once, and the call that finds its
 * own ids in the way answers KC_OK. Of a version that was written over meanwhile the etag is not
 * known: *ret_etags then is the one that was expected, which no put takes any more. Errors:
 * CONFLICT (a condition does not hold, and no version there is of this batch: nothing was written),
 * TOO_LARGE, PARAM (none, or a name twice).
 */
KC_MUST kc_err kc_records_put(struct kc_cloud *cloud, enum kc_zone zone,
	const struct kc_record_write *writes, size_t count, struct kc_etag *ret_etags);
/* The records of these names that are there, tombstones too, all of one instant, in any order; what
 * was never there is passed over. Errors: TOO_LARGE (more than KC_RECORDS_MAX_BATCH names). */
KC_MUST kc_err kc_records_get(struct kc_cloud *cloud, enum kc_zone zone, const char *const *names,
	size_t count, kc_record_visit visit, void *context);
/*
 * The last version of each record that became visible after *token, oldest first, at most limit of
 * them; *token moves behind what was visited when all went well. Whatever is written later gets a
 * later place than any token that was handed out. *ret_more: there is more to read now. Errors:
 * TOKEN_EXPIRED (of another store, of the future, or from before the store was made anew: read from
 * the beginning).
 */
KC_MUST kc_err kc_records_changes(struct kc_cloud *cloud, enum kc_zone zone,
	struct kc_feed_token *token, size_t limit, kc_record_visit visit, void *context,
	bool *ret_more);
/* The same, without the values of records whose names begin with bare: to find what is not known
 * among much that is. */
KC_MUST kc_err kc_records_skim(struct kc_cloud *cloud, enum kc_zone zone, const char *bare,
	struct kc_feed_token *token, size_t limit, kc_record_visit visit, void *context,
	bool *ret_more);
/* Whether anything changed in any zone after these tokens, one for each zone by its number: one
 * request for all. An expired token counts as a change. */
KC_MUST kc_err kc_records_changed(
	struct kc_cloud *cloud, const struct kc_feed_token tokens[KC_ZONE_COUNT], bool *ret);

#endif
