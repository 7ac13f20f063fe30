/* SPDX-License-Identifier: ISC */
/*
 * One operation offered to a device that has read everything before it, and what becomes of it.
 *
 * The device's circle and an open transaction are in memory; the operation is a file of a folder
 * that the engine reads. Everything from the file to the merge is the program's own; what the
 * exchange does around it (locks, report, answer) is left out, and so is the end of the
 * transaction: the device stays as it was.
 */
#ifndef KC_TESTS_CIRCLE_OFFERING_H
#define KC_TESTS_CIRCLE_OFFERING_H

#include "backend/sync/absorb/absorb.h"
#include "tests/circle/house.h"

/* What a device made of an operation. */
enum verdict {
	VERDICT_WAITING, /* a piece of the file, or of the circle, is missing */
	VERDICT_REFUSED,
	VERDICT_ALARM,
	VERDICT_PASSED,	 /* none of its affair: nothing in it was looked at */
	VERDICT_KNOWN,	 /* taken for what it had already: nothing came of it */
	VERDICT_TAKEN,	 /* something changed */
	VERDICT_FAILURE, /* what no store can be to blame for: out of memory, a damaged database */
	VERDICT_COUNT
};
extern const char *const verdict_names[VERDICT_COUNT];

struct offering {
	struct kc_txn txn;
	struct kc_circle *circle;
	struct kc_cloud *cloud;
	char root[64]; /* the folder with the one operation */
	int file;
	struct kc_circle_parts before; /* the circle, saved */
	/* Whose operation is next. */
	size_t member;
	struct kc_log_position after;
	/* Whether it counts as what its writer signed for, whatever is in it: what single records
	 * are worth. */
	bool signed_for;
	/* Of the last one that was tried. */
	size_t taken, waiting, refused; /* records */
};
#define CLEANUP_OFFERING KC_CLEANUP(offering_done)

/* The device must be open. Nothing else can be done with it until done. */
void offering_init(struct offering *offering, struct home *home);
void offering_done(struct offering *offering); /* a zeroed one is fine */

/* The next operation to be offered is that of a member, after where the device is in its log. */
void offering_turn_to(struct offering *offering, size_t member);
/* Shows the device these bytes as the next operation. If something changed it stays so until
 * offering_restore. */
enum verdict offering_try(struct offering *offering, struct kc_bytes file);
/* Whether circle and database are as they were when offering_turn_to was called. */
bool offering_is_untouched(struct offering *offering);
void offering_restore(struct offering *offering);
/* Takes the true next operation, for good. Nothing in it may wait, but a list whose heads are under
 * a key that comes with the next one. */
void offering_accept(struct offering *offering, struct kc_bytes file);

/* The next operation with one encoded write of the caller's, and the right digest. */
void offering_forge(const struct offering *offering, struct kc_bytes write, struct kc_buf *ret);

#endif
