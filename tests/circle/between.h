/* SPDX-License-Identifier: ISC */
/*
 * An engine that passes on to another, for tests: it counts what goes through, and lies when it is
 * told to. "between://FOLDER/store" is sqlite://FOLDER/store, or with logs
 * file://FOLDER.
 */
#ifndef KC_TESTS_CIRCLE_BETWEEN_H
#define KC_TESTS_CIRCLE_BETWEEN_H

#include "backend/cloud/records.h"

/* What went through: requests, and the bytes of their names, tokens and values. */
struct between_count {
	uint64_t requests, up, down, puts;
};
extern struct between_count between_count;

/* All off but when a test says so. */
struct between_lies {
	bool refuse;		 /* each put meets a conflict */
	unsigned forget;	 /* so many puts are said to be done, and are not */
	bool no_news;		 /* nothing has changed */
	bool expire;		 /* the next token that is shown is not known */
	bool twice, upside_down; /* rows come twice; the last one first */
	uint64_t flood;		 /* so many rows more in a page; counts down what was taken */
	/* Before the next put. */
	void (*before_put)(void);
	/* Each row that is shown; false: it is not there. */
	bool (*row)(struct kc_record_row *row);
};
extern struct between_lies between_lies;

void between_register(bool with_records);

#endif
