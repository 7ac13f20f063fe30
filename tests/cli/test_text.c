/* SPDX-License-Identifier: ISC */
/* Small things of text: what is made visible, what is similar, times, base 64, random passwords. */
#include <locale.h>
#include <string.h>

#include "base/random.h"
#include "cli/base64.h"
#include "cli/generate.h"
#include "cli/similar.h"
#include "cli/visible.h"
#include "cli/when.h"
#include "tests/check.h"

static const struct kc_look page = {.utf8 = true, .columns = 80};
static const struct kc_look terminal = {.terminal = true, .utf8 = true, .columns = 80};

static bool buf_is(const struct kc_buf *buf, const char *text)
{
	return kc_bytes_equal(kc_buf_bytes(buf), kc_bytes_str(text));
}

#define BYTES(literal)                                          \
	{                                                       \
		(const uint8_t *)(literal), sizeof(literal) - 1 \
	}

static void foreign_text_is_made_visible(void)
{
	static const struct {
		struct kc_bytes text;
		const char *shown;
	} rows[] = {
		{BYTES("plain"), "plain"}, {BYTES("Müller ☃ 🔑"), "Müller ☃ 🔑"},
		{BYTES("a\nb\tc"), "a\\nb\\tc"}, {BYTES("\x1b[2J"), "\\x1b[2J"},
		{BYTES("\x7f"), "\\x7f"}, {BYTES("nul\0!"), "nul\\x00!"},
		{BYTES("\xc2\x9b"), "\\u{009b}"}, /* a control sequence in one */
		{BYTES("a\xe2\x80\xae"
		       "b"),
			"a\\u{202e}b"},		      /* right-to-left override */
		{BYTES("\xe2\x81\xa9"), "\\u{2069}"}, /* the end of our own isolation */
		{BYTES("\xe2\x80\xa8"), "\\u{2028}"}, /* a line separator */
		{BYTES("\xef\xbb\xbf"), "\\u{feff}"},
		{BYTES("\xf3\xa0\x80\xa0"), "\\u{e0020}"}, /* a tag character */
		{BYTES("\xff\xc3(\xe2\x82"), "\\xff\\xc3(\\xe2\\x82"},
		{BYTES("\xc0\xaf"), "\\xc0\\xaf"},	    /* overlong */
		{BYTES("\xed\xa0\x80"), "\\xed\\xa0\\x80"}, /* a surrogate */
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
		kc_visible_push(&out, rows[i].text, &page);
		CHECK_MSG(buf_is(&out, rows[i].shown), rows[i].shown);
	}
}

static void on_a_terminal_it_is_isolated(void)
{
	static const struct kc_look latin1 = {.terminal = true};
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;

	kc_visible_push(&out, kc_bytes_str("ä"), &terminal);
	CHECK(buf_is(&out, "\xe2\x81\xa8"
			   "ä"
			   "\xe2\x81\xa9"));
	kc_buf_reset(&out);
	kc_visible_push(&out, kc_bytes_str("a"), &terminal); /* turns nothing round */
	CHECK(buf_is(&out, "a"));
	kc_buf_reset(&out);
	kc_visible_push(&out, kc_bytes_str("ä"), &latin1);
	CHECK(buf_is(&out, "ä"));
}

static void long_names_are_cut_in_the_middle(void)
{
	static const struct {
		const char *text;
		size_t columns;
		const char *shown;
	} rows[] = {
		{"short", 5, "short"},
		{"very-long-name.example.com", 11, "very-…e.com"},
		{"äöüäöüäöü", 5, "äö…öü"},
		{"日本語日本語", 7, "日…語"}, /* two columns each */
		{"ab\x1b"
		 "cdef",
			6, "ab…def"},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
		kc_visible_push_cut(&out, kc_bytes_str(rows[i].text), &page, rows[i].columns);
		CHECK_MSG(kc_visible_columns(kc_buf_bytes(&out)) <= rows[i].columns, rows[i].text);
		CHECK_MSG(buf_is(&out, rows[i].shown), rows[i].text);
	}
}

static void commands_are_quoted_for_the_shell(void)
{
	static const struct {
		struct kc_bytes text;
		const char *shown;
	} rows[] = {
		{BYTES("github.com"), "github.com"},
		{BYTES(""), "''"},
		{BYTES("two words"), "'two words'"},
		{BYTES("it's"), "'it'\\''s'"},
		{BYTES("$(rm -rf ~)"), "'$(rm -rf ~)'"},
		{BYTES("a\nb'"), "$'a\\x0ab\\''"},
		{BYTES("\xe2\x80\xae"), "$'\\xe2\\x80\\xae'"},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
		kc_visible_push_word(&out, rows[i].text);
		CHECK_MSG(buf_is(&out, rows[i].shown), rows[i].shown);
	}
}

