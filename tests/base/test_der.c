/* SPDX-License-Identifier: ISC */
/* The DER codec: what it writes it reads, and it reads nothing else. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/der.h"
#include "tests/check.h"

static struct kc_bytes view(const char *bytes, size_t len)
{
	return kc_bytes(bytes, len);
}
#define VIEW(literal) view(literal, sizeof(literal) - 1)

static void integers_round_trip(void)
{
	static const struct {
		int64_t value;
		const char *der;
		size_t len;
	} rows[] = {
		{0, "\x02\x01\x00", 3},
		{127, "\x02\x01\x7f", 3},
		{128, "\x02\x02\x00\x80", 4},
		{256, "\x02\x02\x01\x00", 4},
		{-1, "\x02\x01\xff", 3},
		{-128, "\x02\x01\x80", 3},
		{-129, "\x02\x02\xff\x7f", 4},
		{INT64_MAX, "\x02\x08\x7f\xff\xff\xff\xff\xff\xff\xff", 10},
		{INT64_MIN, "\x02\x08\x80\x00\x00\x00\x00\x00\x00\x00", 10},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
		struct kc_der_writer w;
		struct kc_der_reader r;

		kc_der_writer_init(&w, &out);
		kc_der_put_int(&w, rows[i].value);
		CHECK_OK(kc_der_writer_check(&w));
		CHECK(kc_bytes_equal(kc_buf_bytes(&out), view(rows[i].der, rows[i].len)));
		kc_der_reader_init(&r, kc_buf_bytes(&out));
		CHECK(kc_der_get_int(&r) == rows[i].value);
		CHECK_OK(kc_der_reader_finish(&r));
	}
}

static void unsigned_limits(void)
{
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	struct kc_der_writer w;
	struct kc_der_reader r;

	kc_der_writer_init(&w, &out);
	kc_der_put_uint(&w, UINT64_MAX);
	kc_der_put_uint(&w, 200);
	CHECK_OK(kc_der_writer_check(&w));
	kc_der_reader_init(&r, kc_buf_bytes(&out));
	CHECK(kc_der_get_uint(&r) == UINT64_MAX);
	CHECK(kc_der_get_uint_max(&r, 199) == 0);
	CHECK_ERR(kc_der_reader_check(&r), KC_E_DECODE);
	kc_der_reader_init(&r, kc_buf_bytes(&out));
	CHECK(kc_der_get_int(&r) == 0); /* above INT64_MAX */
	CHECK_ERR(kc_der_reader_check(&r), KC_E_DECODE);
}

/* Each of these is some encoding that BER allows or a broken file has, and DER must refuse. */
static void refuses_what_is_not_der(void)
{
	static const struct {
		const char *what, *der;
		size_t len;
	} rows[] = {
#define ROW(what, literal) {what, literal, sizeof(literal) - 1}
		ROW("empty input", ""),
		ROW("header cut", "\x02"),
		ROW("contents cut", "\x02\x02\x01"),
		ROW("padded positive", "\x02\x02\x00\x01"),
		ROW("padded negative", "\x02\x02\xff\x80"),
		ROW("empty integer", "\x02\x00"),
		ROW("too wide", "\x02\x09\x01\x00\x00\x00\x00\x00\x00\x00\x00"),
		ROW("long form for a short length", "\x02\x81\x01\x05"),
		ROW("leading zero in the length", "\x02\x82\x00\x81\x05"),
		ROW("indefinite length", "\x02\x80\x05\x00\x00"),
		ROW("length of 2^64-1", "\x02\x88\xff\xff\xff\xff\xff\xff\xff\xff"),
		ROW("length longer than a size", "\x02\x89\x01\x00\x00\x00\x00\x00\x00\x00\x00"),
		ROW("high tag number", "\x1f\x02\x01\x05"),
		ROW("another tag", "\x04\x01\x05"),
		ROW("trailing byte", "\x02\x01\x05\x00"),
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		struct kc_der_reader r;
		kc_der_reader_init(&r, view(rows[i].der, rows[i].len));
		(void)kc_der_get_int(&r);
		CHECK_MSG(kc_der_reader_finish(&r) == KC_E_DECODE, rows[i].what);
	}
}

