/* SPDX-License-Identifier: ISC */
/* Buffers, secrets, attribute sets, queries: the words that all layers share. */
#include <stdio.h>
#include <string.h>

#include "base/query.h"
#include "tests/check.h"

#define ACCT KC_NAME('a', 'c', 'c', 't')
#define LABL KC_NAME('l', 'a', 'b', 'l')
#define PORT KC_NAME('p', 'o', 'r', 't')
#define CDAT KC_NAME('c', 'd', 'a', 't')

static void every_error_has_a_row(void)
{
	for (int i = 0; i < KC_ERR_COUNT; i++) {
		kc_err err = (kc_err)i;
		CHECK(kc_err_name(err) && *kc_err_name(err));
		CHECK(kc_err_text(err) && *kc_err_text(err));
		CHECK(kc_err_osname(err) && strncmp(kc_err_osname(err), "err", 3) == 0);
		CHECK_MSG(err == KC_OK || kc_err_osstatus(err) != 0, kc_err_name(err));
		CHECK_MSG(err == KC_OK || kc_err_ckr(err) != 0, kc_err_name(err));
		CHECK(kc_err_exit(err) >= 0 && kc_err_exit(err) <= 13);
	}
	CHECK(kc_err_from_number(KC_E_NOT_FOUND) == KC_E_NOT_FOUND);
	CHECK(kc_err_from_number(KC_ERR_COUNT) == KC_E_BUG);
}

static void buf_is_capped_and_sticky(void)
{
	KC_CLEANUP_BUF struct kc_buf buf = KC_BUF_INIT_MAX(10);

	kc_buf_push_str(&buf, "12345678");
	kc_buf_push_str(&buf, "9ab"); /* one too many */
	kc_buf_push_str(&buf, "c");
	CHECK_ERR(kc_buf_check(&buf), KC_E_TOO_LARGE);
	CHECK(kc_bytes_equal(kc_buf_bytes(&buf), kc_bytes_str("12345678")));
	kc_buf_reset(&buf);
	CHECK_OK(kc_buf_check(&buf));
	kc_buf_printf(&buf, "%d-%s", 42, "x");
	CHECK(strcmp(kc_buf_text(&buf), "42-x") == 0);
	kc_buf_insert(&buf, 2, "!!", 2);
	kc_buf_truncate(&buf, 5);
	CHECK(strcmp(kc_buf_text(&buf), "42!!-") == 0);
}

static void secrets_of_every_size(void)
{
	static const size_t lens[] = {0, 1, 31, 32, 33, 4096, 4097, 100000};
	struct kc_secret kept[KC_COUNT_OF(lens)] = {{0}};

	for (size_t i = 0; i < KC_COUNT_OF(lens); i++) {
		CHECK_OK(kc_secret_random(&kept[i], lens[i]));
		CHECK(kept[i].len == lens[i]);
	}
	for (size_t i = 0; i < KC_COUNT_OF(lens); i++) {
		struct kc_secret copy = KC_SECRET_INIT, moved = KC_SECRET_INIT;
		CHECK_OK(kc_secret_set(&copy, kc_secret_bytes(&kept[i])));
		CHECK(kc_mem_equal_ct(copy.data, kept[i].data, lens[i]));
		kc_secret_move(&moved, &copy);
		CHECK(copy.len == 0 && moved.len == lens[i]);
		kc_secret_done(&moved);
	}
	for (size_t i = 0; i < KC_COUNT_OF(lens); i++)
		kc_secret_done(&kept[i]);
}

static void fresh_secrets_are_zero(void)
{
	for (int round = 0; round < 100; round++) {
		KC_CLEANUP_SECRET struct kc_secret secret = KC_SECRET_INIT;
		CHECK_OK(kc_secret_alloc(&secret, 48));
		for (size_t i = 0; i < secret.len; i++)
			CHECK(secret.data[i] == 0);
		memset(secret.data, 0xa5, secret.len);
	}
}

static void attrs_are_sorted_and_owned(void)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT, copy = KC_ATTRS_INIT;
	char text[8] = "ana";

	kc_attrs_set_number(&attrs, PORT, 443);
	kc_attrs_set_str(&attrs, ACCT, text);
	kc_attrs_set_date(&attrs, CDAT, 1.5);
	kc_attrs_set_bytes(&attrs, LABL, kc_bytes("\0\xff", 2));
	memcpy(text, "bob", 3);
	kc_attrs_set_number(&attrs, PORT, 80);
	CHECK_OK(kc_attrs_check(&attrs));
	CHECK(attrs.count == 4);
	for (size_t i = 1; i < attrs.count; i++)
		CHECK(attrs.rows[i - 1].name < attrs.rows[i].name);
	CHECK(kc_bytes_equal(kc_attrs_get_bytes(&attrs, ACCT), kc_bytes_str("ana")));
	CHECK(kc_attrs_get_number(&attrs, PORT, -1) == 80);
	CHECK(kc_attrs_get_number(&attrs, ACCT, -1) == -1);
	CHECK(kc_attrs_get_date(&attrs, CDAT, 0) == 1.5);
	CHECK_OK(kc_attrs_dup(&attrs, &copy));
	CHECK(kc_attrs_equal(&attrs, &copy));
	kc_attrs_remove(&copy, ACCT);
	CHECK(!kc_attrs_equal(&attrs, &copy) && !kc_attrs_get(&copy, ACCT));
}

