/* SPDX-License-Identifier: ISC */
/* The record layout (doc/protocol.md 3.2): races, and feeds that lie. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "backend/circle/record/op.h"
#include "backend/keychain_impl.h"
#include "backend/sync/line/feed.h"
#include "base/random.h"
#include "tests/check.h"
#include "tests/circle/between.h"
#include "tests/circle/synced.h"
#include "tests/file.h"

#define MINUTE INT64_C(60000)
#define CROWD 8

static struct house house;

static void begin(size_t devices)
{
	house_clock_real();
	between_lies = (struct between_lies){0};
	between_register(true);
	house_init(&house);
	while (house.count < devices)
		house_add(&house, 0);
	house_settle(&house);
}

static void end(void)
{
	between_lies = (struct between_lies){0};
	house_settle(&house);
	CHECK(house_agrees(&house));
	house_done(&house);
}

/* For what the devices will never agree on again. */
static void end_apart(void)
{
	between_lies = (struct between_lies){0};
	house_done(&house);
}

static struct home *device(size_t number)
{
	return &house.homes[number];
}

static void add(size_t number, const char *service)
{
	synced_add(&house, number, service, service);
}

static void add_many(size_t number, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char service[20];

		snprintf(service, sizeof service, "s%u", i);
		add(number, service);
	}
}

static void change(size_t number, const char *service, const char *secret)
{
	synced_change(&house, number, service, secret);
}

static bool has(size_t number, const char *service, const char *secret)
{
	return synced_has(&house, number, service, secret);
}

static uint64_t pending(size_t number)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_OK(kc_keychain_sync_status(device(number)->keychain, &report));
	return report.pending;
}

/* --- the store, behind the devices' backs -------------------------------------------------------
 */

/* A record as it stands in the store. */
struct kept {
	char name[KC_RECORDS_MAX_NAME + 1];
	struct kc_etag etag;
	struct kc_buf value;
};
static struct kept kept[400];
static size_t kept_count;

static kc_err keep(void *context, const struct kc_record_row *row)
{
	struct kept *k = &kept[kept_count++];

	(void)context;
	CHECK_FATAL(kept_count < KC_COUNT_OF(kept));
	kc_buf_done(&k->value);
	*k = (struct kept){.etag = row->etag, .value = KC_BUF_INIT};
	snprintf(k->name, sizeof k->name, "%s", row->name);
	kc_buf_push(&k->value, row->value.data, row->value.len);
	return KC_OK;
}

static void open_store(struct kc_cloud **ret)
{
	char url[120];

	snprintf(url, sizeof url, "sqlite://%.80s/store", house.store);
	CHECK_OK_FATAL(kc_cloud_open(url, ret));
}

static void look_into_store(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	struct kc_feed_token token = {0};
	bool more = true;

	open_store(&cloud);
	kept_count = 0;
	while (more)
		CHECK_OK_FATAL(
			kc_records_changes(cloud, KC_ZONE_RECORDS, &token, 100, keep, NULL, &more));
}

static void put_into_store(const char *name, const struct kc_etag *over, struct kc_bytes value)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	struct kc_record_write write = {.name = name, .expect = *over, .value = value};
	struct kc_etag etag;

	open_store(&cloud);
	kc_random_fill(write.id.bytes, sizeof write.id.bytes);
	CHECK_OK_FATAL(kc_records_put(cloud, KC_ZONE_RECORDS, &write, 1, &etag));
}

/* The last record of a kind that is in the store: "i-", "p-". */
static const struct kept *last_of(const char *kind)
{
	for (size_t i = kept_count; i-- > 0;)
		if (strncmp(kept[i].name, kind, strlen(kind)) == 0 && kept[i].value.len)
			return &kept[i];
	return NULL;
}

/* Looks into the store, and names that record. */
static void name_last(const char *kind, char ret[static KC_RECORDS_MAX_NAME + 1])
{
	look_into_store();
	snprintf(ret, KC_RECORDS_MAX_NAME + 1, "%s", last_of(kind)->name);
}

static void put_back(const char *name, struct kc_bytes value)
{
	look_into_store();
	for (size_t i = 0; i < kept_count; i++)
		if (strcmp(kept[i].name, name) == 0) {
			put_into_store(name, &kept[i].etag, value);
			return;
		}
	CHECK_FATAL(false);
}

/* --- races --------------------------------------------------------------------------------------
 */

