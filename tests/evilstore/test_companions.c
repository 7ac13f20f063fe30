/* SPDX-License-Identifier: ISC */
/*
 * What a store of records can keep back alone of what a device published with its list: cases 100
 * to 102 and 112 of doc/attacks.md. Most of it was missed by nobody, were it not for the list that
 * names it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/keychain_sync.h"
#include "backend/sync/line/cell_name.h"
#include "tests/check.h"
#include "tests/evilstore/evil_house.h"

#define GENP KC_CLASS_GENERIC
#define NAME_MAX_LEN (KC_RECORDS_MAX_NAME + 1)
#define NEW_PASSWORD kc_bytes_str("another one for all devices")
#define DAY (INT64_C(24) * 60 * EVIL_HOUSE_MINUTE)

/* The elder let in the others; the witness is shown less than the rest. */
enum { ELDER, OTHER, WITNESS, NEWCOMER };

static void add(struct house *house, size_t device, const char *service)
{
	char attrs[80];

	snprintf(attrs, sizeof attrs, "svce=%s acct=ada sync=#1", service);
	CHECK_OK_FATAL(words_add(&house->homes[device], GENP, attrs, service));
}

static bool has(struct house *house, size_t device, const char *service)
{
	char query[80];

	snprintf(query, sizeof query, "svce=%s", service);
	return words_has_secret(&house->homes[device], GENP, query, service);
}

/* All have said that they have all: no list names anything any more. */
static void begin(struct house *house)
{
	evil_house_init(house, KC_LAYOUT_RECORDS, 3);
	add(house, ELDER, "a");
	house_settle(house);
	for (int day = 0; day < 2; day++) {
		house_clock_move(DAY + 1000);
		for (size_t device = 0; device < 3; device++)
			CHECK_OK_FATAL(house_sync(house, device, NULL));
	}
}

/* --- what is published --------------------------------------------------------------------------
 */

static void change_password(struct house *house)
{
	struct kc_sync_report report = {0};

	CHECK_OK_FATAL(kc_keychain_account_password(
		house->homes[ELDER].keychain, kc_bytes_str(HOUSE_PASSWORD), NEW_PASSWORD, &report));
}

static void make_keys(struct house *house)
{
	struct kc_sync_report report = {0};

	CHECK_OK_FATAL(kc_keychain_rotate(house->homes[ELDER].keychain, &report));
}

static void let_in(struct house *house)
{
	CHECK_FATAL(evil_house_add(house, ELDER) == NEWCOMER);
}

/* A newcomer is shown a part of the items, and asks its sponsor. */
static void ask(struct house *house)
{
	char name[NAME_MAX_LEN];

	evil_house_item(house, ELDER, "svce=a", name);
	evil_add(&(struct evil_rule){.verb = EVIL_HIDE, .devices = 1u << NEWCOMER, .names = name});
	house_add_home(house);
	evil_url(NEWCOMER, house->url);
	CHECK_ERR(house_knock(house, ELDER, NEWCOMER), KC_E_STORE_SUSPECT);
}

static void answer(struct house *house)
{
	ask(house);
	CHECK_OK_FATAL(house_sync(house, ELDER, NULL));
}

/* --- which cell of it ---------------------------------------------------------------------------
 */

struct companion {
	const char *what;
	void (*publish)(struct house *house);
	size_t writer;
	const char *key; /* or its beginning, when it ends in '/' */
	size_t of;	 /* the device that it ends with; SIZE_MAX: whatever comes first */
	bool replaces;	 /* there was another before */
};

#define ANY SIZE_MAX
/* clang-format off */
static const struct companion companions[] = {
	{"an account key record",            change_password, ELDER,    "k/",     ANY,      false},
	{"an epoch",                         make_keys,       ELDER,    "e/",     ANY,      false},
	{"shares for another",               make_keys,       ELDER,    "s/",     OTHER,    true},
	{"a voucher",                        let_in,          ELDER,    "v/",     NEWCOMER, false},
	{"a newcomer's permanent record",    let_in,          ELDER,    "perm/",  NEWCOMER, false},
	{"shares for a newcomer",            let_in,          ELDER,    "s/",     NEWCOMER, false},
	{"a permanent record",               let_in,          NEWCOMER, "perm",   ANY,      false},
	{"a question",                       ask,             NEWCOMER, "r",      ANY,      false},
	{"an answer",                        answer,          ELDER,    "r/",     NEWCOMER, false},
};
/* clang-format on */

