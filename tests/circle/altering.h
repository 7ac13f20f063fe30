/* SPDX-License-Identifier: ISC */
/* Bytes of a store's folder that are flipped or cut, in whatever layer they stand, made into
 * operations again and offered to a device; and what came of it, counted. */
#ifndef KC_TESTS_CIRCLE_ALTERING_H
#define KC_TESTS_CIRCLE_ALTERING_H

#include "tests/circle/offering.h"

/* Both patterns and every place, where a short run has one and fewer. */
extern bool altering_everything;
/* Of the places of a short run every one, or, where each takes six times as long, every third. */
#ifdef KC_SANITIZED
#define ALTERING_STEP 3
#else
#define ALTERING_STEP 1
#endif

/* --- counting -----------------------------------------------------------------------------------
 */

/* What an altered thing is of: files as such, or a write by its key. */
enum {
	KIND_FILE = 0,
	KIND_LIST = 5,
	KIND_SHARES = 8,
	KIND_OTHER = 10,
	KIND_COUNT = 11,
};
extern const char *const altering_kinds[KIND_COUNT];
size_t altering_kind(struct kc_bytes key);

struct tally {
	size_t counts[KIND_COUNT][VERDICT_COUNT];
	size_t bad; /* that should not have been so; the first of them: */
	size_t bad_kind, bad_at;
	enum verdict bad_verdict;
};
size_t altering_total(const struct tally *tally, enum verdict verdict);
void altering_print(const struct tally *tally);

/* --- altering -----------------------------------------------------------------------------------
 */

/* Some bytes of the folder, and how a file with them in it is made. */
struct target {
	struct offering *offering;
	struct tally *tally;
	void (*build)(const struct target *target, struct kc_bytes altered, struct kc_buf *ret);
	size_t kind;
	struct kc_bytes key; /* of the write; empty for a whole operation */
};

/* The bytes are the file. */
void altering_as_file(const struct target *t, struct kc_bytes altered, struct kc_buf *ret);
/* They are an operation, whose digest is put right again. */
void altering_as_body(const struct target *t, struct kc_bytes altered, struct kc_buf *ret);
/* They are the one write of an operation. */
void altering_as_write(const struct target *t, struct kc_bytes altered, struct kc_buf *ret);
/* They are its value. */
void altering_as_value(const struct target *t, struct kc_bytes altered, struct kc_buf *ret);
/* They are what stands in the envelope that is its value. */
void altering_as_record(const struct target *t, struct kc_bytes altered, struct kc_buf *ret);
/* Whether it is a write alone, that nobody has signed for as such. */
bool altering_is_alone(const struct target *t);
/* The record in a write's envelope; empty when it is in none. */
void altering_open_record(
	const struct target *t, const struct kc_op_write *write, struct kc_buf *ret);

/* Shares for another device: it is for that one to refuse them. */
bool altering_is_for_another(const struct target *t);

/* Offers the bytes as they are, and counts. What is taken is undone. at is for the report. */
void altering_try(const struct target *t, struct kc_bytes altered, size_t at);
extern const uint8_t altering_patterns[2];
/* Offers them with each step of them flipped, under one of the patterns or both. */
void altering_flip(const struct target *t, struct kc_bytes bytes, size_t step);
/* Offers what is left when the end is missing; and when the beginning is, at fewer places. */
void altering_cut(const struct target *t, struct kc_bytes bytes, size_t step);

#endif
