/* SPDX-License-Identifier: ISC */
/* The metadata keys: who reads what devices say of each other, before and after new keys. */
#include <stdio.h>
#include <string.h>

#include "backend/item/policy.h"
#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/circle/house.h"
#include "tests/file.h"

#define GENP KC_CLASS_GENERIC

static void new_keys(struct house *house, size_t device)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_OK_FATAL(kc_keychain_rotate(house->homes[device].keychain, &report));
}

/* What a device can open of the last operation of another: the keys of the cells. */
static void open_last(struct house *house, size_t reader, size_t writer, char *ret_opened,
	char *ret_closed, size_t len)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL, *other = NULL;
	KC_CLEANUP_BUF struct kc_buf contents = KC_BUF_INIT;
	struct kc_writer_id id;
	struct kc_op_write write;
	struct kc_op op;
	char path[HOUSE_PATH_MAX];
	uint64_t number;

	circle = house_recall(house, reader);
	other = house_recall(house, writer);
	id = kc_circle_writer(&other->identity.id);
	number = kc_circle_self(other)->position.number;
	house_path(house, &id, number, path);
	CHECK_FATAL(file_read(path, &contents));
	CHECK_OK_FATAL(kc_op_parse(kc_buf_bytes(&contents), &id, number, &op));
	ret_opened[0] = ret_closed[0] = 0;
	while (kc_op_next(&op, &write)) {
		struct kc_place_in_store place = {&circle->account, &id, write.key};
		KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT;
		kc_err err;
		char *to;

		if (write.value.len == 0 || write.key.data[0] == 'i')
			continue;
		err = kc_circle_open(circle, &place, write.value, &plain);
		CHECK(err == KC_OK || err == KC_E_WAITING);
		to = err == KC_OK ? ret_opened : ret_closed;
		snprintf(to + strlen(to), len - strlen(to), "%.*s ",
			write.key.data[1] == '/' ? 1 : (int)(write.key.len < 4 ? write.key.len : 4),
			(const char *)write.key.data);
	}
}

static void whoever_is_out_reads_what_is_for_all(void)
{
	CLEANUP_HOUSE struct house house;
	char opened[400], closed[400];

	house_init(&house);
	house_add(&house, 0);
	house_add(&house, 0);
	house_settle(&house);
	house_remove(&house, 0, 1);
	/* The removal itself is under the key that was the last when it began. */
	open_last(&house, 1, 0, opened, closed, sizeof opened);
	CHECK(strstr(opened, "e ") && strstr(opened, "s ") && strstr(opened, "out/ "));
	CHECK(strstr(opened, "p ") && closed[0] == 0);
	/* What follows is not. */
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=a acct=ada sync=#1", "a"));
	CHECK_OK(house_sync(&house, 0, NULL));
	open_last(&house, 1, 0, opened, closed, sizeof opened);
	CHECK(opened[0] == 0 && strcmp(closed, "p ") == 0);
	CHECK_OK(house_sync(&house, 2, NULL));
	open_last(&house, 2, 0, opened, closed, sizeof opened);
	CHECK(closed[0] == 0 && strcmp(opened, "p ") == 0);
	CHECK(words_has_secret(&house.homes[2], GENP, "svce=a", "a"));
}

/* A device that slept over five changes of the keys, some by a device that it never heard of, finds
 * its way through them. */
static void asleep_over_five_rotations(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;

	house_init(&house);
	house_add(&house, 0);
	house_add(&house, 0);
	house_settle(&house);
	for (unsigned i = 0; i < 3; i++) {
		char item[64];

		new_keys(&house, 0);
		snprintf(item, sizeof item, "svce=item%u acct=ada sync=#1", i);
		CHECK_OK(words_add(&house.homes[0], GENP, item, "secret"));
		CHECK_OK(house_sync(&house, 0, NULL));
		CHECK_OK(house_sync(&house, 1, NULL));
	}
	CHECK(house_add(&house, 1) == 3);
	CHECK_OK(house_sync(&house, 0, NULL));
	new_keys(&house, 3);
	CHECK_OK(words_add(&house.homes[3], GENP, "svce=last acct=ada sync=#1", "secret"));
	CHECK_OK(house_sync(&house, 3, NULL));
	CHECK_OK(house_sync(&house, 1, NULL));
	new_keys(&house, 1);
	house_settle(&house);
	CHECK(house_agrees(&house));
	CHECK(words_count(&house.homes[2], GENP, "svce=last") == 1);
	circle = house_recall(&house, 2);
	CHECK(kc_circle_keys(circle)->epoch == 6);
}

