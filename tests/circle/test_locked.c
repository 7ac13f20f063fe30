/* SPDX-License-Identifier: ISC */
/*
 * A device that was locked again: what may be read after the first unlock goes on coming and going;
 * all else waits for the unlock, is not taken for missing, and nothing of it is in memory or in
 * what a locked device can read.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/item/policy.h"
#include "backend/keychain_sync.h"
#include "backend/store/cell.h"
#include "backend/store/db.h"
#include "backend/sync/line/cell_name.h"
#include "backend/tries.h"
#include "tests/check.h"
#include "tests/circle/house.h"
#include "tests/evilstore/evil.h"
#include "tests/file.h"
#include "tests/store/powercut_vfs.h"
#include "tests/trace.h"

#define GENP KC_CLASS_GENERIC
#define START_MS INT64_C(1800000000000)
#define PAST_GRACE_MS ((int64_t)KC_ABSORB_GRACE_MS + 1000)

static void check_equal(uint64_t got, uint64_t wanted, const char *what, int line)
{
	char said[160];

	snprintf(said, sizeof said, "line %d: %s is %llu, not %llu", line, what,
		(unsigned long long)got, (unsigned long long)wanted);
	CHECK_MSG(got == wanted, said);
}
#define CHECK_EQ(got, wanted) check_equal((got), (wanted), #got, __LINE__)

/* A store of records has the last version of each, and the last list of each device. */
#ifdef HOUSE_ON_SQLITE
#define OF(logs, records) (records)
#else
#define OF(logs, records) (logs)
#endif

/* Two devices that agree; the second is the one that gets locked. */
enum { ELDER, LAPTOP };

static void begin(struct house *house)
{
	house_clock_set(START_MS);
	house_init(house);
	house_add(house, ELDER);
	house_settle(house);
}

static void lock(struct house *house)
{
	kc_keychain_lock(house->homes[LAPTOP].keychain);
}

static void unlock(struct house *house)
{
	home_unlock(&house->homes[LAPTOP]);
}

/* An item of class A or C, by its name; its secret is the name. */
static void add(struct house *house, size_t device, const char *class, const char *name)
{
	char attrs[80];

	snprintf(attrs, sizeof attrs, "svce=%s acct=a sync=#1 pdmn=%s", name, class);
	CHECK_OK_FATAL(words_add(&house->homes[device], GENP, attrs, name));
}

static bool has(struct house *house, size_t device, const char *name)
{
	char query[80];

	snprintf(query, sizeof query, "svce=%s acct=a", name);
	return words_has_secret(&house->homes[device], GENP, query, name);
}

static void send(struct house *house, size_t device)
{
	CHECK_OK_FATAL(house_sync(house, device, NULL));
}

/* An exchange of the laptop: what it took, and what it leaves for the unlock. Nothing is missing or
 * refused, also when the time is over in which pieces may be missing. */
static void check_takes(struct house *house, uint64_t received, uint64_t for_unlock)
{
	for (int again = 0; again < 2; again++) {
		struct kc_sync_report report = {0};

		CHECK_OK(house_sync(house, LAPTOP, &report));
		CHECK_EQ(report.received, again ? 0 : received);
		CHECK_EQ(report.for_unlock, for_unlock);
		CHECK_EQ(report.waiting, 0);
		CHECK_EQ(report.refused, 0);
		house_clock_move(PAST_GRACE_MS);
	}
}

static void check_agrees(struct house *house)
{
	house_settle(house);
	CHECK(house_agrees(house));
}

/* --- coming and going ---------------------------------------------------------------------------
 */

static void class_c_comes_in_a_lock(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	begin(&house);
	lock(&house);
	add(&house, ELDER, "ck", "both-c"); /* in one operation */
	add(&house, ELDER, "ak", "both-a");
	send(&house, ELDER);
	check_takes(&house, 1, 1);
	CHECK(has(&house, LAPTOP, "both-c"));
	add(&house, ELDER, "ck", "later-c");
	send(&house, ELDER);
	check_takes(&house, 1, 1);
	CHECK(has(&house, LAPTOP, "later-c"));
	CHECK_OK(kc_keychain_sync_status(house.homes[LAPTOP].keychain, &report));
	CHECK(report.for_unlock == 1 && !report.alarm);
	unlock(&house);
	check_takes(&house, 1, 0);
	CHECK(has(&house, LAPTOP, "both-a"));
	check_agrees(&house);
}

