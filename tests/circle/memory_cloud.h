/* SPDX-License-Identifier: ISC */
/*
 * Stores in memory, for tests: the engine "memory", with a hook at every call.
 *
 * A store is copied in no time, since what is in it is shared by the copies. Parts of one are
 * brought to another as a carrier of files does it: operation by operation, in any order, whole or
 * not yet.
 */
#ifndef KC_TESTS_CIRCLE_MEMORY_CLOUD_H
#define KC_TESTS_CIRCLE_MEMORY_CLOUD_H

#include "backend/cloud/records.h"

#define MEMORY_CLOUD_MAX 40 /* stores at a time */
#define MEMORY_CLOUD_URL 24

/* Makes the engine known. With records it has no logs of its own (backend/cloud/records_log.h), and
 * nothing is carried between its stores. */
void memory_cloud_register(bool with_records);

/* Empties store number place and gives its URL. */
void memory_cloud_clear(unsigned place);
void memory_cloud_url(unsigned place, char ret[static MEMORY_CLOUD_URL]);
/* Makes one store as another is. */
void memory_cloud_copy(unsigned from, unsigned to);
/* Empties all, and forgets the hook. */
void memory_cloud_done(void);

/* --- looking ------------------------------------------------------------------------------------
 */

/* The number up to which a log has no hole. */
uint64_t memory_cloud_complete(unsigned place, const struct kc_writer_id *writer);
/* How often anything was written into a store. */
uint64_t memory_cloud_version(unsigned place);
/* Calls visit for each value that is there, with its name as the store knows it. */
typedef void (*memory_cloud_visit)(void *context, const char *name, struct kc_bytes value);
void memory_cloud_each(unsigned place, memory_cloud_visit visit, void *context);
/* Shows each value to a witness as it is written, in whatever store; NULL: to nobody any more. */
void memory_cloud_set_witness(memory_cloud_visit witness, void *context);
/* Puts an operation in the place of what is there, or where there is none. */
void memory_cloud_put(unsigned place, const struct kc_writer_id *writer, uint64_t number,
	struct kc_bytes operation);
/* The same for a record, of any name that there is room for. */
void memory_cloud_put_record(
	unsigned place, enum kc_zone zone, const char *name, struct kc_bytes value);
/* Loses a record without a word. */
void memory_cloud_lose_record(unsigned place, enum kc_zone zone, const char *name);

/* --- carrying -----------------------------------------------------------------------------------
 */

/* How much of an operation that one store has and the other lacks is brought: nothing, all or a
 * part, as decide says. Returns how many were brought or begun. */
enum memory_portion { MEMORY_NOTHING, MEMORY_PART, MEMORY_ALL };
size_t memory_cloud_carry(
	unsigned from, unsigned to, enum memory_portion (*decide)(void *context), void *context);

/* --- hooks --------------------------------------------------------------------------------------
 */

enum memory_call {
	MEMORY_PUT_MARKER,
	MEMORY_GET_MARKER,
	MEMORY_DROP_MARKER,
	MEMORY_LIST,
	MEMORY_READ,
	MEMORY_APPEND,
	MEMORY_DROP,
	MEMORY_PUT,
	MEMORY_GET,
	MEMORY_CHANGES,
	MEMORY_CHANGED,
};
/* Done; not done, and the answer is STORE_GONE; done, and the answer is STORE_GONE all the same. */
enum memory_fate { MEMORY_DONE, MEMORY_LOST, MEMORY_UNANSWERED };
/* Asked at each call before it does anything. NULL takes the hook away. */
typedef enum memory_fate (*memory_hook)(void *context, unsigned place, enum memory_call call);
void memory_cloud_set_hook(memory_hook hook, void *context);

#endif
