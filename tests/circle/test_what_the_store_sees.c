/* SPDX-License-Identifier: ISC */
/*
 * All that is ever written to the store in the life of an account, as the store sees it: nothing of
 * what items, devices and people are called or keep secret is in it, in no usual form; and items
 * show no more of their size than one of a few. On a store of logs and on one of records.
 */
#include <stdio.h>
#include <string.h>

#include "backend/keychain_sync.h"
#include "backend/sync/item_record.h"
#include "tests/check.h"
#include "tests/circle/house.h"
#include "tests/circle/memory_cloud.h"
#include "tests/store/forms.h"

#define GENP KC_CLASS_GENERIC
#define INET KC_CLASS_INTERNET
#define START_MS INT64_C(1800000000000)

/* Everything that must not show. */
static const char *const hidden[] = {
	HOUSE_PASSWORD,
	"test device",
	"service-of-the-item",
	"account-of-the-item",
	"label-of-the-item",
	"server.example.org",
	"another-label-altogether",
	"the-first-secret",
	"the-second-secret",
	"secret of the newcomer",
	"eightchr",
	"network-of-the-house",
	"passwords", /* a view */
};

/* --- what was written ---------------------------------------------------------------------------
 */

static struct kc_buf seen; /* names and values, one after the other */

/* Item records, in the order of their writing. */
static struct written {
	struct kc_buf record;
	struct kc_item_header header;
	bool opened;
	bool deleted;
	uint64_t padded_len;
	size_t secret_len;
} items[64];
static size_t item_count;

static void add_item(struct kc_bytes record)
{
	struct written *item = &items[item_count];

	CHECK_FATAL(item_count < KC_COUNT_OF(items));
	CHECK_OK_FATAL(kc_item_record_peek(record, &item->header));
	kc_buf_push(&item->record, record.data, record.len);
	item_count++;
}

/* The item records in an operation of a log, whose name says whose it is and which. */
static void add_operation(const char *name, struct kc_bytes value)
{
	struct kc_writer_id writer;
	struct kc_op_write write;
	struct kc_bytes rest;
	struct kc_op op;

	if (strlen(name) < 34 || !kc_op_get_hex(kc_bytes(name, 32), writer.bytes, 16) ||
		kc_op_parse(value, &writer, strtoull(name + 33, NULL, 10), &op) != KC_OK)
		return;
	while (kc_op_next(&op, &write))
		if (kc_op_key_has(write.key, "i/", &rest))
			add_item(write.value);
}

static void see(void *context, const char *name, struct kc_bytes value)
{
	(void)context;
	kc_buf_push_str(&seen, name);
	kc_buf_push(&seen, value.data, value.len);
	if (strncmp(name, "i-", 2) == 0 && value.len)
		add_item(value);
	else
		add_operation(name, value);
}

static void forget(void)
{
	for (size_t i = 0; i < item_count; i++)
		kc_buf_done(&items[i].record);
	memset(items, 0, sizeof items);
	item_count = 0;
	kc_buf_done(&seen);
}

/* --- the life -----------------------------------------------------------------------------------
 */

static char long_secret[3001];

static void first_device(struct home *home)
{
	memset(long_secret, 'x', sizeof long_secret - 1);
	CHECK_OK(words_add(home, GENP,
		"svce=service-of-the-item acct=account-of-the-item labl=label-of-the-item sync=#1",
		"the-first-secret"));
	CHECK_OK(words_add(home, INET,
		"srvr=server.example.org acct=account-of-the-item port=#443 sync=#1",
		"the-second-secret"));
	CHECK_OK(words_add(
		home, GENP, "svce=AirPort acct=network-of-the-house sync=#1", "the-first-secret"));
	CHECK_OK(words_add(home, GENP, "svce=long acct=a sync=#1", long_secret));
	CHECK_OK(words_add(home, GENP, "svce=short acct=a sync=#1", "eightchr"));
	CHECK_OK(words_add(home, GENP, "svce=other acct=a sync=#1", "eightchr-and-se"));
	CHECK_OK(words_add(home, GENP, "svce=local acct=a labl=label-of-the-item", "local"));
}

static void live(struct house *house)
{
	struct home *first = &house->homes[0], *second = &house->homes[1];

	first_device(first);
	house_settle(house);
	house_add(house, 0);
	house_settle(house);
	CHECK_OK(words_add(second, GENP, "svce=newcomer acct=a sync=#1", "secret of the newcomer"));
	CHECK_OK(words_update(second, GENP, "svce=service-of-the-item",
		"labl=another-label-altogether", "the-second-secret"));
	house_settle(house);
	CHECK_OK(words_delete(first, GENP, "svce=long"));
	CHECK_OK(words_delete(first, GENP, "svce=service-of-the-item"));
	house_settle(house);
	CHECK(house_agrees(house));
}

