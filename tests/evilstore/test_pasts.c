/* SPDX-License-Identifier: ISC */
/* Another past of one that is out, or has left: what can be signed with its keys since, and shown
 * to those who have read its log, to who is behind, and to a newcomer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/circle/record/head.h"
#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/circle/signing.h"
#include "tests/evilstore/accomplice.h"
#include "tests/evilstore/evil_house.h"

#define GENP KC_CLASS_GENERIC
#define NAME_MAX_LEN (KC_RECORDS_MAX_NAME + 1)
#define MADE "made since"
#define LARGE ((size_t)100000)
enum { READER, OTHER, THIEF, NEWCOMER, FORGOTTEN = 80, MANY = 100 };

static bool has(struct house *house, size_t device, const char *query, const char *secret)
{
	return words_has_secret(&house->homes[device], GENP, query, secret);
}

/* --- what the thief signs -----------------------------------------------------------------------
 * It puts a value of its own in the place of the first device's: with the very next dot of the
 * identity that it has, and by a list whose head names it.
 */

struct thief {
	struct kc_circle *circle;
	struct kc_writer_id writer;
	struct kc_buf record; /* the item that it makes */
	bool deletes;
};

static void thief_done(struct thief *thief)
{
	kc_circle_free(thief->circle);
	kc_buf_done(&thief->record);
}
#define CLEANUP_THIEF KC_CLEANUP(thief_done)

static void forge(struct kc_item_header *header, struct kc_item_body *body, const void *context)
{
	const struct thief *thief = context;
	const struct kc_circle *circle = thief->circle;
	const struct kc_held_epoch *held = kc_circle_find_epoch(circle, header->kid);

	CHECK_FATAL(held != NULL);
	body->version.writer = circle->identity.id;
	body->version.t = EVIL_HOUSE_T(EVIL_HOUSE_NOW + 50000);
	body->counter = circle->views[held->epoch->name.view].counter + 1;
	body->deleted = thief->deletes;
	if (!thief->deletes)
		CHECK_OK_FATAL(kc_secret_set(&body->item.secret, kc_bytes_str(MADE)));
}

/* The keys that a device has by now, and what they make of an item of another. */
static void steal(struct house *house, const char *item, bool deletes, struct thief *ret)
{
	KC_CLEANUP_BUF struct kc_buf theirs = KC_BUF_INIT;
	char name[NAME_MAX_LEN];

	*ret = (struct thief){.record = KC_BUF_INIT, .deletes = deletes};
	evil_house_item(house, READER, item, name);
	CHECK_OK_FATAL(evil_get(evil_world(0), name, &theirs));
	accomplice_recall(house->homes[THIEF].keychain, &ret->circle);
	ret->writer = kc_circle_writer(&ret->circle->identity.id);
	CHECK_OK_FATAL(
		accomplice_item(ret->circle, kc_buf_bytes(&theirs), forge, ret, &ret->record));
}

/* What a head says of the thief's item, sealed for a list of that number. */
static void seal_head(const struct thief *thief, uint64_t seq, struct kc_item_header *header,
	struct kc_buf *ret_box)
{
	struct kc_circle *circle = thief->circle;
	struct kc_bytes record = kc_buf_bytes(&thief->record);
	KC_CLEANUP_SECRET struct kc_secret class_key = KC_SECRET_INIT, head_key = KC_SECRET_INIT;
	KC_CLEANUP_ITEM_BODY struct kc_item_body body = {0};
	KC_CLEANUP_HEAD struct kc_head head = {0};
	struct kc_log_entry entry = {0};
	const struct kc_held_epoch *held;

