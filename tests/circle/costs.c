/* SPDX-License-Identifier: ISC */
/* One circle, and one thing after the other. */
#include "tests/circle/costs.h"

#include <stdio.h>

#include "backend/keychain_impl.h"
#include "tests/check.h"
#include "tests/circle/house.h"

static struct house house;

static void fill(size_t device, unsigned from, unsigned to)
{
	struct home *home = &house.homes[device];
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	CHECK_OK_FATAL(kc_txn_begin(home->keychain->store, KC_TXN_WRITE, &txn));
	for (unsigned i = from; i < to; i++) {
		struct kc_item_input input = {.class = KC_CLASS_GENERIC,
			.has_secret = true,
			.secret = kc_bytes_str("correct horse battery")};
		char attrs[80];

		snprintf(attrs, sizeof attrs, "svce=s%08u acct=ada sync=#1", i);
		words_attrs(&input.attrs, attrs);
		CHECK_OK_FATAL(kc_keychain_txn_add(&txn, &home_user, &input, 0, NULL));
		kc_attrs_done(&input.attrs);
	}
	CHECK_OK_FATAL(kc_txn_commit(&txn));
}

static struct between_count sync_one(size_t device)
{
	between_count = (struct between_count){0};
	CHECK_OK_FATAL(house_sync(&house, device, NULL));
	return between_count;
}

static void remove_last(struct costs *ret)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_DEVICE_LIST struct kc_device_list devices = {0};

	CHECK_OK_FATAL(kc_keychain_devices(house.homes[0].keychain, &devices));
	between_count = (struct between_count){0};
	CHECK_OK_FATAL(kc_keychain_device_remove(house.homes[0].keychain,
		devices.rows[devices.count - 1].id, kc_bytes_str(HOUSE_PASSWORD), false, 0,
		&report));
	ret->removal = between_count;
}

/* A list a day: after two of them nobody names any more what all others have. */
static void say_what_is_held(void)
{
	house_settle(&house);
	for (int day = 0; day < 2; day++) {
		house_clock_move(INT64_C(25) * 60 * 60 * 1000);
		house_settle(&house);
	}
}

void costs_measure(bool records, unsigned n, unsigned d, unsigned k, struct costs *ret)
{
	size_t newcomer;

	between_lies = (struct between_lies){0};
	between_register(records);
	house_clock_set(INT64_C(1800000000000));
	house_init(&house);
	while (house.count < d)
		house_add(&house, 0);
	fill(0, 0, n);
	say_what_is_held();
	fill(0, n, n + 1);
	ret->add_up = sync_one(0);
	ret->add_down = sync_one(1);
	house_settle(&house);
	sync_one(1);
	ret->idle = sync_one(1);
	fill(0, n + 1, n + 1 + k);
	fill(1, n + 1 + k, n + 1 + 2 * k);
	ret->apart_up = sync_one(0);
	ret->apart_down = sync_one(1);
	house_settle(&house);
	newcomer = house_add_home(&house);
	between_count = (struct between_count){0};
	house_pair(&house, 0, newcomer);
	ret->join = between_count;
	house_settle(&house);
	between_lies.expire = records;
	ret->lost = sync_one(1);
	remove_last(ret);
	house_done(&house);
}