static void a_store_of_records(void)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	begin(2);
	CHECK_OK(kc_keychain_sync_status(device(1)->keychain, &report));
	CHECK(report.layout == KC_SYNC_RECORDS);
	add(0, "mail");
	house_settle(&house);
	CHECK(has(1, "mail", "mail"));
	/* Whoever has nothing to do asks one question. */
	CHECK_OK(house_sync(&house, 1, NULL));
	between_count = (struct between_count){0};
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(between_count.requests == 1);
	end();
}

static void others_first(void)
{
	for (size_t i = 1; i < house.count; i++)
		CHECK_OK(house_sync(&house, i, NULL));
}

/* All change one item at a time, and everybody else is faster. */
static void everybody_else_is_faster(void)
{
	begin(CROWD);
	add(0, "mail");
	add(0, "bank");
	house_settle(&house);
	change(0, "bank", "mine");
	for (size_t i = 0; i < house.count; i++) {
		char secret[30];

		snprintf(secret, sizeof secret, "of %zu", i);
		change(i, "mail", secret);
	}
	between_lies.before_put = others_first;
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK(pending(0) == 0);
	house_settle(&house);
	/* What did not lose is sent all the same. */
	CHECK(has(1, "bank", "mine"));
	end();
}

static void *sync_often(void *number)
{
	for (int i = 0; i < 6; i++) {
		char secret[30];
		kc_err err;

		snprintf(secret, sizeof secret, "%d of %zu", i, (size_t)(uintptr_t)number);
		change((size_t)(uintptr_t)number, "mail", secret);
		err = house_sync(&house, (size_t)(uintptr_t)number, NULL);
		CHECK(err == KC_OK || err == KC_E_CONFLICT || err == KC_E_STORE_GONE);
	}
	return NULL;
}

static void all_at_once(void)
{
	pthread_t threads[CROWD];

	begin(CROWD);
	add(0, "mail");
	house_settle(&house);
	for (size_t i = 0; i < house.count; i++)
		CHECK_FATAL(
			pthread_create(&threads[i], NULL, sync_often, (void *)(uintptr_t)i) == 0);
	for (size_t i = 0; i < house.count; i++)
		pthread_join(threads[i], NULL);
	end();
}

/* Case 67. */
static void a_store_that_refuses(void)
{
	begin(2);
	add(0, "mail");
	between_lies.refuse = true;
	between_count = (struct between_count){0};
	CHECK_ERR(house_sync(&house, 0, NULL), KC_E_CONFLICT);
	CHECK(between_count.puts > 2 && between_count.puts < 20);
	CHECK(has(0, "mail", "mail"));
	between_lies.refuse = false;
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(has(1, "mail", "mail"));
	end();
}

/* Case 66. */
static void a_store_that_forgets(void)
{
	begin(2);
	add(0, "mail");
	between_lies.forget = 2;
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK(between_lies.forget == 0);
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(has(1, "mail", "mail"));
	add(0, "bank");
	between_lies.forget = 100;
	for (int i = 0; i < 3; i++)
		CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_ERR(house_sync(&house, 0, NULL), KC_E_STORE_SUSPECT);
	CHECK(house_has_alarm(&house, 0, "rollback"));
	end_apart();
}

/* More than the store takes at once: several batches, the list in the last one. */
static void more_than_a_batch(void)
{
	begin(2);
	add_many(0, 300);
	between_count = (struct between_count){0};
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK(between_count.puts >= 2 && between_count.puts <= 5);
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(synced_count(&house, 1, NULL) == 300);
	end();
}

/* Items that fill a round of reading, and are more than may wait: their list stands behind them. */
static void more_than_a_round(void)
{
	static uint8_t secret[9000];
	struct kc_item_input input = {
		.class = KC_CLASS_GENERIC, .has_secret = true, .secret = KC_BYTES_OF(secret)};
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	const size_t count = KC_FEED_MAX_WAITING + 200;

	home_use_memory();
	begin(2);
	house_clock_set(INT64_C(1800000000000));
	CHECK_FATAL(count * sizeof secret > KC_GATHER_MAX_LEN);
	CHECK_OK_FATAL(kc_txn_begin(device(0)->keychain->store, KC_TXN_WRITE, &txn));
	for (size_t i = 0; i < count; i++) {
		char attrs[80];

		snprintf(attrs, sizeof attrs, "svce=s%zu acct=ada sync=#1", i);
		words_attrs(&input.attrs, attrs);
		CHECK_OK_FATAL(kc_keychain_txn_add(&txn, &home_user, &input, 0, NULL));
		kc_attrs_done(&input.attrs);
	}
	CHECK_OK_FATAL(kc_txn_commit(&txn));
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(words_count(device(1), KC_CLASS_GENERIC, "sync=#1") == count);
	/* Nothing is taken for missing either. */
	house_clock_move(11 * MINUTE);
	CHECK_OK(house_sync(&house, 1, NULL));
	between_lies.expire = true;
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(!between_lies.expire);
	/* All of it was read again: nothing is left to ask for. */
	CHECK_OK(house_sync(&house, 1, NULL));
	between_count = (struct between_count){0};
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(between_count.requests == 1);
	house_done(&house);
}