/* All of them with KC_LONG, else one of some where one is as good as another. */
static size_t step = 3;

/* The writers of all devices, from before anybody left. */
static struct kc_writer_id writers[NEWCOMER + 1];

static bool was_there(const char *name)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

	return evil_get(evil_world(1), name, &value) == KC_OK;
}

/* One that is new, where any will do. */
static void find_new(
	const char *prefix, const struct kc_writer_id *writer, char ret[static NAME_MAX_LEN])
{
	char pattern[NAME_MAX_LEN];
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;
	size_t nth = 0;

	kc_buf_push_str(&key, prefix);
	kc_buf_push_str(&key, "*");
	CHECK_OK_FATAL(kc_cell_name_put(kc_buf_bytes(&key), writer, pattern));
	do {
		CHECK_FATAL(evil_find(evil_world(0), pattern, nth++, ret));
	} while (was_there(ret));
}

static void find_cell(const struct companion *c, char ret[static NAME_MAX_LEN])
{
	KC_CLEANUP_BUF struct kc_buf key = KC_BUF_INIT;
	size_t len = strlen(c->key);

	if (c->of == ANY && c->key[len - 1] == '/') {
		find_new(c->key, &writers[c->writer], ret);
		return;
	}
	kc_buf_push_str(&key, c->key);
	if (c->of != ANY)
		kc_op_put_hex(&key, KC_BYTES_OF(writers[c->of].bytes));
	CHECK_OK_FATAL(kc_cell_name_put(kc_buf_bytes(&key), &writers[c->writer], ret));
	CHECK_FATAL(was_there(ret) == c->replaces);
}

/* What a device has published, with an item, and nobody has looked at yet. */
static void publish(struct house *house, const struct companion *c, char name[static NAME_MAX_LEN])
{
	begin(house);
	evil_house_save(1);
	for (size_t device = 0; device < 3; device++)
		writers[device] = evil_house_writer(house, device);
	if (c->writer != NEWCOMER)
		add(house, c->writer, "b");
	c->publish(house);
	if (house->count > NEWCOMER)
		writers[NEWCOMER] = evil_house_writer(house, NEWCOMER);
	if (c->publish == let_in)
		add(house, c->writer, c->writer == NEWCOMER ? "b" : "c");
	CHECK_OK_FATAL(house_sync(house, ELDER, NULL));
	if (c->publish == let_in)
		CHECK_OK_FATAL(house_sync(house, NEWCOMER, NULL));
	find_cell(c, name);
}

/* --- what becomes of it -------------------------------------------------------------------------
 */

/* Up to which of its lists the witness has heard a device. */
static uint64_t heard(struct house *house, size_t writer)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, WITNESS);

	for (size_t i = 0; i < circle->member_count; i++) {
		struct kc_writer_id id = kc_circle_writer(&circle->members[i]->id);

		if (memcmp(&id, &writers[writer], sizeof id) == 0)
			return circle->members[i]->list ? circle->members[i]->list->seq : 0;
	}
	return 0;
}

/* Nothing of the list is taken, and what the witness has of its own is safe. */
static void is_held(struct house *house, const struct companion *c, uint64_t before)
{
	CHECK_MSG(heard(house, c->writer) == before, c->what);
	CHECK_MSG(!has(house, WITNESS, "b"), c->what);
	CHECK_MSG(has(house, WITNESS, "a") && has(house, WITNESS, "own"), c->what);
}

/* When it is shown again, all is as it should be. */
static void heals(struct house *house, const struct companion *c, uint64_t before)
{
	evil_house_mute();
	evil_house_is_content(house, WITNESS);
	CHECK_MSG(heard(house, c->writer) > before, c->what);
	CHECK_MSG(c->publish == ask || c->publish == answer || has(house, WITNESS, "b"), c->what);
	house_settle(house);
	CHECK_MSG(house_agrees(house), c->what);
	CHECK_OK(house_sync(house, ELDER, NULL));
	CHECK_MSG(has(house, ELDER, "own"), c->what);
}