	CHECK_OK_FATAL(kc_item_record_peek(record, header));
	held = kc_circle_find_epoch(circle, header->kid);
	CHECK_OK_FATAL(kc_circle_epoch_key(circle, held,
		header->class == KC_ITEM_CLASS_A ? KC_VIEW_KEY_CLASS_A : KC_VIEW_KEY_CLASS_C,
		&class_key));
	CHECK_OK_FATAL(kc_item_record_open(record, kc_view_key_siv(&class_key), &body));
	entry.counter = head.counter = body.counter;
	entry.t = body.version.t;
	memcpy(entry.name, header->name, sizeof entry.name);
	memcpy(entry.digest, body.version.digest, sizeof entry.digest);
	CHECK_OK_FATAL(kc_head_log_add(&head.log, &entry));
	CHECK_OK_FATAL(kc_circle_epoch_key(circle, held, KC_VIEW_KEY_HEAD, &head_key));
	CHECK_OK_FATAL(kc_head_seal(&head,
		&(struct kc_head_place){&circle->account, &circle->identity.id, seq,
			header->view_tag, &held->epoch->name},
		&head_key, ret_box));
}

/* A list of that number with that one head; box is borrowed. */
static struct kc_list *make_list(
	const struct thief *thief, uint64_t seq, struct kc_item_header *header, struct kc_buf *box)
{
	const struct kc_member *self = kc_circle_self(thief->circle);
	struct kc_list *list = malloc(sizeof *list);
	struct kc_list_head row;

	CHECK_FATAL(list != NULL);
	seal_head(thief, seq, header, box);
	*list = *self->list;
	if (seq == list->seq + 1)
		list->prev = self->list_id;
	list->seq = seq;
	list->has_prev = seq > 1;
	list->head_count = 0;
	row = (struct kc_list_head){.box = kc_buf_bytes(box)};
	memcpy(row.view_tag, header->view_tag, sizeof row.view_tag);
	memcpy(row.kid, header->kid, sizeof row.kid);
	CHECK_OK_FATAL(kc_list_add_head(list, &row));
	return list;
}

/* An operation with the thief's item. base: where its list says that the log begins; 0: nowhere. */
static void make_op(const struct thief *thief, const struct kc_log_position *after, uint64_t seq,
	uint64_t base, struct kc_buf *ret)
{
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder = {.closed = false};
	KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT, key = KC_BUF_INIT;
	struct kc_item_header header;
	KC_CLEANUP_FREE struct kc_list *list = make_list(thief, seq, &header, &box);
	struct kc_log_position next;

	list->base = base;
	kc_op_builder_init(&builder, &thief->writer, after, base > 0);
	kc_buf_push_str(&key, "i/");
	kc_op_put_hex(&key, kc_bytes(header.name, sizeof header.name));
	kc_op_builder_put(&builder, kc_bytes_str(kc_buf_text(&key)), kc_buf_bytes(&thief->record));
	CHECK_OK_FATAL(signing_end(thief->circle, list, &builder, after, ret, &next));
}

static void append(
	const struct thief *thief, const struct kc_log_position *after, uint64_t seq, uint64_t base)
{
	KC_CLEANUP_BUF struct kc_buf op = KC_BUF_INIT;

	make_op(thief, after, seq, base, &op);
	CHECK_OK_FATAL(kc_cloud_append(
		evil_world(0), &thief->writer, after->number + 1, kc_buf_bytes(&op)));
}

/* The same in records: the list in its place, and the item over what is there. */
static void put(const struct thief *thief, uint64_t seq)
{
	struct kc_place_in_store place = {
		&thief->circle->account, &thief->writer, kc_bytes_str("p")};
	KC_CLEANUP_BUF struct kc_buf box = KC_BUF_INIT, plain = KC_BUF_INIT, sealed = KC_BUF_INIT;
	struct kc_item_header header;
	KC_CLEANUP_FREE struct kc_list *list = make_list(thief, seq, &header, &box);

	list->companion_count = 0;
	list->number = 0;
	CHECK_OK_FATAL(
		kc_list_build(list, &thief->circle->account, &thief->circle->identity, &plain));
	CHECK_OK_FATAL(kc_circle_seal(thief->circle, &place, kc_buf_bytes(&plain), &sealed));
	CHECK_OK_FATAL(evil_put(evil_world(0), &thief->writer, "p", kc_buf_bytes(&sealed)));
	CHECK_OK_FATAL(
		accomplice_put_item(thief->circle, evil_world(0), kc_buf_bytes(&thief->record)));
}

/* --- the log ------------------------------------------------------------------------------------
 */

