/* SPDX-License-Identifier: ISC */
/* Devices, a store in memory, and what stands between. */
#include "tests/evilstore/evil_house.h"

#include <stdio.h>
#include <string.h>

#include "backend/keychain_sync.h"
#include "backend/store/track.h"
#include "backend/sync/line/cell_name.h"
#include "tests/check.h"

static struct kc_cloud *open_place(unsigned place)
{
	char url[MEMORY_CLOUD_URL];
	struct kc_cloud *cloud = NULL;

	memory_cloud_url(place, url);
	CHECK_OK_FATAL(kc_cloud_open(url, &cloud));
	return cloud;
}

/* The engine of memory steps back for the evil one, once its handles are open. */
static void begin_store(enum kc_layout layout)
{
	struct kc_cloud *clouds[EVIL_MAX_WORLDS];

	memory_cloud_register(layout == KC_LAYOUT_RECORDS);
	for (unsigned i = 0; i < EVIL_MAX_WORLDS; i++) {
		memory_cloud_clear(i);
		clouds[i] = open_place(i);
	}
	evil_begin(clouds[0]);
	for (unsigned i = 1; i < EVIL_MAX_WORLDS; i++)
		evil_add_world(i, clouds[i]);
}

size_t evil_house_add(struct house *house, size_t sponsor)
{
	size_t number = house_add_home(house);

	evil_url((unsigned)number, house->url);
	house_pair(house, sponsor, number);
	return number;
}

void evil_house_init(struct house *house, enum kc_layout layout, size_t devices)
{
	memset(house, 0, sizeof *house);
	house_clock_set(EVIL_HOUSE_NOW);
	begin_store(layout);
	evil_url(0, house->url);
	house_add_home(house);
	CHECK_OK_FATAL(kc_keychain_sync_use(
		house->homes[0].keychain, house->url, true, kc_bytes_str(HOUSE_PASSWORD)));
	for (size_t i = 1; i < devices; i++)
		evil_house_add(house, 0);
	house_settle(house);
	evil_house_mute();
}

void evil_house_done(struct house *house)
{
	for (size_t i = 0; i < house->count; i++)
		home_done(&house->homes[i]);
	house->count = 0;
	house_clock_real();
	evil_end();
	memory_cloud_done();
}

void evil_house_mute(void)
{
	evil_clear();
	evil_mute();
}

void evil_house_save(unsigned world)
{
	memory_cloud_copy(0, world);
}

void evil_house_roll_back(unsigned world)
{
	memory_cloud_copy(world, 0);
}

/* --- outcomes -----------------------------------------------------------------------------------
 */

void evil_house_is_content(struct house *house, size_t device)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_OK(kc_keychain_sync_now(house->homes[device].keychain, &report));
	CHECK_MSG(!report.alarm, report.alarm ? report.alarm : "no alarm");
}

void evil_house_is_alarmed(struct house *house, size_t device, const char *alarm)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_ERR(kc_keychain_sync_now(house->homes[device].keychain, &report), KC_E_STORE_SUSPECT);
	CHECK_MSG(report.alarm && strcmp(report.alarm, alarm) == 0,
		report.alarm ? report.alarm : "no alarm");
}

/* --- names --------------------------------------------------------------------------------------
 */

struct kc_writer_id evil_house_writer(struct house *house, size_t device)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;

	CHECK_OK_FATAL(kc_keychain_sync_recall(house->homes[device].keychain, &place, &circle));
	return kc_circle_writer(&circle->identity.id);
}

void evil_house_cell(struct house *house, size_t device, const char *key,
	char ret[static KC_RECORDS_MAX_NAME + 1])
{
	struct kc_writer_id writer = evil_house_writer(house, device);

	CHECK_OK_FATAL(kc_cell_name_put(kc_bytes_str(key), &writer, ret));
}

void evil_house_item(struct house *house, size_t device, const char *query,
	char ret[static KC_RECORDS_MAX_NAME + 1])
{
	struct home *home = &house->homes[device];
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_track track;

	CHECK_OK_FATAL(words_find(home, KC_CLASS_GENERIC, query, &found));
	CHECK_FATAL(found.count == 1);
	CHECK_OK_FATAL(kc_txn_begin(home->keychain->store, KC_TXN_READ, &txn));
	CHECK_OK_FATAL(kc_track_find_item(&txn, found.rows[0].id, &track));
	kc_buf_push_str(&key, "i-");
	kc_op_put_hex(&key, KC_BYTES_OF(track.name));
	snprintf(ret, KC_RECORDS_MAX_NAME + 1, "%s", kc_buf_text(&key));
}