static void booleans_and_null(void)
{
	struct kc_der_reader r;

	kc_der_reader_init(&r, VIEW("\x01\x01\xff\x01\x01\x00\x05\x00"));
	CHECK(kc_der_get_bool(&r) == true);
	CHECK(kc_der_get_bool(&r) == false);
	kc_der_get_null(&r);
	CHECK_OK(kc_der_reader_finish(&r));
	kc_der_reader_init(&r, VIEW("\x01\x01\x01"));
	CHECK(!kc_der_get_bool(&r));
	CHECK_ERR(kc_der_reader_check(&r), KC_E_DECODE);
	kc_der_reader_init(&r, VIEW("\x05\x01\x00"));
	kc_der_get_null(&r);
	CHECK_ERR(kc_der_reader_check(&r), KC_E_DECODE);
}

static void lengths_round_trip(void)
{
	static const size_t lens[] = {0, 1, 127, 128, 255, 256, 65535, 65536, 1 << 20};
	for (size_t i = 0; i < KC_COUNT_OF(lens); i++) {
		KC_CLEANUP_BUF struct kc_buf contents = KC_BUF_INIT, out = KC_BUF_INIT;
		struct kc_der_writer w;
		struct kc_der_reader r, seq;

		kc_buf_extend(&contents, lens[i]);
		kc_der_writer_init(&w, &out);
		kc_der_begin(&w, KC_DER_SEQUENCE);
		kc_der_put_bytes(&w, kc_buf_bytes(&contents));
		kc_der_end(&w);
		CHECK_OK(kc_der_writer_check(&w));
		kc_der_reader_init(&r, kc_buf_bytes(&out));
		kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
		CHECK(kc_der_get_bytes(&seq).len == lens[i]);
		kc_der_leave(&r, &seq);
		CHECK_OK(kc_der_reader_finish(&r));
	}
}

/* A guess of the length changes no byte, good or bad. */
static void guessed_lengths_are_the_same(void)
{
	static const size_t lens[] = {0, 1, 125, 127, 128, 250, 256, 70000};

	for (size_t i = 0; i < KC_COUNT_OF(lens); i++)
		for (size_t j = 0; j < KC_COUNT_OF(lens); j++) {
			KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT, guessed = KC_BUF_INIT;
			KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
			struct kc_der_writer w;

			memset(kc_buf_extend(&bytes, lens[i]), 0x5a, lens[i]);
			for (int about = 0; about < 2; about++) {
				kc_der_writer_init(&w, about ? &guessed : &plain);
				if (about)
					kc_der_begin_about(&w, KC_DER_SEQUENCE, lens[j]);
				else
					kc_der_begin(&w, KC_DER_SEQUENCE);
				kc_der_begin_about(&w, KC_DER_SET, about ? lens[j] : lens[i]);
				kc_der_put_raw(&w, kc_buf_bytes(&bytes));
				kc_der_end(&w);
				kc_der_put_null(&w);
				kc_der_end(&w);
				CHECK_OK(kc_der_writer_check(&w));
			}
			CHECK(kc_bytes_equal(kc_buf_bytes(&plain), kc_buf_bytes(&guessed)));
		}
}

static void depth_is_bounded(void)
{
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	struct kc_der_reader readers[KC_DER_MAX_DEPTH + 2];
	uint8_t bomb[2 * (KC_DER_MAX_DEPTH + 2)];
	struct kc_der_writer w;

	kc_der_writer_init(&w, &out);
	for (unsigned i = 0; i <= KC_DER_MAX_DEPTH; i++)
		kc_der_begin(&w, KC_DER_SEQUENCE);
	CHECK_ERR(kc_der_writer_check(&w), KC_E_BUG);

	for (size_t i = 0; i < sizeof bomb; i += 2) {
		bomb[i] = KC_DER_SEQUENCE;
		bomb[i + 1] = (uint8_t)(sizeof bomb - i - 2);
	}
	kc_der_reader_init(&readers[0], KC_BYTES_OF(bomb));
	for (unsigned i = 0; i <= KC_DER_MAX_DEPTH; i++)
		kc_der_enter(&readers[i], KC_DER_SEQUENCE, &readers[i + 1]);
	CHECK_OK(kc_der_reader_check(&readers[KC_DER_MAX_DEPTH - 1]));
	CHECK_ERR(kc_der_reader_check(&readers[KC_DER_MAX_DEPTH + 1]), KC_E_DECODE);
}

