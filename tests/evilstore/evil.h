/* SPDX-License-Identifier: ISC */
/*
 * A hostile store: the engine "evil", which stands between devices and true stores and does what a
 * list of rules says (doc/attacks.md).
 *
 * It is of any other engine's make, of logs or of records, as the first world is. Devices that use
 * it are told apart by their URLs: each is shown one of several worlds (a fork, a past), and in it
 * what the rules leave of it. All that devices write is bytes in cells, which have the same names
 * in both layouts (backend/sync/line/cell_name.h): "p-<writer>", "i-<name>". In a log the cells
 * stand in operations, "<writer>-<number>", whose chain of digests is put right behind whatever was
 * changed: it protects nothing. A rule about cells holds for what a device has not read when it is
 * made; one about operations holds for all.
 */
#ifndef KC_TESTS_EVILSTORE_EVIL_H
#define KC_TESTS_EVILSTORE_EVIL_H

#include "backend/circle/circle.h"
#include "backend/cloud/records.h"

#define EVIL_MAX_DEVICES 8
#define EVIL_MAX_WORLDS 8
#define EVIL_MAX_RULES 16
#define EVIL_URL_MAX 16
#define EVIL_ANY_OPERATION "*-0???????????????"

enum evil_verb {
	/* What is shown of cells and operations: */
	EVIL_HIDE, /* it is not there; when the rule is gone, it comes late, as all that was altered
		    */
	EVIL_FLIP, /* a bit of byte number at from the end is another */
	EVIL_CUT,  /* only the first at bytes are there */
	EVIL_EXTEND, /* bytes are behind it */
	EVIL_FORGE,  /* bytes are in its place */
	EVIL_SWAP,   /* it and the cell other have each other's value */
	EVIL_REPLAY, /* it is as in another world; in which it is not: hidden */
	EVIL_CHANGE, /* what change makes of it */
	/* What the feed of records says: */
	EVIL_SILENT,	/* nothing more has changed */
	EVIL_EXPIRE,	/* the token is not known; of the beginning it is */
	EVIL_OLD_TOKEN, /* everything again, from the beginning */
	EVIL_REORDER,	/* a page from its end to its beginning */
	EVIL_DUPLICATE, /* each row twice */
	EVIL_FLOOD,	/* count rows of its own, with bytes as their values */
	/* What is answered to who asks by name, or writes: */
	EVIL_WRONG_KEY, /* as if another had been asked for: a row with the name other */
	EVIL_LOSE,	/* it is done, and is not */
	EVIL_CONFLICT,	/* there is something else */
	EVIL_VERB_COUNT
};

/* What becomes of a cell; false: it is not there. */
typedef bool (*evil_change)(void *context, const char *name, struct kc_buf *value);

struct evil_rule {
	enum evil_verb verb;
	unsigned devices;  /* a bit for each by its number; 0: all */
	const char *names; /* of cells or operations, as fnmatch(3) has it; NULL: all */
	uint64_t times;	   /* of what the feed says, and of writes: how often; 0: always */
	size_t at, count;
	struct kc_bytes bytes; /* borrowed until the rules are cleared, as all pointers here */
	const char *other;
	unsigned world;
	evil_change change;
	void *context;
};

/* --- worlds -------------------------------------------------------------------------------------
 */

/* Makes the engine known. World 0 is truth, which is given away, as further worlds are. */
void evil_begin(struct kc_cloud *truth);
void evil_add_world(unsigned world, struct kc_cloud *cloud);
void evil_end(void);
/* Where a device finds its store; it is in world 0 until it is shown another. */
void evil_url(unsigned device, char ret[static EVIL_URL_MAX]);
void evil_show(unsigned device, unsigned world);
struct kc_cloud *evil_world(unsigned world);

/* --- rules --------------------------------------------------------------------------------------
 */

/* Returns the number of the rule. */
size_t evil_add(const struct evil_rule *rule);
void evil_clear(void);
/* How often a rule did anything: one that never did is no attack. */
uint64_t evil_deeds(size_t rule);
/* Hides all that devices say to each other on the live channel, as a store may that knows nothing
 * of what is said there. */
void evil_mute(void);
/* How often a device asked for anything. */
uint64_t evil_asked(void);

/* --- attacks in place ---------------------------------------------------------------------------
 * On any store, past the rules.
 */

/* The last value of a cell, appended. Errors: NOT_FOUND. */
KC_MUST kc_err evil_get(struct kc_cloud *cloud, const char *name, struct kc_buf *ret);
/* The name of cell number nth that matches, in the order of the store; false: there is none. */
bool evil_find(struct kc_cloud *cloud, const char *names, size_t nth,
	char ret[static KC_RECORDS_MAX_NAME + 1]);
/* Writes a cell of a writer: a record, or an operation at the end of that writer's log, which is
 * the store's word alone. */
KC_MUST kc_err evil_put(struct kc_cloud *cloud, const struct kc_writer_id *writer, const char *key,
	struct kc_bytes value);
/* Writes a cell of a device whose keys the circle has: in a log, signed for with them by a list so
 * old that nothing else in it counts. A list is written as it is. */
KC_MUST kc_err evil_put_signed(struct kc_cloud *cloud, const struct kc_circle *circle,
	const char *key, struct kc_bytes value);
/* In a log, a list says that it is what ends the next operation, with nothing else in that. */
KC_MUST kc_err evil_name_next(
	struct kc_cloud *cloud, const struct kc_writer_id *writer, struct kc_list *list);

#endif
