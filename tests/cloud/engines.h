/* SPDX-License-Identifier: ISC */
/* Every engine in turn, each time with a fresh store, and short words for what is done there. */
#ifndef KC_TESTS_CLOUD_ENGINES_H
#define KC_TESTS_CLOUD_ENGINES_H

#include <limits.h>
#include <sys/types.h>

#include "backend/cloud/records.h"
#include "tests/check.h"

/* Where the store of the test that runs is: a folder that only it uses, and the URL. */
struct place {
	char folder[64];
	char url[100];
	char file[100]; /* of the sqlite engine */
};
extern struct place place;

/* Runs test on each engine that has these abilities, and says which have not. */
void engines_each(const char *test, unsigned abilities, void (*run)(void));
#define ON_EACH(function, abilities)                               \
	static void function(void)                                 \
	{                                                          \
		engines_each(#function, abilities, on_##function); \
	}
/* A store of this engine at place, with a marker; and its end. */
void engines_begin(const char *scheme);
void engines_end(void);

struct kc_cloud *engines_open(void);
extern const struct kc_etag engines_none;

/* One record with a fresh write id. ret_etag may be NULL. */
KC_MUST kc_err engines_put(struct kc_cloud *cloud, const char *name, const struct kc_etag *expect,
	struct kc_bytes value, struct kc_etag *ret_etag);
/* Whether it is there, a tombstone or not; all outputs may be NULL. */
bool engines_get(struct kc_cloud *cloud, const char *name, struct kc_buf *ret_value,
	struct kc_etag *ret_etag, struct kc_write_id *ret_id);

/* A process that runs the function with its number, and ends with what it returns; it is given up
 * when it does not end. */
pid_t engines_fork(int (*run)(int number), int number);
/* Its exit status; 256 and more: it was killed. */
int engines_wait(pid_t pid);
/* So many at once. How many ended with 0. */
int engines_crowd(int count, int (*run)(int number));

#endif
