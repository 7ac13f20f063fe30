/* SPDX-License-Identifier: ISC */
/* The store as it is now beside what a device knows of it, as it is told to its owner: plain
 * records that travel over the socket. */
#ifndef KC_BASE_STORE_VIEW_H
#define KC_BASE_STORE_VIEW_H

#include "base/status.h"

/* What the store has of one device. Where it keeps logs, of its log; else of its list alone. */
#define KC_STORE_WRITER_LEN 16 /* that much of an id names a log in the store */

struct kc_store_part {
	uint8_t id[KC_DEVICE_ID_LEN];
	char name[KC_DEVICE_NAME_MAX + 1];
	bool is_this;
	bool is_out;	  /* removed, or it has left */
	uint64_t settled; /* of logs: up to where all was taken; of this device: what it wrote, or
			   * of records the number of its list that was seen there last */
	uint64_t first, last;	   /* of logs: the lowest and highest operation there; 0: none */
	uint64_t hole;		   /* of logs: the first that cannot be read on the way; 0: none */
	uint64_t damaged;	   /* of logs: the first that who joins could not take; 0: none */
	uint64_t spoilt;	   /* of records: how many do not open, or are not there */
	bool garbled;		   /* of records: its list does not open here */
	bool excused;		   /* it went back with its owner's knowledge: it may be short */
	uint64_t list;		   /* number of its last list that was taken */
	uint64_t there;		   /* of records: number of the list in the store; 0: none */
	uint64_t named;		   /* the highest that any device names */
	uint64_t waiting_since_ms; /* since when something of it is missed; 0: nothing is */
};

struct kc_store_view {
	bool reached;		     /* else of the store itself nothing is known */
	bool suspect;		     /* not reached: what is there is damaged, or another's */
	struct kc_store_part *parts; /* owned; this device and those that it knows */
	size_t count;
	uint64_t given;	   /* how often what this device said last was given to the store */
	uint64_t given_ms; /* and when the last time */
	uint64_t evidence; /* cases that are kept */
	char caught[256];  /* their kinds, separated by ", " */
};
void kc_store_view_done(struct kc_store_view *view);
#define KC_CLEANUP_STORE_VIEW KC_CLEANUP(kc_store_view_done)

void kc_store_view_put(struct kc_der_writer *w, const struct kc_store_view *view);
void kc_store_view_pull(struct kc_der_reader *r, struct kc_store_view *ret);

#endif
