/* SPDX-License-Identifier: ISC */
/*
 * Who wrote what an item holds, told as that whoever says it anew since: another device that makes
 * it its own because its writer is out, on both layouts. And how a record says so.
 */
#include <string.h>

#include "backend/keychain_sync.h"
#include "backend/sync/item_record.h"
#include "tests/check.h"
#include "tests/circle/memory_house.h"

#define GENP KC_CLASS_GENERIC
#define START_MS INT64_C(1800000000000)

/* --- in a circle --------------------------------------------------------------------------------
 */

enum { FIRST, SECOND, THIRD, WRITER, DEVICES };

static void find_one(struct house *house, size_t on, const char *words, struct kc_found_list *ret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;

	words_query(GENP, words, &query);
	query.want |= KC_WANT_WRITER;
	CHECK_OK_FATAL(kc_keychain_item_find(house->homes[on].keychain, &home_user, &query, ret));
	CHECK_FATAL(ret->count == 1);
}

static bool names(const struct kc_found *found, kc_name attr, struct house *house, size_t device)
{
	struct kc_peer_id id = house_id(house, device);

	return kc_bytes_equal(kc_attrs_get_bytes(&found->attrs, attr), KC_BYTES_OF(id.bytes));
}

/* Who wrote it, as a device tells; what it has is the row that it was. */
static void check_author(
	struct house *house, size_t on, const char *words, size_t author, uint64_t version)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	find_one(house, on, words, &found);
	CHECK(names(&found.rows[0], KC_FOUND_WRITER, house, author));
	CHECK(found.rows[0].version == version);
}

static uint64_t version_of(struct house *house, size_t on, const char *words)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	find_one(house, on, words, &found);
	return found.rows[0].version;
}

/* The peer that stands in the store as the writer of it now, as a device has read. */
static bool is_signed_by(struct house *house, size_t on, const char *words, size_t device)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_peer_id id = house_id(house, device);
	struct kc_track track;

	find_one(house, on, words, &found);
	CHECK_OK_FATAL(kc_txn_begin(house->homes[on].keychain->store, KC_TXN_READ, &txn));
	CHECK_OK_FATAL(kc_track_find_item(&txn, found.rows[0].id, &track));
	return !track.pending && memcmp(track.writer, id.bytes, sizeof track.writer) == 0;
}

/* Of the padded body. */
static uint64_t size_of(struct house *house, size_t on, const char *words)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_track track;

	find_one(house, on, words, &found);
	CHECK_OK_FATAL(kc_txn_begin(house->homes[on].keychain->store, KC_TXN_READ, &txn));
	CHECK_OK_FATAL(kc_track_find_item(&txn, found.rows[0].id, &track));
	return track.padded_len;
}

/* Exchanges of those that are in. */
static void settle(struct house *house, size_t first)
{
	for (int round = 0; round < 6; round++) {
		house_clock_move(1000);
		for (size_t i = first; i < SECOND + 2; i++)
			CHECK_OK(house_sync(house, i, NULL));
	}
}

static void check_history(struct house *house, size_t on, const char *words)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;

	words_query(GENP, words, &query);
	CHECK_OK_FATAL(
		kc_keychain_item_history(house->homes[on].keychain, &home_user, &query, &found));
	CHECK_FATAL(found.count == 1);
	CHECK(names(&found.rows[0], KC_FOUND_WRITER, house, WRITER));
	if (on != THIRD)
		CHECK(names(&found.rows[0], KC_EARLIER_BY, house, THIRD));
}

/* The remover makes what the writer wrote its own; then it is out itself, and who put it out does
 * the same with that. */
