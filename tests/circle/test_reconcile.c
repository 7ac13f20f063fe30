/* SPDX-License-Identifier: ISC */
/* What no log names any more, and what differs all the same: found by roots and by questions. */
#include <stdio.h>
#include <string.h>

#include "backend/keychain_sync.h"
#include "backend/store/track.h"
#include "tests/check.h"
#include "tests/circle/house.h"

#define GENP KC_CLASS_GENERIC
#define START_MS INT64_C(1800000000000)
#define DAY_MS INT64_C(86400000)

static struct kc_circle *recall(struct house *house, size_t device)
{
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	struct kc_circle *circle = NULL;

	CHECK_OK_FATAL(kc_keychain_sync_recall(house->homes[device].keychain, &place, &circle));
	return circle;
}

static void add(struct house *house, size_t device, const char *name)
{
	char attrs[64];

	snprintf(attrs, sizeof attrs, "svce=%s acct=a sync=#1", name);
	CHECK_OK_FATAL(words_add(&house->homes[device], GENP, attrs, name));
}

static size_t count(struct house *house, size_t device)
{
	return words_count(&house->homes[device], GENP, "sync=#1");
}

static void sync_all(struct house *house, const size_t *devices, size_t count)
{
	for (int round = 0; round < 4; round++)
		for (size_t i = 0; i < count; i++)
			CHECK_OK_FATAL(house_sync(house, devices[i], NULL));
}

/* Everybody speaks, and hears that the others have all, so that logs name nothing any more. */
static void trim_logs(struct house *house, const size_t *devices, size_t count)
{
	for (int day = 0; day < 3; day++) {
		house_clock_move(DAY_MS + 1000);
		sync_all(house, devices, count);
	}
}

/* --- after a removal ----------------------------------------------------------------------------
 */

enum { SPONSOR, AWAY, OUT, NEW };

/* Of what it wrote after before_ms, if that is not 0, nothing counts. */
static void remove_out(struct house *house, size_t by, uint64_t before_ms)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = recall(house, OUT);
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_OK_FATAL(kc_keychain_device_remove(house->homes[by].keychain,
		circle->identity.id.bytes, kc_bytes(NULL, 0), true, before_ms, &report));
}

static void add_some(struct house *house, size_t device, const char *what)
{
	for (int i = 0; i < 8; i++) {
		char name[32];

		snprintf(name, sizeof name, "%s-%d", what, i);
		add(house, device, name);
	}
}

static void init_three(struct house *house)
{
	static const size_t all[] = {SPONSOR, AWAY, OUT};

	house_clock_set(START_MS);
	house_init(house);
	house_add(house, SPONSOR);
	house_add(house, SPONSOR);
	add_some(house, SPONSOR, "first");
	add_some(house, AWAY, "second");
	add_some(house, OUT, "third");
	sync_all(house, all, 3);
	trim_logs(house, all, 3);
}

/* Nobody is left whose log names what was written before the removal. */
static void a_newcomer_gets_everything(void)
{
	static const size_t stay[] = {SPONSOR, AWAY};

	for (unsigned busy = 0; busy < 2; busy++) {
		CLEANUP_HOUSE struct house house;
		KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
		size_t expected = 24;

		init_three(&house);
		remove_out(&house, SPONSOR, 0);
		sync_all(&house, stay, 2);
		trim_logs(&house, stay, 2);
		house_add_home(&house);
		house_pair(&house, SPONSOR, NEW);
		for (int round = 0; round < 4; round++) {
			char name[16];

			snprintf(name, sizeof name, "busy-%d", round);
			if (busy)
				add(&house, stay[round % 2], name);
			expected += busy;
			CHECK_OK(house_sync(&house, stay[round % 2], NULL));
			CHECK_OK(house_sync(&house, NEW, NULL));
		}
		for (int round = 0; round < 2; round++) {
			CHECK_OK(house_sync(&house, SPONSOR, NULL));
			CHECK_OK(house_sync(&house, AWAY, NULL));
			CHECK_OK(house_sync(&house, NEW, NULL));
		}
		house_clock_move(DAY_MS);
		CHECK_OK(house_sync(&house, NEW, &report));
		CHECK(count(&house, NEW) == expected);
		CHECK(report.waiting == 0 && report.refused == 0);
	}
}

/* The same for one who was away, when the device that is out wrote more after its cut: its list of
 * that time, where there is but one, does not count. */
static void one_who_was_away_gets_everything(void)
{
	for (unsigned busy = 0; busy < 2; busy++) {
		CLEANUP_HOUSE struct house house;
		struct kc_sync_report report = {0};
		uint64_t cut_ms = (uint64_t)START_MS + 4 * (uint64_t)DAY_MS;

		init_three(&house);
		add_some(&house, OUT, "later");
		CHECK_OK(house_sync(&house, OUT, NULL));
		CHECK_OK(house_sync(&house, SPONSOR, NULL));
		house_clock_move(2 * DAY_MS);
		add_some(&house, OUT, "too-late");
		CHECK_OK(house_sync(&house, OUT, NULL));
		remove_out(&house, SPONSOR, cut_ms);
		if (busy)
			add(&house, SPONSOR, "busy");
		CHECK_OK(house_sync(&house, SPONSOR, NULL));
		CHECK_OK(house_sync(&house, SPONSOR, NULL));
		CHECK_OK(house_sync(&house, AWAY, NULL));
		CHECK_OK(house_sync(&house, AWAY, &report));
		CHECK(count(&house, SPONSOR) == 40 + busy);
		CHECK(count(&house, AWAY) == 40 + busy);
		CHECK(report.waiting == 0 && report.refused == 0);
	}
}

/* What a device holds is not what it was shown. */
static void poison(struct house *house, size_t device)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_track track;

	CHECK_OK_FATAL(kc_txn_begin(house->homes[device].keychain->store, KC_TXN_WRITE, &txn));
	CHECK_OK_FATAL(kc_track_next(&txn, 0, &track));
	track.digest[0] ^= 1;
	CHECK_OK_FATAL(kc_track_put(&txn, &track));
	CHECK_OK_FATAL(kc_txn_commit(&txn));
}

/* Two that had read different amounts of what one who is out wrote can be compared all the same. */
static void roots_do_not_hang_on_who_is_out(void)
{
	static const size_t stay[] = {SPONSOR, AWAY};
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	init_three(&house);
	add_some(&house, OUT, "later");
	CHECK_OK(house_sync(&house, OUT, NULL));
	CHECK_OK(house_sync(&house, SPONSOR, NULL));
	remove_out(&house, SPONSOR, (uint64_t)START_MS + (uint64_t)DAY_MS);
	sync_all(&house, stay, 2);
	trim_logs(&house, stay, 2);
	CHECK(count(&house, AWAY) == count(&house, SPONSOR));
	poison(&house, AWAY);
	house_clock_move(DAY_MS + 1000);
	CHECK_OK(house_sync(&house, SPONSOR, NULL));
	add(&house, SPONSOR, "more");
	CHECK_OK(house_sync(&house, SPONSOR, NULL));
	CHECK_ERR(kc_keychain_sync_now(house.homes[AWAY].keychain, &report), KC_E_STORE_SUSPECT);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_newcomer_gets_everything),
		CHECK_TEST(one_who_was_away_gets_everything),
		CHECK_TEST(roots_do_not_hang_on_who_is_out),
	};

	home_use_memory();
	return check_main("reconcile", tests, KC_COUNT_OF(tests));
}
