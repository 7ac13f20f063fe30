/* SPDX-License-Identifier: ISC */
/*
 * One function for both ways: what writes a structure of this device also reads it back.
 *
 * A coder is in the middle of writing, or of reading. Each function puts a value, or gets it into
 * the same place.
 */
#ifndef KC_CIRCLE_CODER_H
#define KC_CIRCLE_CODER_H

#include "backend/circle/circle.h"

#define KC_CODER_DEPTH 6

struct kc_coder {
	bool loads;
	struct kc_der_writer w;
	struct kc_der_reader
		r[KC_CODER_DEPTH]; /* of the sequences that are open, the innermost last */
	unsigned depth;
};

/* Of the innermost sequence that is open; when loading. */
struct kc_der_reader *kc_coder_reader(struct kc_coder *c);
/* Whether what was read so far can be worked with. What is written is checked at its end. */
KC_MUST kc_err kc_coder_check(const struct kc_coder *c);

void kc_coder_begin(struct kc_coder *c); /* a sequence */
void kc_coder_end(struct kc_coder *c);
void kc_coder_uint(struct kc_coder *c, uint64_t *value);
void kc_coder_bool(struct kc_coder *c, bool *value);
void kc_coder_array(struct kc_coder *c, uint8_t *value, size_t len);
/* Bytes that are only looked at: when loading, a view of what is read. */
void kc_coder_view(struct kc_coder *c, struct kc_bytes *value);
void kc_coder_buf(struct kc_coder *c, struct kc_buf *value);
void kc_coder_secret(struct kc_coder *c, struct kc_secret *value);
void kc_coder_name(struct kc_coder *c, char value[static KC_DEVICE_NAME_MAX + 1]);
void kc_coder_position(struct kc_coder *c, struct kc_log_position *position);
void kc_coder_vector(struct kc_coder *c, struct kc_vector *vector);
KC_MUST kc_err kc_coder_log(struct kc_coder *c, struct kc_head_log *log);
KC_MUST kc_err kc_coder_segments(struct kc_coder *c, struct kc_segment_list *segments);

#endif
