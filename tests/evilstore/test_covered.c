/* SPDX-License-Identifier: ISC */
/* Of records: what one who is out writes over the items of others, with the keys that it had: case
 * 146 of doc/attacks.md. */
#include <string.h>

#include "backend/circle/record/head.h"
#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/evilstore/accomplice.h"
#include "tests/evilstore/evil_house.h"

#define GENP KC_CLASS_GENERIC
#define NAME_MAX_LEN (KC_RECORDS_MAX_NAME + 1)
#define NO_DOT (UINT64_C(1) << 40) /* that anybody has given */

/* Three devices; the third is put out, and its keys are kept. */
struct scene {
	struct house house;
	struct kc_circle *thief; /* owned */
	struct kc_buf own;	 /* the record of the item a, from before */
	char list[NAME_MAX_LEN]; /* the thief's */
	struct kc_buf said;	 /* which was this */
};

static void scene_done(struct scene *s)
{
	kc_circle_free(s->thief);
	kc_buf_done(&s->own);
	kc_buf_done(&s->said);
	evil_house_done(&s->house);
}
#define CLEANUP_SCENE KC_CLEANUP(scene_done)

static void settle(struct scene *s)
{
	for (int i = 0; i < 3; i++)
		for (size_t device = 0; device < 2; device++)
			CHECK_OK(house_sync(&s->house, device, NULL));
}

static void begin(struct scene *s)
{
	char name[NAME_MAX_LEN];

	memset(s, 0, sizeof *s);
	evil_house_init(&s->house, KC_LAYOUT_RECORDS, 3);
	CHECK_OK(words_add(&s->house.homes[0], GENP, "svce=a acct=ada sync=#1", "first a"));
	CHECK_OK(words_add(&s->house.homes[2], GENP, "svce=c acct=ada sync=#1", "first c"));
	house_settle(&s->house);
	evil_house_item(&s->house, 0, "svce=a", name);
	evil_house_cell(&s->house, 2, "p", s->list);
	accomplice_recall(s->house.homes[2].keychain, &s->thief);
	CHECK_OK_FATAL(evil_get(evil_world(0), name, &s->own));
	CHECK_OK_FATAL(evil_get(evil_world(0), s->list, &s->said));
	house_remove(&s->house, 0, 2);
	settle(s);
}

static bool has(struct scene *s, size_t device, const char *secret)
{
	return words_has_secret(&s->house.homes[device], GENP, "svce=a", secret);
}

static bool remembers(struct scene *s, size_t device, const char *secret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

	query.class = GENP;
	query.sync = KC_SYNC_ANY;
	query.want = KC_WANT_ATTRS | KC_WANT_SECRET;
	if (kc_keychain_item_history(s->house.homes[device].keychain, &home_user, &query, &found) !=
		KC_OK)
		return false;
	for (size_t i = 0; i < found.count; i++)
		if (kc_bytes_equal(kc_secret_bytes(&found.rows[i].secret), kc_bytes_str(secret)))
			return true;
	return false;
}

/* --- what the thief makes -----------------------------------------------------------------------
 */

struct forgery {
	const struct kc_peer_id *writer;
	uint64_t counter, t;
};

static void forge(struct kc_item_header *header, struct kc_item_body *body, const void *context)
{
	const struct forgery *f = context;

	(void)header;
	body->version.writer = *f->writer;
	body->version.t = f->t;
	body->counter = f->counter;
	body->replaced = 0;
	CHECK_OK_FATAL(kc_secret_set(&body->item.secret, kc_bytes_str("planted")));
}

static void cover(struct scene *s, const struct forgery *f)
{
	KC_CLEANUP_BUF struct kc_buf made = KC_BUF_INIT;

	CHECK_OK_FATAL(accomplice_item(s->thief, kc_buf_bytes(&s->own), forge, f, &made));
	CHECK_OK_FATAL(accomplice_put_item(s->thief, evil_world(0), kc_buf_bytes(&made)));
}

/* Its list is nothing that anybody can open: so it is waited for. */
static void shut_list(struct scene *s)
{
	struct kc_writer_id writer = kc_circle_writer(&s->thief->identity.id);

	for (size_t i = 12; i < 24; i++) /* the name of the key */
		s->said.data[i] ^= 1;
	CHECK_OK_FATAL(evil_put(evil_world(0), &writer, "p", kc_buf_bytes(&s->said)));
}

