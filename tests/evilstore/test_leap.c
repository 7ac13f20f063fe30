/* SPDX-License-Identifier: ISC */
/* Logs that begin anew with more than one exchange reads, and such as never say so: case 130 of
 * doc/attacks.md. What is read is counted. */
#include <stdlib.h>
#include <string.h>

#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/circle/signing.h"
#include "tests/evilstore/evil_house.h"

#define GENP KC_CLASS_GENERIC

/* Of 3 MiB each; in an exchange a log of two may take up a third of 32 MiB. */
enum { SHARE = 4, LARGE = 3 << 20 };

static unsigned reads; /* of large operations, by the second device */

static bool count_large(void *context, const char *name, struct kc_buf *value)
{
	(void)context;
	(void)name;
	reads += value->len > LARGE;
	return true;
}

static void count_reads(void)
{
	reads = 0;
	evil_add(&(struct evil_rule){.verb = EVIL_CHANGE,
		.devices = 1 << 1,
		.names = EVIL_ANY_OPERATION,
		.change = count_large});
}

/* What the third device might write: a log that goes on behind a gap. */
struct writer {
	struct kc_circle *circle;
	struct kc_writer_id id;
	struct kc_log_position at;
	uint64_t first; /* of those behind the gap */
};

static void writer_done(struct writer *w)
{
	kc_circle_free(w->circle);
}
#define CLEANUP_WRITER KC_CLEANUP(writer_done)

/* What its list says of the log; 0: that it never began anew. */
static void write_operation(struct writer *w, bool is_base, size_t len, uint64_t begins)
{
	static uint8_t much[LARGE];
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_FREE struct kc_list *list = calloc(1, sizeof *list);
	KC_CLEANUP_BUF struct kc_buf operation = KC_BUF_INIT;

	CHECK_FATAL(list != NULL);
	list->peer = w->circle->identity.id;
	list->seq = 1;
	list->base = begins;
	memcpy(list->name, "old", sizeof "old");
	kc_op_builder_init(&builder, &w->id, &w->at, is_base);
	kc_op_builder_put(&builder, kc_bytes_str("i/00"), kc_bytes(much, len));
	CHECK_OK_FATAL(signing_end(w->circle, list, &builder, &w->at, &operation, &w->at));
	kc_op_builder_done(&builder);
	CHECK_OK_FATAL(
		kc_cloud_append(evil_world(0), &w->id, w->at.number, kc_buf_bytes(&operation)));
}

/* The same, made by the store: nobody opens its list. */
static void make_operation(struct writer *w)
{
	static uint8_t much[LARGE];
	static const struct kc_siv_key nobodys = {{7}};
	static const struct kc_meta_key key = {.kid = {9}, .siv = &nobodys};
	static const struct kc_account_id account;
	struct kc_place_in_store place = {&account, &w->id, kc_bytes_str("p")};
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_BUF struct kc_buf list = KC_BUF_INIT, operation = KC_BUF_INIT;

	CHECK_OK_FATAL(kc_envelope_seal(&key, &place, kc_bytes_str("a list"), &list));
	kc_op_builder_init(&builder, &w->id, &w->at, true);
	kc_op_builder_put(&builder, kc_bytes_str("i/00"), KC_BYTES_OF(much));
	kc_op_builder_put(&builder, kc_bytes_str("p"), kc_buf_bytes(&list));
	CHECK_OK_FATAL(kc_op_builder_end(&builder, &w->at, &operation, &w->at));
	CHECK_OK_FATAL(
		kc_cloud_append(evil_world(0), &w->id, w->at.number, kc_buf_bytes(&operation)));
}

/* It is about to write behind an operation that is lost. */
static void take_up(const struct house *house, struct writer *w)
{
	kc_circle_free(w->circle);
	w->circle = house_recall(house, 2);
	w->id = kc_circle_writer(&w->circle->identity.id);
	w->at = kc_circle_self(w->circle)->position;
	w->at.number++;
	w->first = w->at.number + 1;
}

/* Three devices that agree. */
static void begin(struct house *house, struct writer *w)
{
	evil_house_init(house, KC_LAYOUT_LOGS, 3);
	CHECK_OK_FATAL(words_add(&house->homes[2], GENP, "svce=a acct=ada sync=#1", "a"));
	house_settle(house);
	take_up(house, w);
}

static void drop_old(const struct writer *w)
{
	CHECK_OK_FATAL(kc_cloud_drop(evil_world(0), &w->id, w->first));
}

/* How far the second device has settled that log. */
static uint64_t settled(const struct house *house, const struct writer *w)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = house_recall(house, 1);
	const struct kc_member *member = kc_circle_find(circle, &w->circle->identity.id);

	CHECK_FATAL(member != NULL);
	return member->position.number;
}

static unsigned reads_of_an_exchange(struct house *house)
{
	unsigned before = reads;

	house_clock_move(EVIL_HOUSE_GRACE);
	evil_house_is_content(house, 1);
	return reads - before;
}

