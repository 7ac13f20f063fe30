/* SPDX-License-Identifier: ISC */
/*
 * What one member can make another one do. What it writes is read and opened once, however often it
 * names it: work is counted here, not time. And what another one keeps of what lost.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/circle/record/segment.h"
#include "backend/item/ruler.h"
#include "backend/store/history.h"
#include "backend/sync/item_record.h"
#include "tests/check.h"
#include "tests/circle/house.h"
#include "tests/circle/signing.h"
#include "tests/file.h"

#define NOW INT64_C(1800000000000)
#define ACCOUNT KC_NAME('a', 'c', 'c', 't')

/* --- counting -----------------------------------------------------------------------------------
 */

static size_t items_opened, digests_made, segments_opened, heads_opened;

kc_err __real_kc_item_record_digest(struct kc_bytes record, const struct kc_siv_key *class_key,
	uint8_t ret[static KC_VERSION_DIGEST_LEN]);
kc_err __wrap_kc_item_record_digest(struct kc_bytes record, const struct kc_siv_key *class_key,
	uint8_t ret[static KC_VERSION_DIGEST_LEN]);
kc_err __real_kc_item_record_open(
	struct kc_bytes record, const struct kc_siv_key *class_key, struct kc_item_body *ret);
kc_err __wrap_kc_item_record_open(
	struct kc_bytes record, const struct kc_siv_key *class_key, struct kc_item_body *ret);
kc_err __real_kc_head_open(struct kc_bytes box, const struct kc_head_place *place,
	const struct kc_secret *head_key, struct kc_head *ret);
kc_err __wrap_kc_head_open(struct kc_bytes box, const struct kc_head_place *place,
	const struct kc_secret *head_key, struct kc_head *ret);
kc_err __real_kc_segment_open(struct kc_bytes value, const struct kc_segment_place *place,
	const struct kc_secret *head_key, uint64_t last, struct kc_head_log *log);
kc_err __wrap_kc_segment_open(struct kc_bytes value, const struct kc_segment_place *place,
	const struct kc_secret *head_key, uint64_t last, struct kc_head_log *log);

kc_err __wrap_kc_item_record_digest(struct kc_bytes record, const struct kc_siv_key *class_key,
	uint8_t ret[static KC_VERSION_DIGEST_LEN])
{
	digests_made++;
	return __real_kc_item_record_digest(record, class_key, ret);
}

kc_err __wrap_kc_item_record_open(
	struct kc_bytes record, const struct kc_siv_key *class_key, struct kc_item_body *ret)
{
	items_opened++;
	return __real_kc_item_record_open(record, class_key, ret);
}

kc_err __wrap_kc_head_open(struct kc_bytes box, const struct kc_head_place *place,
	const struct kc_secret *head_key, struct kc_head *ret)
{
	heads_opened++;
	return __real_kc_head_open(box, place, head_key, ret);
}

kc_err __wrap_kc_segment_open(struct kc_bytes value, const struct kc_segment_place *place,
	const struct kc_secret *head_key, uint64_t last, struct kc_head_log *log)
{
	segments_opened++;
	return __real_kc_segment_open(value, place, head_key, last, log);
}

/* --- a member with ideas ------------------------------------------------------------------------
 */

struct member {
	struct house *house;
	struct kc_circle *circle;
	struct kc_writer_id writer;
	struct kc_log_position at; /* the end of its log */
	struct kc_list list;	   /* its last */
	struct kc_record_id list_id;
	/* Of an item that it wrote. */
	struct kc_item_header header;
	struct kc_buf record;
	struct kc_item_body body;
	const struct kc_held_epoch *held;
	struct kc_secret class_key, head_key;
};

static void member_done(struct member *m)
{
	kc_item_body_done(&m->body);
	kc_buf_done(&m->record);
	kc_secret_done(&m->class_key);
	kc_secret_done(&m->head_key);
	kc_circle_free(m->circle);
}

static void find_item(struct member *m)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	char path[HOUSE_PATH_MAX];
	struct kc_op_write write;
	struct kc_bytes rest;
	struct kc_op op;

	house_path(m->house, &m->writer, m->at.number, path);
	CHECK_FATAL(file_read(path, &bytes));
	CHECK_OK_FATAL(kc_op_parse(kc_buf_bytes(&bytes), &m->writer, m->at.number, &op));
	while (kc_op_next(&op, &write))
		if (kc_op_key_has(write.key, "i/", &rest))
			kc_buf_push(&m->record, write.value.data, write.value.len);
	CHECK_OK_FATAL(kc_item_record_peek(kc_buf_bytes(&m->record), &m->header));
}