/* --- reading ------------------------------------------------------------------------------------
 */

static char hidden[KC_RECORDS_MAX_NAME + 1];

static bool hide(struct kc_record_row *row)
{
	return strcmp(row->name, hidden) != 0;
}

/* The first device has an item in the store; its last record of a kind there is the hidden one. */
static void begin_with_one(size_t devices, const char *kind)
{
	begin(devices);
	house_clock_set(INT64_C(1800000000000));
	add(0, "mail");
	CHECK_OK(house_sync(&house, 0, NULL));
	name_last(kind, hidden);
}

/* Whoever lost its place reads names again, and the values that it does not know. */
static void names_again(void)
{
	enum { MANY = 200, NAME_LEN = 100, BESIDES = 40000 }; /* records have 514 bytes */

	begin(2);
	add(0, "mail");
	add_many(0, MANY);
	house_settle(&house);
	change(0, "mail", "new");
	add(0, "bank");
	CHECK_OK(house_sync(&house, 0, NULL));
	between_lies.expire = true;
	between_count = (struct between_count){0};
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(!between_lies.expire);
	CHECK(has(1, "mail", "new") && has(1, "bank", "bank"));
	CHECK(between_count.down < BESIDES + MANY * NAME_LEN);
	/* An item that is not among the names is written again by its writer; here it is in the
	 * way. */
	name_last("i-", hidden);
	between_lies.row = hide;
	between_lies.expire = true;
	CHECK_ERR(house_sync(&house, 0, NULL), KC_E_CONFLICT);
	between_lies.row = NULL;
	house_settle(&house);
	CHECK(pending(0) == 0);
	CHECK(has(1, "bank", "bank") && has(1, "mail", "new"));
	end();
}

/* A store that names a version, and has none when it is asked for it. */
static bool name_only(struct kc_record_row *row)
{
	if (strcmp(row->name, hidden) == 0 && row->bare)
		row->etag.bytes[0] ^= 1;
	return strcmp(row->name, hidden) != 0 || row->bare;
}

static void a_name_alone(void)
{
	begin_with_one(2, "i-");
	CHECK_OK(house_sync(&house, 1, NULL));
	between_lies.row = name_only;
	between_lies.expire = true;
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(!between_lies.expire);
	between_lies.row = NULL;
	house_settle(&house);
	CHECK(has(0, "mail", "mail") && has(1, "mail", "mail"));
	end();
}

/* Case 62, and a feed that gives everything twice, the last row first. */
static void pages_in_disorder(void)
{
	begin(3);
	between_lies.twice = between_lies.upside_down = true;
	for (int i = 0; i < 5; i++) {
		add(0, (const char *[]){"a", "b", "c", "d", "e"}[i]);
		if (i)
			change(1, "a", (const char *[]){"", "1", "2", "3", "4"}[i]);
		house_settle(&house);
	}
	between_lies.expire = true;
	CHECK_OK(house_sync(&house, 2, NULL));
	CHECK(!between_lies.expire);
	CHECK(has(2, "a", "4"));
	end();
}

/* Case 61: what is held back is named by others. The second device misses it, and has read
 * everything once more before it says so; it takes it when it is there. */
static void end_missed(const char *alarm)
{
	house_clock_move(11 * MINUTE);
	CHECK_ERR(house_sync(&house, 1, NULL), KC_E_STORE_SUSPECT);
	CHECK(house_has_alarm(&house, 1, alarm));
	between_lies.row = NULL;
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(has(1, "mail", "mail"));
	end();
}