static void changes_and_deletions_come_too(void)
{
	CLEANUP_HOUSE struct house house;

	begin(&house);
	add(&house, ELDER, "ck", "c");
	add(&house, ELDER, "ak", "a");
	add(&house, ELDER, "ck", "c-goes");
	add(&house, ELDER, "ak", "a-goes");
	add(&house, ELDER, "ck", "c-to-a");
	add(&house, ELDER, "ak", "a-to-c");
	house_settle(&house);
	lock(&house);
	CHECK_OK(words_update(&house.homes[ELDER], GENP, "svce=c", "labl=x", "new"));
	CHECK_OK(words_update(&house.homes[ELDER], GENP, "svce=a", "labl=x", "new"));
	CHECK_OK(words_delete(&house.homes[ELDER], GENP, "svce=c-goes"));
	CHECK_OK(words_delete(&house.homes[ELDER], GENP, "svce=a-goes"));
	CHECK_OK(words_update(&house.homes[ELDER], GENP, "svce=c-to-a", "pdmn=ak", NULL));
	CHECK_OK(words_update(&house.homes[ELDER], GENP, "svce=a-to-c", "pdmn=ck", NULL));
	send(&house, ELDER);
	/* What was of class A here cannot be replaced, so it waits as well. */
	check_takes(&house, 2, 4);
	CHECK(words_has_secret(&house.homes[LAPTOP], GENP, "svce=c acct=a", "new"));
	/* Once more over what waits. */
	CHECK_OK(words_update(&house.homes[ELDER], GENP, "svce=a-to-c", "labl=y", NULL));
	CHECK_OK(words_update(&house.homes[ELDER], GENP, "svce=c-to-a", "pdmn=ck", NULL));
	send(&house, ELDER);
	check_takes(&house, 1, OF(5, 3));
	unlock(&house);
	check_agrees(&house);
	CHECK_EQ(words_count(&house.homes[LAPTOP], GENP, "sync=#1"), 4);
}

static void class_c_goes_in_a_lock(void)
{
	CLEANUP_HOUSE struct house house;
	struct kc_sync_report report = {0};

	begin(&house);
	add(&house, LAPTOP, "ak", "just-before");
	lock(&house);
	add(&house, LAPTOP, "ck", "meanwhile");
	CHECK_OK(house_sync(&house, LAPTOP, &report));
	CHECK(report.sent == 1 && report.pending == 1);
	send(&house, ELDER);
	CHECK(has(&house, ELDER, "meanwhile"));
	unlock(&house);
	CHECK_OK(house_sync(&house, LAPTOP, &report));
	CHECK(report.sent == 2 && report.pending == 0);
	check_agrees(&house);
	CHECK(has(&house, ELDER, "just-before"));
}

static void restarts_lose_nothing(void)
{
	CLEANUP_HOUSE struct house house;

	begin(&house);
	add(&house, LAPTOP, "ak", "own-a");
	lock(&house);
	add(&house, LAPTOP, "ck", "own-c");
	add(&house, ELDER, "ak", "a");
	add(&house, ELDER, "ck", "c");
	send(&house, ELDER);
	check_takes(&house, 1, 1);
	home_open(&house.homes[LAPTOP]);
	CHECK_ERR(house_sync(&house, LAPTOP, NULL), KC_E_LOCKED); /* not opened yet */
	unlock(&house);
	lock(&house);
	check_takes(&house, 0, 1);
	home_open(&house.homes[LAPTOP]);
	unlock(&house);
	check_agrees(&house);
	CHECK_EQ(words_count(&house.homes[ELDER], GENP, "sync=#1"), 4);
}

static void a_store_that_is_away(void)
{
	CLEANUP_HOUSE struct house house;
	char away[80];

	begin(&house);
	add(&house, ELDER, "ck", "c");
	send(&house, ELDER);
	snprintf(away, sizeof away, "%s.away", house.store);
	lock(&house);
	add(&house, LAPTOP, "ck", "own");
	CHECK_FATAL(rename(house.store, away) == 0);
	CHECK_ERR(house_sync(&house, LAPTOP, NULL), KC_E_STORE_GONE);
	CHECK_FATAL(rename(away, house.store) == 0);
	check_takes(&house, 1, 0);
	unlock(&house);
	check_agrees(&house);
}

