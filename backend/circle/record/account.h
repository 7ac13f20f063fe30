/* SPDX-License-Identifier: ISC */
/* The account: where it began, and the keys that all its devices share (doc/protocol.md 3 and 4).
 */
#ifndef KC_CIRCLE_RECORD_ACCOUNT_H
#define KC_CIRCLE_RECORD_ACCOUNT_H

#include "backend/circle/record/record.h"
#include "crypto/aead.h"
#include "base/secret.h"

#define KC_TAG_LEN 16
#define KC_TAG_KEY_LEN 32

/* Begins an account: its genesis, and the id that is the genesis's hash. */
KC_MUST kc_err kc_account_begin(struct kc_bytes first_permanent_body, uint64_t time_ms,
	struct kc_buf *ret_genesis, struct kc_account_id *ret_id);

struct kc_genesis {
	struct kc_peer_id first; /* the device that began the account */
	uint64_t time_ms;	 /* by its clock */
};
/* The parts of an account's genesis. Errors: DECODE; VERIFY (another account's). */
KC_MUST kc_err kc_account_check_genesis(
	struct kc_bytes genesis, const struct kc_account_id *account, struct kc_genesis *ret);

/* How a store was begun, and stays: doc/protocol.md 3.1 and 3.2. */
enum kc_layout {
	KC_LAYOUT_LOGS = 1,
	KC_LAYOUT_RECORDS = 2,
};
const char *kc_layout_name(enum kc_layout layout); /* "key-value", "record" */

/* The marker of a store. Errors of parse: DECODE (not ours, or of a newer version). */
KC_MUST kc_err kc_account_put_marker(
	const struct kc_account_id *account, enum kc_layout layout, struct kc_buf *ret);
KC_MUST kc_err kc_account_parse_marker(
	struct kc_bytes marker, struct kc_account_id *ret, enum kc_layout *ret_layout);

#define KC_META_TLK_LEN 64

/* What the account password opens, and a newcomer is given; in the arena. */
struct kc_account_keys {
	uint8_t first[KC_META_TLK_LEN]; /* the metadata view's key of its epoch 1 */
	uint8_t tag[KC_TAG_KEY_LEN];	/* K_tag */
	uint64_t epoch;			/* of the newest that is known */
	uint8_t newest[KC_META_TLK_LEN];
};
/* Views of a secret that holds them: made at random, or from DER and back. */
KC_MUST kc_err kc_account_keys_make(struct kc_secret *ret);
KC_MUST kc_err kc_account_keys_parse(struct kc_bytes bytes, struct kc_secret *ret);
KC_MUST kc_err kc_account_keys_put(const struct kc_secret *keys, struct kc_buf *ret);
const struct kc_account_keys *kc_account_keys_get(const struct kc_secret *keys);

/* What the store sees in place of the account and of a view. */
KC_MUST kc_err kc_account_tag(const struct kc_account_keys *keys,
	const struct kc_account_id *account, uint8_t ret[static KC_TAG_LEN]);
KC_MUST kc_err kc_account_view_tag(const struct kc_account_keys *keys,
	const struct kc_account_id *account, unsigned view, uint8_t ret[static KC_TAG_LEN]);
/* The writer id under which one device speaks to another over the live channel on a day (since
 * 1970, UTC): both find it, and nobody else can tell whose it is. */
KC_MUST kc_err kc_account_live_slot(const struct kc_account_keys *keys,
	const struct kc_account_id *account, const struct kc_peer_id *from,
	const struct kc_peer_id *to, uint64_t day, uint8_t ret[static KC_TAG_LEN]);

#endif
