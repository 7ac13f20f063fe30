/* SPDX-License-Identifier: ISC */
/* Operations: the batches of writes that a log in the store is made of (doc/protocol.md 3). */
#ifndef KC_CIRCLE_RECORD_OP_H
#define KC_CIRCLE_RECORD_OP_H

#include "backend/cloud/cloud.h"
#include "base/der.h"

#define KC_OP_DIGEST_LEN 32
#define KC_OP_MAX_KEY 80
#define KC_OP_MAX_WRITES 4096

/* Where a log is at: its last operation. number 0: before the first. */
struct kc_log_position {
	uint64_t number;
	uint8_t digest[KC_OP_DIGEST_LEN];
};

/* Building: open, add writes, close. */
struct kc_op_builder {
	struct kc_buf body; /* what the digest is made over */
	struct kc_der_writer w;
	size_t count;
};
void kc_op_builder_init(struct kc_op_builder *builder, const struct kc_writer_id *writer,
	const struct kc_log_position *after, bool base);
void kc_op_builder_done(struct kc_op_builder *builder);
#define KC_CLEANUP_OP_BUILDER KC_CLEANUP(kc_op_builder_done)
void kc_op_builder_put(struct kc_op_builder *builder, struct kc_bytes key, struct kc_bytes value);
/* Bytes so far, for keeping an operation small. */
size_t kc_op_builder_len(const struct kc_op_builder *builder);
/* Ends it; the position is that of this operation. after is the one given at the start. */
KC_MUST kc_err kc_op_builder_end(struct kc_op_builder *builder, const struct kc_log_position *after,
	struct kc_buf *ret, struct kc_log_position *ret_position);

/* Reading. */
struct kc_op {
	bool base;
	bool has_previous;
	uint8_t previous[KC_OP_DIGEST_LEN];
	struct kc_log_position position;
	struct kc_der_reader writes; /* for kc_op_next; all are well-formed */
	size_t write_count;
};
struct kc_op_write {
	struct kc_bytes key, value; /* borrowed; an empty value takes the key away */
};
/* An operation of this writer with this number. Errors: REFUSED. */
KC_MUST kc_err kc_op_parse(struct kc_bytes bytes, const struct kc_writer_id *writer,
	uint64_t number, struct kc_op *ret);
/* The next write; false at the end. */
bool kc_op_next(struct kc_op *op, struct kc_op_write *ret);

/* Whether a key begins with prefix; the rest is then in *ret_rest. */
bool kc_op_key_has(struct kc_bytes key, const char *prefix, struct kc_bytes *ret_rest);
/* Appends bytes as hex digits, as keys have them; and back. */
void kc_op_put_hex(struct kc_buf *buf, struct kc_bytes bytes);
bool kc_op_get_hex(struct kc_bytes text, uint8_t *ret, size_t len);

#endif
