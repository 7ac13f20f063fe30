/* SPDX-License-Identifier: ISC */
/* The live channel in whole exchanges: what it brings, what it brings to light, and that it is in
 * nobody's way. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend/keychain_sync.h"
#include "backend/sync/heard.h"
#include "tests/check.h"
#include "tests/circle/session_op.h"
#include "tests/circle/synced.h"
#include "tests/file.h"

#define NOW INT64_C(1800000000000)
#define MINUTE (INT64_C(60) * 1000)

static void add(struct house *house, size_t device, const char *name)
{
	synced_add(house, device, name, "a secret");
}

/* --- files --------------------------------------------------------------------------------------
 */

struct tally {
	size_t sessions, total;
	struct kc_buf all; /* contents, one behind the other */
};

static void count_file(void *context, const char *path, struct kc_buf *contents)
{
	struct tally *tally = context;

	(void)path;
	tally->total++;
	tally->sessions += session_op_is(kc_buf_bytes(contents));
	kc_buf_push(&tally->all, contents->data, contents->len);
}

/* The newest operation of a device's own log, kept back by the store, and given out again. */
struct withheld {
	uint64_t number;
	char path[HOUSE_PATH_MAX];
	struct kc_buf contents;
};

static struct kc_writer_id withhold(struct house *house, size_t device, struct withheld *ret)
{
	struct kc_peer_id id = house_id(house, device);
	struct kc_writer_id writer = kc_circle_writer(&id);
	uint64_t number = 1;

	*ret = (struct withheld){.contents = KC_BUF_INIT};
	do
		house_path(house, &writer, number, ret->path);
	while (access(ret->path, F_OK) == 0 && number++);
	ret->number = number - 1;
	house_path(house, &writer, ret->number, ret->path);
	CHECK_FATAL(file_read(ret->path, &ret->contents));
	CHECK_FATAL(unlink(ret->path) == 0);
	return writer;
}

static void release(struct withheld *withheld)
{
	CHECK_FATAL(file_write(withheld->path, kc_buf_bytes(&withheld->contents)));
	kc_buf_done(&withheld->contents);
}

/* --- what it brings -----------------------------------------------------------------------------
 */

/* The operation as a store may show it: its first item does not open. */
static void garble(const struct withheld *withheld, const struct kc_writer_id *writer)
{
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_log_position before = {.number = withheld->number - 1};
	struct kc_op_write write;
	bool done = false;
	struct kc_op op;

	CHECK_OK_FATAL(
		kc_op_parse(kc_buf_bytes(&withheld->contents), writer, withheld->number, &op));
	memcpy(before.digest, op.previous, sizeof before.digest);
	kc_op_builder_init(&builder, writer, &before, false);
	while (kc_op_next(&op, &write)) {
		KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;
		struct kc_bytes rest;

		kc_buf_push(&value, write.value.data, write.value.len);
		if (!done && kc_op_key_has(write.key, "i/", &rest)) {
			value.data[value.len - 1] ^= 1;
			done = true;
		}
		kc_op_builder_put(&builder, write.key, kc_buf_bytes(&value));
	}
	CHECK_FATAL(done);
	CHECK_OK_FATAL(kc_op_builder_end(&builder, &before, &bytes, &before));
	CHECK_FATAL(file_write(withheld->path, kc_buf_bytes(&bytes)));
}

/* A change that comes ahead of the store's record waits for its writer's list, like any other. That
 * stands in the very operation, so it does as long as the store spoils that. */