/* Two devices make the same item while apart: which stays is decided with the unlock. */
static void collisions_wait(void)
{
	CLEANUP_HOUSE struct house house;

	begin(&house);
	add(&house, LAPTOP, "ck", "twice");
	add(&house, LAPTOP, "ak", "twice-a");
	lock(&house);
	add(&house, ELDER, "ck", "twice");
	add(&house, ELDER, "ck", "twice-a");
	add(&house, ELDER, "ck", "once");
	send(&house, ELDER);
	check_takes(&house, 1, 2);
	unlock(&house);
	check_agrees(&house);
	CHECK_EQ(words_count(&house.homes[ELDER], GENP, "sync=#1"), 3);
}

/* --- keys ---------------------------------------------------------------------------------------
 */

/* New keys for the view of passwords, and shares of them or none. */
static void rotate(struct house *house, bool with_shares)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_txn_begin(house->homes[ELDER].keychain->store, KC_TXN_WRITE, &txn));
	CHECK_OK_FATAL(kc_memory_get_circle(&txn, &circle));
	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	CHECK_OK_FATAL(kc_circle_begin_epoch(circle, &trust, KC_VIEW_PASSWORDS, KC_EPOCH_ASKED));
	if (with_shares)
		CHECK_OK_FATAL(kc_circle_queue_shares(circle, &trust));
	CHECK_OK_FATAL(kc_memory_put_circle(&txn, circle));
	CHECK_OK_FATAL(kc_txn_commit(&txn));
}

static void new_keys_wait(void)
{
	CLEANUP_HOUSE struct house house;
	struct kc_sync_report report = {0};

	begin(&house);
	lock(&house);
	add(&house, ELDER, "ck", "old-key");
	send(&house, ELDER);
	rotate(&house, true);
	send(&house, ELDER);
	add(&house, ELDER, "ck", "new-key");
	send(&house, ELDER);
	check_takes(&house, OF(1, 0), OF(1, 2)); /* the list that vouches for the first is gone */
	/* What is written here goes under the new key, or not at all. */
	add(&house, LAPTOP, "ck", "own");
	CHECK_OK(house_sync(&house, LAPTOP, &report));
	CHECK(report.sent == 0 && report.pending == 1);
	home_open(&house.homes[LAPTOP]);
	unlock(&house);
	check_agrees(&house);
	CHECK_EQ(words_count(&house.homes[ELDER], GENP, "sync=#1"), 3);
	/* And the class key of the new one is here in the next lock. */
	lock(&house);
	add(&house, ELDER, "ck", "then");
	send(&house, ELDER);
	check_takes(&house, 1, 0);
}

static void two_rotations_in_one_lock(void)
{
	CLEANUP_HOUSE struct house house;

	begin(&house);
	lock(&house);
	rotate(&house, false); /* its key comes with the link of the next */
	add(&house, ELDER, "ck", "between");
	send(&house, ELDER);
	rotate(&house, true);
	add(&house, ELDER, "ak", "after");
	send(&house, ELDER);
	check_takes(&house, 0, 2);
	unlock(&house);
	check_agrees(&house);
	CHECK(has(&house, LAPTOP, "between") && has(&house, LAPTOP, "after"));
}

/* New keys of all views, of the metadata's too: the lists that come after them are shut. */
static void what_is_said_waits(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	begin(&house);
	lock(&house);
	CHECK_OK_FATAL(kc_keychain_rotate(house.homes[ELDER].keychain, &report));
	add(&house, ELDER, "ck", "c");
	send(&house, ELDER);
	add(&house, ELDER, "ak", "a");
	send(&house, ELDER);
	check_takes(&house, 0, 2);
	home_open(&house.homes[LAPTOP]);
	unlock(&house);
	check_agrees(&house);
	CHECK(has(&house, LAPTOP, "c") && has(&house, LAPTOP, "a"));
}

/* And the list that says that a log begins anew may be among them. */
static void a_new_beginning_waits(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	char secret[6000];

	memset(secret, 'x', sizeof secret - 1);
	secret[sizeof secret - 1] = 0;
	begin(&house);
	lock(&house);
	CHECK_OK_FATAL(kc_keychain_rotate(house.homes[ELDER].keychain, &report));
	add(&house, ELDER, "ck", "c");
	for (unsigned i = 0; i < 80; i++) {
		house_clock_move(60000);
		CHECK_OK(words_update(&house.homes[ELDER], GENP, "svce=c", "labl=again", secret));
		send(&house, ELDER);
	}
	house_clock_move(INT64_C(25) * 60 * 60 * 1000);
	send(&house, ELDER);
	check_takes(&house, 0, OF(0, 1));
	unlock(&house);
	check_agrees(&house);
	CHECK(words_has_secret(&house.homes[LAPTOP], GENP, "svce=c", secret));
}

