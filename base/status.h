/* SPDX-License-Identifier: ISC */
/* What a device and its circle look like from outside: plain records that travel over the socket.
 */
#ifndef KC_BASE_STATUS_H
#define KC_BASE_STATUS_H

#include "base/buf.h"
#include "base/der.h"

#define KC_DEVICE_NAME_MAX 64 /* bytes of UTF-8, without control characters */
#define KC_DEVICE_ID_LEN 32   /* a peer id: SHA-384 of the permanent record, cut */

enum kc_lock_state {
	KC_LOCK_NONE,	/* there is no keychain on this device */
	KC_LOCK_NEVER,	/* not unlocked since the service started: only "always" items */
	KC_LOCK_LOCKED, /* locked after a first unlock: "always" and "after first unlock" */
	KC_LOCK_UNLOCKED,
};

struct kc_status {
	enum kc_lock_state lock;
	char device[KC_DEVICE_NAME_MAX + 1];
	uint8_t device_id[8]; /* random, of this database; the PKCS#11 serials come from it */
	uint64_t items;	      /* live items; synced of them carry the sync mark */
	uint64_t synced;
	uint64_t quarantined;  /* rows set aside as damaged */
	char *store;	       /* URL, owned; NULL when the device does not sync */
	uint64_t pending;      /* changes not yet sent */
	uint64_t generation;   /* grows with every committed change: a cache is fresh while it is
				  equal */
	bool altered;	       /* the database was changed by something other than this program */
	bool memory_locked;    /* secrets could be kept out of swap */
	bool has_password;     /* false: only the officer can give the keychain one */
	bool has_officer;      /* there is a second password, to replace a forgotten one */
	bool user_failed;      /* at least one wrong password since the last right one */
	bool officer_failed;   /* the same of the officer's */
	bool can_ask;	       /* the service has somebody to ask for the password */
	bool allows_legacy;    /* kc.conf's allow-legacy: PKCS#11 offers 3DES, MD5 and the like */
	uint64_t misread_line; /* the first of kc.conf that was not understood; 0: none */
	bool is_out;	       /* this device was put out, as far as it knows: nothing is sent */
	bool is_held_up;       /* there is an alarm, or the last exchange did not reach the store */
};

struct kc_sync_report {
	uint64_t sent, received, waiting, refused; /* records, of this exchange */
	uint64_t pending;			   /* local changes still to send */
	bool stuck; /* what is to be sent is ready, and the store did not take it the last time */
	uint64_t for_unlock; /* items that are here and come with the unlock */
	uint64_t left_out;   /* records of nobody who is known, for which there was no room */
	uint64_t last_ms;    /* end of the last good exchange, Unix ms; 0 never */
	char *alarm; /* "rollback", "fork", "omission" or "forgery"; NULL: all well; owned */
	bool pending_password; /* of the account: changed where this device could not check it */
	uint64_t shown, known; /* with "rollback": the entry that a log ends with, and the one that
				  this device knows; 0: it can't be said in numbers */
	bool copied; /* with "fork": another device has this one's identity. It may join again */
	char removed_by[KC_DEVICE_NAME_MAX + 1]; /* who put this device out; empty: nobody */
	uint64_t removed_ms;			 /* when, by that device's clock */
	enum kc_sync_layout {
		KC_SYNC_UNKNOWN,
		KC_SYNC_LOGS,	 /* "key-value" */
		KC_SYNC_RECORDS, /* "record" */
	} layout;		 /* of the store; KC_SYNC_UNKNOWN outside of a status */
};

struct kc_device {
	uint8_t id[KC_DEVICE_ID_LEN];
	char name[KC_DEVICE_NAME_MAX + 1];
	bool is_this;
	char added_by[KC_DEVICE_NAME_MAX + 1]; /* empty for the first */
	uint64_t added_ms, last_seen_ms;       /* Unix ms, by the devices' own clocks */
	uint64_t entry;			       /* number of its newest list */
	enum kc_device_standing {
		KC_DEVICE_MEMBER,
		KC_DEVICE_REMOVED, /* put out, or let in by nobody who counts */
		KC_DEVICE_STALE,   /* not heard of for half a year */
		KC_DEVICE_RETIRED, /* it left by itself */
		KC_DEVICE_WAITING, /* let in, and has said nothing yet */
	} standing;
	char removed_by[KC_DEVICE_NAME_MAX + 1]; /* of a removed one */
	uint64_t removed_ms;			 /* of a removed or retired one */
	bool lost;				 /* of a removed one: somebody else may have it */
	bool by_removed;			 /* let in by one that was removed since */
	bool forged; /* it sent a key that was not the one that it named */
};

struct kc_device_list {
	struct kc_device *rows; /* owned */
	size_t count;
};

/* What a device could read: how many items of each class, and their persistent references, one
 * after another. */
struct kc_exposure {
	uint64_t generic, internet, certificates, keys;
	struct kc_buf refs;
};
void kc_exposure_done(struct kc_exposure *exposure);
#define KC_CLEANUP_EXPOSURE KC_CLEANUP(kc_exposure_done)

void kc_status_done(struct kc_status *status);
void kc_sync_report_done(struct kc_sync_report *report);
void kc_device_list_done(struct kc_device_list *list);
#define KC_CLEANUP_STATUS KC_CLEANUP(kc_status_done)
#define KC_CLEANUP_SYNC_REPORT KC_CLEANUP(kc_sync_report_done)
#define KC_CLEANUP_DEVICE_LIST KC_CLEANUP(kc_device_list_done)

void kc_status_put(struct kc_der_writer *w, const struct kc_status *status);
void kc_status_pull(struct kc_der_reader *r, struct kc_status *ret);
void kc_sync_report_put(struct kc_der_writer *w, const struct kc_sync_report *report);
void kc_sync_report_pull(struct kc_der_reader *r, struct kc_sync_report *ret);
void kc_device_list_put(struct kc_der_writer *w, const struct kc_device_list *list);
void kc_device_list_pull(struct kc_der_reader *r, struct kc_device_list *ret);
void kc_exposure_put(struct kc_der_writer *w, const struct kc_exposure *exposure);
void kc_exposure_pull(struct kc_der_reader *r, struct kc_exposure *ret);

#endif