static void a_change_arrives_ahead_of_the_store(void)
{
	CLEANUP_HOUSE struct house house;
	struct kc_sync_report report = {0};
	struct kc_writer_id writer;
	struct withheld withheld;

	house_init_many(&house, NOW, 2);
	house_settle_sessions(&house);
	CHECK_FATAL(house_live_counts(&house, 0).opened == 1 &&
		    house_live_counts(&house, 1).opened == 1);
	add(&house, 0, "ada");
	CHECK_OK(house_sync(&house, 0, NULL));
	writer = withhold(&house, 0, &withheld);
	CHECK_OK(house_sync(&house, 1, &report));
	CHECK(report.received == 0 && synced_count(&house, 1, NULL) == 0);
	CHECK(report.waiting > 0); /* for the list that it heard of */
	garble(&withheld, &writer);
	report = (struct kc_sync_report){0};
	CHECK_OK(house_sync(&house, 1, &report));
	CHECK(report.received == 0 && report.refused == 1);
	CHECK(synced_count(&house, 1, NULL) == 0);
	release(&withheld);
	report = (struct kc_sync_report){0};
	CHECK_OK(house_sync(&house, 1, &report));
	CHECK(report.received == 1 && report.refused == 0 && report.waiting == 0);
	CHECK(synced_has(&house, 1, "ada", "a secret"));
	/* Nothing is missed, then or later. */
	house_clock_move(11 * MINUTE);
	CHECK_OK(house_sync(&house, 1, NULL));
}

/* Without the channel, the very same is an omission. */
static void a_change_that_nobody_said_is_missed(void)
{
	CLEANUP_HOUSE struct house house;
	struct kc_writer_id writer;
	struct withheld withheld;

	house_init_many(&house, NOW, 2);
	house_settle_sessions(&house);
	add(&house, 0, "ada");
	CHECK_OK(house_sync(&house, 0, NULL));
	writer = withhold(&house, 0, &withheld);
	garble(&withheld, &writer);
	house_drop_sessions(&house);
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(synced_count(&house, 1, NULL) == 0);
	house_clock_move(11 * MINUTE);
	CHECK_ERR(house_sync(&house, 1, NULL), KC_E_STORE_SUSPECT);
	release(&withheld);
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(synced_count(&house, 1, NULL) == 1 && house_agrees(&house));
}

/* A list that somebody was heard to know and the store does not show is missed, also by a service
 * that was started again meanwhile. */
static void a_list_that_was_heard_of_is_missed(void)
{
	CLEANUP_HOUSE struct house house;
	struct kc_sync_report report = {0};
	struct withheld withheld;

	house_init_many(&house, NOW, 2);
	house_settle_sessions(&house);
	add(&house, 0, "ada");
	CHECK_OK(house_sync(&house, 0, NULL));
	(void)withhold(&house, 0, &withheld);
	CHECK_OK(house_sync(&house, 1, NULL));
	house_restart(&house, 1);
	CHECK_OK(house_sync(&house, 1, NULL));
	house_clock_move(11 * MINUTE);
	CHECK_ERR(house_sync(&house, 1, NULL), KC_E_STORE_SUSPECT);
	release(&withheld);
	CHECK_OK(house_sync(&house, 1, &report));
	CHECK(report.received == 1 && report.refused == 0 && report.waiting == 0);
	house_settle(&house);
	CHECK(house_agrees(&house) && synced_count(&house, 1, NULL) == 1);
}

/* --- what it costs ------------------------------------------------------------------------------
 */

static void an_idle_poll_reads_and_writes_nothing(void)
{
	CLEANUP_HOUSE struct house house;
	struct tally before = {.all = KC_BUF_INIT}, after = {.all = KC_BUF_INIT};
	struct kc_live_counts live[3];

	house_clock_set(NOW);
	house_init(&house);
	house_add(&house, 0);
	house_add(&house, 1);
	house_settle_sessions(&house);
	add(&house, 0, "ada");
	house_settle_sessions(&house);
	for (size_t i = 0; i < 3; i++)
		live[i] = house_live_counts(&house, i);
	house_each_operation(&house, count_file, &before);
	for (int i = 0; i < 3; i++)
		for (size_t device = 0; device < house.count; device++)
			CHECK_OK(house_sync(&house, device, NULL));
	for (size_t i = 0; i < 3; i++) {
		struct kc_live_counts now = house_live_counts(&house, i);

		CHECK(memcmp(&live[i], &now, sizeof now) == 0);
		CHECK(now.opened == 2 && now.refused == 0 && now.failed == 0);
	}
	house_each_operation(&house, count_file, &after);
	CHECK(before.sessions > 0 && before.total == after.total);
	CHECK(kc_bytes_equal(kc_buf_bytes(&before.all), kc_buf_bytes(&after.all)));
	kc_buf_done(&before.all);
	kc_buf_done(&after.all);
}