/* A key that nobody sent is missing, locked or not. */
static void withheld_keys_are_noticed(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	begin(&house);
	lock(&house);
	rotate(&house, false);
	add(&house, ELDER, "ck", "nobody-can-read");
	send(&house, ELDER);
	CHECK_OK(house_sync(&house, LAPTOP, &report));
	CHECK(report.waiting > 0 && report.for_unlock == 0);
	house_clock_move(PAST_GRACE_MS);
	CHECK_ERR(house_sync(&house, LAPTOP, NULL), KC_E_STORE_SUSPECT);
	CHECK_OK(kc_keychain_sync_status(house.homes[LAPTOP].keychain, &report));
	CHECK(report.alarm && strcmp(report.alarm, "omission") == 0);
}

/* --- lies and removals --------------------------------------------------------------------------
 */

struct log {
	struct kc_writer_id writer;
	uint64_t last, lists; /* operations; lists that were signed */
};

/* The log of a device, and how long it is. */
static struct log log_of(struct house *house, size_t device)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	CHECK_OK_FATAL(kc_txn_begin(house->homes[device].keychain->store, KC_TXN_READ, &txn));
	CHECK_OK_FATAL(kc_memory_get_circle(&txn, &circle));
	return (struct log){kc_circle_writer(&circle->identity.id),
		kc_circle_self(circle)->position.number, kc_circle_self(circle)->list->seq};
}

static void check_alarm(struct house *house, const char *name)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_ERR(house_sync(house, LAPTOP, NULL), KC_E_STORE_SUSPECT);
	CHECK_OK(kc_keychain_sync_status(house->homes[LAPTOP].keychain, &report));
	CHECK(report.alarm && strcmp(report.alarm, name) == 0);
}

#ifdef HOUSE_ON_SQLITE
static void open_store(const struct house *house, struct kc_cloud **ret)
{
	CHECK_OK_FATAL(kc_cloud_open(house->url, ret));
}

/* A record as it is in the store; and as the store shows it from now on. */
static void take_record(const struct house *house, const char *name, struct kc_buf *ret)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;

	open_store(house, &cloud);
	kc_buf_reset(ret);
	CHECK_OK_FATAL(evil_get(cloud, name, ret));
}

static void show_record(
	struct house *house, const char *key, const struct log *log, struct kc_bytes value)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;

	open_store(house, &cloud);
	CHECK_OK_FATAL(evil_put(cloud, &log->writer, key, value));
}

static void alarms_sound_in_a_lock(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_BUF struct kc_buf item = KC_BUF_INIT, list = KC_BUF_INIT;
	char name[KC_RECORDS_MAX_NAME + 1], key[KC_RECORDS_MAX_NAME + 1];
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	struct log log;
	size_t nth = 0;

	begin(&house);
	lock(&house);
	add(&house, ELDER, "ck", "first");
	add(&house, ELDER, "ak", "first-a");
	send(&house, ELDER);
	check_takes(&house, 1, 1);
	/* One that is gone behind what waits for the unlock is missed. */
	add(&house, ELDER, "ck", "second");
	send(&house, ELDER);
	open_store(&house, &cloud);
	while (evil_find(cloud, "i-*", nth, name))
		nth++;
	CHECK_FATAL(nth == 3);
	take_record(&house, name, &item);
	snprintf(key, sizeof key, "i/%s", name + 2);
	log = log_of(&house, ELDER);
	show_record(&house, key, &log, kc_bytes(NULL, 0));
	CHECK_OK(house_sync(&house, LAPTOP, NULL));
	house_clock_move(PAST_GRACE_MS);
	check_alarm(&house, "omission");
	show_record(&house, key, &log, kc_buf_bytes(&item));
	check_takes(&house, 1, 1);
	unlock(&house);
	check_agrees(&house);
	/* A list as it was before, twice. */
	lock(&house);
	CHECK_OK_FATAL(kc_cell_name_put(kc_bytes_str("p"), &log.writer, name));
	take_record(&house, name, &list);
	for (int i = 0; i < 2; i++) {
		add(&house, ELDER, "ck", i ? "fourth" : "third");
		send(&house, ELDER);
		CHECK_OK(house_sync(&house, LAPTOP, NULL));
		show_record(&house, "p", &log, kc_buf_bytes(&list));
		if (i == 0)
			CHECK_OK(house_sync(&house, LAPTOP, NULL));
		send(&house, ELDER);
	}
	show_record(&house, "p", &log, kc_buf_bytes(&list));
	check_alarm(&house, "rollback");
}
#else
static void alarms_sound_in_a_lock(void)
{
	CLEANUP_HOUSE struct house house;
	char path[HOUSE_PATH_MAX], away[HOUSE_PATH_MAX + 8];
	struct log log;

	begin(&house);
	lock(&house);
	add(&house, ELDER, "ck", "first");
	add(&house, ELDER, "ak", "first-a");
	send(&house, ELDER);
	check_takes(&house, 1, 1);
	/* A hole behind what waits for the unlock is a hole. */
	add(&house, ELDER, "ck", "second");
	send(&house, ELDER);
	add(&house, ELDER, "ck", "third");
	send(&house, ELDER);
	log = log_of(&house, ELDER);
	house_path(&house, &log.writer, log.last - 1, path);
	snprintf(away, sizeof away, "%s.away", path);
	CHECK_FATAL(rename(path, away) == 0);
	CHECK_OK(house_sync(&house, LAPTOP, NULL));
	house_clock_move(PAST_GRACE_MS);
	check_alarm(&house, "omission");
	CHECK_FATAL(rename(away, path) == 0);
	check_takes(&house, 2, 1);
	unlock(&house);
	check_agrees(&house);
	/* A log that has become shorter. */
	lock(&house);
	log = log_of(&house, ELDER);
	house_path(&house, &log.writer, log.last, path);
	CHECK_FATAL(unlink(path) == 0);
	check_alarm(&house, "rollback");
}
#endif

