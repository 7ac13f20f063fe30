/* SPDX-License-Identifier: ISC */
/*
 * Logs in a store that keeps records: an operation is a record of KC_ZONE_VALUES named
 * <32 hex digits of the writer>-<16 digits of the number>, made once and never changed but to be
 * taken away. The functions are those of cloud.h.
 */
#ifndef KC_CLOUD_RECORDS_LOG_H
#define KC_CLOUD_RECORDS_LOG_H

#include "backend/cloud/records.h"

/* Whether a record has the name of an operation, and of which. */
bool kc_records_log_parse(const char *name, struct kc_writer_id *ret_writer, uint64_t *ret_number);
KC_MUST kc_err kc_records_log_list(struct kc_cloud *cloud, struct kc_cloud_logs *ret);
KC_MUST kc_err kc_records_log_read(struct kc_cloud *cloud, const struct kc_writer_id *writer,
	uint64_t number, struct kc_buf *ret);
KC_MUST kc_err kc_records_log_append(struct kc_cloud *cloud, const struct kc_writer_id *writer,
	uint64_t number, struct kc_bytes operation);
KC_MUST kc_err kc_records_log_drop(
	struct kc_cloud *cloud, const struct kc_writer_id *writer, uint64_t below);

#endif