/* Device 0 of a house of two is it; both have read everything. */
static void member_init(struct house *house, struct member *ret)
{
	house_init_many(house, NOW, 2);
	*ret = (struct member){.house = house};
	CHECK_OK_FATAL(words_add(
		&house->homes[0], KC_CLASS_GENERIC, "svce=s acct=ada sync=#1", "a secret"));
	CHECK_OK_FATAL(house_sync(house, 0, NULL));
	ret->circle = house_recall(house, 0);
	ret->writer = kc_circle_writer(&ret->circle->identity.id);
	ret->at = kc_circle_self(ret->circle)->position;
	ret->list = *kc_circle_self(ret->circle)->list;
	ret->list_id = kc_circle_self(ret->circle)->list_id;
	find_item(ret);
	CHECK_OK_FATAL(house_sync(house, 1, NULL));
	ret->held = kc_circle_find_epoch(ret->circle, ret->header.kid);
	CHECK_FATAL(ret->held != NULL);
	CHECK_OK_FATAL(kc_circle_epoch_key(ret->circle, ret->held,
		ret->header.class == KC_ITEM_CLASS_A ? KC_VIEW_KEY_CLASS_A : KC_VIEW_KEY_CLASS_C,
		&ret->class_key));
	CHECK_OK_FATAL(
		kc_circle_epoch_key(ret->circle, ret->held, KC_VIEW_KEY_HEAD, &ret->head_key));
	CHECK_OK_FATAL(kc_item_record_open(
		kc_buf_bytes(&ret->record), kc_view_key_siv(&ret->class_key), &ret->body));
}

/* Ends an operation with a list that has this head, and nothing else new. */
static void end_operation(
	struct member *m, struct kc_op_builder *builder, const struct kc_head *head)
{
	KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT, bytes = KC_BUF_INIT, record = KC_BUF_INIT;
	KC_CLEANUP_FREE struct kc_list *parsed = malloc(sizeof *parsed);
	struct kc_log_position next;
	char path[HOUSE_PATH_MAX];

	CHECK_FATAL(parsed != NULL);
	m->list.seq++;
	m->list.has_prev = true;
	m->list.prev = m->list_id;
	CHECK_OK_FATAL(kc_head_seal(head,
		&(struct kc_head_place){
			.account = &m->circle->account,
			.peer = &m->circle->identity.id,
			.seq = m->list.seq,
			.view_tag = m->header.view_tag,
			.name = &m->held->epoch->name,
		},
		&m->head_key, &box));
	m->list.head_count = 1;
	m->list.heads[0].box = kc_buf_bytes(&box);
	memcpy(m->list.heads[0].view_tag, m->header.view_tag, KC_TAG_LEN);
	memcpy(m->list.heads[0].kid, m->header.kid, KC_KID_LEN);
	CHECK_OK_FATAL(signing_end(m->circle, &m->list, builder, &m->at, &bytes, &next));
	m->at = next;
	CHECK_OK_FATAL(kc_list_build(&m->list, &m->circle->account, &m->circle->identity, &record));
	CHECK_OK_FATAL(
		kc_list_parse(kc_buf_bytes(&record), &m->circle->account, parsed, &m->list_id));
	house_path(m->house, &m->writer, m->at.number, path);
	CHECK_FATAL(file_write(path, kc_buf_bytes(&bytes)));
}

/* --- its works ----------------------------------------------------------------------------------
 */