static void attack(const struct companion *c, const struct evil_rule *how)
{
	CLEANUP_EVIL_HOUSE struct house house;
	struct kc_sync_report report = {0};
	struct evil_rule rule = *how;
	char name[NAME_MAX_LEN];
	uint64_t before;
	size_t number;

	publish(&house, c, name);
	before = heard(&house, c->writer);
	rule.devices = 1u << WITNESS;
	rule.names = name;
	number = evil_add(&rule);
	add(&house, WITNESS, "own");
	CHECK_OK(house_sync(&house, WITNESS, &report));
	CHECK_MSG(evil_deeds(number) > 0 && report.waiting > 0, c->what);
	is_held(&house, c, before);
	house_clock_move(EVIL_HOUSE_MINUTE);
	evil_house_is_content(&house, WITNESS); /* inside the grace time */
	house_clock_move(EVIL_HOUSE_GRACE);
	evil_house_is_alarmed(&house, WITNESS, "omission");
	is_held(&house, c, before);
	heals(&house, c, before);
}

static void case_100_a_companion_is_hidden(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(companions); i++)
		attack(&companions[i], &(struct evil_rule){.verb = EVIL_HIDE});
}

static void case_101_an_older_companion_is_shown(void)
{
	size_t count = 0;

	for (size_t i = 0; i < KC_COUNT_OF(companions); i++) {
		if (!companions[i].replaces)
			continue;
		attack(&companions[i], &(struct evil_rule){.verb = EVIL_REPLAY, .world = 1});
		count++;
	}
	CHECK(count > 0);
}

static void case_102_a_companion_is_spoilt(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(companions); i += step)
		attack(&companions[i], &(struct evil_rule){.verb = EVIL_FLIP, .at = 1});
}

/* --- what is no attack --------------------------------------------------------------------------
 */

/* The cells are read before the list is there: they are asked for by name, once. */
static void a_list_may_come_later(void)
{
	for (size_t i = 0; i < KC_COUNT_OF(companions); i += step) {
		const struct companion *c = &companions[i];
		CLEANUP_EVIL_HOUSE struct house house;
		char name[NAME_MAX_LEN], list[NAME_MAX_LEN];
		uint64_t before;

		publish(&house, c, name);
		before = heard(&house, c->writer);
		CHECK_OK_FATAL(kc_cell_name_put(kc_bytes_str("p"), &writers[c->writer], list));
		evil_add(&(struct evil_rule){
			.verb = EVIL_HIDE, .devices = 1u << WITNESS, .names = list});
		add(&house, WITNESS, "own");
		CHECK_OK(house_sync(&house, WITNESS, NULL));
		is_held(&house, c, before);
		heals(&house, c, before);
	}
}

/* --- what the store has lost --------------------------------------------------------------------
 */

/* Puts a value in the place of a cell, as the store may. */
static void put_over(const char *name, struct kc_bytes value)
{
	memory_cloud_put_record(0, KC_ZONE_RECORDS, name, value);
}

static void erase(const char *name)
{
	memory_cloud_lose_record(0, KC_ZONE_RECORDS, name);
	house_clock_move(DAY + 1000); /* nothing says so: it is looked for once a day */
}

static void take_away(const char *name)
{
	put_over(name, kc_bytes(NULL, 0));
}

static void spoil(const char *name)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

	CHECK_OK_FATAL(evil_get(evil_world(0), name, &value));
	value.data[value.len - 1] ^= 1;
	put_over(name, kc_buf_bytes(&value));
}

static void roll_back(const char *name)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

	CHECK_OK_FATAL(evil_get(evil_world(1), name, &value));
	put_over(name, kc_buf_bytes(&value));
}

