/* SPDX-License-Identifier: ISC */
/*
 * A house with a past, for tests of what a hostile store can do to a device that has not read it
 * yet: every kind of record is in the store, and two devices have been away.
 */
#ifndef KC_TESTS_CIRCLE_FAMILY_H
#define KC_TESTS_CIRCLE_FAMILY_H

#include "tests/circle/house.h"

enum {
	FAMILY_ELDER,	 /* began the account; vouched for the next two; began an epoch */
	FAMILY_SLEEPER,	 /* a member who has read nothing since, and has a change to send */
	FAMILY_THIRD,	 /* wrote, changed and deleted; let the newcomer in */
	FAMILY_NEWCOMER, /* a member who has read no log at all yet */
	FAMILY_SIZE
};

struct family {
	struct house house;
	const struct family_store *store;
	char frozen[64]; /* copies of the folder and of every home, as they were made */
};
#define CLEANUP_FAMILY KC_CLEANUP(family_done)

/* What their store is. */
struct family_store {
	/* One device, which has begun an account. */
	void (*begin)(struct house *house);
	void (*done)(struct house *house);
	/* What device number is to call it. */
	void (*call)(struct house *house, size_t number);
	/* Hides all that members wrote from the newcomer, or shows it again. */
	void (*hide)(struct house *house, const struct kc_circle *circle, bool hide);
	/* What the newcomer says then. */
	kc_err unseeing;
	/* Keeps it as it is, as files in a folder or otherwise; and puts that back. */
	void (*keep)(struct family *family);
	void (*put_back)(struct family *family);
};
extern const struct family_store family_in_folder;
/* Records, of a store that is evil (family_records.c). */
extern const struct family_store family_in_records;
/* Whether a name is that of the marker, or of a message between two. */
bool family_is_no_cell(const char *name);

void family_init(struct family *family, const struct family_store *store);
void family_done(struct family *family);

/* Puts back the store, and a device, as they were; the device is open afterwards. */
void family_restore_store(struct family *family);
void family_restore_log(struct family *family, const struct kc_writer_id *writer); /* of a folder */
void family_restore_device(struct family *family, size_t device);

/* Whether a device has what it had before it read anything, and has lost nothing of its own. */
bool family_is_untouched(struct family *family, size_t device);
/* The same for what is only its own: for when others' items may have come. */
bool family_keeps_own(struct family *family, size_t device);
/* Whether a device has everything there is, as it was meant. */
bool family_is_complete(struct family *family, size_t device);

#endif
