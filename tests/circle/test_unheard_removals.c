/* SPDX-License-Identifier: ISC */
/*
 * A store that keeps a removal from a device, and shows it all else that came with it, works for
 * the one that was put out: nobody may give that one the new keys.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/circle/memory_cloud.h"
#include "tests/circle/memory_house.h"
#include "tests/circle/spy.h"

#define GENP KC_CLASS_GENERIC
#define START_MS INT64_C(1800000000000)

enum { REMOVER, DECEIVED, REMOVED, DEVICES };

static void recall(const struct home *home, struct kc_circle **ret)
{
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;

	CHECK_OK_FATAL(kc_keychain_sync_recall(home->keychain, &place, ret));
}

static struct kc_writer_id writer_of(const struct home *home)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;

	recall(home, &circle);
	return kc_circle_writer(&circle->identity.id);
}

/* --- what is kept back --------------------------------------------------------------------------
 */

/* The value of the store that goes missing, and what is to be seen in its place. */
struct hidden {
	bool is_record;
	struct kc_writer_id writer;
	uint64_t number;		    /* of the operation in that log */
	char name[KC_RECORDS_MAX_NAME + 1]; /* of the record, or as operations are called */
	struct kc_buf value;
};

static void put(const struct hidden *hidden, struct kc_bytes value)
{
	if (hidden->is_record)
		memory_cloud_put_record(0, KC_ZONE_RECORDS, hidden->name, value);
	else
		memory_cloud_put(0, &hidden->writer, hidden->number, value);
}

static void keep(void *context, const char *name, struct kc_bytes value)
{
	struct hidden *hidden = context;

	if (strcmp(name, hidden->name) != 0)
		return;
	kc_buf_reset(&hidden->value);
	kc_buf_push(&hidden->value, value.data, value.len);
}

/* The list itself; or, since an operation comes whole or not at all, the one before its own: what
 * stands behind a damaged one is read, but lists wait. */
static void hide(struct hidden *hidden)
{
	static const uint8_t damaged[] = {0x30, 0x03, 0x02, 0x01, 0x07};
	KC_CLEANUP_BUF struct kc_buf name = KC_BUF_INIT;

	kc_buf_push_str(&name, hidden->is_record ? "p-" : "");
	kc_op_put_hex(&name, KC_BYTES_OF(hidden->writer.bytes));
	if (!hidden->is_record)
		kc_buf_printf(&name, "-%016" PRIu64, hidden->number);
	snprintf(hidden->name, sizeof hidden->name, "%s", kc_buf_text(&name));
	memory_cloud_each(0, keep, hidden);
	CHECK_FATAL(hidden->value.len > 0);
	put(hidden, KC_BYTES_OF(damaged));
}

/* --- the house ----------------------------------------------------------------------------------
 */

static void remove_device(struct house *house, size_t by, size_t target)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;

	recall(&house->homes[target], &circle);
	CHECK_OK_FATAL(kc_keychain_device_remove(house->homes[by].keychain,
		circle->identity.id.bytes, kc_bytes_str(HOUSE_PASSWORD), true, 0, &report));
}

static void try_all(void *context, const char *name, struct kc_bytes value)
{
	spy_try(context, name, value);
}

static void check_secrecy(const struct spy *spy)
{
	CHECK(spy->opened[SPY_ITEM] == 0);
	CHECK(spy->opened[SPY_SHARES] == 0);
	CHECK(spy->opened[SPY_HEAD] == 0);
}

/* The deceived device knows the new keys, and not of the removal. */
static void deceive(struct house *house)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL, *remover = NULL;
	const struct kc_held_epoch *held;
	struct kc_trust trust;

	for (int i = 0; i < 3; i++)
		CHECK_OK(house_sync(house, DECEIVED, NULL));
	recall(&house->homes[DECEIVED], &circle);
	recall(&house->homes[REMOVER], &remover);
	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	CHECK(kc_peer_set_has(trust.trusted, DEVICES - 1) && trust.excluded == 0);
	CHECK_OK_FATAL(kc_circle_judge(remover, &trust));
	CHECK_OK_FATAL(kc_circle_usable_epoch(remover, &trust, KC_VIEW_PASSWORDS, &held));
	held = kc_circle_find_epoch(circle, held->epoch->name.kid);
	CHECK(held && kc_held_epoch_has_key(held));
}

/* Once the list is there all is as it should be. (What the deceived device said of the circle may
 * be refused at first.) */
static void check_healed(struct house *house)
{
	house->count = DEVICES - 1;
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < house->count; i++)
			CHECK_OK(house_sync(house, i, NULL));
	house_settle(house);
	CHECK(house_agrees(house));
	house->count = DEVICES;
	CHECK_ERR(house_sync(house, REMOVED, NULL), KC_E_NOT_MEMBER);
}

static void nobody_gives_it_the_new_keys(bool with_records)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	struct hidden hidden = {.is_record = with_records, .value = KC_BUF_INIT};
	struct house house = {.count = 0};
	struct spy spy = {.circle = NULL};

	memory_house_init(&house, with_records, START_MS, DEVICES);
	recall(&house.homes[REMOVED], &circle);
	spy.circle = circle;
	hidden.writer = writer_of(&house.homes[REMOVER]);
	CHECK_OK(words_add(&house.homes[REMOVER], GENP, "svce=before acct=a sync=#1", "before"));
	CHECK_OK(house_sync(&house, REMOVER, NULL));
	hidden.number = memory_cloud_complete(0, &hidden.writer);
	remove_device(&house, REMOVER, REMOVED);
	hide(&hidden);
	memory_cloud_set_witness(try_all, &spy);
	deceive(&house);
	CHECK_OK(words_add(&house.homes[DECEIVED], GENP, "svce=after acct=a sync=#1", "after"));
	CHECK_OK(house_sync(&house, DECEIVED, NULL));
	CHECK(spy.tried[SPY_ITEM] > 0);
	check_secrecy(&spy);
	put(&hidden, kc_buf_bytes(&hidden.value));
	check_healed(&house);
	check_secrecy(&spy);
	kc_buf_done(&hidden.value);
	memory_house_done(&house);
}

static void in_logs(void)
{
	nobody_gives_it_the_new_keys(false);
}

static void in_records(void)
{
	nobody_gives_it_the_new_keys(true);
}

/* Whom an own removal puts out is known to the one who did it. The newcomer here was let in by one
 * whom the removed device had let in, and whom the newcomer puts out: nothing else speaks for it.
 */
static void an_own_removal_makes_nobody_doubtful(void)
{
	enum { FIRST, SECOND, THIRD, NEWCOMER };
	struct house house = {.count = 0};
	struct kc_sync_report report = {0};

	memory_house_init(&house, false, START_MS, THIRD);
	CHECK(house_add(&house, SECOND) == THIRD);
	house_settle(&house);
	memory_house_send_away(&house, FIRST);
	house_remove(&house, FIRST, SECOND);
	CHECK(house_add(&house, THIRD) == NEWCOMER);
	house_remove(&house, NEWCOMER, THIRD);
	memory_house_carry(0, 1);
	CHECK_OK(house_sync(&house, FIRST, NULL));
	memory_house_carry(1, 0);
	CHECK_OK(house_sync(&house, NEWCOMER, &report));
	CHECK(report.waiting == 0);
	memory_house_done(&house);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(in_logs),
		CHECK_TEST(in_records),
		CHECK_TEST(an_own_removal_makes_nobody_doubtful),
	};

	home_use_memory();
	return check_main("unheard removals", tests, KC_COUNT_OF(tests));
}
