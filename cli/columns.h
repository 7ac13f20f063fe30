/* SPDX-License-Identifier: ISC */
/* A list as columns under headers, or as blocks of "key: value" where columns do not fit. */
#ifndef KC_CLI_COLUMNS_H
#define KC_CLI_COLUMNS_H

#include "cli/out.h"

#define KC_COLUMNS_MAX 8

struct kc_columns {
	const char *const *headers; /* borrowed */
	size_t count;
	struct kc_buf text;   /* all cells, one after the other, visible */
	struct kc_buf widths; /* of each cell in bytes, as uint32_t */
	const struct kc_look *look;
};
#define KC_CLEANUP_COLUMNS KC_CLEANUP(kc_columns_done)

void kc_columns_init(struct kc_columns *columns, const char *const *headers, size_t count,
	const struct kc_look *look);
void kc_columns_done(struct kc_columns *columns);
/* Cells come row by row; foreign text is made visible, and cut in the middle on a terminal. */
void kc_columns_add(struct kc_columns *columns, struct kc_bytes cell);
void kc_columns_add_str(struct kc_columns *columns, const char *cell);
/* Errors: NO_MEMORY, TOO_LARGE. */
KC_MUST kc_err kc_columns_print(const struct kc_columns *columns, struct kc_out *out);

#endif