/* Its writer looks at what is there, and nobody else waits for long. */
static void lose(const struct companion *c, void (*how)(const char *name))
{
	CLEANUP_EVIL_HOUSE struct house house;
	char name[NAME_MAX_LEN];
	uint64_t before;

	publish(&house, c, name);
	before = heard(&house, c->writer);
	CHECK_OK(house_sync(&house, c->writer, NULL)); /* it was there */
	how(name);
	CHECK_OK(house_sync(&house, c->writer, NULL));
	evil_house_is_content(&house, WITNESS);
	CHECK_MSG(heard(&house, c->writer) > before && has(&house, WITNESS, "b"), c->what);
	if (c->publish == answer)
		return; /* it is asked for anew another day */
	house_settle(&house);
	CHECK_MSG(house_agrees(&house), c->what);
}

/* A newcomer that does not know all yet asks anew. */
static bool mends(const struct companion *c)
{
	return c->publish != ask;
}

static void case_112_its_writer_says_it_again(void)
{
	static void (*const ways[])(const char *name) = {erase, take_away, spoil};
	size_t number = 0;

	for (size_t i = 0; i < KC_COUNT_OF(companions); i++) {
		if (!mends(&companions[i]))
			continue;
		if (step == 1)
			for (size_t way = 0; way < KC_COUNT_OF(ways); way++)
				lose(&companions[i], ways[way]);
		else
			lose(&companions[i], ways[number++ % KC_COUNT_OF(ways)]);
		if (companions[i].replaces)
			lose(&companions[i], roll_back);
	}
}

static bool is_empty(const char *name)
{
	KC_CLEANUP_BUF struct kc_buf value = KC_BUF_INIT;

	return evil_get(evil_world(0), name, &value) != KC_OK || value.len == 0;
}

/* A store that spoils it whenever it comes is given it ever more seldom. */
static void case_112_but_not_for_ever(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	char name[NAME_MAX_LEN];
	size_t written = 0;

	publish(&house, &companions[1], name);
	CHECK_OK(house_sync(&house, ELDER, NULL));
	for (int i = 0; i < 60; i++) {
		take_away(name);
		CHECK_OK(house_sync(&house, ELDER, NULL));
		written += !is_empty(name);
		house_clock_move(EVIL_HOUSE_MINUTE / 6);
	}
	CHECK(written >= 3 && written < 10);
	house_clock_move(60 * EVIL_HOUSE_MINUTE);
	CHECK_OK(house_sync(&house, ELDER, NULL));
	CHECK(!is_empty(name));
	evil_house_is_content(&house, WITNESS);
	CHECK(has(&house, WITNESS, "b"));
}

/* --- what is named ------------------------------------------------------------------------------
 */

static size_t named_by(struct house *house, size_t device)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, device);

	return kc_circle_self(circle)->list->companion_count;
}

/* A list names what somebody may lack, and no more. */
static void lists_forget_what_all_have(void)
{
	CLEANUP_EVIL_HOUSE struct house house;
	size_t named;

	begin(&house);
	for (size_t device = 0; device < 3; device++)
		CHECK(named_by(&house, device) == 0);
	make_keys(&house);
	named = named_by(&house, ELDER);
	CHECK(named > 2);
	CHECK_OK(house_sync(&house, OTHER, NULL));
	for (int day = 0; day < 2; day++) {
		house_clock_move(DAY + 1000);
		CHECK_OK(house_sync(&house, OTHER, NULL));
		CHECK_OK(house_sync(&house, ELDER, NULL));
	}
	CHECK(named_by(&house, ELDER) == named); /* the witness was not there */
	for (int day = 0; day < 2; day++) {
		house_clock_move(DAY + 1000);
		for (size_t device = 0; device < 3; device++)
			CHECK_OK(house_sync(&house, device, NULL));
	}
	CHECK(named_by(&house, ELDER) == 0);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(case_100_a_companion_is_hidden),
		CHECK_TEST(case_101_an_older_companion_is_shown),
		CHECK_TEST(case_102_a_companion_is_spoilt),
		CHECK_TEST(a_list_may_come_later),
		CHECK_TEST(case_112_its_writer_says_it_again),
		CHECK_TEST(case_112_but_not_for_ever),
		CHECK_TEST(lists_forget_what_all_have),
	};

	if (getenv("KC_LONG"))
		step = 1;
	home_use_memory();
	return check_main("companions", tests, KC_COUNT_OF(tests));
}
