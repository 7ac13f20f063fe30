/* SPDX-License-Identifier: ISC */
/* The reading half of the DER codec. */
#include <string.h>

#include "base/der.h"

/* What an empty view points at, since no offset may be added to NULL. */
static const struct kc_bytes nothing = {(const uint8_t *)"", 0};

void kc_der_reader_init(struct kc_der_reader *r, struct kc_bytes input)
{
	const uint8_t *start = input.len ? input.data : nothing.data;

	*r = (struct kc_der_reader){.at = start, .end = start + input.len};
	if (input.len > KC_DER_MAX_LEN)
		kc_der_reader_fail(r);
}

void kc_der_reader_fail(struct kc_der_reader *r)
{
	kc_der_reader_fail_with(r, KC_E_DECODE);
}

void kc_der_reader_fail_with(struct kc_der_reader *r, kc_err err)
{
	if (r->err == KC_OK)
		r->err = err;
	r->at = r->end;
}

kc_err kc_der_reader_check(const struct kc_der_reader *r)
{
	return r->err;
}

kc_err kc_der_reader_finish(struct kc_der_reader *r)
{
	if (r->at != r->end)
		kc_der_reader_fail(r);
	return r->err;
}

bool kc_der_more(const struct kc_der_reader *r)
{
	return r->err == KC_OK && r->at != r->end;
}

int kc_der_peek(const struct kc_der_reader *r)
{
	return kc_der_more(r) ? *r->at : -1;
}

struct header {
	uint8_t tag;
	size_t header_len, len; /* of the header itself; of the contents */
};

/* Reads the header that begins here. Errors: WAITING (cut), DECODE. */
static kc_err parse_header(const uint8_t *at, size_t left, struct header *ret)
{
	size_t count, len = 0;

	if (left >= 1 && (at[0] & 0x1f) == 0x1f) /* no high tag numbers */
		return KC_E_DECODE;
	if (left < 2)
		return KC_E_WAITING;
	if (at[1] < 0x80) {
		*ret = (struct header){at[0], 2, at[1]};
		return KC_OK;
	}
	count = at[1] & 0x7f;
	if (count == 0 || count > sizeof len)
		return KC_E_DECODE; /* indefinite, or absurd */
	for (size_t i = 0; i < count; i++) {
		if (i == left - 2)
			return KC_E_WAITING;
		if (i == 0 && at[2] == 0)
			return KC_E_DECODE; /* not minimal */
		len = len << 8 | at[2 + i];
	}
	if (len < 0x80)
		return KC_E_DECODE;
	*ret = (struct header){at[0], 2 + count, len};
	return KC_OK;
}

kc_err kc_der_measure(struct kc_bytes beginning, size_t *ret_len)
{
	struct header header;
	kc_err err = parse_header(beginning.data, beginning.len, &header);

	if (err != KC_OK)
		return kc_err_born(err, __FILE__, __LINE__);
	if (header.len > KC_DER_MAX_LEN)
		return KC_ERR(DECODE);
	*ret_len = header.header_len + header.len;
	return KC_OK;
}

/* Takes a header: *ret_len is the length of the contents, which are all there. */
static bool take_header(struct kc_der_reader *r, uint8_t *ret_tag, size_t *ret_len)
{
	size_t left = (size_t)(r->end - r->at);
	struct header header;

	if (r->err != KC_OK || parse_header(r->at, left, &header) != KC_OK ||
		header.len > left - header.header_len)
		return false;
	r->at += header.header_len;
	*ret_tag = header.tag;
	*ret_len = header.len;
	return true;
}

struct kc_bytes kc_der_get(struct kc_der_reader *r, uint8_t tag)
{
	uint8_t found;
	struct kc_bytes contents;

	if (!take_header(r, &found, &contents.len) || found != tag) {
		kc_der_reader_fail(r);
		return nothing;
	}
	contents.data = r->at;
	r->at += contents.len;
	return contents;
}

struct kc_bytes kc_der_get_raw(struct kc_der_reader *r)
{
	const uint8_t *start = r->at;
	uint8_t tag;
	size_t len;

	if (!take_header(r, &tag, &len)) {
		kc_der_reader_fail(r);
		return nothing;
	}
	r->at += len;
	return kc_bytes(start, (size_t)(r->at - start));
}

void kc_der_enter(struct kc_der_reader *r, uint8_t tag, struct kc_der_reader *inner)
{
	struct kc_bytes contents;

	if (r->err == KC_OK && r->depth == KC_DER_MAX_DEPTH)
		kc_der_reader_fail(r);
	contents = kc_der_get(r, tag);
	*inner = (struct kc_der_reader){
		.at = contents.data,
		.end = contents.data + contents.len,
		.err = r->err,
		.depth = r->depth + 1,
	};
}

void kc_der_leave(struct kc_der_reader *r, struct kc_der_reader *inner)
{
	kc_err err = kc_der_reader_finish(inner);

	if (err != KC_OK)
		kc_der_reader_fail_with(r, err);
}

