/* SPDX-License-Identifier: ISC */
/* Long answers in pages, through the whole service: what ends a page must not end the list. */
#include <stdio.h>

#include "tests/check.h"
#include "tests/wire/device.h"

#define ROWS 40
#define COMMENT_LEN ((size_t)63 << 10) /* so that a page of the door ends before the last row */

static void add_rows(struct kc_client *client)
{
	KC_CLEANUP_BUF struct kc_buf comment = KC_BUF_INIT;

	kc_buf_extend(&comment, COMMENT_LEN);
	for (int i = 0; i < ROWS; i++) {
		KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
		const struct kc_client_item item = {.class = KC_CLASS_GENERIC, .attrs = &attrs};
		char account[16];

		snprintf(account, sizeof account, "%d", i);
		kc_attrs_set_str(&attrs, KC_NAME('a', 'c', 'c', 't'), account);
		kc_attrs_set_bytes(&attrs, KC_NAME('i', 'c', 'm', 't'), kc_buf_bytes(&comment));
		CHECK_OK_FATAL(kc_client_item_add(client, &item, 0, NULL));
	}
}

static void every_row_comes(void)
{
	static const struct {
		const char *what;
		uint32_t want, limit;
		size_t count;
	} rows[] = {
		{"everything", KC_WANT_ATTRS, 0, ROWS},
		{"nothing but that they are there", 0, 0, ROWS},
		{"a few of them", 0, 3, 3},
		{"more than a page", 0, ROWS - 1, ROWS - 1},
		{"more than a page, whole", KC_WANT_ATTRS, ROWS - 1, ROWS - 1},
		{"exactly as many", 0, ROWS, ROWS},
		{"more than there are", 0, ROWS + 1, ROWS},
	};
	struct kc_client *client = device_client();

	add_rows(client);
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
		const struct kc_query query = {
			.class = KC_CLASS_GENERIC, .want = rows[i].want, .limit = rows[i].limit};
		bool in_order = true;

		CHECK_OK_FATAL(kc_client_item_find(client, &query, &found));
		CHECK_MSG(found.count == rows[i].count, rows[i].what);
		CHECK(!found.more);
		for (size_t j = 1; j < found.count; j++)
			in_order = in_order && found.rows[j].id > found.rows[j - 1].id;
		CHECK_MSG(in_order, rows[i].what);
	}
	kc_client_free(client);
}

/* One key with so many certificates that a page ends among them. */
static void every_identity_comes(void)
{
	enum { CERTIFICATES = 7 };
	struct kc_client *client = device_client();
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	const struct kc_query query = {
		.class = KC_CLASS_IDENTITY, .want = KC_WANT_ATTRS | KC_WANT_HIDDEN};
	uint8_t hash[20] = {1};

	kc_buf_extend(&bytes, (size_t)400 << 10);
	for (uint8_t i = 0; i <= CERTIFICATES; i++) {
		KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
		const struct kc_client_item item = {
			.class = i ? KC_CLASS_CERTIFICATE : KC_CLASS_KEY,
			.attrs = &attrs,
			.has_secret = true,
			.secret = kc_buf_bytes(&bytes)};

		if (i == 0)
			kc_attrs_set_number(&attrs, KC_NAME('k', 'c', 'l', 's'), 1);
		else
			kc_attrs_set_bytes(&attrs, KC_NAME('s', 'l', 'n', 'r'), kc_bytes(&i, 1));
		kc_attrs_set_bytes(&attrs,
			i ? KC_NAME('p', 'k', 'h', 'h') : KC_NAME('k', 'l', 'b', 'l'),
			KC_BYTES_OF(hash));
		CHECK_OK_FATAL(kc_client_item_add(client, &item, 0, NULL));
	}
	CHECK_OK_FATAL(kc_client_item_find(client, &query, &found));
	CHECK_FATAL(found.count == CERTIFICATES);
	for (size_t i = 0; i < found.count; i++) {
		CHECK(kc_attrs_get_bytes(&found.rows[i].attrs, KC_IDENTITY_CERTIFICATE).len ==
			bytes.len);
		CHECK(found.rows[i].id == found.rows[0].id);
		CHECK(i == 0 || found.rows[i].certificate > found.rows[i - 1].certificate);
	}
	kc_client_free(client);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(every_row_comes),
		CHECK_TEST(every_identity_comes),
	};
	int failed;

	device_make("tests/service/keycircled-fast");
	failed = check_main("pages", tests, KC_COUNT_OF(tests));
	device_remove();
	return failed;
}