static void position_of(
	const struct kc_writer_id *writer, uint64_t number, struct kc_log_position *ret)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_op op;

	CHECK_OK_FATAL(kc_cloud_read(evil_world(0), writer, number, &bytes));
	CHECK_OK_FATAL(kc_op_parse(kc_buf_bytes(&bytes), writer, number, &op));
	*ret = op.position;
}

static void end_of_log(const struct kc_writer_id *writer, struct kc_log_position *ret)
{
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	const struct kc_cloud_log *log;

	CHECK_OK_FATAL(kc_cloud_list(evil_world(0), &logs));
	log = kc_cloud_logs_find(&logs, writer);
	CHECK_FATAL(log != NULL);
	position_of(writer, log->last, ret);
}

static void add_rule(size_t device, const char *names, const struct kc_buf *bytes)
{
	evil_add(&(struct evil_rule){.verb = bytes ? EVIL_FORGE : EVIL_HIDE,
		.devices = 1u << device,
		.names = names,
		.bytes = bytes ? kc_buf_bytes(bytes) : kc_bytes(NULL, 0)});
}

/* Shows bytes to one device in the place of an operation, below the ninth; NULL: hides it. Hides
 * all behind it as well, or nothing else. The names last until the test ends. */
static void show(const struct kc_writer_id *writer, size_t device, unsigned number,
	const struct kc_buf *bytes, bool hides)
{
	static char first[NAME_MAX_LEN], few[NAME_MAX_LEN], more[NAME_MAX_LEN];
	char hex[2 * sizeof writer->bytes + 1] = "";

	CHECK_FATAL(number < 9);
	for (size_t i = 0; i < sizeof writer->bytes; i++)
		snprintf(hex + 2 * i, 3, "%02x", writer->bytes[i]);
	snprintf(first, sizeof first, "%s-000000000000000%u", hex, number);
	snprintf(few, sizeof few, "%s-000000000000000[%u-9]", hex, number + 1);
	snprintf(more, sizeof more, "%s-00000000000000[1-9]?", hex);
	add_rule(device, first, bytes);
	if (hides) {
		add_rule(device, few, NULL);
		add_rule(device, more, NULL);
	}
}

/* --- behind the last one that counts ------------------------------------------------------------
 */

static void begin(struct house *house, enum kc_layout layout)
{
	evil_house_init(house, layout, 3);
	CHECK_OK(words_add(&house->homes[READER], GENP, "svce=a acct=ada sync=#1", "first a"));
	CHECK_OK(words_add(&house->homes[THIEF], GENP, "svce=c acct=ada sync=#1", "first c"));
	house_settle(house);
}

static void exchange(struct house *house, int times)
{
	for (int i = 0; i < times; i++)
		for (size_t device = READER; device <= OTHER; device++)
			CHECK_OK(house_sync(house, device, NULL));
}

static void keep_what_they_have(struct house *house)
{
	for (int i = 0; i < 3; i++)
		for (size_t device = READER; device <= OTHER; device++) {
			CHECK_OK(house_sync(house, device, NULL));
			CHECK(has(house, device, "svce=a", "first a"));
		}
}

/* A list that is signed after the removal, with a number from before the cut. */
static void case_136_an_old_number_behind_the_cut(void)
{
	for (int deletes = 0; deletes < 2; deletes++) {
		CLEANUP_EVIL_HOUSE struct house house;
		CLEANUP_THIEF struct thief thief;
		struct kc_log_position end;
		uint64_t seq;

		begin(&house, KC_LAYOUT_LOGS);
		steal(&house, "svce=a", deletes, &thief);
		house_remove(&house, READER, THIEF);
		exchange(&house, 2);
		end_of_log(&thief.writer, &end);
		seq = kc_circle_self(thief.circle)->list->seq;
		CHECK_FATAL(seq > 1);
		append(&thief, &end, seq - 1, 0);
		keep_what_they_have(&house);
	}
}

/* The same by who has the keys of a device that left; both read its last word and this at once, or
 * one after the other. */
