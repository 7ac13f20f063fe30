/* SPDX-License-Identifier: ISC */
/* Calls to the whole service: what a client gets, whatever else goes on. */
#include <stdio.h>
#include <string.h>

#include "tests/check.h"
#include "tests/wire/device.h"

#define SERVICE KC_NAME('s', 'v', 'c', 'e')
#define COMMENT KC_NAME('i', 'c', 'm', 't')

static kc_err add(struct kc_client *client, unsigned number, struct kc_bytes comment)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	struct kc_client_item item = {.class = KC_CLASS_GENERIC,
		.attrs = &attrs,
		.has_secret = true,
		.secret = kc_bytes_str("secret")};
	char name[16];

	snprintf(name, sizeof name, "%u", number);
	kc_attrs_set_str(&attrs, SERVICE, name);
	kc_attrs_set_text(&attrs, COMMENT, comment);
	return kc_client_item_add(client, &item, 0, NULL);
}

/* What a caller does not want does not hide what it does. */
static void a_list_is_whole_whatever_is_wanted_of_it(void)
{
	static const uint32_t wants[] = {0, KC_WANT_ATTRS, KC_WANT_SECRET, KC_WANT_HIDDEN,
		KC_WANT_ATTRS | KC_WANT_SECRET | KC_WANT_HIDDEN};
	enum { COUNT = 60, SOME = 50 };
	struct kc_client *client = device_client();
	KC_CLEANUP_BUF struct kc_buf comment = KC_BUF_INIT;

	for (unsigned i = 0; i < 60000; i++)
		kc_buf_push_byte(&comment, 'x');
	for (unsigned i = 0; i < COUNT; i++)
		CHECK_OK_FATAL(add(client, i, kc_buf_bytes(&comment)));
	for (size_t i = 0; i < KC_COUNT_OF(wants); i++) {
		KC_CLEANUP_QUERY struct kc_query query = {
			.class = KC_CLASS_GENERIC, .sync = KC_SYNC_ANY, .want = wants[i]};
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

		CHECK_OK(kc_client_item_find(client, &query, &found));
		CHECK(found.count == COUNT);
		query.limit = SOME; /* more than a page */
		CHECK_OK(kc_client_item_find(client, &query, &found));
		CHECK(found.count == SOME);
	}
	kc_client_free(client);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_list_is_whole_whatever_is_wanted_of_it),
	};
	int status;

	device_make("tests/service/keycircled-fast");
	status = check_main("service/calls", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
