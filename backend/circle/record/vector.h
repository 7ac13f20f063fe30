/* SPDX-License-Identifier: ISC */
/* Version vectors: for each writer, up to which of its dots something is known (doc/protocol.md 7).
 */
#ifndef KC_CIRCLE_RECORD_VECTOR_H
#define KC_CIRCLE_RECORD_VECTOR_H

#include "backend/circle/record/list.h"

struct kc_dot {
	struct kc_peer_id writer;
	uint64_t counter; /* from 1 */
};

struct kc_vector {
	struct kc_dot rows[KC_CIRCLE_MAX_PEERS]; /* ascending by writer, no counter 0 */
	size_t count;
};

uint64_t kc_vector_get(const struct kc_vector *vector, const struct kc_peer_id *writer);
/* Never lowers. Errors: TOO_LARGE. */
KC_MUST kc_err kc_vector_raise(
	struct kc_vector *vector, const struct kc_peer_id *writer, uint64_t counter);
/* Whether all that a says, b says, too. */
bool kc_vector_is_within(const struct kc_vector *a, const struct kc_vector *b);
void kc_vector_put(struct kc_der_writer *w, const struct kc_vector *vector);
void kc_vector_pull(struct kc_der_reader *r, struct kc_vector *ret);

#endif
