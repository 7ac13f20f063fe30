/* SPDX-License-Identifier: ISC */
/*
 * One page that the service writes and every client can read: a number that grows with each change,
 * so that a client knows without asking whether what it remembers still holds; and how many clients
 * are busy, so that both sides know whether the computer has time for waiting awake.
 */
#ifndef KC_WIRE_BULLETIN_H
#define KC_WIRE_BULLETIN_H

#include "base/mem.h"

struct kc_bulletin_page;

/* The service's side. */
struct kc_bulletin {
	struct kc_bulletin_page *page;
	int fd; /* to be passed to clients, who cannot write through it */
};

KC_MUST kc_err kc_bulletin_init(struct kc_bulletin *ret);
void kc_bulletin_done(struct kc_bulletin *bulletin);
/* Says that something has changed. From any thread. */
void kc_bulletin_bump(struct kc_bulletin *bulletin);

/* A connection is busy from the one to the other: a call follows the last one soon. */
void kc_bulletin_enter(struct kc_bulletin *bulletin);
void kc_bulletin_leave(struct kc_bulletin *bulletin);

/* What a client sees: two equal issues are of the same service process with nothing changed between
 * them. */
struct kc_bulletin_issue {
	uint64_t service; /* random */
	uint64_t change;
};

/* Maps a received descriptor for reading; the caller still closes it. */
KC_MUST kc_err kc_bulletin_map(int fd, const struct kc_bulletin_page **ret);
void kc_bulletin_unmap(const struct kc_bulletin_page *page);
struct kc_bulletin_issue kc_bulletin_read(const struct kc_bulletin_page *page);
unsigned kc_bulletin_busy(const struct kc_bulletin_page *page);

#endif