/* Many versions under one name, none of which belongs there; and a log that names each. */
static void what_was_refused_is_opened_once(void)
{
	enum { VERSIONS = 400 };
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP(member_done) struct member m;
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_HEAD struct kc_head head = {0};
	struct kc_sync_report report = {0};
	uint8_t name[KC_RECORD_NAME_LEN] = {0};
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;
	uint64_t before;

	member_init(&house, &m);
	before = m.body.counter;
	kc_buf_push_str(&key, "i/");
	kc_op_put_hex(&key, KC_BYTES_OF(name));
	kc_op_builder_init(&builder, &m.writer, &m.at, false);
	for (uint64_t i = 1; i <= VERSIONS; i++) {
		KC_CLEANUP_BUF struct kc_buf sealed = KC_BUF_INIT;
		struct kc_log_entry entry = {.counter = before + i, .t = m.body.version.t};

		m.body.counter = entry.counter;
		CHECK_OK_FATAL(kc_item_record_seal(
			&m.header, kc_view_key_siv(&m.class_key), &m.body, &sealed));
		memcpy(entry.digest, m.body.version.digest, sizeof entry.digest);
		CHECK_OK_FATAL(kc_head_log_add(&head.log, &entry));
		kc_op_builder_put(&builder, kc_buf_bytes(&key), kc_buf_bytes(&sealed));
	}
	head.counter = before + VERSIONS;
	end_operation(&m, &builder, &head);
	digests_made = 0;
	CHECK_OK(house_sync(&house, 1, &report));
	CHECK(report.refused == VERSIONS && report.waiting == 0);
	CHECK(digests_made == VERSIONS);
}

/* Many lists, each with the same long log, of which nothing is here. */
static void a_segment_is_opened_once(void)
{
	enum { LISTS = 30, SEGMENTS = 30, ENTRIES = 2 };
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP(member_done) struct member m;
	KC_CLEANUP_HEAD struct kc_head head = {0};
	struct kc_sync_report report = {0};
	struct kc_segment_place place;
	struct kc_op_builder builder;
	uint64_t counter;

	member_init(&house, &m);
	counter = m.body.counter;
	place = (struct kc_segment_place){&m.circle->account, &m.circle->identity.id,
		m.header.view_tag, &m.held->epoch->name};
	kc_op_builder_init(&builder, &m.writer, &m.at, false);
	for (int i = 0; i < SEGMENTS; i++) {
		struct kc_log_entry entries[ENTRIES] = {
			{.counter = counter + 1, .name = {1}, .t = 1},
			{.counter = counter + 2, .name = {2}, .t = 1},
		};
		KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT, key = KC_BUF_INIT;
		struct kc_segment_name name;

		counter += ENTRIES;
		CHECK_OK_FATAL(
			kc_segment_seal(entries, ENTRIES, &place, &m.head_key, &value, &name));
		CHECK_OK_FATAL(kc_segment_list_add(&head.segments, &name));
		kc_buf_push_str(&key, "l/");
		kc_op_put_hex(&key, KC_BYTES_OF(name.hash));
		kc_op_builder_put(&builder, kc_buf_bytes(&key), kc_buf_bytes(&value));
	}
	head.counter = counter;
	end_operation(&m, &builder, &head);
	kc_op_builder_done(&builder);
	for (int i = 1; i < LISTS; i++) {
		kc_op_builder_init(&builder, &m.writer, &m.at, false);
		end_operation(&m, &builder, &head);
		kc_op_builder_done(&builder);
	}
	segments_opened = 0;
	CHECK_OK(house_sync(&house, 1, &report));
	CHECK(report.waiting > 0 && report.refused == 0);
	CHECK(segments_opened == SEGMENTS);
}

/* --- what lost ----------------------------------------------------------------------------------
 */

/* Its item once more, with another secret: later than the version before, and made, like all of
 * them, of the one that everybody has. So all but the last one have lost. */
static void put_version(
	struct member *m, struct kc_op_builder *builder, const char *secret, struct kc_head *head)
{
	KC_CLEANUP_BUF struct kc_buf sealed = KC_BUF_INIT, key = KC_BUF_INIT;
	struct kc_log_entry entry;

	if (m->body.replaced == 0)
		m->body.replaced = m->body.version.t;
	m->body.version.t++;
	m->body.counter++;
	CHECK_OK_FATAL(kc_secret_set(&m->body.item.secret, kc_bytes_str(secret)));
	CHECK_OK_FATAL(
		kc_item_record_seal(&m->header, kc_view_key_siv(&m->class_key), &m->body, &sealed));
	entry = (struct kc_log_entry){.counter = m->body.counter, .t = m->body.version.t};
	memcpy(entry.name, m->header.name, sizeof entry.name);
	memcpy(entry.digest, m->body.version.digest, sizeof entry.digest);
	CHECK_OK_FATAL(kc_head_log_add(&head->log, &entry));
	head->counter = m->body.counter;
	kc_buf_push_str(&key, "i/");
	kc_op_put_hex(&key, KC_BYTES_OF(m->header.name));
	kc_op_builder_put(builder, kc_buf_bytes(&key), kc_buf_bytes(&sealed));
}