static void a_list_is_held_back(void)
{
	begin_with_one(3, "p-");
	add(2, "bank");
	CHECK_OK(house_sync(&house, 2, NULL)); /* names the hidden list */
	between_lies.row = hide;
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(synced_count(&house, 1, "mail") == 0); /* unanchored */
	CHECK(has(1, "bank", "bank"));
	end_missed("rollback");
}

static void an_item_is_held_back(void)
{
	begin_with_one(2, "i-");
	between_lies.row = hide;
	CHECK_OK(house_sync(&house, 1, NULL));
	end_missed("omission");
}

/* The writer says so much that its log does not fit into a list; the first item is missed all the
 * same, though hundreds of later ones are here. */
static void an_old_item_is_held_back(void)
{
	begin_with_one(2, "i-");
	add_many(0, 600);
	CHECK_OK(house_sync(&house, 0, NULL));
	between_lies.row = hide;
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(!has(1, "mail", "mail"));
	CHECK(synced_count(&house, 1, NULL) == 600);
	end_missed("omission");
}

/* Case 63. */
static void an_older_store(void)
{
	char path[120], older[120];

	begin(2);
	snprintf(path, sizeof path, "%.80s/store", house.store);
	snprintf(older, sizeof older, "%.80s-older", house.store);
	add(0, "mail");
	house_settle(&house);
	house_copy_tree(house.store, older);
	add(0, "bank");
	house_settle(&house);
	file_remove_tree(house.store);
	house_copy_tree(older, house.store);
	file_remove_tree(older);
	between_lies.expire = true;
	CHECK_ERR(house_sync(&house, 1, NULL), KC_E_STORE_SUSPECT);
	CHECK(house_has_alarm(&house, 1, "rollback"));
	CHECK(has(1, "bank", "bank") && has(1, "mail", "mail"));
	end_apart();
}

/* Rule 4: once may be a slip. */
static struct kc_buf older_list;

static bool show_older(struct kc_record_row *row)
{
	if (strcmp(row->name, hidden) == 0) {
		row->value = kc_buf_bytes(&older_list);
		row->etag.bytes[23] ^= 1;
	}
	return true;
}

static void an_older_list(void)
{
	begin_with_one(2, "p-");
	older_list = (struct kc_buf)KC_BUF_INIT;
	kc_buf_push(&older_list, last_of("p-")->value.data, last_of("p-")->value.len);
	add(0, "bank");
	house_settle(&house);
	for (int i = 0; i < 2; i++) {
		add(0, i ? "shop" : "post");
		CHECK_OK(house_sync(&house, 0, NULL));
		between_lies.row = show_older;
		if (i == 0) {
			CHECK_OK(house_sync(&house, 1, NULL));
		} else {
			CHECK_ERR(house_sync(&house, 1, NULL), KC_E_STORE_SUSPECT);
			CHECK(house_has_alarm(&house, 1, "rollback"));
		}
		between_lies.row = NULL;
		house_clock_move(MINUTE);
	}
	CHECK(has(1, "bank", "bank"));
	kc_buf_done(&older_list);
	end_apart();
}

/* Case 70: this device's own list, as it was before. */
static void an_older_own_list(void)
{
	begin(2);
	add(0, "mail");
	CHECK_OK(house_sync(&house, 0, NULL));
	name_last("p-", hidden);
	older_list = (struct kc_buf)KC_BUF_INIT;
	kc_buf_push(&older_list, last_of("p-")->value.data, last_of("p-")->value.len);
	CHECK_OK(house_sync(&house, 0, NULL));
	add(0, "bank");
	CHECK_OK(house_sync(&house, 0, NULL));
	put_back(hidden, kc_buf_bytes(&older_list));
	CHECK_OK(house_sync(&house, 0, NULL)); /* sees it and says all again */
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(has(1, "bank", "bank"));
	kc_buf_done(&older_list);
	end();
}

/* Case 69: one item under the name of another. What the devices say to each other directly is
 * shown, or not. */
static bool with_sessions;

static bool is_of_session(const char *name)
{
	return strlen(name) == 49 && name[32] == '-';
}

static bool swap_items(struct kc_record_row *row)
{
	if (!with_sessions && is_of_session(row->name))
		return false;
	if (strcmp(row->name, kept[0].name) == 0)
		row->value = kc_buf_bytes(&kept[1].value);
	else if (strcmp(row->name, kept[1].name) == 0)
		row->value = kc_buf_bytes(&kept[0].value);
	return true;
}