static void an_old_number_after_it_left(enum kc_layout layout, bool at_once)
{
	CLEANUP_EVIL_HOUSE struct house house;
	CLEANUP_THIEF struct thief thief;
	struct kc_log_position end;
	uint64_t seq;

	begin(&house, layout);
	steal(&house, "svce=a", false, &thief);
	CHECK_OK_FATAL(kc_keychain_leave(house.homes[THIEF].keychain, false));
	if (!at_once)
		exchange(&house, 3);
	seq = kc_circle_self(thief.circle)->list->seq - 1;
	if (layout == KC_LAYOUT_LOGS) {
		end_of_log(&thief.writer, &end);
		append(&thief, &end, seq, 0);
	} else {
		put(&thief, seq);
	}
	keep_what_they_have(&house);
}

static void case_137_an_old_number_after_it_left(void)
{
	an_old_number_after_it_left(KC_LAYOUT_LOGS, false);
	an_old_number_after_it_left(KC_LAYOUT_LOGS, true);
	an_old_number_after_it_left(KC_LAYOUT_RECORDS, false);
}

/* An exchange that may have something to say of the store. */
static void try_to(kc_err err)
{
	CHECK(err == KC_OK || err == KC_E_WAITING || err == KC_E_STORE_SUSPECT);
}

static bool is_joining(struct house *house)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, NEWCOMER);

	return circle->joining;
}

/* --- before it ----------------------------------------------------------------------------------
 */

/* A newcomer knocks while the log is shown to it with another beginning, or with that and nothing
 * behind. */
static void knock(struct house *house, const struct thief *thief, bool ends)
{
	KC_CLEANUP_BUF struct kc_buf op = KC_BUF_INIT;
	static struct kc_buf kept = KC_BUF_INIT;
	size_t newcomer;

	make_op(thief, &(struct kc_log_position){.number = 0}, 1, 0, &op);
	kc_buf_done(&kept);
	kept = op;
	op = (struct kc_buf)KC_BUF_INIT;
	show(&thief->writer, NEWCOMER, 1, &kept, ends);
	newcomer = house_add_home(house);
	CHECK_FATAL(newcomer == NEWCOMER);
	evil_url((unsigned)newcomer, house->url);
	try_to(house_knock(house, READER, newcomer));
	for (int i = 0; i < 3; i++)
		try_to(house_sync(house, newcomer, NULL));
	CHECK(!has(house, newcomer, "svce=a", MADE));
	kc_buf_done(&kept);
}

static void go_on(struct house *house)
{
	for (int i = 0; i < 6; i++) {
		house_clock_move(EVIL_HOUSE_MINUTE);
		try_to(house_sync(house, NEWCOMER, NULL));
		for (size_t device = READER; device <= OTHER; device++)
			CHECK_OK(house_sync(house, device, NULL));
	}
	for (size_t device = READER; device <= NEWCOMER; device++)
		if (device != THIEF) {
			CHECK(!has(house, device, "svce=a", MADE));
			CHECK(has(house, device, "svce=a", "first a"));
		}
}

/* It is shown another first operation; then the log begins anew where the sponsor had settled it,
 * by a list that was signed since, before or behind what the sponsor had. */
static void case_138_another_past_for_a_newcomer(void)
{
	for (int behind = 0; behind < 2; behind++) {
		CLEANUP_EVIL_HOUSE struct house house;
		CLEANUP_THIEF struct thief thief;
		struct kc_log_position end;
		uint64_t seq;

		begin(&house, KC_LAYOUT_LOGS);
		CHECK_OK(
			words_add(&house.homes[THIEF], GENP, "svce=d acct=ada sync=#1", "first d"));
		house_settle(&house);
		steal(&house, "svce=a", false, &thief);
		house_remove(&house, READER, THIEF);
		exchange(&house, 3);
		end_of_log(&thief.writer, &end);
		CHECK_FATAL(end.number > 2);
		seq = kc_circle_self(thief.circle)->list->seq;
		knock(&house, &thief, true);
		evil_house_mute();
		if (behind) {
			append(&thief, &end, seq - 1, end.number + 1);
			CHECK_OK_FATAL(kc_cloud_drop(evil_world(0), &thief.writer, end.number + 1));
		} else {
			CHECK_OK_FATAL(kc_cloud_drop(evil_world(0), &thief.writer, end.number));
			append(&thief, &end, seq + 1, end.number);
		}
		go_on(&house);
		CHECK(is_joining(&house));
	}
}

