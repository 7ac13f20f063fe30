/* SPDX-License-Identifier: ISC */
/* What may lie in a store's folder that does not belong there, by accident or by design; and what
 * an exchange of the sleeper is to make of it. */
#ifndef KC_TESTS_CIRCLE_JUNK_H
#define KC_TESTS_CIRCLE_JUNK_H

#include "tests/circle/family.h"

enum junk_outcome {
	JUNK_FINE,     /* as if nothing were there */
	JUNK_WAITS,    /* exchanges go on; something is named as waiting */
	JUNK_REFUSES,  /* the same, and something was refused */
	JUNK_KEEPS,    /* all is read, and what there is to send is kept */
	JUNK_GONE,     /* no store, for now */
	JUNK_ROLLBACK, /* alarms */
	JUNK_FORK,
	JUNK_FORGERY,
};

struct junk {
	const char *name;
	void (*plant)(void);
	enum junk_outcome outcome;
};
#define JUNK_ROWS 43
extern const struct junk junk_rows[JUNK_ROWS];

/* From here on the junk is for this family. */
void junk_begin(struct family *in);
void junk_end(void); /* takes away what was put elsewhere */
/* Whether what a planted link leads to, outside of the folder, is as it was. */
bool junk_is_elsewhere_intact(void);

/* Names that carriers and desktops use, in the root and in two logs. */
#define JUNK_NAMES 12
extern const char *const junk_names[JUNK_NAMES];
void junk_names_of_carriers(void);
/* Makes a whole operation a byte longer. */
void junk_lengthen(const struct kc_writer_id *writer, uint64_t number);

/* Whose logs there are, and where; each path is valid until the next call. */
extern struct kc_writer_id junk_elder, junk_third, junk_sleeper;
const char *junk_in_store(const char *name);
const char *junk_folder_of(const struct kc_writer_id *writer);
const char *junk_op_of(const struct kc_writer_id *writer, uint64_t number);
uint64_t junk_last_of(const struct kc_writer_id *writer);

#endif
