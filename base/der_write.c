/* SPDX-License-Identifier: ISC */
/* The writing half of the DER codec. */
#include <string.h>

#include "base/der.h"

void kc_der_writer_init(struct kc_der_writer *w, struct kc_buf *out)
{
	*w = (struct kc_der_writer){.out = out};
}

kc_err kc_der_writer_check(const struct kc_der_writer *w)
{
	if (w->err != KC_OK)
		return w->err;
	if (w->depth != 0)
		return KC_ERR(BUG);
	return kc_buf_check(w->out);
}

/* The length octets of X.690 8.1.3, definite and minimal as 10.1 wants. Returns how many. */
static size_t build_length(size_t len, uint8_t octets[static 1 + sizeof len])
{
	size_t count = 0;

	if (len < 0x80) {
		octets[0] = (uint8_t)len;
		return 1;
	}
	for (size_t rest = len; rest; rest >>= 8)
		count++;
	octets[0] = (uint8_t)(0x80 | count);
	for (size_t i = 0; i < count; i++)
		octets[1 + i] = (uint8_t)(len >> (8 * (count - 1 - i)));
	return 1 + count;
}

static void begin(struct kc_der_writer *w, uint8_t tag, size_t room)
{
	static const uint8_t nothing[1 + sizeof(size_t)];

	if (w->err == KC_OK && w->depth == KC_DER_MAX_DEPTH)
		w->err = KC_ERR(BUG);
	if (w->err != KC_OK)
		return;
	kc_buf_push_byte(w->out, tag);
	kc_buf_push(w->out, nothing, room);
	w->room[w->depth] = (uint8_t)room;
	w->start[w->depth++] = w->out->len;
}

void kc_der_begin(struct kc_der_writer *w, uint8_t tag)
{
	begin(w, tag, 0);
}

void kc_der_begin_about(struct kc_der_writer *w, uint8_t tag, size_t about)
{
	uint8_t octets[1 + sizeof about];

	begin(w, tag, build_length(about, octets));
}

void kc_der_end(struct kc_der_writer *w)
{
	uint8_t octets[1 + sizeof(size_t)];
	size_t start, count, room;

	if (w->err == KC_OK && w->depth == 0)
		w->err = KC_ERR(BUG);
	if (w->err != KC_OK)
		return;
	start = w->start[--w->depth];
	room = w->room[w->depth];
	if (kc_buf_check(w->out) != KC_OK)
		return;
	count = build_length(w->out->len - start, octets);
	kc_buf_replace(w->out, start - room, room, octets, count);
}

void kc_der_put(struct kc_der_writer *w, uint8_t tag, struct kc_bytes contents)
{
	uint8_t octets[1 + sizeof(size_t)];
	size_t count = build_length(contents.len, octets);

	if (w->err != KC_OK)
		return;
	kc_buf_push_byte(w->out, tag);
	kc_buf_push(w->out, octets, count);
	kc_buf_push(w->out, contents.data, contents.len);
}

void kc_der_put_raw(struct kc_der_writer *w, struct kc_bytes encoded)
{
	if (w->err == KC_OK)
		kc_buf_push(w->out, encoded.data, encoded.len);
}

/* An INTEGER's contents, X.690 8.3: two's complement, as short as can be. */
static void put_integer(struct kc_der_writer *w, uint64_t bits, bool negative)
{
	uint8_t octets[9];
	size_t first = 0;
	uint8_t fill = negative ? 0xff : 0x00;

	octets[0] = fill;
	for (size_t i = 0; i < 8; i++)
		octets[1 + i] = (uint8_t)(bits >> (8 * (7 - i)));
	while (first < 8 && octets[first] == fill && (octets[first + 1] & 0x80) == (fill & 0x80))
		first++;
	kc_der_put(w, KC_DER_INTEGER, kc_bytes(octets + first, sizeof octets - first));
}

void kc_der_put_int(struct kc_der_writer *w, int64_t value)
{
	put_integer(w, (uint64_t)value, value < 0);
}

void kc_der_put_uint(struct kc_der_writer *w, uint64_t value)
{
	put_integer(w, value, false);
}

void kc_der_put_bool(struct kc_der_writer *w, bool value)
{
	uint8_t octet = value ? 0xff : 0x00;
	kc_der_put(w, KC_DER_BOOLEAN, kc_bytes(&octet, 1));
}

void kc_der_put_null(struct kc_der_writer *w)
{
	kc_der_put(w, KC_DER_NULL, kc_bytes(NULL, 0));
}

void kc_der_put_bytes(struct kc_der_writer *w, struct kc_bytes value)
{
	kc_der_put(w, KC_DER_OCTET_STRING, value);
}

void kc_der_put_utf8(struct kc_der_writer *w, struct kc_bytes value)
{
	if (w->err == KC_OK && !kc_der_is_utf8(value))
		w->err = KC_ERR(PARAM);
	kc_der_put(w, KC_DER_UTF8, value);
}

void kc_der_put_str(struct kc_der_writer *w, const char *text)
{
	kc_der_put_utf8(w, kc_bytes_str(text));
}

void kc_der_put_double(struct kc_der_writer *w, uint8_t tag, double value)
{
	uint64_t bits;
	uint8_t octets[8];

	if (value != value && w->err == KC_OK)
		w->err = KC_ERR(PARAM);
	value += 0.0; /* makes -0.0 into 0.0 */
	memcpy(&bits, &value, sizeof bits);
	for (size_t i = 0; i < 8; i++)
		octets[i] = (uint8_t)(bits >> (8 * (7 - i)));
	kc_der_put(w, tag, KC_BYTES_OF(octets));
}