/* Whether what a device's last list says of the root of the items' view is exact. */
static bool is_exact(struct scene *s, size_t device)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(&s->house, device);
	const struct kc_list *list = kc_circle_self(circle)->list;
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;
	KC_CLEANUP_HEAD struct kc_head head = {0};
	const struct kc_held_epoch *held;
	const struct kc_list_head *row;
	struct kc_item_header header;

	CHECK_OK_FATAL(kc_item_record_peek(kc_buf_bytes(&s->own), &header));
	row = kc_list_find_head(list, header.view_tag);
	CHECK_FATAL(row != NULL);
	held = kc_circle_find_epoch(circle, row->kid);
	CHECK_FATAL(held != NULL);
	CHECK_OK_FATAL(kc_circle_epoch_key(circle, held, KC_VIEW_KEY_HEAD, &key));
	CHECK_OK_FATAL(kc_head_open(row->box,
		&(struct kc_head_place){&circle->account, &circle->identity.id, list->seq,
			header.view_tag, &held->epoch->name},
		&key, &head));
	return head.root.exact;
}

/* Each has said something since, and can be held to it. */
static void all_are_exact(struct scene *s)
{
	for (int i = 0; i < 2; i++) {
		house_clock_move(25 * 60 * EVIL_HOUSE_MINUTE);
		for (size_t device = 0; device < 2; device++)
			CHECK_OK(house_sync(&s->house, device, NULL));
	}
	CHECK(is_exact(s, 0) && is_exact(s, 1));
}

/* A value of its own, older than what is there, under a dot that no list names. */
static void case_146_an_older_value_is_planted(void)
{
	CLEANUP_SCENE struct scene s;

	begin(&s);
	shut_list(&s);
	cover(&s, &(struct forgery){&s.thief->identity.id, NO_DOT, EVIL_HOUSE_NOW - 1});
	for (int i = 0; i < 3; i++)
		for (size_t device = 2; device-- > 0;) {
			evil_house_is_content(&s.house, device);
			CHECK(has(&s, device, "first a"));
			CHECK(!remembers(&s, device, "planted"));
		}
	all_are_exact(&s);
	CHECK_FATAL(evil_house_add(&s.house, 0) == 3);
	CHECK(has(&s, 3, "first a"));
	CHECK(!remembers(&s, 3, "planted"));
}

/* Device 0 changes the item, and device 1 has yet to read that. */
static void change_unread(struct scene *s)
{
	house_clock_move(1000);
	CHECK_OK_FATAL(
		words_update(&s->house.homes[0], GENP, "svce=a", "labl=changed", "second a"));
	for (int i = 0; i < 2; i++)
		CHECK_OK_FATAL(house_sync(&s->house, 0, NULL));
}

static void comes_back(struct scene *s)
{
	for (int i = 0; i < 3; i++)
		for (size_t device = 0; device < 2; device++)
			CHECK_OK(house_sync(&s->house, device, NULL));
	for (size_t device = 0; device < 2; device++) {
		CHECK(has(s, device, "second a"));
		CHECK(!remembers(s, device, "planted"));
	}
	house_clock_move(EVIL_HOUSE_GRACE);
	evil_house_is_content(&s->house, 0);
	evil_house_is_content(&s->house, 1);
	all_are_exact(s);
}

static void case_146_over_what_others_have_yet_to_read(void)
{
	for (int awaited = 0; awaited < 2; awaited++) {
		CLEANUP_SCENE struct scene s;

		begin(&s);
		change_unread(&s);
		if (awaited)
			shut_list(&s);
		cover(&s, &(struct forgery){&s.thief->identity.id, NO_DOT, EVIL_HOUSE_NOW - 1});
		comes_back(&s);
	}
}

/* The same in the name of a member: with a dot that it has yet to give, older and newer than what
 * is there; and with one that all have acknowledged. */
static void case_146_in_the_name_of_a_member(void)
{
	const struct forgery forgeries[] = {
		{NULL, NO_DOT, EVIL_HOUSE_NOW - 1},
		{NULL, NO_DOT, EVIL_HOUSE_NOW + 100000},
		{NULL, 1, EVIL_HOUSE_NOW - 1},
	};

	for (size_t i = 0; i < KC_COUNT_OF(forgeries); i++) {
		CLEANUP_SCENE struct scene s;
		struct forgery f = forgeries[i];
		KC_CLEANUP_CIRCLE struct kc_circle *member = NULL;

		begin(&s);
		change_unread(&s);
		member = house_recall(&s.house, 0);
		f.writer = &member->identity.id;
		cover(&s, &f);
		comes_back(&s);
	}
}

/* For that it takes no key: a member's own record from before is written over the new one. */
static void case_146_with_a_record_from_before(void)
{
	CLEANUP_SCENE struct scene s;

	begin(&s);
	change_unread(&s);
	CHECK_OK(accomplice_put_item(s.thief, evil_world(0), kc_buf_bytes(&s.own)));
	comes_back(&s);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(case_146_an_older_value_is_planted),
		CHECK_TEST(case_146_over_what_others_have_yet_to_read),
		CHECK_TEST(case_146_in_the_name_of_a_member),
		CHECK_TEST(case_146_with_a_record_from_before),
	};

	home_use_memory();
	return check_main("covered", tests, KC_COUNT_OF(tests));
}
