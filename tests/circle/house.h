/* SPDX-License-Identifier: ISC */
/* Several devices of one person and the store between them, for tests. It is a folder, or a file in
 * it with HOUSE_ON_SQLITE, or with HOUSE_BETWEEN what between.h says. */
#ifndef KC_TESTS_CIRCLE_HOUSE_H
#define KC_TESTS_CIRCLE_HOUSE_H

#include "backend/keychain_sync.h"
#include "tests/backend/words.h"

#define HOUSE_PASSWORD "one account for all devices"
#define HOUSE_MAX 64
#define HOUSE_PATH_MAX 160
#define HOUSE_URL_MAX 100

struct house {
	char store[64];		 /* the folder */
	char url[HOUSE_URL_MAX]; /* as the devices know it */
	struct home homes[HOUSE_MAX];
	size_t count;
};
#define CLEANUP_HOUSE KC_CLEANUP(house_done)

/* One device, which has begun an account in the folder. */
void house_init(struct house *house);
/* The same at a time that is set, with so many devices; all have said all to each other. */
void house_init_many(struct house *house, int64_t now_ms, size_t devices);
void house_done(struct house *house);
/* A further keychain, not yet a member; its number. */
size_t house_add_home(struct house *house);
/* Lets home number newcomer in by number sponsor, and waits until it has arrived. */
void house_pair(struct house *house, size_t sponsor, size_t newcomer);
/* The same, and whether it has arrived is the caller's to see. */
KC_MUST kc_err house_knock(struct house *house, size_t sponsor, size_t newcomer);
/* Adds a home and pairs it. */
size_t house_add(struct house *house, size_t sponsor);

/* One exchange; counts are added to report, which may be NULL. */
KC_MUST kc_err house_sync(struct house *house, size_t device, struct kc_sync_report *report);
/* Exchanges of all devices until nobody has anything to send or receive. */
void house_settle(struct house *house);
/* Whether all devices have the same synced items, with the same secrets. */
bool house_agrees(struct house *house);
/* The same until every two of them have an open session, too, and have said in it what they know;
 * what one has counted of its sessions so far. */
void house_settle_sessions(struct house *house);
struct kc_live_counts house_live_counts(const struct house *house, size_t device);
/* The circle as a device has it stored; the caller's. */
struct kc_circle *house_recall(const struct house *house, size_t device);
/* Who a device is; how it stands in the list that another has of all. */
struct kc_peer_id house_id(const struct house *house, size_t device);
struct kc_device house_device(const struct house *house, size_t on, size_t of);
/* Whether a device's last report tells of this alarm; NULL: of none. */
bool house_has_alarm(const struct house *house, size_t device, const char *alarm);
/* The owner removes device number target, by another one and with the password. */
void house_remove(struct house *house, size_t by, size_t target);
/* Its service ends and is started again, and the keychain opened. */
void house_restart(struct house *house, size_t device);

/* The clock of all devices: real, or set and then moved by hand. */
void house_clock_set(int64_t ms);
void house_clock_move(int64_t ms);
void house_clock_real(void);

/* How devices call the store in a folder. */
void house_url(const char *folder, char ret[static HOUSE_URL_MAX]);
/* The file of an operation. */
void house_path(const struct house *house, const struct kc_writer_id *writer, uint64_t number,
	char ret[static HOUSE_PATH_MAX]);
/* Calls visit for each operation file of the store, with its path and contents. */
void house_each_operation(struct house *house,
	void (*visit)(void *context, const char *path, struct kc_buf *contents), void *context);
/* Takes away all that devices say to each other directly, as a store may that knows nothing of it.
 */
void house_drop_sessions(struct house *house);
/* Copies a folder to a place where there is none. */
void house_copy_tree(const char *from, const char *to);

#endif