static void unpaired_begin_is_noticed(void)
{
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	struct kc_der_writer w;

	kc_der_writer_init(&w, &out);
	kc_der_begin(&w, KC_DER_SEQUENCE);
	CHECK_ERR(kc_der_writer_check(&w), KC_E_BUG);
	kc_der_end(&w);
	CHECK_OK(kc_der_writer_check(&w));
	kc_der_end(&w);
	CHECK_ERR(kc_der_writer_check(&w), KC_E_BUG);
}

static void leave_demands_the_end(void)
{
	struct kc_der_reader r, seq;

	kc_der_reader_init(&r, VIEW("\x30\x06\x02\x01\x01\x02\x01\x02"));
	kc_der_enter(&r, KC_DER_SEQUENCE, &seq);
	CHECK(kc_der_get_int(&seq) == 1);
	kc_der_leave(&r, &seq);
	CHECK_ERR(kc_der_reader_check(&r), KC_E_DECODE);
}

static void utf8_by_the_book(void)
{
	static const struct {
		const char *text;
		size_t len;
		bool good;
	} rows[] = {
#define TEXT(literal, good) {literal, sizeof(literal) - 1, good}
		TEXT("", true),
		TEXT("a\0b", true),
		TEXT("\xc3\xa9", true),
		TEXT("\xe2\x82\xac", true),
		TEXT("\xf0\x9f\x94\x91", true),
		TEXT("\xef\xbf\xbf", true),
		TEXT("\xf4\x8f\xbf\xbf", true),
		TEXT("\x80", false),
		TEXT("\xc0\x80", false),
		TEXT("\xc1\xbf", false),
		TEXT("\xe0\x80\x80", false),
		TEXT("\xed\xa0\x80", false),
		TEXT("\xf0\x80\x80\x80", false),
		TEXT("\xf4\x90\x80\x80", false),
		TEXT("\xf5\x80\x80\x80", false),
		TEXT("\xc3", false),
		TEXT("\xe2\x82", false),
		TEXT("\xf0\x9f\x94", false),
		TEXT("a\xff", false),
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		CHECK(kc_der_is_utf8(view(rows[i].text, rows[i].len)) == rows[i].good);
}

static void doubles_have_one_form(void)
{
	static const double values[] = {0.0, -0.0, 1.5, -1e300, 781234567.123456, INFINITY};
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	struct kc_der_writer w;
	struct kc_der_reader r;

	for (size_t i = 0; i < KC_COUNT_OF(values); i++) {
		kc_buf_reset(&out);
		kc_der_writer_init(&w, &out);
		kc_der_put_double(&w, KC_DER_OCTET_STRING, values[i]);
		CHECK_OK(kc_der_writer_check(&w));
		kc_der_reader_init(&r, kc_buf_bytes(&out));
		CHECK(kc_der_get_double(&r, KC_DER_OCTET_STRING) == values[i]);
		CHECK_OK(kc_der_reader_finish(&r));
	}
	kc_der_put_double(&w, KC_DER_OCTET_STRING, (double)NAN);
	CHECK_ERR(kc_der_writer_check(&w), KC_E_PARAM);
	kc_der_reader_init(&r, VIEW("\x04\x08\x80\x00\x00\x00\x00\x00\x00\x00"));
	(void)kc_der_get_double(&r, KC_DER_OCTET_STRING);
	CHECK_ERR(kc_der_reader_check(&r), KC_E_DECODE);
}

/* Random bytes: whatever the reader accepts, writing it again gives the same bytes. */
static void rewrite(struct kc_der_reader *r, struct kc_der_writer *w)
{
	while (kc_der_more(r)) {
		struct kc_der_reader inner;
		int tag = kc_der_peek(r);
		if (tag == KC_DER_SEQUENCE) {
			kc_der_enter(r, KC_DER_SEQUENCE, &inner);
			kc_der_begin(w, KC_DER_SEQUENCE);
			rewrite(&inner, w);
			kc_der_end(w);
			kc_der_leave(r, &inner);
		} else if (tag == KC_DER_INTEGER) {
			kc_der_put_int(w, kc_der_get_int(r));
		} else if (tag == KC_DER_BOOLEAN) {
			kc_der_put_bool(w, kc_der_get_bool(r));
		} else {
			kc_der_put(w, (uint8_t)tag, kc_der_get(r, (uint8_t)tag));
		}
	}
}

static void accepted_means_canonical(void)
{
	static const uint8_t likely[] = {
		0x30, 0x02, 0x01, 0x04, 0x05, 0, 1, 2, 3, 4, 0x80, 0x81, 0xff};
	uint32_t seed = 1;
	unsigned accepted = 0;

	for (unsigned round = 0; round < 200000; round++) {
		KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
		uint8_t input[12];
		size_t len = 2 + round % 11;
		struct kc_der_reader r;
		struct kc_der_writer w;

		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525 + 1013904223;
			input[i] = likely[(seed >> 16) % sizeof likely];
		}
		kc_der_reader_init(&r, kc_bytes(input, len));
		kc_der_writer_init(&w, &out);
		rewrite(&r, &w);
		if (kc_der_reader_finish(&r) != KC_OK)
			continue;
		accepted++;
		CHECK_OK(kc_der_writer_check(&w));
		CHECK(kc_bytes_equal(kc_buf_bytes(&out), kc_bytes(input, len)));
	}
	CHECK(accepted > 1000); /* else the test would prove nothing */
}