/* What the second device tells of earlier values. */
static void read_history(struct house *house, struct kc_found_list *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;

	query.class = KC_CLASS_GENERIC;
	query.sync = KC_SYNC_ANY;
	query.want = KC_WANT_ATTRS | KC_WANT_SECRET;
	CHECK_OK_FATAL(kc_keychain_item_history(house->homes[1].keychain, &home_user, &query, ret));
}

static bool is_secret(const struct kc_found *found, const char *secret)
{
	return kc_bytes_equal(kc_secret_bytes(&found->secret), kc_bytes_str(secret));
}

/* Of many that lost those are opened that are kept, the last ones. */
static void of_many_that_lost_a_few_are_opened(void)
{
	enum { VERSIONS = 300 };
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP(member_done) struct member m;
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_HEAD struct kc_head head = {0};
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	struct kc_sync_report report = {0};
	char secret[20];

	member_init(&house, &m);
	kc_op_builder_init(&builder, &m.writer, &m.at, false);
	for (int i = 1; i <= VERSIONS; i++) {
		snprintf(secret, sizeof secret, "%d", i);
		put_version(&m, &builder, secret, &head);
	}
	end_operation(&m, &builder, &head);
	items_opened = 0;
	CHECK_OK(house_sync(&house, 1, &report));
	CHECK(report.refused == 0 && report.waiting == 0);
	/* Each to see what it is, the greatest to take it. */
	CHECK(items_opened == VERSIONS + 1 + KC_HISTORY_PER_KEY);
	CHECK(words_has_secret(&house.homes[1], KC_CLASS_GENERIC, "svce=s", secret));
	read_history(&house, &found);
	CHECK(found.count == KC_HISTORY_PER_KEY);
	for (size_t i = 0; i < found.count; i++) {
		snprintf(secret, sizeof secret, "%d", VERSIONS - 1 - (int)i);
		CHECK(is_secret(&found.rows[i], secret));
	}
}

/* What lost is looked at like what wins: it is not kept as the earlier value of another item, nor
 * where it has no place. */
static void what_lost_is_kept_if_it_is_what_it_says(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP(member_done) struct member m;
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_HEAD struct kc_head head = {0};
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	uint8_t right[KC_TRACK_DIGEST_LEN];

	member_init(&house, &m);
	kc_op_builder_init(&builder, &m.writer, &m.at, false);
	kc_attrs_set_str(&m.body.item.attrs, ACCOUNT, "bob");
	put_version(&m, &builder, "of another item", &head);
	kc_attrs_set_str(&m.body.item.attrs, ACCOUNT, "ada");
	m.body.key_digest[0] ^= 1;
	put_version(&m, &builder, "of another digest", &head);
	m.body.key_digest[0] ^= 1;
	memcpy(right, m.body.key_digest, sizeof right);
	kc_attrs_set_str(&m.body.item.attrs, KC_ATTR_VWHT, "other");
	CHECK_OK_FATAL(kc_track_key_digest(&m.body.item, m.body.key_digest));
	put_version(&m, &builder, "of another view", &head);
	memcpy(m.body.key_digest, right, sizeof right);
	kc_attrs_remove(&m.body.item.attrs, KC_ATTR_VWHT);
	put_version(&m, &builder, "of this one", &head);
	put_version(&m, &builder, "the last", &head);
	end_operation(&m, &builder, &head);
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(words_has_secret(&house.homes[1], KC_CLASS_GENERIC, "svce=s", "the last"));
	read_history(&house, &found);
	CHECK_FATAL(found.count == 2);
	CHECK(is_secret(&found.rows[0], "of this one"));
	CHECK(is_secret(&found.rows[1], "a secret"));
}

/* --- moves and collisions -----------------------------------------------------------------------
 */

static void add(struct house *house, size_t device, char kind, int number)
{
	char attrs[60];

	snprintf(attrs, sizeof attrs, "svce=%c%d acct=ada sync=#1", kind, number);
	CHECK_OK_FATAL(words_add(&house->homes[device], KC_CLASS_GENERIC, attrs, "a secret"));
}

static void move(struct house *house, size_t device, char from, int number, char to, int place)
{
	char query[60], changes[60];

	house_clock_move(1000);
	snprintf(query, sizeof query, "svce=%c%d", from, number);
	snprintf(changes, sizeof changes, "svce=%c%d", to, place);
	CHECK_OK_FATAL(words_update(&house->homes[device], KC_CLASS_GENERIC, query, changes, NULL));
}

