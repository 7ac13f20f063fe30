/* SPDX-License-Identifier: ISC */
/* Small sorted vectors. */
#include "backend/circle/record/vector.h"

#include <string.h>

uint64_t kc_vector_get(const struct kc_vector *vector, const struct kc_peer_id *writer)
{
	for (size_t i = 0; i < vector->count; i++)
		if (kc_peer_id_equal(&vector->rows[i].writer, writer))
			return vector->rows[i].counter;
	return 0;
}

kc_err kc_vector_raise(struct kc_vector *vector, const struct kc_peer_id *writer, uint64_t counter)
{
	size_t at = 0;

	if (counter == 0)
		return KC_OK;
	while (at < vector->count && kc_peer_id_compare(&vector->rows[at].writer, writer) < 0)
		at++;
	if (at < vector->count && kc_peer_id_equal(&vector->rows[at].writer, writer)) {
		if (vector->rows[at].counter < counter)
			vector->rows[at].counter = counter;
		return KC_OK;
	}
	if (vector->count == KC_CIRCLE_MAX_PEERS)
		return KC_ERR(TOO_LARGE);
	memmove(&vector->rows[at + 1], &vector->rows[at],
		(vector->count - at) * sizeof vector->rows[0]);
	vector->rows[at] = (struct kc_dot){*writer, counter};
	vector->count++;
	return KC_OK;
}

bool kc_vector_is_within(const struct kc_vector *a, const struct kc_vector *b)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->rows[i].counter > kc_vector_get(b, &a->rows[i].writer))
			return false;
	return true;
}

void kc_vector_put(struct kc_der_writer *w, const struct kc_vector *vector)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	for (size_t i = 0; i < vector->count; i++) {
		kc_der_begin(w, KC_DER_SEQUENCE);
		kc_der_put_bytes(w, KC_BYTES_OF(vector->rows[i].writer.bytes));
		kc_der_put_uint(w, vector->rows[i].counter);
		kc_der_end(w);
	}
	kc_der_end(w);
}

void kc_vector_pull(struct kc_der_reader *r, struct kc_vector *ret)
{
	struct kc_der_reader rows, one;

	ret->count = 0;
	kc_der_enter(r, KC_DER_SEQUENCE, &rows);
	while (kc_der_more(&rows) && ret->count < KC_CIRCLE_MAX_PEERS) {
		struct kc_dot *dot = &ret->rows[ret->count++];

		kc_der_enter(&rows, KC_DER_SEQUENCE, &one);
		kc_der_get_array(&one, dot->writer.bytes, sizeof dot->writer.bytes);
		dot->counter = kc_der_get_uint(&one);
		kc_der_leave(&rows, &one);
		if (dot->counter == 0 ||
			(ret->count > 1 && kc_peer_id_compare(&dot[-1].writer, &dot->writer) >= 0))
			kc_der_reader_fail(&rows);
	}
	kc_der_leave(r, &rows);
}