static void attrs_refuse_disorder(void)
{
	static const char good[] = "\x30\x16\x30\x09\x04\x04"
				   "acct\x02\x01\x05\x30\x09\x04\x04"
				   "port\x02\x01\x06";
	struct kc_der_reader r;

	for (int swapped = 0; swapped < 3; swapped++) {
		KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
		char bytes[sizeof good];
		memcpy(bytes, good, sizeof good);
		if (swapped == 1)
			memcpy(bytes + 6, "port", 4); /* twice */
		if (swapped == 2)
			memcpy(bytes + 17, "aaaa", 4); /* out of order */
		kc_der_reader_init(&r, kc_bytes(bytes, sizeof good - 1));
		kc_attrs_pull(&r, &attrs);
		CHECK(kc_der_reader_finish(&r) == (swapped ? KC_E_DECODE : KC_OK));
		CHECK(attrs.count == (swapped ? 0 : 2));
	}
}

static void attrs_are_limited(void)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;

	for (kc_name name = 1; name <= KC_ATTRS_MAX_COUNT; name++)
		kc_attrs_set_number(&attrs, name, 1);
	CHECK_OK(kc_attrs_check(&attrs));
	kc_attrs_set_number(&attrs, KC_ATTRS_MAX_COUNT + 1, 1);
	CHECK_ERR(kc_attrs_check(&attrs), KC_E_TOO_LARGE);
}

static void queries_travel(void)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT, back = KC_QUERY_INIT;
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	struct kc_der_writer w;
	struct kc_der_reader r;

	query.class = KC_CLASS_INTERNET;
	query.sync = KC_SYNC_ANY;
	query.limit = 7;
	query.want = KC_WANT_ATTRS | KC_WANT_SECRET;
	query.has_ref = true;
	memset(query.ref, 9, sizeof query.ref);
	query.host_or_subdomain = true;
	kc_attrs_set_str(&query.attrs, ACCT, "ana");
	kc_der_writer_init(&w, &out);
	kc_query_put(&w, &query);
	CHECK_OK(kc_der_writer_check(&w));
	kc_der_reader_init(&r, kc_buf_bytes(&out));
	kc_query_pull(&r, &back);
	CHECK_OK(kc_der_reader_finish(&r));
	CHECK(back.class == query.class && back.sync == query.sync && back.limit == 7);
	CHECK(back.want == query.want && back.host_or_subdomain && !back.skip_locked);
	CHECK(back.has_ref && memcmp(back.ref, query.ref, sizeof back.ref) == 0);
	CHECK(kc_attrs_equal(&back.attrs, &query.attrs));
}

static void found_items_travel_and_cuts_are_refused(void)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list list = KC_FOUND_LIST_INIT;
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	struct kc_der_writer w;
	struct kc_der_reader r;

	for (uint64_t i = 0; i < 20; i++) {
		struct kc_found found = {.class = KC_CLASS_GENERIC, .id = i, .version = i + 1};
		found.has_secret = true;
		CHECK_OK(kc_secret_set(&found.secret, kc_bytes("secret", (size_t)i % 7)));
		kc_attrs_set_str(&found.attrs, ACCT, "ana");
		CHECK_OK(kc_found_list_take(&list, &found));
	}
	kc_der_writer_init(&w, &out);
	kc_found_list_put(&w, &list);
	CHECK_OK(kc_der_writer_check(&w));
	for (size_t len = 0; len <= out.len; len++) {
		KC_CLEANUP_FOUND_LIST struct kc_found_list back = KC_FOUND_LIST_INIT;
		kc_der_reader_init(&r, kc_bytes(out.data, len));
		kc_found_list_pull(&r, &back);
		CHECK(kc_der_reader_finish(&r) == (len == out.len ? KC_OK : KC_E_DECODE));
		CHECK(back.count == (len == out.len ? 20 : 0));
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(every_error_has_a_row),
		CHECK_TEST(buf_is_capped_and_sticky),
		CHECK_TEST(secrets_of_every_size),
		CHECK_TEST(fresh_secrets_are_zero),
		CHECK_TEST(attrs_are_sorted_and_owned),
		CHECK_TEST(attrs_refuse_disorder),
		CHECK_TEST(attrs_are_limited),
		CHECK_TEST(queries_travel),
		CHECK_TEST(found_items_travel_and_cuts_are_refused),
	};
	return check_main("base/vocabulary", tests, KC_COUNT_OF(tests));
}
