/* SPDX-License-Identifier: ISC */
/* What the parts of the hostile store know of each other. */
#ifndef KC_TESTS_EVILSTORE_EVIL_IMPL_H
#define KC_TESTS_EVILSTORE_EVIL_IMPL_H

#include "backend/cloud/engine.h"

enum evil_outcome { EVIL_AS_IT_WAS, EVIL_ALTERED, EVIL_HIDDEN };
/* The operation that a cell stands in. */
struct evil_stand {
	struct kc_writer_id writer;
	uint64_t number;
};
/* Lets all rules for a device have their way with a value; stand is NULL for a record, and for what
 * is a whole operation. */
enum evil_outcome evil_apply(
	unsigned device, const char *name, const struct evil_stand *stand, struct kc_buf *value);
/* A device has read an operation: rules about cells that are made later leave it as it is, since
 * the digest of the next one would say that it is another. */
void evil_was_told(unsigned device, const struct kc_writer_id *writer, uint64_t number);

/* The logs of a store as the rules leave them to a device. */
KC_MUST kc_err evil_logs_list(struct kc_cloud *cloud, unsigned device, struct kc_cloud_logs *ret);
KC_MUST kc_err evil_logs_read(struct kc_cloud *cloud, unsigned device,
	const struct kc_writer_id *writer, uint64_t number, struct kc_buf *ret);

#define EVIL_OPERATION_NAME (32 + 1 + 16 + 1)
void evil_logs_name(
	const struct kc_writer_id *writer, uint64_t number, char ret[static EVIL_OPERATION_NAME]);

#endif
