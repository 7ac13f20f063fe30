/* SPDX-License-Identifier: ISC */
/* What cells are called where they are records (doc/protocol.md 3.2). */
#ifndef KC_SYNC_LINE_CELL_NAME_H
#define KC_SYNC_LINE_CELL_NAME_H

#include "backend/circle/record/op.h"
#include "backend/cloud/records.h"

struct kc_cell {
	char key[KC_OP_MAX_KEY + 1];
	bool is_item;		    /* whoever wrote it */
	struct kc_writer_id writer; /* of what is no item */
};

/* The name of a cell that this writer writes; key need not end. Errors: PARAM (too long). */
KC_MUST kc_err kc_cell_name_put(struct kc_bytes key, const struct kc_writer_id *writer,
	char ret[static KC_RECORDS_MAX_NAME + 1]);
/* And back. Errors: REFUSED (no cell has this name). */
KC_MUST kc_err kc_cell_name_parse(const char *name, struct kc_cell *ret);
/* Where a cell is. */
enum kc_zone kc_cell_zone(struct kc_bytes key);

#endif
