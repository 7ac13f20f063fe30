/* SPDX-License-Identifier: ISC */
/*
 * A device's list: whom it trusts, what it has seen, what it holds (doc/protocol.md 5).
 *
 * All limits are those of the struct; a list with more is refused. Sorted where the ASN.1 module
 * says so, so that a list has one encoding.
 */
#ifndef KC_CIRCLE_RECORD_LIST_H
#define KC_CIRCLE_RECORD_LIST_H

#include "backend/circle/record/account.h"
#include "backend/circle/record/companion.h"
#include "backend/circle/record/identity.h"
#include "backend/circle/record/op.h"
#include "base/status.h"

#define KC_CIRCLE_MAX_PEERS 64
#define KC_CIRCLE_MAX_VIEWS 16
#define KC_KID_LEN 16
#define KC_MAX_TIME (UINT64_C(1) << 53) /* exclusive, ms */

enum kc_exclusion_reason {
	KC_EXCLUSION_REMOVED = 1, /* its owner gave it away, or does without it */
	KC_EXCLUSION_LOST = 2,	  /* somebody else may have it */
	KC_EXCLUSION_COUNTER = 3, /* the answer to an exclusion by the target */
};

/* The author's statement that target is out from the list after cut on. */
struct kc_exclusion {
	struct kc_peer_id target;
	uint64_t cut_seq;
	struct kc_record_id cut_id;
	uint64_t time_ms; /* by the author's clock */
	enum kc_exclusion_reason reason;
	/* The target's last account key record that counts; seq 0: none does. */
	uint64_t password_seq;
	struct kc_record_id password_id;
	bool cosigned;
	struct kc_signature cosignature; /* borrowed from the list */
};

struct kc_seen {
	struct kc_peer_id peer;
	uint64_t seq;
	struct kc_record_id id;
};

struct kc_list_head {
	uint8_t view_tag[KC_TAG_LEN];
	uint8_t kid[KC_KID_LEN];
	struct kc_bytes box; /* borrowed from the list; head.h opens it */
};

struct kc_list {
	struct kc_peer_id peer;
	uint64_t seq; /* from 1 */
	bool has_prev;
	struct kc_record_id prev;
	uint64_t time_ms;
	char name[KC_DEVICE_NAME_MAX + 1];
	uint64_t number; /* of the operation that the list stands in; 0 where there are no logs */
	uint8_t contents[KC_OP_DIGEST_LEN]; /* of that operation, what else is in it */
	uint64_t base; /* of the operation with which the log begins anew; 0: it did not yet */
	bool leaves;   /* the device leaves, and this is its last list */
	uint64_t policy;
	bool has_made; /* the last account key record of its own */
	struct kc_record_id made;
	bool has_circle; /* the legacy circle that the device accepts */
	uint64_t circle_generation;
	struct kc_record_id circle_id;
	struct kc_peer_id include[KC_CIRCLE_MAX_PEERS]; /* ascending, itself included */
	size_t include_count;
	struct kc_exclusion exclude[KC_CIRCLE_MAX_PEERS]; /* ascending by target */
	size_t exclude_count;
	struct kc_seen seen[KC_CIRCLE_MAX_PEERS]; /* ascending by peer */
	size_t seen_count;
	struct kc_list_head heads[KC_CIRCLE_MAX_VIEWS]; /* ascending by tag */
	size_t head_count;
	/* Of what was published with this list, or with one before it, what somebody may not have
	 * yet; ascending by key. None where there are logs: all of an operation is in contents. */
	struct kc_companion companions[KC_LIST_MAX_COMPANIONS];
	size_t companion_count;
};

/* Signs a list as its author. Errors: PARAM when the parts are not in order. */
KC_MUST kc_err kc_list_build(const struct kc_list *list, const struct kc_account_id *account,
	const struct kc_identity *author, struct kc_buf *ret);
/* The parts of a record, nobody's signature checked. Errors: DECODE, NEWER. */
KC_MUST kc_err kc_list_parse(struct kc_bytes record, const struct kc_account_id *account,
	struct kc_list *ret, struct kc_record_id *ret_id);
/* Whether its peer signed it. Errors: VERIFY. */
KC_MUST kc_err kc_list_verify(struct kc_bytes record, const struct kc_account_id *account,
	const struct kc_list *list, const struct kc_permanent *peer);

bool kc_list_includes(const struct kc_list *list, const struct kc_peer_id *peer);
const struct kc_exclusion *kc_list_find_exclusion(
	const struct kc_list *list, const struct kc_peer_id *target);
const struct kc_seen *kc_list_find_seen(const struct kc_list *list, const struct kc_peer_id *peer);
const struct kc_list_head *kc_list_find_head(
	const struct kc_list *list, const uint8_t view_tag[static KC_TAG_LEN]);

/* Additions that keep the order; nothing happens when it is there, but that a statement may be
 * confirmed. Errors: TOO_LARGE. */
KC_MUST kc_err kc_list_add_include(struct kc_list *list, const struct kc_peer_id *peer);
KC_MUST kc_err kc_list_add_exclusion(struct kc_list *list, const struct kc_exclusion *exclusion);
KC_MUST kc_err kc_list_add_head(struct kc_list *list, const struct kc_list_head *head);

/* A statement as a list has it, and back; the co-signature is borrowed. */
void kc_exclusion_put(struct kc_der_writer *w, const struct kc_exclusion *exclusion);
void kc_exclusion_pull(struct kc_der_reader *r, struct kc_exclusion *ret);
bool kc_exclusion_equal(const struct kc_exclusion *a, const struct kc_exclusion *b);
/* Whether a is b, with the co-signature that b lacks. */
bool kc_exclusion_confirms(const struct kc_exclusion *a, const struct kc_exclusion *b);

/* The statement as it is co-signed: L("kc1/exclusion", account, author, target, cut, time, reason,
 * password).
 */
KC_MUST kc_err kc_exclusion_cosign(const struct kc_exclusion *exclusion,
	const struct kc_account_id *account, const struct kc_peer_id *author,
	const struct kc_signer *signer, struct kc_buf *ret);
/* Whether the co-signature is that of a key. Errors: VERIFY. */
KC_MUST kc_err kc_exclusion_check(const struct kc_exclusion *exclusion,
	const struct kc_account_id *account, const struct kc_peer_id *author,
	enum kc_signature_kind kind, struct kc_bytes public_key);

#endif