/* By the keys of a device, which may be out. Each operation is read once, and nothing is missed
 * until all were. */
static void case_130_a_beginning_that_its_writer_never_ends(void)
{
	enum { MANY = 3 * SHARE };

	for (int is_out = 0; is_out < 2; is_out++) {
		CLEANUP_EVIL_HOUSE struct house house;
		CLEANUP_WRITER struct writer w = {0};
		unsigned rounds = 0;

		begin(&house, &w);
		if (is_out) {
			house_remove(&house, 0, 2);
			evil_house_is_content(&house, 1);
		}
		for (int i = 0; i < MANY; i++)
			write_operation(&w, true, LARGE, 0);
		drop_old(&w);
		count_reads();
		for (; reads <= MANY && rounds <= MANY / SHARE; rounds++)
			CHECK(reads_of_an_exchange(&house) <= SHARE);
		CHECK(reads == MANY + 1); /* the last one twice */
		for (int i = 0; i < 2; i++) {
			CHECK_OK(house_sync(&house, 1, NULL));
			CHECK(reads == MANY + 1);
		}
		house_clock_move(EVIL_HOUSE_GRACE);
		if (is_out)
			evil_house_is_content(&house, 1);
		else
			evil_house_is_alarmed(&house, 1, "omission");
		CHECK(reads == MANY + 1);
		/* What it adds is looked at by itself. */
		write_operation(&w, true, LARGE, 0);
		evil_house_mute();
		count_reads();
		CHECK(house_sync(&house, 1, NULL) == (is_out ? KC_OK : KC_E_STORE_SUSPECT));
		CHECK(reads == 1);
	}
}

/* What the store may have made is looked at again, as a key may come: but no more than its share,
 * and it is missed meanwhile. */
static void case_130_a_beginning_by_the_store(void)
{
	enum { MANY = 3 * SHARE };
	CLEANUP_EVIL_HOUSE struct house house;
	CLEANUP_WRITER struct writer w = {0};

	begin(&house, &w);
	for (int i = 0; i < MANY; i++)
		make_operation(&w);
	drop_old(&w);
	count_reads();
	CHECK_OK(house_sync(&house, 1, NULL));
	for (int i = 0; i < 2 * MANY / SHARE; i++) {
		unsigned before = reads;

		house_clock_move(EVIL_HOUSE_GRACE);
		evil_house_is_alarmed(&house, 1, "omission");
		CHECK(reads > before && reads - before <= SHARE);
	}
}

/* Its writer's word is in the last operation, or only behind all that is repeated. */
static void case_130_a_large_beginning_arrives(void)
{
	enum { MANY = 14 };

	for (int goes_on = 0; goes_on < 2; goes_on++) {
		CLEANUP_EVIL_HOUSE struct house house;
		CLEANUP_WRITER struct writer w = {0};
		int rounds = 0;

		begin(&house, &w);
		for (int i = 0; i < MANY; i++)
			write_operation(&w, true, LARGE, i + 1 == MANY ? w.first : 0);
		if (goes_on)
			write_operation(&w, false, 1, 0);
		drop_old(&w);
		count_reads();
		while (settled(&house, &w) < w.at.number && rounds++ < MANY)
			(void)reads_of_an_exchange(&house);
		CHECK(rounds == (goes_on ? (MANY + SHARE - 1) / SHARE : 1));
		CHECK(reads <= 2 * MANY + MANY / SHARE);
	}
}

/* Its lists are under a key that comes later: all is looked at once more. */
static void case_130_a_key_that_comes_late(void)
{
	enum { MANY = SHARE + 2 };
	CLEANUP_EVIL_HOUSE struct house house;
	CLEANUP_WRITER struct writer w = {0};
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_BUF struct kc_buf with_keys = KC_BUF_INIT;
	int rounds = 0;

	begin(&house, &w);
	CHECK_OK_FATAL(kc_keychain_rotate(house.homes[2].keychain, &report));
	take_up(&house, &w);
	CHECK_OK_FATAL(kc_cloud_read(evil_world(0), &w.id, w.at.number - 1, &with_keys));
	for (int i = 0; i < MANY; i++)
		write_operation(&w, true, LARGE, i + 1 == MANY ? w.first : 0);
	drop_old(&w);
	for (int i = 0; i < 4; i++)
		CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(settled(&house, &w) < w.first);
	memory_cloud_put(0, &w.id, w.first - 2, kc_buf_bytes(&with_keys));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(settled(&house, &w) == w.first - 2);
	drop_old(&w);
	while (settled(&house, &w) < w.at.number && rounds++ < MANY)
		evil_house_is_content(&house, 1);
	CHECK(settled(&house, &w) == w.at.number);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(case_130_a_beginning_that_its_writer_never_ends),
		CHECK_TEST(case_130_a_beginning_by_the_store),
		CHECK_TEST(case_130_a_large_beginning_arrives),
		CHECK_TEST(case_130_a_key_that_comes_late),
	};

	home_use_memory();
	return check_main("leap", tests, KC_COUNT_OF(tests));
}