/* One exchange of the second device, with nothing said beside the store. */
static void read_all(struct house *house)
{
	house_drop_sessions(house);
	items_opened = heads_opened = 0;
	CHECK_OK_FATAL(house_sync(house, 1, NULL));
}

/* Each moves to where the next one was. */
static void a_chain_of_moves_is_merged_once(void)
{
	enum { ITEMS = 60 };
	CLEANUP_HOUSE struct house house;

	house_init_many(&house, NOW, 2);
	for (int i = 0; i < ITEMS; i++)
		add(&house, 0, 'm', i);
	house_settle(&house);
	for (int i = ITEMS - 1; i >= 0; i--)
		move(&house, 0, 'm', i, 'm', i + 1);
	CHECK_OK(house_sync(&house, 0, NULL));
	read_all(&house);
	CHECK(items_opened <= 4 * (size_t)ITEMS);
	CHECK(words_count(&house.homes[1], KC_CLASS_GENERIC, "svce=m60") == 1);
	house_settle(&house);
	CHECK(house_agrees(&house));
}

/* The last operation of a device's log is hidden, or shown again. */
static void hide(struct house *house, size_t device, bool hidden)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, device);
	const struct kc_writer_id writer = kc_circle_writer(&circle->identity.id);
	char path[HOUSE_PATH_MAX], away[HOUSE_PATH_MAX + 5];

	house_path(house, &writer, kc_circle_self(circle)->position.number, path);
	snprintf(away, sizeof away, "%s.off", path);
	CHECK_FATAL((hidden ? rename(path, away) : rename(away, path)) == 0);
}

/* Pairs change places; and a third item of each, which is new, wants to be where one of them was.
 */
static void rings_are_broken_one_by_one(void)
{
	enum { PAIRS = 20 };
	CLEANUP_HOUSE struct house house;

	house_init_many(&house, NOW, 3);
	for (int i = 0; i < PAIRS; i++) {
		add(&house, 0, 'a', i);
		add(&house, 0, 'b', i);
	}
	house_settle(&house);
	for (int i = 0; i < PAIRS; i++) {
		move(&house, 2, 'a', i, 'c', i);
		add(&house, 2, 'a', i);
	}
	for (int i = 0; i < PAIRS; i++) {
		move(&house, 0, 'a', i, 'd', i);
		move(&house, 0, 'b', i, 'a', i);
		move(&house, 0, 'd', i, 'b', i);
	}
	CHECK_OK(house_sync(&house, 2, NULL));
	hide(&house, 2, true);
	house_drop_sessions(&house);
	CHECK_OK(house_sync(&house, 0, NULL));
	hide(&house, 2, false);
	read_all(&house);
	CHECK(items_opened <= 10 * 4 * (size_t)PAIRS);
	house_settle(&house);
	CHECK(house_agrees(&house));
	CHECK(words_count(&house.homes[1], KC_CLASS_GENERIC, "acct=ada") == 2 * (size_t)PAIRS);
}

/* Two devices made the same items. */
static void heads_are_opened_once_for_all_collisions(void)
{
	enum { ITEMS = 60 };
	CLEANUP_HOUSE struct house house;

	house_init_many(&house, NOW, 2);
	for (int i = 0; i < ITEMS; i++) {
		add(&house, 0, 's', i);
		add(&house, 1, 's', i);
	}
	CHECK_OK(house_sync(&house, 0, NULL));
	read_all(&house);
	CHECK(heads_opened < ITEMS / 2);
	house_settle(&house);
	CHECK(house_agrees(&house));
	CHECK(words_count(&house.homes[1], KC_CLASS_GENERIC, "acct=ada") == ITEMS);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(what_was_refused_is_opened_once),
		CHECK_TEST(a_segment_is_opened_once),
		CHECK_TEST(of_many_that_lost_a_few_are_opened),
		CHECK_TEST(what_lost_is_kept_if_it_is_what_it_says),
		CHECK_TEST(a_chain_of_moves_is_merged_once),
		CHECK_TEST(rings_are_broken_one_by_one),
		CHECK_TEST(heads_are_opened_once_for_all_collisions),
	};

	return check_main("work", tests, KC_COUNT_OF(tests));
}