/* Whatever a store does to these logs, an exchange is as it is without them. */
static void spoil(void *context, const char *path, struct kc_buf *contents)
{
	size_t *number = context;

	if (!session_op_is(kc_buf_bytes(contents)))
		return;
	switch ((*number)++ % 4) {
	case 0: /* a bit of the message, with a digest that fits no more */
		contents->data[contents->len / 2] ^= 1;
		break;
	case 1:
		contents->len /= 2;
		break;
	case 2:
		contents->len = 0;
		break;
	case 3:
		CHECK_FATAL(unlink(path) == 0);
		return;
	}
	CHECK_FATAL(file_write(path, kc_buf_bytes(contents)));
}

static void a_spoiled_channel_spoils_nothing_else(void)
{
	CLEANUP_HOUSE struct house house;
	char account[20];
	size_t number = 0;

	house_init_many(&house, NOW, 2);
	house_settle_sessions(&house);
	for (int i = 0; i < 12; i++) {
		snprintf(account, sizeof account, "a%d", i);
		add(&house, (size_t)i % 2, account);
		CHECK_OK(house_sync(&house, (size_t)i % 2, NULL));
		house_each_operation(&house, spoil, &number);
		CHECK_OK(house_sync(&house, (size_t)(i + 1) % 2, NULL));
	}
	CHECK(number > 12);
	CHECK(house_live_counts(&house, 0).refused + house_live_counts(&house, 1).refused +
			house_live_counts(&house, 0).failed + house_live_counts(&house, 1).failed >
		0);
	house_settle(&house);
	CHECK(house_agrees(&house) && synced_count(&house, 0, NULL) == 12);
}

/* --- what it brings to light --------------------------------------------------------------------
 */

/* Two worlds: the second device and a copy of the third are shown another store than the first and
 * the third. */
struct worlds {
	struct house house;
	struct house other; /* only a place */
};

static void worlds_done(struct worlds *w)
{
	file_remove_tree(w->other.store);
	house_done(&w->house);
}
#define CLEANUP_WORLDS KC_CLEANUP(worlds_done)

enum { FIRST, SECOND, THIRD, COPY };

static void worlds_init(struct worlds *w)
{
	struct house *house = &w->house;
	struct home *third, *copy;

	memset(&w->other, 0, sizeof w->other);
	house_init(house);
	house_add(house, FIRST);
	house_add(house, FIRST);
	house_settle_sessions(house);
	snprintf(w->other.store, sizeof w->other.store, "%.60s.2", house->store);
	house_copy_tree(house->store, w->other.store);
	house_add_home(house);
	third = &house->homes[THIRD];
	copy = &house->homes[COPY];
	home_close(third);
	home_close(copy);
	file_remove_tree(copy->path);
	house_copy_tree(third->path, copy->path);
	home_open(third);
	home_unlock(third);
	home_open(copy);
	home_unlock(copy);
	CHECK_OK_FATAL(kc_keychain_sync_use(house->homes[SECOND].keychain, w->other.store, false,
		kc_bytes_str(HOUSE_PASSWORD)));
	CHECK_OK_FATAL(kc_keychain_sync_use(
		house->homes[COPY].keychain, w->other.store, false, kc_bytes_str(HOUSE_PASSWORD)));
}

/* The file of one world that the other has not. */
static void carry_file(void *context, const char *path, struct kc_buf *contents)
{
	const char *const *stores = context; /* from, to */
	char to[400], *slash;

	if (!session_op_is(kc_buf_bytes(contents)))
		return;
	snprintf(to, sizeof to, "%s%s", stores[1], path + strlen(stores[0]));
	if (access(to, F_OK) == 0)
		return;
	slash = strrchr(to, '/');
	*slash = 0;
	CHECK_FATAL(mkdir(to, 0700) == 0 || access(to, F_OK) == 0);
	*slash = '/';
	CHECK_FATAL(file_write(to, kc_buf_bytes(contents)));
}