static void said_anew_twice(bool with_records)
{
	struct house house = {.count = 0};
	uint64_t versions[DEVICES];
	size_t size;

	memory_house_init(&house, with_records, START_MS, DEVICES);
	CHECK_OK(words_add(&house.homes[WRITER], GENP, "svce=a acct=a sync=#1", "a"));
	CHECK_OK(words_add(&house.homes[WRITER], GENP, "svce=b acct=a sync=#1", "b"));
	house_settle(&house);
	for (size_t i = 0; i < DEVICES; i++)
		versions[i] = version_of(&house, i, "svce=a");
	size = (size_t)size_of(&house, THIRD, "svce=a");
	house_remove(&house, FIRST, WRITER);
	settle(&house, FIRST);
	CHECK(is_signed_by(&house, THIRD, "svce=a", FIRST));
	CHECK(size_of(&house, THIRD, "svce=a") == kc_item_record_padded(size));
	for (size_t i = FIRST; i <= THIRD; i++)
		check_author(&house, i, "svce=a", WRITER, versions[i]);
	house_remove(&house, SECOND, FIRST);
	settle(&house, SECOND);
	CHECK(is_signed_by(&house, THIRD, "svce=a", SECOND));
	CHECK(size_of(&house, THIRD, "svce=a") == kc_item_record_padded(size));
	for (size_t i = SECOND; i <= THIRD; i++)
		check_author(&house, i, "svce=a", WRITER, versions[i]);
	house_clock_move(1000);
	CHECK_OK(words_update(&house.homes[THIRD], GENP, "svce=a", "labl=changed", "another"));
	settle(&house, SECOND);
	for (size_t i = SECOND; i <= THIRD; i++)
		check_history(&house, i, "svce=a");
	check_author(&house, SECOND, "svce=a", THIRD, versions[SECOND] + 1);
	CHECK(size_of(&house, SECOND, "svce=a") == size);
	check_author(&house, SECOND, "svce=b", WRITER, versions[SECOND]);
	memory_house_done(&house);
}

static void said_anew_twice_in_logs(void)
{
	said_anew_twice(false);
}

static void said_anew_twice_in_records(void)
{
	said_anew_twice(true);
}

/* It may name any device, as it may write any value. What counts is who signed. */
static void name_as_author(struct house *house, size_t on, const char *words, size_t author)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	struct kc_peer_id id = house_id(house, author);
	struct kc_track track;

	find_one(house, on, words, &found);
	CHECK_OK_FATAL(kc_txn_begin(house->homes[on].keychain->store, KC_TXN_WRITE, &txn));
	CHECK_OK_FATAL(kc_track_find_item(&txn, found.rows[0].id, &track));
	CHECK_FATAL(track.pending);
	memcpy(track.author, id.bytes, sizeof track.author);
	CHECK_OK_FATAL(kc_track_put(&txn, &track));
	CHECK_OK_FATAL(kc_txn_commit(&txn));
}

static void named_by_a_liar(bool with_records)
{
	enum { NAMED = FIRST, READER = SECOND, LIAR = THIRD };
	struct house house = {.count = 0};

	memory_house_init(&house, with_records, START_MS, DEVICES);
	CHECK_OK(words_add(&house.homes[LIAR], GENP, "svce=a acct=a sync=#1", "a"));
	name_as_author(&house, LIAR, "svce=a", NAMED);
	house_settle(&house);
	CHECK(house_agrees(&house));
	for (size_t i = 0; i < DEVICES; i++) {
		check_author(&house, i, "svce=a", NAMED, 1);
		CHECK(is_signed_by(&house, i, "svce=a", LIAR));
	}
	/* That the one that is named goes is nothing to it; that the liar goes is. */
	house_remove(&house, READER, NAMED);
	settle(&house, SECOND);
	CHECK(is_signed_by(&house, READER, "svce=a", LIAR));
	house_remove(&house, READER, LIAR);
	CHECK_OK(house_sync(&house, READER, NULL));
	CHECK(is_signed_by(&house, READER, "svce=a", READER));
	check_author(&house, READER, "svce=a", NAMED, 1);
	memory_house_done(&house);
}

static void named_by_a_liar_in_logs(void)
{
	named_by_a_liar(false);
}

static void named_by_a_liar_in_records(void)
{
	named_by_a_liar(true);
}

/* --- in a record --------------------------------------------------------------------------------
 */

static const uint8_t class_key[64] = {7};
static const struct kc_item_header header = {.name = {5}, .class = KC_ITEM_CLASS_A};
static const struct kc_peer_id writer = {{1}}, other = {{2}};