/* What a removal will do: the elder's next list puts the laptop out. */
static void put_out(struct house *house)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	const struct kc_member *laptop;
	struct kc_list *list;

	CHECK_OK_FATAL(kc_txn_begin(house->homes[ELDER].keychain->store, KC_TXN_WRITE, &txn));
	CHECK_OK_FATAL(kc_memory_get_circle(&txn, &circle));
	laptop = circle->members[1 - circle->self];
	list = kc_circle_self(circle)->list;
	list->exclude[0] = (struct kc_exclusion){.target = laptop->id,
		.cut_seq = laptop->list->seq,
		.cut_id = laptop->list_id,
		.reason = KC_EXCLUSION_REMOVED};
	list->exclude_count = 1;
	CHECK_OK_FATAL(kc_circle_sign_list(circle, 1, NULL));
	kc_buf_reset(&circle->queue); /* the one after it says the same */
	CHECK_OK_FATAL(kc_memory_put_circle(&txn, circle));
	CHECK_OK_FATAL(kc_txn_commit(&txn));
}

static void who_is_out_stops(void)
{
	CLEANUP_HOUSE struct house house;
	struct log before, after;

	begin(&house);
	lock(&house);
	add(&house, ELDER, "ck", "before");
	send(&house, ELDER);
	put_out(&house);
	add(&house, ELDER, "ck", "after");
	send(&house, ELDER);
	add(&house, LAPTOP, "ck", "own");
	before = log_of(&house, LAPTOP);
	CHECK_ERR(house_sync(&house, LAPTOP, NULL), KC_E_NOT_MEMBER);
	after = log_of(&house, LAPTOP);
	CHECK_EQ(after.lists, before.lists);
	CHECK_EQ(words_count(&house.homes[LAPTOP], GENP, "svce=after"), 0);
	home_open(&house.homes[LAPTOP]);
	unlock(&house);
	CHECK_ERR(house_sync(&house, LAPTOP, NULL), KC_E_NOT_MEMBER);
}

static void nothing_else_opens(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_DEVICE_LIST struct kc_device_list devices = {0};
	struct kc_keychain *laptop;
	char code[KC_PAIRING_CODE_LEN + 1];

	begin(&house);
	lock(&house);
	laptop = house.homes[LAPTOP].keychain;
	CHECK_ERR(kc_keychain_devices(laptop, &devices), KC_E_LOCKED);
	CHECK_ERR(kc_keychain_pair_start(laptop, kc_bytes_str(HOUSE_PASSWORD), code), KC_E_LOCKED);
	CHECK_ERR(kc_keychain_sync_use(laptop, house.store, false, kc_bytes_str(HOUSE_PASSWORD)),
		KC_E_LOCKED);
}

/* --- secrets ------------------------------------------------------------------------------------
 */

#define MOST_TRACES 64

static struct trace traces[MOST_TRACES];
static size_t trace_count;

static void take_trace(const uint8_t *from)
{
	CHECK_FATAL(trace_count < MOST_TRACES);
	traces[trace_count++] = trace_of(from);
}

