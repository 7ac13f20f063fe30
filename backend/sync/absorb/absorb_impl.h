/* SPDX-License-Identifier: ISC */
/* What the files that take items and heads share. */
#ifndef KC_SYNC_ABSORB_ABSORB_IMPL_H
#define KC_SYNC_ABSORB_ABSORB_IMPL_H

#include "backend/sync/absorb/absorb.h"
#include "backend/sync/absorb/merge.h"

/* An item record that opened, whatever comes of it. */
struct kc_absorb_item {
	size_t record; /* number in absorb->records */
	size_t member;
	uint8_t name[KC_RECORD_NAME_LEN];
	enum kc_view view;
	uint64_t counter; /* its dot is (member, view, counter) */
	struct kc_version version;
	uint64_t replaced;			 /* t of the version that it was made of */
	uint8_t key_digest[KC_TRACK_DIGEST_LEN]; /* of its primary key */
	bool deleted;
	bool retired;	   /* somebody who is out has the key that it is under */
	bool acknowledged; /* its dot is within what this device says it holds */
	bool unvouched; /* nobody will name it, and a greater one is here: it counts for nothing */
	bool applied;	/* by the merge */
};

/* What a signed list says of a dot. */
struct kc_absorb_anchor {
	size_t member;
	enum kc_view view;
	struct kc_log_entry entry;
};
/* What signed lists say of dots, so far as items need it. */
struct kc_absorb_anchors {
	struct kc_absorb_anchor *rows; /* owned; by member, view, counter */
	size_t count, allocated;
	uint64_t counters[KC_CIRCLE_MAX_PEERS][KC_VIEW_COUNT]; /* up to which they vouch */
	unsigned shut[KC_CIRCLE_MAX_PEERS]; /* views whose heads open with the unlock, as bits */
	kc_peer_set awaited;		    /* those of whom a list may yet come to say more */
};

/* An item of a log by its name; of a feed member is 0. */
struct kc_absorb_name {
	size_t member;
	uint8_t name[KC_RECORD_NAME_LEN];
	uint8_t digest[KC_VERSION_DIGEST_LEN];
	size_t record; /* number in absorb->records */
};
struct kc_absorb_names {
	struct kc_absorb_name *rows; /* owned; by member, name, digest */
	size_t count;
};

/* A segment that is here; it is opened once, however many heads name it. */
struct kc_absorb_segment {
	size_t record; /* number in absorb->records */
	size_t member;
	uint8_t name[KC_RECORD_NAME_LEN];
	bool opened; /* from here on */
	kc_err err;
	uint8_t hash[KC_HASH32_LEN];
	enum kc_view view;
	struct kc_head_log log;
};
struct kc_absorb_segments {
	struct kc_absorb_segment *rows; /* owned; by member, name */
	size_t count;
};

/* What heads of a view name, and this device may not have. */
struct kc_absorb_promise {
	size_t member;
	struct kc_log_entry entry;
	bool here; /* it is, or was refused */
};
struct kc_absorb_promised {
	bool looked;
	bool unknown;				/* some head, or what it names, is not here */
	uint64_t counters[KC_CIRCLE_MAX_PEERS]; /* of heads */
	struct kc_absorb_promise *rows;		/* owned; by name */
	size_t count, allocated;
};

/* What is found out once for all records. */
struct kc_absorb_reader {
	struct kc_txn *txn;
	struct kc_absorb *absorb;
	struct kc_circle *circle;
	struct kc_trust trust;
	uint8_t account_tag[KC_TAG_LEN];
	uint8_t view_tags[KC_VIEW_COUNT][KC_TAG_LEN];
	struct kc_absorb_item *items; /* owned; by name, the greatest version of one last */
	struct kc_absorb_item **dots; /* owned; the same by member, view, counter */
	size_t item_count;
	struct kc_absorb_item *unnamed; /* owned; those that wait for a root that names them */
	size_t unnamed_count;
	struct kc_absorb_anchors anchors;
	struct kc_absorb_segments segments;
	struct kc_absorb_promised promised[KC_VIEW_COUNT];
	struct kc_absorb_names versions;	  /* those that opened, or were refused */
	struct kc_absorb_names shut;		  /* those that wait for the unlock */
	unsigned shut_views[KC_CIRCLE_MAX_PEERS]; /* views of these, as bits, by member */
};

/* The reader's tags, and who is trusted. */
KC_MUST kc_err kc_absorb_prepare(struct kc_absorb_reader *r);
/* Whether no other device is trusted any more. */
bool kc_absorb_is_alone(const struct kc_absorb_reader *r);
size_t kc_absorb_member(const struct kc_absorb *absorb, const struct kc_absorb_record *record);
/* Whether a record's writer counts: one who is out does up to its cut. */
bool kc_absorb_counts(const struct kc_absorb_reader *r, const struct kc_absorb_record *record);
/* VIEW_NEVER when no view has this tag. */
enum kc_view kc_absorb_view(const struct kc_absorb_reader *r, const uint8_t tag[static KC_TAG_LEN]);
/* Opens an item by the rules of doc/protocol.md 8 up to its body, in their order; from then on the
 * record is its writer's. Errors: WAITING, LOCKED, NEWER,
 * REFUSED. */
