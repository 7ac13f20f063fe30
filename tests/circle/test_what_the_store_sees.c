/* SPDX-License-Identifier: ISC */
/*
 * All that is ever written to the store in the life of an account, as the store sees it: nothing of
 * what items, devices and people are called or keep secret is in it, in no usual form; and items
 * show no more of their size than one of a few. And as a device sees it that was put out, with all
 * the keys that it had: nothing that was written since opens. On a store of logs and on one of
 * records.
 */
#include <stdio.h>
#include <string.h>

#include "backend/keychain_sync.h"
#include "backend/sync/item_record.h"
#include "tests/check.h"
#include "tests/circle/chance.h"
#include "tests/circle/house.h"
#include "tests/circle/memory_cloud.h"
#include "tests/circle/spy.h"
#include "tests/store/forms.h"

#define GENP KC_CLASS_GENERIC
#define INET KC_CLASS_INTERNET
#define SEED 3
#define START_MS INT64_C(1800000000000)
#define HOUR_MS (INT64_C(60) * 60 * 1000)
#define NEW_PASSWORD "another one for all devices"
#define WRONG_PASSWORD "not the one for all devices"

/* Everything that must not show. */
static const char *const hidden[] = {
	HOUSE_PASSWORD,
	NEW_PASSWORD,
	WRONG_PASSWORD,
	"test device",
	"service-of-the-item",
	"account-of-the-item",
	"label-of-the-item",
	"server.example.org",
	"another-label-altogether",
	"the-first-secret",
	"the-second-secret",
	"secret of the newcomer",
	"written-after-the-removal",
	"secret of the removal",
	"eightchr",
	"network-of-the-house",
};

/* Names of attributes and views, too short to be there by chance in none of several forms: as they
 * are, in a life that is the same each time. */
static const char *const codes[] = {
	"svce",
	"acct",
	"labl",
	"srvr",
	"port",
	"agrp",
	"pdmn",
	"cdat",
	"mdat",
	"tomb", /* attributes */
	"genp",
	"inet",
	"passwords",
	"wifi",
	"cards",
	"home",
	"keys",
	"apps",
	"other",
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
} items[256];
static size_t item_count;

/* Messages of the live channel and of pairings. */
static size_t live_count, pairing_count;

/* While they are spied on: all values, by name; the first of them tell of the removal. */
static struct value {
	char name[KC_RECORDS_MAX_NAME + 1];
	struct kc_buf bytes;
} spied[256];
static size_t spied_count, removal_count;
static bool spying;

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
	while (kc_op_next(&op, &write)) {
		if (kc_op_key_has(write.key, "i/", &rest))
			add_item(write.value);
		live_count += kc_bytes_equal(write.key, kc_bytes_str("q"));
		pairing_count += kc_bytes_equal(write.key, kc_bytes_str("x"));
	}
}

static void spy_on(const char *name, struct kc_bytes value)
{
	struct value *to = &spied[spied_count++];

	CHECK_FATAL(spied_count <= KC_COUNT_OF(spied));
	snprintf(to->name, sizeof to->name, "%s", name);
	kc_buf_push(&to->bytes, value.data, value.len);
}

static void see(void *context, const char *name, struct kc_bytes value)
{
	(void)context;
	kc_buf_push_str(&seen, name);
	kc_buf_push(&seen, value.data, value.len);
	if (spying)
		spy_on(name, value);
	if (strncmp(name, "i-", 2) == 0 && value.len)
		add_item(value);
	else
		add_operation(name, value);
}

static void forget(void)
{
	for (size_t i = 0; i < item_count; i++)
		kc_buf_done(&items[i].record);
	for (size_t i = 0; i < spied_count; i++)
		kc_buf_done(&spied[i].bytes);
	memset(items, 0, sizeof items);
	memset(spied, 0, sizeof spied);
	item_count = spied_count = live_count = pairing_count = 0;
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

static void two_devices(struct house *house)
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

/* Somebody has the code, and not the password. */
static void a_pairing_in_vain(struct house *house)
{
	struct kc_keychain *sponsor = house->homes[0].keychain;
	struct home stranger;
	char code[KC_PAIRING_CODE_LEN + 1];

	home_init(&stranger);
	CHECK_OK_FATAL(kc_keychain_pair_start(sponsor, kc_bytes_str(HOUSE_PASSWORD), code));
	CHECK_ERR(kc_keychain_join_start(
			  stranger.keychain, house->url, code, kc_bytes_str(WRONG_PASSWORD)),
		KC_E_ACCOUNT_PASSWORD);
	kc_keychain_pair_cancel(sponsor);
	home_done(&stranger);
}

/* What two devices say to each other while both are there. */
static void a_chat(struct house *house)
{
	for (int round = 0; round < 4; round++)
		for (size_t i = 0; i < house->count; i++)
			CHECK_OK(house_sync(house, i, NULL));
	CHECK(live_count > 0);
}

static void id_of(const struct home *home, uint8_t ret[static KC_DEVICE_ID_LEN])
{
	KC_CLEANUP_DEVICE_LIST struct kc_device_list list = {0};

	CHECK_OK_FATAL(kc_keychain_devices(home->keychain, &list));
	for (size_t i = 0; i < list.count; i++)
		if (list.rows[i].is_this)
			memcpy(ret, list.rows[i].id, KC_DEVICE_ID_LEN);
}

/* A third device comes and is put out; it goes on reading. */
static void a_removal(struct house *house, struct home *ret_removed)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	uint8_t id[KC_DEVICE_ID_LEN];
	size_t third = house_add(house, 1);

	house_settle(house);
	id_of(&house->homes[third], id);
	spying = true;
	CHECK_OK(kc_keychain_device_remove(
		house->homes[0].keychain, id, kc_bytes_str(HOUSE_PASSWORD), true, 0, &report));
	*ret_removed = house->homes[third];
	house->count--;
	house_settle(house);
	CHECK_ERR(kc_keychain_sync_now(ret_removed->keychain, &report), KC_E_NOT_MEMBER);
	removal_count = spied_count;
}

