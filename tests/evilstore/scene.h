/* SPDX-License-Identifier: ISC */
/* A house that is attacked: what its devices have, before and after, and what they say of it. */
#ifndef KC_TESTS_EVILSTORE_SCENE_H
#define KC_TESTS_EVILSTORE_SCENE_H

#include "tests/evilstore/thief.h"

#define NOW INT64_C(1800000000000)
#define MINUTE (INT64_C(60) * 1000)
#define GRACE (11 * MINUTE) /* more than a missing piece may take */

#ifdef HOUSE_ON_SQLITE
#define ON_RECORDS true
#else
#define ON_RECORDS false
#endif

/* The elder began the account and let in the others; whose keys a thief has is the junior. */
enum { ELDER, JUNIOR, WITNESS };

struct scene {
	struct house house;
	struct thief thief; /* with the keys of the junior, as of the beginning */
	struct kc_buf before[HOUSE_MAX];
	char saved[64]; /* a copy of the store; empty: none */
};
#define CLEANUP_SCENE KC_CLEANUP(scene_done)

/* So many devices, each with an item that all have; the clock stands at NOW. */
void scene_init(struct scene *scene, size_t devices);
void scene_done(struct scene *scene);
/* The id of a device, and the writer of its cells. */
const struct kc_peer_id *scene_id(struct scene *scene, size_t device, struct kc_peer_id *ret);
struct kc_writer_id scene_writer(struct scene *scene, size_t device);
/* Remembers what all devices have; as scene_init does. */
void scene_note(struct scene *scene);

/* The store as it is; and as it was then. */
void scene_save_store(struct scene *scene);
void scene_restore_store(struct scene *scene);

/* --- what came of it ----------------------------------------------------------------------------
 */

/* Whether a device has what it had: members and who of them is out, what was heard of each, circle,
 * account key, keys, items. */
bool scene_is_untouched(struct scene *scene, size_t device);
/* The same but for the numbers of lists: somebody said something, and nothing came of it. */
bool scene_is_unmoved(struct scene *scene, size_t device);
/* The same, and somebody did. */
bool scene_has_heard(struct scene *scene, size_t device);
/* Whether a device has all the items of the beginning. */
bool scene_has_items(struct scene *scene, size_t device);

/* An exchange in which something is refused and nothing comes of it. */
void scene_refuses(struct scene *scene, size_t device);
/* The same of what the store put into a log that is another's, and then takes away again. */
void scene_refuses_in_log(struct scene *scene, size_t device, size_t whose);
/* One in which something waits, and nothing comes of it. */
void scene_holds(struct scene *scene, size_t device);
/* One in which there is nothing to refuse, to wait for or to take. */
void scene_ignores(struct scene *scene, size_t device);
/* One that ends with an alarm of this name, and nothing comes of it. */
void scene_alarms(struct scene *scene, size_t device, const char *name);
/* What the elder writes now the others have after an exchange. */
void scene_goes_on(struct scene *scene, size_t device);

/* Takes a device out, by the word of another; with the account password or without. */
void scene_remove(struct scene *scene, size_t by, size_t target, bool with_password);
/* Takes away what stands last in a device's log. A record stays until another is written over it.
 */
void scene_take_back(struct scene *scene, size_t device);
/* What a device thinks of another. */
enum kc_device_standing scene_standing(
	struct scene *scene, size_t asked, const struct kc_peer_id *of);

#endif
