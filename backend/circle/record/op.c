/* SPDX-License-Identifier: ISC */
/* Operation of doc/keycircle.asn1: { body, SHA-256 of the body }. */
#include "backend/circle/record/op.h"

#include <string.h>

#include "crypto/hash.h"

#define VERSION 1

static const char hex_digits[] = "0123456789abcdef";

/* --- building -----------------------------------------------------------------------------------
 */

void kc_op_builder_init(struct kc_op_builder *builder, const struct kc_writer_id *writer,
	const struct kc_log_position *after, bool base)
{
	*builder = (struct kc_op_builder){.body = KC_BUF_INIT};
	kc_der_writer_init(&builder->w, &builder->body);
	kc_der_begin(&builder->w, KC_DER_SEQUENCE);
	kc_der_put_uint(&builder->w, VERSION);
	kc_der_put_bytes(&builder->w, KC_BYTES_OF(writer->bytes));
	kc_der_put_uint(&builder->w, after->number + 1);
	kc_der_put_bool(&builder->w, base);
	kc_der_put_bytes(
		&builder->w, kc_bytes(after->digest, after->number ? sizeof after->digest : 0));
	kc_der_begin(&builder->w, KC_DER_SEQUENCE);
}

void kc_op_builder_done(struct kc_op_builder *builder)
{
	kc_buf_done(&builder->body);
}

void kc_op_builder_put(struct kc_op_builder *builder, struct kc_bytes key, struct kc_bytes value)
{
	kc_der_begin(&builder->w, KC_DER_SEQUENCE);
	kc_der_put_utf8(&builder->w, key);
	kc_der_put_bytes(&builder->w, value);
	kc_der_end(&builder->w);
	builder->count++;
}

size_t kc_op_builder_len(const struct kc_op_builder *builder)
{
	return builder->body.len;
}

kc_err kc_op_builder_end(struct kc_op_builder *builder, const struct kc_log_position *after,
	struct kc_buf *ret, struct kc_log_position *ret_position)
{
	struct kc_log_position position = {.number = after->number + 1};
	struct kc_der_writer w;

	kc_der_end(&builder->w);
	kc_der_end(&builder->w);
	KC_TRY(kc_der_writer_check(&builder->w));
	KC_TRY(kc_hash_compute(KC_HASH_SHA256, kc_buf_bytes(&builder->body), position.digest));
	kc_der_writer_init(&w, ret);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	kc_der_put_raw(&w, kc_buf_bytes(&builder->body));
	kc_der_put_bytes(&w, KC_BYTES_OF(position.digest));
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	*ret_position = position;
	return KC_OK;
}

/* --- reading ------------------------------------------------------------------------------------
 */

