/* SPDX-License-Identifier: ISC */
/*
 * Comma-separated values, RFC 4180: commas and newlines inside quotes, doubled quotes, lines that
 * end in CRLF or LF, a byte order mark at the start.
 *
 * A record that breaks the rules is given with its problem, and reading goes on with the next line,
 * so that one bad record never costs a good one. Cells are copies in a buffer that wipes.
 */
#ifndef KC_CLI_CSV_H
#define KC_CLI_CSV_H

#include "base/buf.h"

struct kc_csv {
	struct kc_bytes rest;
	size_t line; /* where the rest begins, from 1 */
};

#define KC_CSV_MAX_CELLS 256

struct kc_csv_record {
	size_t line; /* where it begins */
	size_t count;
	size_t start[KC_CSV_MAX_CELLS + 1]; /* of each cell in text; cell i ends where i+1 starts */
	struct kc_buf text;
	const char *problem; /* why the record cannot be used; NULL when it can */
};

#define KC_CLEANUP_CSV_RECORD KC_CLEANUP(kc_csv_record_done)

void kc_csv_init(struct kc_csv *csv, struct kc_bytes text);
/* Reads the next record over *record; empty lines are passed over. False at the end, or without
 * memory, which kc_buf_check of the record's text tells. */
bool kc_csv_next(struct kc_csv *csv, struct kc_csv_record *record);
/* A cell, valid until the next record; empty when there is none. */
struct kc_bytes kc_csv_cell(const struct kc_csv_record *record, size_t index);
void kc_csv_record_done(struct kc_csv_record *record);

#endif