/* --- what is inside, for whoever has the keys ---------------------------------------------------
 */

static void open_item(struct kc_circle *circle, struct written *item)
{
	const struct kc_held_epoch *held = kc_circle_find_epoch(circle, item->header.kid);
	enum kc_view_key_use use =
		item->header.class == KC_ITEM_CLASS_A ? KC_VIEW_KEY_CLASS_A : KC_VIEW_KEY_CLASS_C;
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_ITEM_BODY struct kc_item_body body = {0};

	CHECK_FATAL(held != NULL);
	CHECK_OK_FATAL(kc_circle_epoch_key(circle, held, use, &key));
	CHECK_OK_FATAL(
		kc_item_record_open(kc_buf_bytes(&item->record), kc_view_key_siv(&key), &body));
	item->opened = true;
	item->deleted = body.deleted;
	item->padded_len = body.padded_len;
	item->secret_len = body.item.secret.len;
}

static void open_items(struct house *house)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, 0);

	for (size_t i = 0; i < item_count; i++)
		open_item(circle, &items[i]);
}

/* --- the checks ---------------------------------------------------------------------------------
 */

static void check_nothing_shows(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(hidden); i++)
		CHECK_MSG(forms_find(kc_buf_bytes(&seen), hidden[i]) == 0, hidden[i]);
}

/* The control: what is planted among all that was seen is found, in each form. */
static void check_the_search(void)
{
	size_t len = seen.len;

	for (size_t i = 0; i < KC_COUNT_OF(hidden); i++)
		for (int form = 0; form < FORM_COUNT; form++) {
			forms_push(hidden[i], (enum form)form, &seen);
			CHECK_MSG(forms_find(kc_buf_bytes(&seen), hidden[i]) >= 1, hidden[i]);
			kc_buf_truncate(&seen, len);
		}
}

/* A size is one that padding gives, and says all that the length of the record says. */
static void check_sizes(void)
{
	for (size_t i = 0; i < item_count; i++) {
		const struct written *item = &items[i];

		CHECK(kc_item_record_padded((size_t)item->padded_len - 1) == item->padded_len);
		for (size_t k = 0; k < i; k++)
			CHECK((items[k].padded_len == item->padded_len) ==
				(items[k].record.len == item->record.len));
	}
}

static const struct written *version_before(size_t number)
{
	for (size_t i = number; i-- > 0;)
		if (memcmp(items[i].header.name, items[number].header.name,
			    sizeof items[i].header.name) == 0)
			return &items[i];
	return NULL;
}

static void check_tombstones(void)
{
	size_t tombstones = 0, long_ones = 0;

	for (size_t i = 0; i < item_count; i++) {
		const struct written *before = version_before(i);

		if (!items[i].deleted)
			continue;
		CHECK_FATAL(before != NULL);
		CHECK(before->record.len == items[i].record.len);
		tombstones++;
		long_ones += items[i].padded_len > 3000;
	}
	CHECK(tombstones == 2 && long_ones == 1);
}

static size_t length_of_secret(size_t secret_len)
{
	for (size_t i = 0; i < item_count; i++)
		if (items[i].secret_len == secret_len && !items[i].deleted)
			return items[i].record.len;
	return 0;
}

static void check_passwords(void)
{
	CHECK(length_of_secret(8) > 0);
	CHECK(length_of_secret(8) == length_of_secret(15));
	CHECK(length_of_secret(8) < length_of_secret(sizeof long_secret - 1));
}

/* --- the tests ----------------------------------------------------------------------------------
 */

static void see_a_life(bool with_records)
{
	struct house house = {.count = 0};

	house_clock_set(START_MS);
	memory_cloud_register(with_records);
	memory_cloud_clear(0);
	memory_cloud_url(0, house.url);
	memory_cloud_set_witness(see, NULL);
	house_add_home(&house);
	CHECK_OK_FATAL(kc_keychain_sync_use(
		house.homes[0].keychain, house.url, true, kc_bytes_str(HOUSE_PASSWORD)));
	live(&house);
	CHECK(item_count >= 10 && seen.len > 10000);
	open_items(&house);
	check_nothing_shows();
	check_the_search();
	check_sizes();
	check_tombstones();
	check_passwords();
	forget();
	memory_cloud_done();
	for (size_t i = 0; i < house.count; i++)
		home_done(&house.homes[i]);
	house_clock_real();
}

static void in_logs(void)
{
	see_a_life(false);
}

static void in_records(void)
{
	see_a_life(true);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(in_logs),
		CHECK_TEST(in_records),
	};

	home_use_memory();
	return check_main("what the store sees", tests, KC_COUNT_OF(tests));
}