/* Lower-case letters, digits, '/': nothing that a file system or a terminal takes amiss. */
static bool is_key(struct kc_bytes key)
{
	for (size_t i = 0; i < key.len; i++) {
		uint8_t c = key.data[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/'))
			return false;
	}
	return key.len > 0 && key.len <= KC_OP_MAX_KEY;
}

static void pull_write(struct kc_der_reader *r, struct kc_op_write *ret)
{
	struct kc_der_reader one;

	kc_der_enter(r, KC_DER_SEQUENCE, &one);
	ret->key = kc_der_get_utf8(&one);
	ret->value = kc_der_get_bytes(&one);
	kc_der_leave(r, &one);
	if (!is_key(ret->key))
		kc_der_reader_fail(r);
}

/* Walks over all writes, so that kc_op_next cannot meet a bad one. */
static size_t count_writes(struct kc_der_reader writes, struct kc_der_reader *outer)
{
	struct kc_op_write write;
	size_t count = 0;

	for (; kc_der_more(&writes) && count < KC_OP_MAX_WRITES; count++)
		pull_write(&writes, &write);
	if (kc_der_reader_finish(&writes) != KC_OK)
		kc_der_reader_fail(outer);
	return count;
}

static kc_err parse(struct kc_bytes bytes, const struct kc_writer_id *writer, uint64_t number,
	struct kc_op *ret)
{
	struct kc_der_reader r, outer, raw, body;
	uint8_t digest[KC_HASH_MAX_LEN], id[sizeof writer->bytes];
	struct kc_bytes encoded, previous;

	kc_der_reader_init(&r, bytes);
	kc_der_enter(&r, KC_DER_SEQUENCE, &outer);
	encoded = kc_der_get_raw(&outer);
	kc_der_get_array(&outer, ret->position.digest, sizeof ret->position.digest);
	kc_der_leave(&r, &outer);
	KC_TRY(kc_der_reader_finish(&r));
	KC_TRY(kc_hash_compute(KC_HASH_SHA256, encoded, digest));
	if (memcmp(digest, ret->position.digest, sizeof ret->position.digest) != 0)
		return KC_ERR(REFUSED);
	kc_der_reader_init(&raw, encoded);
	kc_der_enter(&raw, KC_DER_SEQUENCE, &body);
	if (kc_der_get_uint(&body) != VERSION)
		kc_der_reader_fail(&body);
	kc_der_get_array(&body, id, sizeof id);
	ret->position.number = kc_der_get_uint(&body);
	ret->base = kc_der_get_bool(&body);
	previous = kc_der_get_bytes(&body);
	kc_der_enter(&body, KC_DER_SEQUENCE, &ret->writes);
	ret->write_count = count_writes(ret->writes, &body);
	ret->has_previous = previous.len == KC_OP_DIGEST_LEN;
	if (kc_der_more(&body) || ret->has_previous != (number > 1) ||
		(!ret->has_previous && previous.len != 0) || ret->position.number != number ||
		memcmp(id, writer->bytes, sizeof id) != 0)
		kc_der_reader_fail(&body);
	kc_der_leave(&raw, &body);
	KC_TRY(kc_der_reader_finish(&raw));
	if (ret->has_previous)
		memcpy(ret->previous, previous.data, sizeof ret->previous);
	return KC_OK;
}

kc_err kc_op_parse(struct kc_bytes bytes, const struct kc_writer_id *writer, uint64_t number,
	struct kc_op *ret)
{
	struct kc_op op = {0};

	if (parse(bytes, writer, number, &op) != KC_OK)
		return KC_ERR(REFUSED);
	*ret = op;
	return KC_OK;
}

bool kc_op_next(struct kc_op *op, struct kc_op_write *ret)
{
	if (!kc_der_more(&op->writes))
		return false;
	pull_write(&op->writes, ret);
	return kc_der_reader_check(&op->writes) == KC_OK;
}

/* --- keys ---------------------------------------------------------------------------------------
 */

bool kc_op_key_has(struct kc_bytes key, const char *prefix, struct kc_bytes *ret_rest)
{
	size_t len = strlen(prefix);

	if (key.len < len || memcmp(key.data, prefix, len) != 0)
		return false;
	*ret_rest = kc_bytes(key.data + len, key.len - len);
	return true;
}

void kc_op_put_hex(struct kc_buf *buf, struct kc_bytes bytes)
{
	for (size_t i = 0; i < bytes.len; i++) {
		kc_buf_push_byte(buf, (uint8_t)hex_digits[bytes.data[i] / 16]);
		kc_buf_push_byte(buf, (uint8_t)hex_digits[bytes.data[i] % 16]);
	}
}

bool kc_op_get_hex(struct kc_bytes text, uint8_t *ret, size_t len)
{
	if (text.len != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		const char *high = memchr(hex_digits, text.data[2 * i], 16);
		const char *low = memchr(hex_digits, text.data[2 * i + 1], 16);

		if (!high || !low)
			return false;
		ret[i] = (uint8_t)((high - hex_digits) * 16 + (low - hex_digits));
	}
	return true;
}
