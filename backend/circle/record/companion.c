/* SPDX-License-Identifier: ISC */
/* Companion of doc/keycircle.asn1. */
#include "backend/circle/record/companion.h"

#include <string.h>

#include "backend/circle/record/op.h"

/* Heads name items and segments, and a list names the circle itself. */
bool kc_companion_is_named(struct kc_bytes key)
{
	struct kc_bytes rest;

	return !kc_op_key_holds_list(key) && !kc_bytes_equal(key, kc_bytes_str("c")) &&
	       !kc_op_key_has(key, "i/", &rest) && !kc_op_key_has(key, "l/", &rest);
}

kc_err kc_companion_hash(struct kc_bytes value, uint8_t ret[static KC_HASH32_LEN])
{
	KC_CLEANUP_LABEL struct kc_label label = {0};

	kc_label_init(&label, "kc1/companion");
	kc_der_put_bytes(&label.w, value);
	return kc_label_hash(&label, ret);
}

int kc_companion_compare(struct kc_bytes a, struct kc_bytes b)
{
	size_t both = a.len < b.len ? a.len : b.len;
	int order = both ? memcmp(a.data, b.data, both) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

void kc_companion_put(struct kc_der_writer *w, const struct kc_companion *companion)
{
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_utf8(w, companion->key);
	kc_der_put_uint(w, companion->seq);
	kc_der_put_bytes(w, KC_BYTES_OF(companion->hash));
	kc_der_end(w);
}

void kc_companion_pull(struct kc_der_reader *r, uint64_t list_seq, struct kc_companion *ret)
{
	struct kc_der_reader one;

	kc_der_enter(r, KC_DER_SEQUENCE, &one);
	ret->key = kc_der_get_utf8(&one);
	ret->seq = kc_der_get_uint(&one);
	kc_der_get_array(&one, ret->hash, sizeof ret->hash);
	if (!kc_op_is_key(ret->key) || !kc_companion_is_named(ret->key) || ret->seq == 0 ||
		ret->seq > list_seq)
		kc_der_reader_fail(&one);
	kc_der_leave(r, &one);
}