static void slips_of_the_finger_are_similar(void)
{
	static const struct {
		const char *typed, *meant;
		size_t rank;
	} rows[] = {
		{"github.com", "github.com", 0},
		{"GitHub.com", "github.com", 0},
		{"githb.com", "github.com", 1},
		{"gihtub.com", "github.com", 1},
		{"git", "my github.com", 2}, /* holds it: behind every slip */
		{"a", "b", 1},
		{"", "x", 1},
		{"a", "github.com", KC_SIMILAR_NOT},
		{"gitlab.example", "github.com", KC_SIMILAR_NOT},
		{"bank", "mail.example", KC_SIMILAR_NOT},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++)
		CHECK_MSG(kc_similar_rank(kc_bytes_str(rows[i].typed),
				  kc_bytes_str(rows[i].meant)) == rows[i].rank,
			rows[i].typed);
	CHECK(kc_similar_distance(kc_bytes_str("kitten"), kc_bytes_str("sitting"), 9) == 3);
	CHECK(kc_similar_distance(kc_bytes_str("ab"), kc_bytes_str("ba"), 9) == 1);
	CHECK(kc_similar_distance(kc_bytes_str("kitten"), kc_bytes_str("sitting"), 1) == 2);
}

static void times_are_rfc_3339(void)
{
	char text[KC_WHEN_LEN];
	double date;

	kc_when_rfc3339(kc_when_from_absolute(0), text);
	CHECK(strcmp(text, "2001-01-01T00:00:00Z") == 0);
	kc_when_rfc3339(kc_when_from_absolute(-1e300), text);
	CHECK(strcmp(text, "0000-01-01T00:00:00Z") == 0);
	kc_when_rfc3339(kc_when_from_absolute(1e300), text);
	CHECK(strcmp(text, "9999-12-31T23:59:59Z") == 0);
	CHECK_OK(kc_when_parse(kc_bytes_str("2026-11-22T00:36:55Z"), &date));
	kc_when_rfc3339(kc_when_from_absolute(date), text);
	CHECK(strcmp(text, "2026-11-22T00:36:55Z") == 0);
	CHECK_ERR(kc_when_parse(kc_bytes_str("2026-02-30T00:00:00Z"), &date), KC_E_PARAM);
	CHECK_ERR(kc_when_parse(kc_bytes_str("2026-2-3T00:00:00Z"), &date), KC_E_PARAM);
	CHECK_ERR(kc_when_parse(kc_bytes_str("yesterday"), &date), KC_E_PARAM);
	CHECK_ERR(kc_when_parse(kc_bytes_str(""), &date), KC_E_PARAM);
}

static void times_are_told_in_words(void)
{
	char text[KC_WHEN_LEN];

	kc_when_ago(1000, 1030, text);
	CHECK(strcmp(text, "just now") == 0);
	kc_when_ago(1000, 1090, text);
	CHECK(strcmp(text, "1 minute ago") == 0);
	kc_when_ago(1000, 1000 + 7300, text);
	CHECK(strcmp(text, "2 hours ago") == 0);
	kc_when_ago(0, 86400 * 400, text);
	CHECK(strncmp(text, "19", 2) == 0);
}

static void base64_is_that_of_the_rfc(void)
{
	static const char *const rows[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="},
		{"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"}, {"\xff\xfe\xfb", "//77"}};

	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
		kc_base64_push(&out, kc_bytes_str(rows[i][0]));
		CHECK_MSG(buf_is(&out, rows[i][1]), rows[i][0]);
	}
}

static void random_passwords_use_the_whole_alphabet_evenly(void)
{
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	unsigned count[256] = {0}, different = 0;

	for (int i = 0; i < 56; i++)
		kc_generate_password(1000, &out);
	CHECK_FATAL(kc_buf_check(&out) == KC_OK && out.len == 56000);
	for (size_t i = 0; i < out.len; i++)
		count[out.data[i]]++;
	for (size_t i = 0; i < 256; i++) {
		different += count[i] > 0;
		/* 1000 are expected, with a deviation of 31 */
		CHECK(count[i] == 0 || (count[i] > 800 && count[i] < 1200));
	}
	CHECK(different == 56);
	for (const char *unclear = "0Oo1lI"; *unclear; unclear++)
		CHECK(count[(uint8_t)*unclear] == 0);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(foreign_text_is_made_visible),
		CHECK_TEST(on_a_terminal_it_is_isolated),
		CHECK_TEST(long_names_are_cut_in_the_middle),
		CHECK_TEST(commands_are_quoted_for_the_shell),
		CHECK_TEST(slips_of_the_finger_are_similar),
		CHECK_TEST(times_are_rfc_3339),
		CHECK_TEST(times_are_told_in_words),
		CHECK_TEST(base64_is_that_of_the_rfc),
		CHECK_TEST(random_passwords_use_the_whole_alphabet_evenly),
	};
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return 77;
	return check_main("cli/text", tests, KC_COUNT_OF(tests));
}