static void swap_names(struct kc_sync_report *ret)
{
	size_t found = 0;

	begin(2);
	add(0, "mail");
	add(0, "bank");
	CHECK_OK(house_sync(&house, 0, NULL));
	look_into_store();
	for (size_t i = 0; i < kept_count; i++)
		if (strncmp(kept[i].name, "i-", 2) == 0) {
			struct kept other = kept[found];

			kept[found++] = kept[i];
			kept[i] = other;
		}
	CHECK_FATAL(found == 2);
	between_lies.row = swap_items;
	CHECK_OK(house_sync(&house, 1, ret));
	CHECK(ret->refused == 2);
	CHECK(!has(1, "mail", "bank") && !has(1, "bank", "mail"));
	between_lies.row = NULL;
}

static void two_names_change_places(void)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	with_sessions = false;
	swap_names(&report);
	CHECK(report.received == 0);
	CHECK(synced_count(&house, 1, NULL) == 0);
	/* Each was refused as what it is not, and is missed as what it is: in time all is read once
	 * more, also what was read before. */
	house_clock_set(INT64_C(1900000000000));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(has(1, "mail", "mail") && has(1, "bank", "bank"));
	end();
}

/* The writer has said both directly, too: there they have their own names, and are as good. */
static void two_names_change_places_but_were_said(void)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	with_sessions = true;
	swap_names(&report);
	CHECK(report.received == 2);
	CHECK(has(1, "mail", "mail") && has(1, "bank", "bank"));
	end();
}

/* Logs of sessions that stand in the store, of whoever it may be. */
static void say_much(void)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	static uint8_t words[10000];

	open_store(&cloud);
	for (int i = 0; i < 20; i++) {
		KC_CLEANUP_BUF struct kc_buf operation = KC_BUF_INIT;
		KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
		struct kc_log_position before = {0}, next;
		struct kc_writer_id writer;

		kc_random_fill(writer.bytes, sizeof writer.bytes);
		kc_op_builder_init(&builder, &writer, &before, false);
		kc_op_builder_put(&builder, kc_bytes_str("x"), KC_BYTES_OF(words));
		CHECK_OK_FATAL(kc_op_builder_end(&builder, &before, &operation, &next));
		CHECK_OK_FATAL(
			kc_cloud_append(cloud, &writer, next.number, kc_buf_bytes(&operation)));
	}
}

#define LITTLE 4000 /* bytes of an answer in which nothing is new to speak of */

/* Whoever waits for the other side of a pairing asks for what is new; the session is taken away by
 * the names of what there can be of it. */
static void a_poll_reads_what_is_new(void)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	char code[KC_PAIRING_CODE_LEN + 1];
	struct kc_device applicant;
	size_t newcomer;

	begin(2);
	say_much();
	newcomer = house_add_home(&house);
	CHECK_OK(kc_keychain_join_start(device(newcomer)->keychain, house.url, "123-456-789",
		kc_bytes_str(HOUSE_PASSWORD)));
	between_count = (struct between_count){0};
	for (int i = 0; i < 5; i++)
		CHECK_ERR(kc_keychain_join_poll(device(newcomer)->keychain, &report), KC_E_WAITING);
	CHECK(between_count.requests > 0 && between_count.down < LITTLE);
	kc_keychain_join_cancel(device(newcomer)->keychain);
	CHECK_OK(house_sync(&house, 0, NULL));
	between_count = (struct between_count){0};
	CHECK_OK(kc_keychain_pair_start(device(0)->keychain, kc_bytes_str(HOUSE_PASSWORD), code));
	for (int i = 0; i < 5; i++)
		CHECK_ERR(kc_keychain_pair_poll(device(0)->keychain, &applicant), KC_E_WAITING);
	kc_keychain_pair_cancel(device(0)->keychain);
	CHECK(between_count.requests > 0 && between_count.down < LITTLE);
	house_pair(&house, 0, newcomer);
	end();
}

/* --- records that are put back ------------------------------------------------------------------
 */

/* Cases 44 and 45. */
static void an_older_version(void)
{
	KC_CLEANUP_BUF struct kc_buf old = KC_BUF_INIT;
	char name[KC_RECORDS_MAX_NAME + 1];

	begin(2);
	add(0, "mail");
	house_settle(&house);
	name_last("i-", name);
	kc_buf_push(&old, last_of("i-")->value.data, last_of("i-")->value.len);
	change(0, "mail", "new");
	house_settle(&house);
	put_back(name, kc_buf_bytes(&old));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(has(1, "mail", "new"));
	synced_delete(&house, 0, "mail");
	house_settle(&house);
	CHECK(synced_count(&house, 1, NULL) == 0);
	put_back(name, kc_buf_bytes(&old));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(synced_count(&house, 1, NULL) == 0);
	end();
}