KC_MUST kc_err kc_absorb_open(
	const struct kc_absorb_reader *r, struct kc_absorb_record *record, struct kc_incoming *ret);
/* The digest of what is in a record, even if that was refused. Errors: WAITING, REFUSED. */
KC_MUST kc_err kc_absorb_digest(const struct kc_absorb_reader *r,
	const struct kc_absorb_record *record, uint8_t ret[static KC_VERSION_DIGEST_LEN]);

/* Whose an item of a feed is, by its body (absorb_feed.c). Errors: WAITING. */
KC_MUST kc_err kc_absorb_claim(const struct kc_absorb_reader *r, struct kc_absorb_record *record,
	const struct kc_peer_id *writer);

/* Finding items by name (absorb_names.c): first once all are opened, then once all have their
 * verdicts. */
KC_MUST kc_err kc_absorb_name_versions(struct kc_absorb_reader *r);
KC_MUST kc_err kc_absorb_name_shut(struct kc_absorb_reader *r);
void kc_absorb_names_done(struct kc_absorb_names *names);
/* Whether the very record that an entry of a log means came and was refused for what it says. One
 * that does not open is one that is missing. */
bool kc_absorb_was_refused(
	const struct kc_absorb_reader *r, size_t member, const struct kc_log_entry *entry);
/* Whether something is here that waits for the unlock and may be what a log speaks of: a record of
 * that name, or without one any of the view. */
bool kc_absorb_awaits_unlock(const struct kc_absorb_reader *r, size_t member, enum kc_view view,
	const struct kc_log_entry *entry);

/* Leaves those items that no signed list vouches for: what their records are then is in their
 * states (absorb_anchor.c). */
KC_MUST kc_err kc_absorb_check_anchors(struct kc_absorb_reader *r);
void kc_absorb_anchors_done(struct kc_absorb_anchors *anchors);
/* What a log says of a dot; NULL when none does. */
const struct kc_log_entry *kc_absorb_find_anchor(const struct kc_absorb_anchors *anchors,
	size_t member, enum kc_view view, uint64_t counter);

/* Takes those that no log names, when with them a view is what a trusted device says that it holds
 * (absorb_unnamed.c). After the merge of all others. */
KC_MUST kc_err kc_absorb_unnamed(struct kc_absorb_reader *r);
/* Sorts items by name and version, and makes their dots. */
void kc_absorb_sort(struct kc_absorb_reader *r);

/* Merges the greatest version of each name (absorb_merge.c). */
KC_MUST kc_err kc_absorb_merge(struct kc_absorb_reader *r);

/* Whether room may yet be made for an item that collides: its writer's head must be here, and no
 * head may name a version of it, or of its rival, that is not (absorb_promised.c). */
KC_MUST kc_err kc_absorb_may_make_room(struct kc_absorb_reader *r,
	const struct kc_absorb_item *item, const uint8_t rival[static KC_RECORD_NAME_LEN],
	bool *ret);
void kc_absorb_promised_done(struct kc_absorb_promised *promised);

/* Keeps in the history what lost and was not here before (absorb_losers.c). */
KC_MUST kc_err kc_absorb_keep_losers(struct kc_absorb_reader *r);

/* Takes the heads of all lists that are here (absorb_heads.c). */
KC_MUST kc_err kc_absorb_heads(struct kc_absorb_reader *r);
/* Holds the roots of the last lists against this device's own (absorb_roots.c). */
KC_MUST kc_err kc_absorb_roots(struct kc_absorb_reader *r);
/* Forgets deletions that nobody needs any more; once a day (absorb_collect.c). */
KC_MUST kc_err kc_absorb_collect(struct kc_absorb_reader *r);
/* The head of a member's last list for a view. Errors: NOT_FOUND (it has none), WAITING (its key is
 * not here), LOCKED (its key comes with the unlock), REFUSED. */
KC_MUST kc_err kc_absorb_head(const struct kc_absorb_reader *r, size_t member,
	const struct kc_list *list, enum kc_view view, struct kc_head *ret);
/* Finds segments by name (absorb_segments.c). */
KC_MUST kc_err kc_absorb_name_segments(struct kc_absorb_reader *r);
void kc_absorb_segments_done(struct kc_absorb_segments *segments);
/* What the log of a head names above a counter, from its segments too; those that are not here
 * leave *ret_missing true, and nothing after them is in *ret. Errors: REFUSED. */
KC_MUST kc_err kc_absorb_log(const struct kc_absorb_reader *r, size_t member, enum kc_view view,
	const struct kc_head *head, uint64_t above, struct kc_head_log *ret, bool *ret_missing);
/* Lets segments of a feed wait that name what is not here yet: what was read once does not come
 * again. */
KC_MUST kc_err kc_absorb_keep_segments(struct kc_absorb_reader *r);
/* The version that an entry of a writer's log names. */
struct kc_version kc_absorb_version(
	const struct kc_peer_id *writer, const struct kc_log_entry *entry);
/* Whether what an entry of a member's log names is here, or came and was refused for what it says.
 */
KC_MUST kc_err kc_absorb_accounts(struct kc_absorb_reader *r, size_t member, enum kc_view view,
	const struct kc_log_entry *entry, bool *ret);

#endif
