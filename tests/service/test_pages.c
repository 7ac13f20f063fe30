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
		const struct kc_query query = {.class = KC_CLASS_GENERIC,
			.want = rows[i].want,
			.limit = rows[i].limit};
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

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(every_row_comes),
	};
	int failed;

	device_make("tests/service/keycircled-fast");
	failed = check_main("pages", tests, KC_COUNT_OF(tests));
	device_remove();
	return failed;
}