/* Case 47. */
static void a_deletion_that_nobody_signed(void)
{
	char name[KC_RECORDS_MAX_NAME + 1];

	begin(2);
	add(0, "mail");
	house_settle(&house);
	name_last("i-", name);
	put_back(name, kc_bytes(NULL, 0));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(has(1, "mail", "mail"));
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK(has(0, "mail", "mail"));
	look_into_store();
	for (size_t i = 0; i < kept_count; i++)
		CHECK(strcmp(kept[i].name, name) != 0 || kept[i].value.len > 0);
	end();
}

/* Case 60: nobody reads a page that does not end. */
static void a_page_without_end(void)
{
	begin(2);
	between_lies.flood = 1000000;
	CHECK_ERR(house_sync(&house, 1, NULL), KC_E_STORE_SUSPECT);
	CHECK(between_lies.flood > 990000);
	CHECK(house_has_alarm(&house, 1, "forgery"));
	between_lies.flood = 0;
	add(0, "mail");
	house_settle(&house);
	CHECK(has(1, "mail", "mail"));
	end();
}

/* --- a store that is another each time ----------------------------------------------------------
 */

enum { JUNK = 1100, MOST_ROWS = 20000 }; /* more than a page */
static unsigned rows_shown;

static bool expire_again(struct kc_record_row *row)
{
	(void)row;
	between_lies.expire = ++rows_shown < MOST_ROWS;
	return true;
}

static void put_junk(unsigned first, unsigned count)
{
	KC_CLEANUP_CLOUD struct kc_cloud *cloud = NULL;
	struct kc_record_write writes[KC_RECORDS_MAX_BATCH] = {0};
	struct kc_etag etags[KC_RECORDS_MAX_BATCH];
	char names[KC_RECORDS_MAX_BATCH][20];

	CHECK_OK_FATAL(kc_cloud_open(house.url, &cloud));
	for (unsigned i = 0; i < count; i++) {
		snprintf(names[i], sizeof names[i], "junk-%u", first + i);
		writes[i] =
			(struct kc_record_write){.name = names[i], .value = kc_bytes_str("junk")};
		kc_random_fill(writes[i].id.bytes, sizeof writes[i].id.bytes);
	}
	CHECK_OK_FATAL(kc_records_put(cloud, KC_ZONE_RECORDS, writes, count, etags));
}

/* What is no cell takes no room, and the next page is never that of the token: the exchange ends
 * all the same. */
static void tokens_that_never_hold(void)
{
	begin(2);
	for (unsigned i = 0; i < JUNK; i += JUNK / 10)
		put_junk(i, JUNK / 10);
	rows_shown = 0;
	between_lies.row = expire_again;
	CHECK_ERR(house_sync(&house, 1, NULL), KC_E_STORE_GONE);
	CHECK(rows_shown > 0 && rows_shown < MOST_ROWS);
	end_apart();
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_store_of_records),
		CHECK_TEST(everybody_else_is_faster),
		CHECK_TEST(all_at_once),
		CHECK_TEST(a_store_that_refuses),
		CHECK_TEST(a_store_that_forgets),
		CHECK_TEST(more_than_a_batch),
		CHECK_TEST(names_again),
		CHECK_TEST(a_name_alone),
		CHECK_TEST(pages_in_disorder),
		CHECK_TEST(a_list_is_held_back),
		CHECK_TEST(an_item_is_held_back),
		CHECK_TEST(an_old_item_is_held_back),
		CHECK_TEST(an_older_store),
		CHECK_TEST(an_older_list),
		CHECK_TEST(an_older_own_list),
		CHECK_TEST(two_names_change_places),
		CHECK_TEST(two_names_change_places_but_were_said),
		CHECK_TEST(a_poll_reads_what_is_new),
		CHECK_TEST(an_older_version),
		CHECK_TEST(a_deletion_that_nobody_signed),
		CHECK_TEST(a_page_without_end),
		CHECK_TEST(more_than_a_round),
		CHECK_TEST(tokens_that_never_hold),
	};
	return check_main("feed", tests, KC_COUNT_OF(tests));
}