/* An INTEGER's contents as 64 bits; *ret_negative is its sign. Only minimal forms pass. */
static bool take_integer(struct kc_der_reader *r, uint64_t *ret_bits, bool *ret_negative)
{
	struct kc_bytes c = kc_der_get(r, KC_DER_INTEGER);
	uint64_t bits;

	if (c.len == 0 || c.len > 9)
		return false;
	if (c.len > 1 && ((c.data[0] == 0x00 && !(c.data[1] & 0x80)) ||
				 (c.data[0] == 0xff && (c.data[1] & 0x80))))
		return false;
	if (c.len == 9 && c.data[0] != 0)
		return false;
	*ret_negative = c.data[0] & 0x80;
	bits = *ret_negative ? UINT64_MAX : 0;
	for (size_t i = 0; i < c.len; i++)
		bits = bits << 8 | c.data[i];
	*ret_bits = bits;
	return true;
}

int64_t kc_der_get_int(struct kc_der_reader *r)
{
	uint64_t bits;
	bool negative;

	if (!take_integer(r, &bits, &negative) || (!negative && bits > INT64_MAX)) {
		kc_der_reader_fail(r);
		return 0;
	}
	return (int64_t)bits;
}

uint64_t kc_der_get_uint(struct kc_der_reader *r)
{
	uint64_t bits;
	bool negative;

	if (!take_integer(r, &bits, &negative) || negative) {
		kc_der_reader_fail(r);
		return 0;
	}
	return bits;
}

uint64_t kc_der_get_uint_max(struct kc_der_reader *r, uint64_t most)
{
	uint64_t value = kc_der_get_uint(r);

	if (value <= most)
		return value;
	kc_der_reader_fail(r);
	return 0;
}

bool kc_der_get_bool(struct kc_der_reader *r)
{
	struct kc_bytes c = kc_der_get(r, KC_DER_BOOLEAN);

	if (c.len == 1 && (c.data[0] == 0x00 || c.data[0] == 0xff))
		return c.data[0];
	kc_der_reader_fail(r);
	return false;
}

void kc_der_get_null(struct kc_der_reader *r)
{
	if (kc_der_get(r, KC_DER_NULL).len != 0)
		kc_der_reader_fail(r);
}

struct kc_bytes kc_der_get_bytes(struct kc_der_reader *r)
{
	return kc_der_get(r, KC_DER_OCTET_STRING);
}

void kc_der_get_array(struct kc_der_reader *r, uint8_t *ret, size_t len)
{
	struct kc_bytes c = kc_der_get_bytes(r);

	if (c.len != len)
		kc_der_reader_fail(r);
	if (r->err != KC_OK)
		memset(ret, 0, len);
	else if (len)
		memcpy(ret, c.data, len);
}

struct kc_bytes kc_der_get_utf8(struct kc_der_reader *r)
{
	struct kc_bytes text = kc_der_get(r, KC_DER_UTF8);

	if (kc_der_is_utf8(text))
		return text;
	kc_der_reader_fail(r);
	return nothing;
}

void kc_der_get_text(struct kc_der_reader *r, char *ret, size_t size)
{
	struct kc_bytes text = kc_der_get_utf8(r);

	ret[0] = 0;
	if (text.len == 0)
		return;
	if (text.len >= size || memchr(text.data, 0, text.len)) {
		kc_der_reader_fail(r);
		return;
	}
	memcpy(ret, text.data, text.len);
	ret[text.len] = 0;
}

double kc_der_get_double(struct kc_der_reader *r, uint8_t tag)
{
	struct kc_bytes octets = kc_der_get(r, tag);
	uint64_t bits = 0;
	double value;

	for (size_t i = 0; i < octets.len && i < sizeof bits; i++)
		bits = bits << 8 | octets.data[i];
	memcpy(&value, &bits, sizeof value);
	if (octets.len == sizeof bits && value == value && bits != (uint64_t)1 << 63)
		return value;
	kc_der_reader_fail(r); /* a NaN or -0.0: the writer makes neither */
	return 0;
}

/* The length of the well-formed sequence at the start, 0 when there is none. */
static size_t sequence_len(const uint8_t *s, size_t left)
{
	/* clang-format off */
	static const struct { uint8_t first, last, low, high, len; } rows[] = {
		/* first byte    second byte   bytes     (Unicode table 3-7) */
		{0x00, 0x7f,     0x00, 0x00,   1},
		{0xc2, 0xdf,     0x80, 0xbf,   2},
		{0xe0, 0xe0,     0xa0, 0xbf,   3},
		{0xe1, 0xec,     0x80, 0xbf,   3},
		{0xed, 0xed,     0x80, 0x9f,   3},
		{0xee, 0xef,     0x80, 0xbf,   3},
		{0xf0, 0xf0,     0x90, 0xbf,   4},
		{0xf1, 0xf3,     0x80, 0xbf,   4},
		{0xf4, 0xf4,     0x80, 0x8f,   4},
	};
	/* clang-format on */
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		if (s[0] < rows[i].first || s[0] > rows[i].last)
			continue;
		if (rows[i].len > left)
			return 0;
		if (rows[i].len > 1 && (s[1] < rows[i].low || s[1] > rows[i].high))
			return 0;
		for (size_t k = 2; k < rows[i].len; k++)
			if ((s[k] & 0xc0) != 0x80)
				return 0;
		return rows[i].len;
	}
	return 0;
}

bool kc_der_is_utf8(struct kc_bytes text)
{
	for (size_t at = 0; at < text.len;) {
		size_t len = sequence_len(text.data + at, text.len - at);
		if (len == 0)
			return false;
		at += len;
	}
	return true;
}
