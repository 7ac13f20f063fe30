/* SPDX-License-Identifier: ISC */
/* Operation of doc/keycircle.asn1: { body { contents, cells that hold the list }, SHA-256 of the
 * body }. */
#include "backend/circle/record/op.h"

#include <string.h>

#include "crypto/hash.h"

#define LABEL "kc1/operation"
#define VERSION 1
#define CHECKSUM_LEN 32
#define FRAME_LEN 16 /* tags and lengths around a part, about */
#define OWN_LIST "p"

static const char hex_digits[] = "0123456789abcdef";

/* --- building -----------------------------------------------------------------------------------
 */

void kc_op_builder_init(struct kc_op_builder *builder, const struct kc_writer_id *writer,
	const struct kc_log_position *after, bool base)
{
	struct kc_der_writer *w = &builder->contents_w;

	*builder = (struct kc_op_builder){.contents = KC_BUF_INIT, .lists = KC_BUF_INIT};
	kc_der_writer_init(&builder->lists_w, &builder->lists);
	kc_der_writer_init(w, &builder->contents);
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_str(w, LABEL);
	kc_der_put_uint(w, VERSION);
	kc_der_put_bytes(w, KC_BYTES_OF(writer->bytes));
	kc_der_put_uint(w, after->number + 1);
	kc_der_put_bool(w, base);
	kc_der_put_bytes(w, kc_bytes(after->digest, after->number ? sizeof after->digest : 0));
	kc_der_begin(w, KC_DER_SEQUENCE);
}

void kc_op_builder_done(struct kc_op_builder *builder)
{
	kc_buf_done(&builder->contents);
	kc_buf_done(&builder->lists);
}

void kc_op_builder_put(struct kc_op_builder *builder, struct kc_bytes key, struct kc_bytes value)
{
	bool holds_list = kc_op_key_holds_list(key);
	struct kc_der_writer *w = holds_list ? &builder->lists_w : &builder->contents_w;

	builder->broken = builder->broken || (builder->closed && !holds_list);
	if (builder->broken)
		return;
	kc_der_begin(w, KC_DER_SEQUENCE);
	kc_der_put_utf8(w, key);
	kc_der_put_bytes(w, value);
	kc_der_end(w);
}

size_t kc_op_builder_len(const struct kc_op_builder *builder)
{
	return builder->contents.len + builder->lists.len;
}

static kc_err digest_of(struct kc_bytes contents, uint8_t ret[static KC_OP_DIGEST_LEN])
{
	uint8_t hash[KC_HASH_MAX_LEN];

	KC_TRY(kc_hash_compute(KC_HASH_SHA384, contents, hash));
	memcpy(ret, hash, KC_OP_DIGEST_LEN);
	return KC_OK;
}

kc_err kc_op_builder_close(
	struct kc_op_builder *builder, uint8_t ret_digest[static KC_OP_DIGEST_LEN])
{
	if (!builder->closed) {
		kc_der_end(&builder->contents_w);
		kc_der_end(&builder->contents_w);
		KC_TRY(kc_der_writer_check(&builder->contents_w));
		KC_TRY(digest_of(kc_buf_bytes(&builder->contents), builder->digest));
		builder->closed = true;
	}
	memcpy(ret_digest, builder->digest, KC_OP_DIGEST_LEN);
	return KC_OK;
}

static kc_err build_body(const struct kc_op_builder *builder, struct kc_buf *ret)
{
	struct kc_der_writer w;

	kc_der_writer_init(&w, ret);
	kc_der_begin_about(&w, KC_DER_SEQUENCE, kc_op_builder_len(builder) + FRAME_LEN);
	kc_der_put_raw(&w, kc_buf_bytes(&builder->contents));
	kc_der_begin_about(&w, KC_DER_SEQUENCE, builder->lists.len + FRAME_LEN);
	kc_der_put_raw(&w, kc_buf_bytes(&builder->lists));
	kc_der_end(&w);
	kc_der_end(&w);
	return kc_der_writer_check(&w);
}

kc_err kc_op_builder_end(struct kc_op_builder *builder, const struct kc_log_position *after,
	struct kc_buf *ret, struct kc_log_position *ret_position)
{
	struct kc_log_position position = {.number = after->number + 1};
	KC_CLEANUP_BUF struct kc_buf body = KC_BUF_INIT;
	uint8_t checksum[KC_HASH_MAX_LEN];
	struct kc_der_writer w;

	KC_TRY(kc_op_builder_close(builder, position.digest));
	KC_TRY(kc_der_writer_check(&builder->lists_w));
	if (builder->broken)
		return KC_ERR(BUG);
	KC_TRY(build_body(builder, &body));
	KC_TRY(kc_hash_compute(KC_HASH_SHA256, kc_buf_bytes(&body), checksum));
	kc_der_writer_init(&w, ret);
	kc_der_begin_about(&w, KC_DER_SEQUENCE, body.len + FRAME_LEN);
	kc_der_put_raw(&w, kc_buf_bytes(&body));
	kc_der_put_bytes(&w, kc_bytes(checksum, CHECKSUM_LEN));
	kc_der_end(&w);
	KC_TRY(kc_der_writer_check(&w));
	*ret_position = position;
	return KC_OK;
}

/* --- reading ------------------------------------------------------------------------------------
 */