static void seal(const struct kc_peer_id *author, size_t secret_len, bool deleted,
	uint64_t at_least, struct kc_item_body *body, struct kc_buf *ret)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_BUF struct kc_buf secret = KC_BUF_INIT;
	struct kc_bytes bytes;

	*body = (struct kc_item_body){.version = {.t = 2000, .writer = writer},
		.author = *author,
		.counter = 9,
		.created = 1000,
		.deleted = deleted,
		.padded_len = at_least};
	if (secret_len)
		kc_buf_extend(&secret, secret_len);
	bytes = kc_buf_bytes(&secret);
	words_attrs(&attrs, "svce=mail agrp=user sync=#1");
	CHECK_OK_FATAL(kc_item_build(GENP, &attrs, &bytes, &body->item));
	CHECK_OK_FATAL(kc_item_record_seal(
		&header, (const struct kc_siv_key *)(const void *)class_key, body, ret));
}

static kc_err seal_and_open(
	const struct kc_peer_id *author, struct kc_item_body *made, struct kc_item_body *ret)
{
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

	seal(author, 10, false, 0, made, &record);
	return kc_item_record_open(
		kc_buf_bytes(&record), (const struct kc_siv_key *)(const void *)class_key, ret);
}

static void one_way_to_name_an_author(void)
{
	static const struct kc_peer_id none;
	KC_CLEANUP_ITEM_BODY struct kc_item_body a = {0}, b = {0}, c = {0}, opened = {0};

	CHECK_OK(seal_and_open(&none, &a, &opened));
	CHECK(kc_peer_id_equal(&opened.author, &none));
	CHECK(kc_peer_id_equal(kc_item_body_author(&opened), &writer));
	CHECK_OK(seal_and_open(&other, &b, &opened));
	CHECK(kc_peer_id_equal(&opened.author, &other));
	CHECK(kc_peer_id_equal(kc_item_body_author(&opened), &other));
	CHECK(memcmp(opened.version.digest, b.version.digest, sizeof b.version.digest) == 0);
	CHECK_ERR(seal_and_open(&writer, &c, &opened), KC_E_REFUSED);
}

/* Of the padded body, which is at least at_least bytes. */
static uint64_t length_of(
	const struct kc_peer_id *author, size_t secret_len, bool deleted, uint64_t at_least)
{
	KC_CLEANUP_ITEM_BODY struct kc_item_body body = {0};
	KC_CLEANUP_BUF struct kc_buf record = KC_BUF_INIT;

	seal(author, secret_len, deleted, at_least, &body, &record);
	return body.padded_len;
}

/* The first version that names an author is of the next size, others are as they were: whether it
 * needed the room does not show. */
static void check_sizes(size_t secret_len, bool deleted)
{
	static const struct kc_peer_id none;
	uint64_t bare, named;

	bare = length_of(&none, secret_len, deleted, 0);
	named = length_of(&other, secret_len, deleted, bare + 1);
	CHECK(named == kc_item_record_padded((size_t)bare));
	CHECK(length_of(&other, secret_len, deleted, named) == named);
}

static void no_size_tells_of_an_author(void)
{
	static const struct {
		size_t first, last;
	} ranges[] = {{0, 4200}, {8000, 8300}, {65000, 65700}};

	for (size_t i = 0; i < KC_COUNT_OF(ranges); i++)
		for (size_t len = ranges[i].first; len <= ranges[i].last; len++)
			check_sizes(len, false);
	check_sizes(10, true);
}

/* What somebody has made as large as can be is no reason for a deletion not to be sent. */
static void no_size_is_in_the_way(void)
{
	uint64_t most = length_of(&other, 10, true, KC_ITEM_RECORD_MAX - 1024);

	CHECK(most == KC_ITEM_RECORD_MAX - 1024);
	CHECK(length_of(&other, 10, true, KC_ITEM_RECORD_MAX - 1025) == most);
	CHECK(length_of(&other, 10, true, KC_ITEM_RECORD_MAX - 300) == most);
	CHECK(length_of(&other, 10, true, UINT64_MAX) == most);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(said_anew_twice_in_logs),
		CHECK_TEST(said_anew_twice_in_records),
		CHECK_TEST(named_by_a_liar_in_logs),
		CHECK_TEST(named_by_a_liar_in_records),
		CHECK_TEST(one_way_to_name_an_author),
		CHECK_TEST(no_size_tells_of_an_author),
		CHECK_TEST(no_size_is_in_the_way),
	};

	home_use_memory();
	return check_main("authors", tests, KC_COUNT_OF(tests));
}
