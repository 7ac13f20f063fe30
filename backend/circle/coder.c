/* SPDX-License-Identifier: ISC */
/* Each value has its two ways beside each other. */
#include "backend/circle/coder.h"

#include <string.h>

struct kc_der_reader *kc_coder_reader(struct kc_coder *c)
{
	return &c->r[c->depth];
}

kc_err kc_coder_check(const struct kc_coder *c)
{
	return c->loads ? kc_der_reader_check(&c->r[c->depth]) : KC_OK;
}

void kc_coder_begin(struct kc_coder *c)
{
	if (!c->loads) {
		kc_der_begin(&c->w, KC_DER_SEQUENCE);
		return;
	}
	kc_der_enter(&c->r[c->depth], KC_DER_SEQUENCE, &c->r[c->depth + 1]);
	c->depth++;
}

void kc_coder_end(struct kc_coder *c)
{
	if (!c->loads) {
		kc_der_end(&c->w);
		return;
	}
	c->depth--;
	kc_der_leave(&c->r[c->depth], &c->r[c->depth + 1]);
}

void kc_coder_uint(struct kc_coder *c, uint64_t *value)
{
	if (c->loads)
		*value = kc_der_get_uint(kc_coder_reader(c));
	else
		kc_der_put_uint(&c->w, *value);
}

void kc_coder_bool(struct kc_coder *c, bool *value)
{
	if (c->loads)
		*value = kc_der_get_bool(kc_coder_reader(c));
	else
		kc_der_put_bool(&c->w, *value);
}

void kc_coder_array(struct kc_coder *c, uint8_t *value, size_t len)
{
	if (c->loads)
		kc_der_get_array(kc_coder_reader(c), value, len);
	else
		kc_der_put_bytes(&c->w, kc_bytes(value, len));
}

void kc_coder_view(struct kc_coder *c, struct kc_bytes *value)
{
	if (c->loads)
		*value = kc_der_get_bytes(kc_coder_reader(c));
	else
		kc_der_put_bytes(&c->w, *value);
}

void kc_coder_buf(struct kc_coder *c, struct kc_buf *value)
{
	struct kc_bytes bytes = kc_buf_bytes(value);

	kc_coder_view(c, &bytes);
	if (c->loads)
		kc_buf_push(value, bytes.data, bytes.len);
	if (kc_buf_check(value) != KC_OK && c->loads)
		kc_der_reader_fail_with(kc_coder_reader(c), KC_E_NO_MEMORY);
}

void kc_coder_secret(struct kc_coder *c, struct kc_secret *value)
{
	struct kc_bytes bytes = kc_secret_bytes(value);

	kc_coder_view(c, &bytes);
	if (c->loads && kc_secret_set(value, bytes) != KC_OK)
		kc_der_reader_fail_with(kc_coder_reader(c), KC_E_NO_MEMORY);
}

void kc_coder_name(struct kc_coder *c, char value[static KC_DEVICE_NAME_MAX + 1])
{
	struct kc_bytes name;

	if (!c->loads) {
		kc_der_put_str(&c->w, value);
		return;
	}
	name = kc_der_get_utf8(kc_coder_reader(c));
	if (name.len > KC_DEVICE_NAME_MAX) {
		kc_der_reader_fail(kc_coder_reader(c));
		return;
	}
	memcpy(value, name.data, name.len);
	value[name.len] = 0;
}

void kc_coder_position(struct kc_coder *c, struct kc_log_position *position)
{
	kc_coder_begin(c);
	kc_coder_uint(c, &position->number);
	kc_coder_array(c, position->digest, sizeof position->digest);
	kc_coder_end(c);
}

void kc_coder_vector(struct kc_coder *c, struct kc_vector *vector)
{
	if (c->loads)
		kc_vector_pull(kc_coder_reader(c), vector);
	else
		kc_vector_put(&c->w, vector);
}

kc_err kc_coder_log(struct kc_coder *c, struct kc_head_log *log)
{
	if (c->loads)
		return kc_head_log_pull(kc_coder_reader(c), log);
	kc_head_log_put(&c->w, log->rows, log->count);
	return KC_OK;
}

kc_err kc_coder_segments(struct kc_coder *c, struct kc_segment_list *segments)
{
	if (c->loads)
		return kc_segment_list_pull(kc_coder_reader(c), segments);
	kc_segment_list_put(&c->w, segments);
	return KC_OK;
}
