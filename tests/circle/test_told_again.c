/* SPDX-License-Identifier: ISC */
/*
 * Epochs that some cannot hear of from who began them: of a newcomer that they do not know yet, or
 * of one that was put out by who had not heard of it. Who uses them tells of them again, and what
 * is under them is read by all.
 */
#include <string.h>

#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/circle/memory_cloud.h"
#include "tests/circle/memory_house.h"

#define GENP KC_CLASS_GENERIC
#define START_MS INT64_C(1800000000000)

/* --- the house ----------------------------------------------------------------------------------
 */

static void new_keys(struct house *house, size_t device)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_OK_FATAL(kc_keychain_rotate(house->homes[device].keychain, &report));
}

/* All that came is taken. */
static void check_reads(struct house *house, size_t device, const char *service, const char *secret)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_OK(house_sync(house, device, &report));
	CHECK(report.waiting == 0 && report.refused == 0);
	CHECK(words_has_secret(&house->homes[device], GENP, service, secret));
}

/* --- a newcomer's -------------------------------------------------------------------------------
 */

/* It makes new keys before anybody but its sponsor knows of it; and so does the sponsor then. */
static void new_keys_of_a_newcomer(bool with_records)
{
	enum { SPONSOR, OTHER, NEWCOMER };
	struct house house = {.count = 0};

	memory_house_init(&house, with_records, START_MS, 2);
	new_keys(&house, SPONSOR);
	CHECK(house_add(&house, SPONSOR) == NEWCOMER);
	new_keys(&house, NEWCOMER);
	new_keys(&house, SPONSOR);
	CHECK_OK(words_add(&house.homes[SPONSOR], GENP, "svce=a acct=a sync=#1", "a"));
	CHECK_OK(house_sync(&house, SPONSOR, NULL));
	check_reads(&house, OTHER, "svce=a", "a");
	house_settle(&house);
	CHECK(house_agrees(&house));
	memory_house_done(&house);
}

static void new_keys_of_a_newcomer_in_logs(void)
{
	new_keys_of_a_newcomer(false);
}

static void new_keys_of_a_newcomer_in_records(void)
{
	new_keys_of_a_newcomer(true);
}

/* --- of one that is out -------------------------------------------------------------------------
 */

enum { REMOVER, WRITER, REMOVED, DEVICES };

/* The epoch that a device writes passwords under. */
static void find_kid(const struct house *house, size_t device, uint8_t ret[static KC_KID_LEN])
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, device);
	const struct kc_held_epoch *held;
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	CHECK_OK_FATAL(kc_circle_usable_epoch(circle, &trust, KC_VIEW_PASSWORDS, &held));
	memcpy(ret, held->epoch->name.kid, KC_KID_LEN);
}

/* Whoever is in reads what is under the epoch, and nobody writes under it. */
static void check_read_with_alone(
	const struct house *house, size_t device, const uint8_t kid[static KC_KID_LEN])
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, device);
	const struct kc_held_epoch *held = kc_circle_find_epoch(circle, kid);
	uint8_t in_use[KC_KID_LEN];
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	CHECK(held && kc_held_epoch_has_key(held) && kc_circle_is_retired(circle, &trust, held));
	find_kid(house, device, in_use);
	CHECK(memcmp(in_use, kid, sizeof in_use) != 0);
}

static void an_epoch_that_the_remover_never_heard_of(void)
{
	struct house house = {.count = 0};
	uint8_t kid[KC_KID_LEN];

	memory_house_init(&house, false, START_MS, DEVICES);
	memory_house_send_away(&house, REMOVER);
	new_keys(&house, REMOVED);
	CHECK_OK(house_sync(&house, WRITER, NULL));
	CHECK_OK(words_add(&house.homes[WRITER], GENP, "svce=a acct=a sync=#1", "a"));
	CHECK_OK(house_sync(&house, WRITER, NULL));
	CHECK_OK(words_add(&house.homes[WRITER], GENP, "svce=b acct=a sync=#1", "b"));
	CHECK_OK(house_sync(&house, WRITER, NULL));
	find_kid(&house, WRITER, kid);
	house_remove(&house, REMOVER, REMOVED);
	memory_house_carry(1, 0);
	CHECK_OK(house_sync(&house, WRITER, NULL));
	memory_house_carry(0, 1);
	check_reads(&house, REMOVER, "svce=a", "a");
	check_reads(&house, REMOVER, "svce=b", "b");
	check_read_with_alone(&house, REMOVER, kid);
	check_read_with_alone(&house, WRITER, kid);
	/* Who is out has the old key, and nothing else. */
	CHECK_OK(words_add(&house.homes[WRITER], GENP, "svce=c acct=a sync=#1", "c"));
	CHECK_OK(house_sync(&house, WRITER, NULL));
	memory_house_carry(0, 1);
	check_reads(&house, REMOVER, "svce=c", "c");
	CHECK_ERR(house_sync(&house, REMOVED, NULL), KC_E_NOT_MEMBER);
	CHECK(!words_has_secret(&house.homes[REMOVED], GENP, "svce=c", "c"));
	memory_house_done(&house);
}

/* The writer is never heard of again: who has read what it wrote tells of the epoch. */
static void an_epoch_that_its_writer_cannot_tell_of(void)
{
	enum { READER = DEVICES };
	struct house house = {.count = 0};

	memory_house_init(&house, false, START_MS, DEVICES + 1);
	memory_house_send_away(&house, REMOVER);
	new_keys(&house, REMOVED);
	CHECK_OK(house_sync(&house, WRITER, NULL));
	CHECK_OK(words_add(&house.homes[WRITER], GENP, "svce=a acct=a sync=#1", "a"));
	CHECK_OK(house_sync(&house, WRITER, NULL));
	CHECK_OK(words_add(&house.homes[WRITER], GENP, "svce=b acct=a sync=#1", "b"));
	CHECK_OK(house_sync(&house, WRITER, NULL));
	CHECK_OK(house_sync(&house, READER, NULL));
	house_remove(&house, REMOVER, REMOVED);
	memory_house_carry(1, 0);
	CHECK_OK(house_sync(&house, READER, NULL));
	memory_house_carry(0, 1);
	check_reads(&house, REMOVER, "svce=a", "a");
	check_reads(&house, REMOVER, "svce=b", "b");
	memory_house_done(&house);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(new_keys_of_a_newcomer_in_logs),
		CHECK_TEST(new_keys_of_a_newcomer_in_records),
		CHECK_TEST(an_epoch_that_the_remover_never_heard_of),
		CHECK_TEST(an_epoch_that_its_writer_cannot_tell_of),
	};

	home_use_memory();
	return check_main("told again", tests, KC_COUNT_OF(tests));
}