/* What the removed device is not to read. */
static void without_it(struct house *house)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct home *first = &house->homes[0], *second = &house->homes[1];

	CHECK_OK(words_add(first, GENP, "svce=written-after-the-removal acct=a sync=#1",
		"secret of the removal"));
	CHECK_OK(words_update(second, GENP, "svce=newcomer", "labl=label-of-the-item", NULL));
	house_settle(house);
	CHECK_OK(kc_keychain_rotate(second->keychain, &report));
	house_settle(house);
	house_add(house, 0);
	house_settle(house);
	CHECK_OK(kc_keychain_leave(house->homes[2].keychain, false));
	home_done(&house->homes[--house->count]);
	house_settle(house);
	CHECK_OK(kc_keychain_account_password(first->keychain, kc_bytes_str(HOUSE_PASSWORD),
		kc_bytes_str(NEW_PASSWORD), &report));
	house_settle(house);
	CHECK_OK(words_update(first, GENP, "svce=written-after-the-removal",
		"labl=label-of-the-item", "the-first-secret"));
	house_settle(house);
}

/* --- and back again: what is said once more ------------------------------------------------------
 */

static void a_repair(struct house *house)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_OK(kc_keychain_sync_repair(house->homes[0].keychain, &report));
	house_clock_move(25 * HOUR_MS);
	house_settle(house);
	CHECK(house_agrees(house));
}

static void check_spy(const struct home *removed, const struct home *member);

static void live(struct house *house)
{
	struct home removed;

	two_devices(house);
	a_pairing_in_vain(house);
	a_chat(house);
	a_removal(house, &removed);
	without_it(house);
	spying = false;
	check_spy(&removed, &house->homes[1]);
	home_done(&removed);
	a_repair(house);
	CHECK(pairing_count >= 3 * 5);
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

static struct spy spy_with(const struct home *home, size_t from)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	struct spy spy = {.circle = NULL};

	CHECK_OK_FATAL(kc_keychain_sync_recall(home->keychain, &place, &circle));
	spy.circle = circle;
	for (size_t i = from; i < spied_count; i++)
		spy_try(&spy, spied[i].name, kc_buf_bytes(&spied[i].bytes));
	spy.circle = NULL;
	return spy;
}

/* The control is a device that is in. The list that tells of the removal is under the metadata key
 * from before, and what is under the first is for whoever was in: but neither items nor heads, nor
 * anybody's keys. */
static void check_spy(const struct home *removed, const struct home *member)
{
	struct spy out = spy_with(removed, 0), in = spy_with(member, 0);
	struct spy after = spy_with(removed, removal_count);

	for (int kind = 0; kind < SPY_KINDS; kind++)
		CHECK(out.tried[kind] > 0 && in.opened[kind] > 0);
	CHECK(out.opened[SPY_ITEM] == 0);
	CHECK(out.opened[SPY_SHARES] == 0);
	CHECK(out.opened[SPY_HEAD] == 0);
	CHECK(after.tried[SPY_CELL] > 0 && after.opened[SPY_CELL] == 0);
	CHECK(out.opened[SPY_FIRST] == out.tried[SPY_FIRST]);
	CHECK(in.opened[SPY_ITEM] == in.tried[SPY_ITEM]);
	CHECK(in.opened[SPY_CELL] == in.tried[SPY_CELL]);
	CHECK(in.opened[SPY_HEAD] == in.tried[SPY_HEAD]);
}

static void check_nothing_shows(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(hidden); i++)
		CHECK_MSG(forms_find(kc_buf_bytes(&seen), hidden[i]) == 0, hidden[i]);
	for (size_t i = 0; i < KC_COUNT_OF(codes); i++)
		CHECK_MSG(!memmem(seen.data, seen.len, codes[i], strlen(codes[i])), codes[i]);
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
	CHECK(tombstones >= 2 && long_ones >= 1);
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

	chance_seed_all(SEED);
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