/* What a lock is to take away: of each epoch the key, class key A and the link key; the private
 * half of the agreement pair. */
static void take_traces(struct kc_circle *circle)
{
	static const enum kc_view_key_use uses[] = {KC_VIEW_KEY_CLASS_A, KC_VIEW_KEY_LINK};
	KC_CLEANUP_SECRET struct kc_secret agree = KC_SECRET_INIT;

	for (size_t i = 0; i < circle->epoch_count; i++) {
		/* That of the metadata view opens no item: it is what the account password opens,
		 * too. */
		if (circle->epochs[i].epoch->name.view == KC_VIEW_META)
			continue;
		take_trace(circle->epochs[i].key.data);
		for (size_t k = 0; k < KC_COUNT_OF(uses); k++) {
			KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;

			CHECK_OK_FATAL(
				kc_circle_epoch_key(circle, &circle->epochs[i], uses[k], &key));
			take_trace(key.data);
		}
	}
	CHECK_OK_FATAL(kc_identity_save_agree(&circle->identity, &agree));
	take_trace(agree.data + agree.len - TRACE_LEN);
}

/* Which traces are in so much memory, as bits. */
static void find_in(void *context, uintptr_t start, uintptr_t end)
{
	uint64_t *found = context;
	uint8_t first[256] = {0};

	for (size_t i = 0; i < trace_count; i++)
		first[trace_first(&traces[i])] = 1;
	for (uintptr_t at = start; at + TRACE_LEN <= end; at++) {
		const volatile uint8_t *bytes = (const volatile uint8_t *)at;

		if (first[*bytes])
			for (size_t i = 0; i < trace_count; i++)
				if (trace_is_at(&traces[i], bytes))
					*found |= UINT64_C(1) << i;
	}
}

static uint64_t find_in_memory(void)
{
	uint64_t found = 0;

	trace_each_mapping(find_in, &found);
	return found;
}

/* All cells of the circle that open, one after another in ret; how many do not. */
static size_t open_cells(
	struct kc_txn *txn, const struct kc_circle_parts *parts, struct kc_buf *ret)
{
	size_t locked = 0;

	for (size_t i = 0; i < parts->count; i++) {
		char name[64];
		kc_err err;

		snprintf(name, sizeof name, "sync/circle/%s", parts->rows[i].name);
		err = kc_cell_get(txn, name, ret);
		CHECK_FATAL(err == KC_OK || err == KC_E_LOCKED);
		CHECK((err == KC_E_LOCKED) ==
			(parts->rows[i].while_unlocked && !kc_keybag_is_unlocked(txn->bag)));
		locked += err == KC_E_LOCKED;
	}
	return locked;
}

static uint64_t find_in_cells(
	struct house *house, const struct kc_circle_parts *parts, size_t *ret_locked)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_BUF struct kc_buf cells = KC_BUF_INIT;
	uint64_t found = 0;

	CHECK_OK_FATAL(kc_txn_begin(house->homes[LAPTOP].keychain->store, KC_TXN_READ, &txn));
	*ret_locked = open_cells(&txn, parts, &cells);
	find_in(&found, (uintptr_t)cells.data, (uintptr_t)cells.data + cells.len);
	return found;
}

/* The names of the circle's cells; traces are taken from an open circle. */
static void look_at_circle(struct house *house, bool take, struct kc_circle_parts *ret)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	CHECK_OK_FATAL(kc_txn_begin(house->homes[LAPTOP].keychain->store, KC_TXN_READ, &txn));
	CHECK_OK_FATAL(kc_memory_get_circle(&txn, &circle));
	CHECK_OK_FATAL(kc_circle_save(circle, ret));
	for (size_t i = 0; i < ret->count; i++)
		kc_buf_done(&ret->rows[i].value);
	if (!take)
		return;
	take_traces(circle);
	CHECK(find_in_memory() != 0);
}

