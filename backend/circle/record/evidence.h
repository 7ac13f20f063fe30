/* SPDX-License-Identifier: ISC */
/*
 * Evidence: what the store, or a device, was caught in, as the very bytes that contradict each
 * other (doc/protocol.md 18), and as a file that is handed to somebody else.
 */
#ifndef KC_CIRCLE_RECORD_EVIDENCE_H
#define KC_CIRCLE_RECORD_EVIDENCE_H

#include "backend/circle/record/list.h"

enum kc_evidence_kind {
	KC_EVIDENCE_TWO_LISTS = 1,	 /* two lists of one device with one number */
	KC_EVIDENCE_OTHER_LIST = 2,	 /* a list that names another list than the one here */
	KC_EVIDENCE_OWN_LIST = 3,	 /* a list by this device's key that it never made */
	KC_EVIDENCE_OLD_LIST = 4,	 /* an old list in the place of a newer one */
	KC_EVIDENCE_SHORT_LOG = 5,	 /* a log that ends before what its writer signed */
	KC_EVIDENCE_FORGED_ITEM = 6,	 /* an item made up for a dot that was accounted for */
	KC_EVIDENCE_FORGED_KEY = 7,	 /* shares with a key that is not the one they name */
	KC_EVIDENCE_UNSIGNED_CIRCLE = 8, /* a compatibility circle that nobody signed */
	KC_EVIDENCE_SAID =
		9, /* another list of a device than the one here, by word of the live channel */
	KC_EVIDENCE_KINDS
};
const char *kc_evidence_name(enum kc_evidence_kind kind); /* "two-lists" */

struct kc_evidence {
	enum kc_evidence_kind kind;
	uint64_t time_ms;	 /* when it was noticed, by this device's clock */
	struct kc_peer_id about; /* whose list, log, item or key it is */
	struct kc_peer_id by;	 /* who says otherwise; zeroes: the store alone */
	uint64_t known, shown;	 /* numbers, where there are some */
	struct kc_bytes here;	 /* what this device had; borrowed, as the next */
	struct kc_bytes came;	 /* what came */
};

/* What is kept: at most so many cases and bytes. When there are more, the oldest of the kind of
 * which there are most goes, so that no kind drives out another. The same case is kept once. */
#define KC_EVIDENCE_MOST 32
#define KC_EVIDENCE_MOST_LEN ((size_t)2 << 20)

struct kc_evidence_list {
	struct kc_buf cases[KC_EVIDENCE_MOST]; /* encoded, oldest first */
	size_t count;
};
void kc_evidence_list_done(struct kc_evidence_list *list);
#define KC_CLEANUP_EVIDENCE_LIST KC_CLEANUP(kc_evidence_list_done)
/* *ret_added: it was not there. One that is too large for all room is left out. */
KC_MUST kc_err kc_evidence_add(
	struct kc_evidence_list *list, const struct kc_evidence *evidence, bool *ret_added);
/* The case of a number, below count. Errors: DECODE. */
KC_MUST kc_err kc_evidence_get(
	const struct kc_evidence_list *list, size_t number, struct kc_evidence *ret);
KC_MUST kc_err kc_evidence_put(const struct kc_evidence_list *list, struct kc_buf *ret);
/* Errors: DECODE. */
KC_MUST kc_err kc_evidence_pull(struct kc_bytes bytes, struct kc_evidence_list *ret);

/* --- the file -----------------------------------------------------------------------------------
 */

/* What is handed on: the cases, and the permanent records of the devices that they are about. */
KC_MUST kc_err kc_evidence_file_build(const struct kc_account_id *account,
	const struct kc_bytes *permanents, size_t permanent_count,
	const struct kc_evidence_list *list, struct kc_buf *ret);

struct kc_evidence_device {
	struct kc_peer_id id;
	struct kc_permanent permanent;
};
struct kc_evidence_file {
	struct kc_account_id account;
	struct kc_evidence_device devices[KC_CIRCLE_MAX_PEERS];
	size_t device_count;
	struct kc_evidence_list list; /* owned */
};
void kc_evidence_file_done(struct kc_evidence_file *file);
#define KC_CLEANUP_EVIDENCE_FILE KC_CLEANUP(kc_evidence_file_done)
/* The permanent records are checked, each against its id. Errors: DECODE, VERIFY. */
KC_MUST kc_err kc_evidence_file_parse(struct kc_bytes bytes, struct kc_evidence_file *ret);
/* Whether the public keys show a case to be as it says. Errors: VERIFY (they show that it is not);
 * UNSUPPORTED (only who has the keys of the circle can tell). */
KC_MUST kc_err kc_evidence_check(
	const struct kc_evidence_file *file, const struct kc_evidence *evidence);

#endif