/* Of a log that is read in several rounds only the beginning is another; then it is the true one.
 */
static void case_138_another_beginning_of_a_long_log(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	CLEANUP_THIEF struct thief thief;
	KC_CLEANUP_FREE char *much = malloc(LARGE);

	CHECK_FATAL(much != NULL);
	memset(much, 'm', LARGE - 1);
	much[LARGE - 1] = '\0';
	begin(&house, KC_LAYOUT_LOGS);
	steal(&house, "svce=a", false, &thief);
	for (int i = 0; i < MANY; i++) {
		char what[32];

		snprintf(what, sizeof what, "svce=m%d acct=ada sync=#1", i);
		CHECK_OK(words_add(&house.homes[THIEF], GENP, what, much));
		if (i % 5 == 0)
			house_settle(&house);
	}
	house_settle(&house);
	house_remove(&house, READER, THIEF);
	exchange(&house, 3);
	knock(&house, &thief, false);
	CHECK(!has(&house, NEWCOMER, "svce=m0", much));
	evil_house_mute();
	go_on(&house);
	CHECK_OK(house_sync(&house, NEWCOMER, NULL));
	CHECK(has(&house, NEWCOMER, "svce=m0", much));
	CHECK(has(&house, NEWCOMER, "svce=m99", much));
}

/* Who cuts before all that it remembers names no list: one that is behind is shown another past. */
static void case_139_a_cut_at_a_list_that_nobody_names(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	CLEANUP_THIEF struct thief thief;
	KC_CLEANUP_CIRCLE struct kc_circle *remover = NULL;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_BUF struct kc_buf op = KC_BUF_INIT;
	struct kc_log_position start;
	const struct kc_exclusion *e;
	struct kc_writer_id writer;

	begin(&house, KC_LAYOUT_LOGS);
	steal(&house, "svce=a", false, &thief);
	writer = thief.writer;
	end_of_log(&writer, &start);
	show(&writer, OTHER, (unsigned)start.number + 1, NULL, true);
	for (int i = 0; i < FORGOTTEN; i++) {
		char what[32];

		snprintf(what, sizeof what, "svce=more%d acct=ada sync=#1", i);
		CHECK_OK(words_add(&house.homes[THIEF], GENP, what, "more"));
		CHECK_OK(house_sync(&house, THIEF, NULL));
		CHECK_OK(house_sync(&house, READER, NULL));
	}
	CHECK_FATAL(evil_house_add(&house, READER) == NEWCOMER);
	CHECK_OK(kc_keychain_device_remove(house.homes[NEWCOMER].keychain,
		thief.circle->identity.id.bytes, kc_bytes_str(HOUSE_PASSWORD), true,
		EVIL_HOUSE_NOW - 1, &report));
	remover = house_recall(&house, NEWCOMER);
	e = kc_list_find_exclusion(kc_circle_self(remover)->list, &thief.circle->identity.id);
	CHECK_FATAL(e != NULL && e->cut_seq > kc_circle_self(thief.circle)->list->seq);
	make_op(&thief, &start, e->cut_seq - 1, 0, &op);
	evil_house_mute();
	show(&writer, OTHER, (unsigned)start.number + 1, &op, true);
	for (int i = 0; i < 3; i++) {
		try_to(house_sync(&house, OTHER, NULL));
		CHECK_OK(house_sync(&house, READER, NULL));
		try_to(house_sync(&house, NEWCOMER, NULL));
	}
	for (size_t device = READER; device <= OTHER; device++)
		CHECK(has(&house, device, "svce=a", "first a"));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(case_136_an_old_number_behind_the_cut),
		CHECK_TEST(case_137_an_old_number_after_it_left),
		CHECK_TEST(case_138_another_past_for_a_newcomer),
		CHECK_TEST(case_138_another_beginning_of_a_long_log),
		CHECK_TEST(case_139_a_cut_at_a_list_that_nobody_names),
	};

	home_use_memory();
	return check_main("pasts", tests, KC_COUNT_OF(tests));
}