/* The store does not know whose these logs are, and shows them to everybody. */
static void carry(struct worlds *w)
{
	const char *there[] = {w->house.store, w->other.store};
	const char *back[] = {w->other.store, w->house.store};

	house_each_operation(&w->house, carry_file, there);
	house_each_operation(&w->other, carry_file, back);
}

/* Whether an exchange ends with an alarm of this name. */
static bool alarms(struct worlds *w, size_t device, const char *name)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	kc_err err = kc_keychain_sync_now(w->house.homes[device].keychain, &report);

	CHECK_FATAL(err == KC_OK || err == KC_E_STORE_SUSPECT);
	return err == KC_E_STORE_SUSPECT && report.alarm && strcmp(report.alarm, name) == 0;
}

/* Both identities are kept, with the list that this device was shown. */
static bool has_evidence(struct worlds *w, size_t device)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_HEARD struct kc_heard heard = {.list_count = 0};

	CHECK_OK_FATAL(kc_txn_begin(w->house.homes[device].keychain->store, KC_TXN_READ, &txn));
	CHECK_OK_FATAL(kc_heard_load(&txn, &heard));
	return heard.fork_count > 0 && heard.forks[0].own_record.len > 0 &&
	       !kc_record_id_equal(&heard.forks[0].own_id, &heard.forks[0].said.id);
}

static void a_forked_store_is_found_out_by_both(void)
{
	CLEANUP_WORLDS struct worlds w;
	bool first = false, second = false;

	house_clock_set(NOW);
	worlds_init(&w);
	CHECK_FATAL(house_live_counts(&w.house, FIRST).opened == 2);
	add(&w.house, THIRD, "here");
	add(&w.house, COPY, "there");
	CHECK_OK(house_sync(&w.house, THIRD, NULL));
	CHECK_OK(house_sync(&w.house, COPY, NULL));
	/* Each world alone is as it should be. */
	house_clock_move(MINUTE);
	for (int i = 0; i < 3; i++) {
		CHECK_OK(house_sync(&w.house, FIRST, NULL));
		CHECK_OK(house_sync(&w.house, THIRD, NULL));
		CHECK_OK(house_sync(&w.house, SECOND, NULL));
		CHECK_OK(house_sync(&w.house, COPY, NULL));
	}
	CHECK(synced_count(&w.house, FIRST, NULL) == 1 &&
		synced_count(&w.house, SECOND, NULL) == 1);
	CHECK(!has_evidence(&w, FIRST) && !has_evidence(&w, SECOND));
	/* One look at each other's words is enough. */
	house_clock_move(9 * MINUTE + MINUTE / 2);
	for (int i = 0; i < 4 && !(first && second); i++) {
		carry(&w);
		first = alarms(&w, FIRST, "fork");
		second = alarms(&w, SECOND, "fork");
	}
	CHECK(first && second);
	CHECK(has_evidence(&w, FIRST) && has_evidence(&w, SECOND));
	/* It is not forgotten, and nothing is taken from such a store. */
	for (size_t device = FIRST; device <= SECOND; device++) {
		home_close(&w.house.homes[device]);
		home_open(&w.house.homes[device]);
		home_unlock(&w.house.homes[device]);
		CHECK(alarms(&w, device, "fork"));
	}
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_change_arrives_ahead_of_the_store),
		CHECK_TEST(a_change_that_nobody_said_is_missed),
		CHECK_TEST(a_list_that_was_heard_of_is_missed),
		CHECK_TEST(an_idle_poll_reads_and_writes_nothing),
		CHECK_TEST(a_spoiled_channel_spoils_nothing_else),
		CHECK_TEST(a_forked_store_is_found_out_by_both),
	};
	return check_main("live store", tests, KC_COUNT_OF(tests));
}