static void nothing_of_class_a_is_left(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_CIRCLE_PARTS struct kc_circle_parts open = {0}, locked = {0};
	size_t closed;

	begin(&house);
#ifdef KC_SANITIZED /* whose own memory cannot be read through */
	return;
#endif
	rotate(&house, true);
	check_agrees(&house);
	look_at_circle(&house, true, &open);
	CHECK(find_in_cells(&house, &open, &closed) != 0 && closed == 0);
	lock(&house);
	CHECK_EQ(find_in_memory(), 0);
	add(&house, LAPTOP, "ck", "own");
	add(&house, ELDER, "ck", "c");
	kc_keychain_lock(house.homes[ELDER].keychain); /* the same keys */
	send(&house, ELDER);
	send(&house, LAPTOP);
	CHECK(has(&house, LAPTOP, "c"));
	CHECK_EQ(find_in_memory(), 0);
	CHECK_EQ(find_in_cells(&house, &open, &closed), 0);
	CHECK_EQ(closed, 1);
	look_at_circle(&house, false, &locked);
	CHECK_EQ(locked.count, open.count - 1);
	CHECK_EQ(find_in_memory(), 0);
}

/* --- the state ----------------------------------------------------------------------------------
 */

static void damage(struct house *house, const char *name, bool remove)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
	char cell[64];

	snprintf(cell, sizeof cell, "sync/circle/%s", name);
	CHECK_OK_FATAL(kc_txn_begin(house->homes[LAPTOP].keychain->store, KC_TXN_WRITE, &txn));
	CHECK_OK_FATAL(kc_cell_get(&txn, cell, &value));
	value.data[value.len / 2] ^= 1;
	CHECK_OK_FATAL(remove ? kc_cell_remove(&txn, cell)
			      : kc_cell_put(&txn, KC_PROTECTION_CKU, cell, kc_buf_bytes(&value)));
	CHECK_OK_FATAL(kc_txn_commit(&txn));
}

/* A circle that lacks a part, or has another, is none: it would forget what it has seen. */
static void all_parts_or_none(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_CIRCLE_PARTS struct kc_circle_parts parts = {0};
	char frozen[80];

	begin(&house);
	look_at_circle(&house, false, &parts);
	CHECK_FATAL(parts.count > 20);
	home_close(&house.homes[LAPTOP]);
	snprintf(frozen, sizeof frozen, "%s.frozen", house.homes[LAPTOP].path);
	CHECK_FATAL(rename(house.homes[LAPTOP].path, frozen) == 0);
	for (size_t i = 0; i < 2 * parts.count; i++) {
		home_close(&house.homes[LAPTOP]);
		file_remove_tree(house.homes[LAPTOP].path);
		house_copy_tree(frozen, house.homes[LAPTOP].path);
		home_open(&house.homes[LAPTOP]);
		unlock(&house);
		damage(&house, parts.rows[i / 2].name, i % 2);
		CHECK_MSG(house_sync(&house, LAPTOP, NULL) == KC_E_CORRUPT, parts.rows[i / 2].name);
	}
	file_remove_tree(frozen);
}

/* --- any order ----------------------------------------------------------------------------------
 */

#define NAMES 6

static unsigned long seed;

static size_t chance(size_t of)
{
	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return (size_t)(seed >> 33) % of;
}

/* Something that happens to one device. What a locked one cannot do comes to nothing. */
static void happen(struct house *house)
{
	size_t device = chance(house->count);
	struct home *home = &house->homes[device];
	char query[40], attrs[80], secret[20];
	kc_err err = KC_OK;

	house_clock_move(1000);
	snprintf(query, sizeof query, "svce=%zu acct=a", chance(NAMES));
	snprintf(attrs, sizeof attrs, "%s sync=#1 pdmn=%s", query, chance(2) ? "ak" : "ck");
	snprintf(secret, sizeof secret, "%lu", seed);
	switch (chance(9)) {
	case 0:
	case 1:
		err = words_add(home, GENP, attrs, secret);
		break;
	case 2:
		err = words_update(home, GENP, query, chance(2) ? "labl=x" : "pdmn=ck", secret);
		break;
	case 3:
		err = words_delete(home, GENP, query);
		break;
	case 4:
		kc_keychain_lock(home->keychain);
		break;
	case 5:
		home_unlock(home);
		break;
	case 6:
		if (chance(4) == 0)
			home_open(home);
		break;
	default:
		err = house_sync(house, device, NULL);
	}
	CHECK_FATAL(err == KC_OK || err == KC_E_LOCKED || err == KC_E_DUPLICATE ||
		    err == KC_E_NOT_FOUND);
}

static void any_order(void)
{
	size_t houses = getenv("KC_LONG") ? 200 : 4;

	for (size_t i = 1; i <= houses; i++) {
		CLEANUP_HOUSE struct house house;

		seed = i;
		begin(&house);
		house_add(&house, LAPTOP);
		house_settle(&house);
		for (int k = 0; k < 120; k++)
			happen(&house);
		for (size_t k = 0; k < house.count; k++)
			home_unlock(&house.homes[k]);
		house_settle(&house);
		CHECK_MSG(house_agrees(&house), "after the last unlock");
	}
}