/* A log that begins anew while a device sleeps is under a key that the device finds in it. */
static void asleep_while_a_log_begins_anew(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	struct kc_writer_id writer;
	char first[HOUSE_PATH_MAX];
	KC_CLEANUP_BUF struct kc_buf contents = KC_BUF_INIT;
	char secret[6000];

	memset(secret, 'x', sizeof secret - 1);
	secret[sizeof secret - 1] = 0;
	house_init_many(&house, INT64_C(1700000000000), 2);
	new_keys(&house, 0);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=a acct=ada sync=#1", "first"));
	for (unsigned i = 0; i < 80; i++) {
		house_clock_move(60000);
		CHECK_OK(words_update(&house.homes[0], GENP, "svce=a", "labl=again", secret));
		CHECK_OK_FATAL(house_sync(&house, 0, NULL));
	}
	house_clock_move(INT64_C(25) * 60 * 60 * 1000);
	CHECK_OK_FATAL(house_sync(&house, 0, NULL));
	circle = house_recall(&house, 0);
	writer = kc_circle_writer(&circle->identity.id);
	house_path(&house, &writer, 1, first);
	CHECK(!file_read(first, &contents));
	house_settle(&house);
	CHECK(words_has_secret(&house.homes[1], GENP, "svce=a", secret));
	CHECK(house_agrees(&house));
}

/* The password opens the newest key that its record was made with, and the first. */
static void a_newcomer_after_rotations(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_CIRCLE struct kc_circle *first = NULL, *newcomer = NULL;

	house_init(&house);
	new_keys(&house, 0);
	new_keys(&house, 0);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=a acct=ada sync=#1", "a"));
	house_add(&house, 0);
	house_settle(&house);
	CHECK(words_has_secret(&house.homes[1], GENP, "svce=a", "a"));
	first = house_recall(&house, 0);
	newcomer = house_recall(&house, 1);
	CHECK(newcomer->has_meta && first->has_meta);
	CHECK(memcmp(first->meta_kid, newcomer->meta_kid, sizeof first->meta_kid) == 0);
	CHECK(kc_circle_keys(newcomer)->epoch == 3);
}

/* Brings a device's operations from one folder to another. */
static void carry(const struct house *from, const struct house *to, size_t device)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(from, device);
	struct kc_writer_id id = kc_circle_writer(&circle->identity.id);

	for (uint64_t i = 1; i <= kc_circle_self(circle)->position.number; i++) {
		KC_CLEANUP_BUF struct kc_buf contents = KC_BUF_INIT;
		char path[HOUSE_PATH_MAX];

		house_path(from, &id, i, path);
		CHECK_FATAL(file_read(path, &contents));
		house_path(to, &id, i, path);
		CHECK_FATAL(file_write(path, kc_buf_bytes(&contents)));
	}
}

static void use(struct house *house, size_t device, const char *folder)
{
	char url[HOUSE_URL_MAX];

	house_url(folder, url);
	CHECK_OK_FATAL(kc_keychain_sync_use(
		house->homes[device].keychain, url, false, kc_bytes_str(HOUSE_PASSWORD)));
}

/* New keys that were made in another folder, without knowing of a newcomer: it reads nothing of
 * what is under them, and nothing of that is taken for bad, or passed over. */
static void keys_that_have_yet_to_come(void)
{
	enum { SPONSOR, AFAR, NEW };
	CLEANUP_HOUSE struct house house;
	struct house there;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	house_init(&house);
	house_add(&house, SPONSOR);
	house_settle(&house);
	there = house;
	snprintf(there.store, sizeof there.store, "%.50s.there", house.store);
	house_copy_tree(house.store, there.store);
	use(&house, AFAR, there.store);
	new_keys(&house, AFAR);
	CHECK_OK(words_add(&house.homes[AFAR], GENP, "svce=s acct=a sync=#1", "x"));
	CHECK_OK(house_sync(&house, AFAR, NULL));
	house_add(&house, SPONSOR);
	carry(&there, &house, AFAR);
	CHECK_OK(house_sync(&house, NEW, &report));
	CHECK(report.refused == 0 && report.waiting > 0);
	use(&house, AFAR, house.store);
	CHECK_OK(house_sync(&house, AFAR, NULL));
	CHECK_OK(house_sync(&house, NEW, NULL));
	CHECK(words_has_secret(&house.homes[NEW], GENP, "svce=s", "x"));
	house_settle(&house);
	CHECK(house_agrees(&house));
	file_remove_tree(there.store);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(whoever_is_out_reads_what_is_for_all),
		CHECK_TEST(asleep_over_five_rotations),
		CHECK_TEST(asleep_while_a_log_begins_anew),
		CHECK_TEST(a_newcomer_after_rotations),
		CHECK_TEST(keys_that_have_yet_to_come),
	};
	return check_main("meta", tests, KC_COUNT_OF(tests));
}
