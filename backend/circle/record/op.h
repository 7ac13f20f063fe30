/* SPDX-License-Identifier: ISC */
/*
 * Operations: the batches of writes that a log in the store is made of (doc/protocol.md 3.1).
 *
 * An operation has two parts: its contents, of which there is a digest, and the cells that hold the
 * list that its writer signed over that digest. So digests chain what was signed for, and nothing
 * that the store may alter without a trace.
 */
#ifndef KC_CIRCLE_RECORD_OP_H
#define KC_CIRCLE_RECORD_OP_H

#include "backend/cloud/cloud.h"
#include "base/der.h"

#define KC_OP_DIGEST_LEN 32
#define KC_OP_MAX_KEY 80
#define KC_OP_MAX_WRITES 4096
/* Cells that hold the list: the writer's own, and for those who are out. */
#define KC_OP_MAX_LISTS 129

/* Where a log is at: its last operation, and the digest of its contents. number 0: before the
 * first. */
struct kc_log_position {
	uint64_t number;
	uint8_t digest[KC_OP_DIGEST_LEN];
};

/* Building: open, add writes in their order, close. */
struct kc_op_builder {
	struct kc_buf contents, lists;
	struct kc_der_writer contents_w, lists_w;
	bool closed; /* the contents are, and have their digest */
	bool broken; /* something was added to them afterwards */
	uint8_t digest[KC_OP_DIGEST_LEN];
};
void kc_op_builder_init(struct kc_op_builder *builder, const struct kc_writer_id *writer,
	const struct kc_log_position *after, bool base);
void kc_op_builder_done(struct kc_op_builder *builder);
#define KC_CLEANUP_OP_BUILDER KC_CLEANUP(kc_op_builder_done)
void kc_op_builder_put(struct kc_op_builder *builder, struct kc_bytes key, struct kc_bytes value);
/* The digest of the contents; from then on only cells that hold the list are put in. */
KC_MUST kc_err kc_op_builder_close(
	struct kc_op_builder *builder, uint8_t ret_digest[static KC_OP_DIGEST_LEN]);
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
	struct kc_der_reader writes, lists; /* for kc_op_next; all are well-formed */
	size_t write_count;		    /* of both */
};
struct kc_op_write {
	struct kc_bytes key, value; /* borrowed; an empty value takes the key away */
};
/* An operation of this writer with this number. Errors: REFUSED. */
KC_MUST kc_err kc_op_parse(struct kc_bytes bytes, const struct kc_writer_id *writer,
	uint64_t number, struct kc_op *ret);
/* The next write, the cells that hold the list last; false at the end. */
bool kc_op_next(struct kc_op *op, struct kc_op_write *ret);

/* Whether this may be the key of a cell. */
bool kc_op_is_key(struct kc_bytes key);
/* Whether what stands under a key is the list of the operation that it is in. */
bool kc_op_key_holds_list(struct kc_bytes key);
/* Whether a key begins with prefix; the rest is then in *ret_rest. */
bool kc_op_key_has(struct kc_bytes key, const char *prefix, struct kc_bytes *ret_rest);
/* Appends bytes as hex digits, as keys have them; and back. */
void kc_op_put_hex(struct kc_buf *buf, struct kc_bytes bytes);
bool kc_op_get_hex(struct kc_bytes text, uint8_t *ret, size_t len);

#endif