static void lengths_from_beginnings(void)
{
	static const struct {
		const char *bytes;
		size_t len;
		kc_err wanted;
		size_t value_len;
	} rows[] = {
		{"\x30\x00", 2, KC_OK, 2},
		{"\x04\x7f", 2, KC_OK, 129},
		{"\x30\x82\x01\x00", 4, KC_OK, 260},
		{"", 0, KC_E_WAITING, 0},
		{"\x30", 1, KC_E_WAITING, 0},
		{"\x30\x82", 2, KC_E_WAITING, 0},
		{"\x30\x82\x01", 3, KC_E_WAITING, 0},
		{"\x1f", 1, KC_E_DECODE, 0},
		{"\x30\x80", 2, KC_E_DECODE, 0},
		{"\x30\x81\x7f", 3, KC_E_DECODE, 0},
		{"\x30\x82\x00", 3, KC_E_DECODE, 0},
		{"\x30\x89", 2, KC_E_DECODE, 0},
		{"\x30\x84\x7f\xff\xff\xff", 6, KC_E_DECODE, 0},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		size_t len = 0;

		CHECK_ERR(kc_der_measure(view(rows[i].bytes, rows[i].len), &len), rows[i].wanted);
		CHECK(len == rows[i].value_len);
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(integers_round_trip),
		CHECK_TEST(unsigned_limits),
		CHECK_TEST(refuses_what_is_not_der),
		CHECK_TEST(booleans_and_null),
		CHECK_TEST(lengths_round_trip),
		CHECK_TEST(guessed_lengths_are_the_same),
		CHECK_TEST(depth_is_bounded),
		CHECK_TEST(unpaired_begin_is_noticed),
		CHECK_TEST(leave_demands_the_end),
		CHECK_TEST(utf8_by_the_book),
		CHECK_TEST(doubles_have_one_form),
		CHECK_TEST(accepted_means_canonical),
		CHECK_TEST(lengths_from_beginnings),
	};
	return check_main("base/der", tests, KC_COUNT_OF(tests));
}