static void pull_write(struct kc_der_reader *r, struct kc_op_write *ret)
{
	struct kc_der_reader one;

	kc_der_enter(r, KC_DER_SEQUENCE, &one);
	ret->key = kc_der_get_utf8(&one);
	ret->value = kc_der_get_bytes(&one);
	kc_der_leave(r, &one);
	if (!kc_op_is_key(ret->key))
		kc_der_reader_fail(r);
}

/* Walks over writes, so that kc_op_next cannot meet a bad one. Those that hold the list have a part
 * of their own, and the writer's own cell is the last of it. */
static size_t count_writes(
	struct kc_der_reader writes, bool lists, size_t most, struct kc_der_reader *outer)
{
	struct kc_op_write write = {.key = {NULL, 0}};
	size_t count = 0;

	for (; kc_der_more(&writes) && count < most; count++) {
		bool was_own = kc_bytes_equal(write.key, kc_bytes_str(OWN_LIST));

		pull_write(&writes, &write);
		if (was_own || kc_op_key_holds_list(write.key) != lists)
			kc_der_reader_fail(&writes);
	}
	if (lists && count && !kc_bytes_equal(write.key, kc_bytes_str(OWN_LIST)))
		kc_der_reader_fail(outer);
	if (kc_der_reader_finish(&writes) != KC_OK)
		kc_der_reader_fail(outer);
	return count;
}

/* The body, whose checksum is right: what is not whole came to harm on the way. */
static kc_err parse_frame(struct kc_bytes bytes, struct kc_bytes *ret_body)
{
	uint8_t named[CHECKSUM_LEN], checksum[KC_HASH_MAX_LEN];
	struct kc_der_reader r, outer;
	struct kc_bytes body;

	kc_der_reader_init(&r, bytes);
	kc_der_enter(&r, KC_DER_SEQUENCE, &outer);
	body = kc_der_get_raw(&outer);
	kc_der_get_array(&outer, named, sizeof named);
	kc_der_leave(&r, &outer);
	KC_TRY(kc_der_reader_finish(&r));
	KC_TRY(kc_hash_compute(KC_HASH_SHA256, body, checksum));
	if (memcmp(checksum, named, sizeof named) != 0)
		return KC_ERR(REFUSED);
	*ret_body = body;
	return KC_OK;
}

static kc_err parse_contents(struct kc_bytes contents, const struct kc_writer_id *writer,
	uint64_t number, struct kc_op *ret)
{
	uint8_t id[sizeof writer->bytes];
	struct kc_der_reader r, seq;
	struct kc_bytes previous;

	kc_der_reader_init(&r, contents);
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	if (!kc_bytes_equal(kc_der_get_utf8(&seq), kc_bytes_str(LABEL)) ||
		kc_der_get_uint(&seq) != VERSION)
		kc_der_reader_fail(&seq);
	kc_der_get_array(&seq, id, sizeof id);
	ret->position.number = kc_der_get_uint(&seq);
	ret->base = kc_der_get_bool(&seq);
	previous = kc_der_get_bytes(&seq);
	kc_der_enter(&seq, KC_DER_SEQUENCE, &ret->writes);
	ret->write_count = count_writes(ret->writes, false, KC_OP_MAX_WRITES, &seq);
	ret->has_previous = previous.len == KC_OP_DIGEST_LEN;
	if (kc_der_more(&seq) || ret->has_previous != (number > 1) ||
		(!ret->has_previous && previous.len != 0) || ret->position.number != number ||
		memcmp(id, writer->bytes, sizeof id) != 0)
		kc_der_reader_fail(&seq);
	kc_der_leave(&r, &seq);
	KC_TRY(kc_der_reader_finish(&r));
	if (ret->has_previous)
		memcpy(ret->previous, previous.data, sizeof ret->previous);
	return digest_of(contents, ret->position.digest);
}

static kc_err parse(struct kc_bytes bytes, const struct kc_writer_id *writer, uint64_t number,
	struct kc_op *ret)
{
	struct kc_bytes body, contents;
	struct kc_der_reader r, parts;

	KC_TRY(parse_frame(bytes, &body));
	kc_der_reader_init(&r, body);
	kc_der_enter(&r, KC_DER_SEQUENCE, &parts);
	contents = kc_der_get_raw(&parts);
	kc_der_enter(&parts, KC_DER_SEQUENCE, &ret->lists);
	if (kc_der_reader_check(&parts) == KC_OK)
		KC_TRY(parse_contents(contents, writer, number, ret));
	ret->write_count += count_writes(ret->lists, true, KC_OP_MAX_LISTS, &parts);
	if (kc_der_more(&parts))
		kc_der_reader_fail(&parts);
	kc_der_leave(&r, &parts);
	return kc_der_reader_finish(&r);
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
	struct kc_der_reader *r = kc_der_more(&op->writes) ? &op->writes : &op->lists;

	if (!kc_der_more(r))
		return false;
	pull_write(r, ret);
	return kc_der_reader_check(r) == KC_OK;
}

/* --- keys ---------------------------------------------------------------------------------------
 */

/* Lower-case letters, digits, '/': nothing that a file system or a terminal takes amiss. */
bool kc_op_is_key(struct kc_bytes key)
{
	for (size_t i = 0; i < key.len; i++) {
		uint8_t c = key.data[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/'))
			return false;
	}
	return key.len > 0 && key.len <= KC_OP_MAX_KEY;
}

bool kc_op_key_holds_list(struct kc_bytes key)
{
	struct kc_bytes rest;

	return kc_bytes_equal(key, kc_bytes_str(OWN_LIST)) || kc_op_key_has(key, "out/", &rest);
}

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
