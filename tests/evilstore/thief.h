/* SPDX-License-Identifier: ISC */
/*
 * Whoever has the store, the account password, and the keys of a device as they were at a moment:
 * says in that device's name whatever it likes, in its own cells and, since the store is its own,
 * in everybody's. The device itself knows nothing of it.
 */
#ifndef KC_TESTS_EVILSTORE_THIEF_H
#define KC_TESTS_EVILSTORE_THIEF_H

#include "backend/circle/circle.h"
#include "tests/circle/house.h"

struct thief {
	struct house *house;
	struct kc_circle *circle; /* the device's */
	struct kc_writer_id writer;
	struct kc_password_keys user; /* from the account password */
	struct kc_list *list;	      /* its last list, and the next one while it is made */
	struct kc_record_id list_id;
	struct kc_buf record;	    /* the last list as it was signed */
	struct kc_buf cosignatures; /* of its statements: lists borrow them */
};
#define CLEANUP_THIEF KC_CLEANUP(thief_done)

void thief_init(struct thief *thief, struct house *house, size_t device);
void thief_done(struct thief *thief); /* a zeroed one is fine */

/* --- cells --------------------------------------------------------------------------------------
 */

/* A record in a cell of the device, sealed; in a log in an operation of its own, signed for. In a
 * cell of another the store's word is all there is. */
void thief_put(struct thief *thief, const char *key, const struct kc_buf *record);
/* The same in a cell of another. */
void thief_put_in(struct thief *thief, const struct kc_writer_id *writer, const char *key,
	const struct kc_buf *record);
/* Bytes as they are. */
void thief_put_raw(struct thief *thief, const struct kc_writer_id *writer, const char *key,
	struct kc_bytes value);
/* A key that ends with a peer: "v/<peer>". */
void thief_put_for(struct thief *thief, const char *prefix, const struct kc_peer_id *peer,
	const struct kc_buf *record);
/* The last value of a cell as it stands in the store, sealed or not; false: there is none. */
bool thief_get_raw(struct thief *thief, const struct kc_writer_id *writer, const char *key,
	struct kc_buf *ret);

/* --- lists --------------------------------------------------------------------------------------
 */

/* Begins the next list: like the last one, without heads. To be altered in thief->list. */
struct kc_list *thief_next(struct thief *thief);
/* Signs it, into thief->record; in a log as what is put there next. */
void thief_sign(struct thief *thief);
/* Signs it and puts it into the store. */
void thief_say(struct thief *thief);
/* The next list says that a member is out since the last list of it that the thief knows. */
void thief_exclude(struct thief *thief, const struct kc_peer_id *target, bool cosigned);

/* --- strangers ----------------------------------------------------------------------------------
 */

/* A device of the thief's own making. */
struct stranger {
	struct kc_identity identity;
	struct kc_buf permanent_record;
};
#define CLEANUP_STRANGER KC_CLEANUP(stranger_done)
void stranger_init(struct stranger *stranger, const struct kc_account_id *account);
void stranger_done(struct stranger *stranger);
/* A voucher for it by the device, as of the thief's next list. */
void thief_vouch(struct thief *thief, const struct kc_peer_id *beneficiary, struct kc_buf *ret);
/* Voucher, permanent record, and a list that includes it. */
void thief_let_in(struct thief *thief, const struct stranger *stranger);

#endif