/* --- power cuts ---------------------------------------------------------------------------------
 */

static struct {
	struct house house;
	char frozen[80]; /* with the folder and both homes, closed */
} cut;

static void copy_all(bool back)
{
	struct house *house = &cut.house;

	for (size_t i = 0; i <= house->count; i++) {
		const char *live = i < house->count ? house->homes[i].path : house->store;
		char copy[100];

		snprintf(copy, sizeof copy, "%s/%zu", cut.frozen, i);
		if (back)
			file_remove_tree(live);
		house_copy_tree(back ? copy : live, back ? live : copy);
	}
}

/* What the laptop is to take and to send: some of each, and keys. */
static void prepare_cuts(void)
{
	struct house *house = &cut.house;

	begin(house);
	add(house, ELDER, "ak", "a");
	add(house, ELDER, "ck", "c");
	send(house, ELDER);
	rotate(house, true);
	add(house, ELDER, "ck", "c-new");
	add(house, LAPTOP, "ak", "own-a");
	add(house, LAPTOP, "ck", "own-c");
	snprintf(cut.frozen, sizeof cut.frozen, "%s.frozen", house->store);
	CHECK_FATAL(mkdir(cut.frozen, 0700) == 0);
	home_close(&house->homes[ELDER]);
	home_close(&house->homes[LAPTOP]);
	copy_all(false);
}

/* The locked exchange of the laptop, cut at an operation; how many there were before it, and with
 * it. */
static void exchange_cut(uint64_t at, uint64_t *ret_before, uint64_t *ret_after)
{
	struct home *laptop = &cut.house.homes[LAPTOP];

	powercut_start(at);
	kc_db_set_vfs(POWERCUT_VFS);
	home_open(laptop);
	home_unlock(laptop);
	kc_keychain_lock(laptop->keychain);
	*ret_before = powercut_count();
	CHECK(house_sync(&cut.house, LAPTOP, NULL) == KC_OK || at);
	*ret_after = powercut_count();
	home_close(laptop);
	kc_db_set_vfs(NULL);
	if (powercut_is_dead())
		powercut_apply(at * 2654435761U + 1);
	powercut_start(0);
}

static void check_after_cut(void)
{
	struct house *house = &cut.house;

	for (size_t i = 0; i < house->count; i++) {
		home_open(&house->homes[i]);
		home_unlock(&house->homes[i]);
	}
	check_agrees(house);
	CHECK_EQ(words_count(&house->homes[ELDER], GENP, "sync=#1"), 5);
	home_close(&house->homes[ELDER]);
	home_close(&house->homes[LAPTOP]);
}

static void cuts_lose_nothing(void)
{
	uint64_t before, after, none;

	prepare_cuts();
	exchange_cut(0, &before, &after);
	check_after_cut();
	CHECK_FATAL(before < after && after < before + 1000);
	for (uint64_t at = before + 1; at <= after; at++) {
		copy_all(true);
		exchange_cut(at, &none, &none);
		check_after_cut();
	}
	printf("%llu cuts ", (unsigned long long)(after - before));
	house_done(&cut.house);
	file_remove_tree(cut.frozen);
}

static void no_sleep(uint64_t ms)
{
	(void)ms;
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(class_c_comes_in_a_lock),
		CHECK_TEST(changes_and_deletions_come_too),
		CHECK_TEST(class_c_goes_in_a_lock),
		CHECK_TEST(restarts_lose_nothing),
		CHECK_TEST(a_store_that_is_away),
		CHECK_TEST(collisions_wait),
		CHECK_TEST(new_keys_wait),
		CHECK_TEST(two_rotations_in_one_lock),
		CHECK_TEST(what_is_said_waits),
		CHECK_TEST(a_new_beginning_waits),
		CHECK_TEST(withheld_keys_are_noticed),
		CHECK_TEST(alarms_sound_in_a_lock),
		CHECK_TEST(who_is_out_stops),
		CHECK_TEST(nothing_else_opens),
		CHECK_TEST(nothing_of_class_a_is_left),
		CHECK_TEST(all_parts_or_none),
		CHECK_TEST(any_order),
		CHECK_TEST(cuts_lose_nothing),
	};
	home_use_memory();
	kc_tries_set_sleep(no_sleep);
	powercut_register();
	return check_main("circle/locked", tests, KC_COUNT_OF(tests));
}
