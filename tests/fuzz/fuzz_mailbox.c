/* SPDX-License-Identifier: ISC */
/*
 * Any course of events as what two devices of the live channel live through, of which one may say
 * anything, with a store between them that puts anything anywhere. As in fuzz_circle.c signatures
 * and seals are always right. Whatever comes, each device takes no more than its share, keeps no
 * more than its room, and knows how far it and the other have come.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/circle/session/frame.h"
#include "backend/circle/session/live_impl.h"
#include "backend/sync/line/live_mailbox_impl.h"
#include "tests/circle/chance.h"
#include "tests/circle/fast_keys.h"
#include "tests/circle/memory_cloud.h"
#include "tests/circle/trio.h"
#include "tests/fuzz/fuzz.h"

#define NOW UINT64_C(1800000000000)
#define MINUTE UINT64_C(60000)
#define DAY (UINT64_C(24) * 60 * MINUTE)
#define SEED 77
enum { EVENTS_MAX = 64, KEPT_MAX = 32, SPOKEN = 2 }; /* Cat says nothing, but has a log */

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* --- the world ----------------------------------------------------------------------------------
 */

static struct kc_cloud *cloud;
static struct kc_live_mailbox *boxes[SPOKEN];
static uint64_t now_ms;
static bool is_altered; /* the store has put something into a log */

/* Messages that were in the store. */
static struct kc_buf kept[KEPT_MAX];
static size_t kept_count;

/* An input, which may end anywhere. */
static struct kc_bytes input;

static uint8_t take_byte(void)
{
	uint8_t byte = input.len ? input.data[0] : 0;

	if (input.len)
		input = kc_bytes(input.data + 1, input.len - 1);
	return byte;
}

/* A piece with its length, or what is left. */
static struct kc_bytes take_bytes(void)
{
	size_t len = (size_t)take_byte() << 8 | take_byte();
	struct kc_bytes bytes = kc_bytes(input.data, len < input.len ? len : input.len);

	input = kc_bytes(input.data + bytes.len, input.len - bytes.len);
	return bytes;
}

/* --- what a device may be in --------------------------------------------------------------------
 */

static void check_link(const struct kc_live_link *link)
{
	const struct kc_live *all[] = {link->open, link->begun, link->answered};

	must(link->oldest <= link->position.number + 1);
	must(is_altered || link->position.number - link->oldest < KC_LIVE_MAX_STANDING ||
		link->oldest > link->position.number);
	for (size_t i = 0; i < KC_COUNT_OF(all); i++)
		must(!all[i] || !kc_live_is_over(all[i]));
	must(!link->begun || !link->answered);
	if (!link->open)
		return;
	must(kc_live_is_open(link->open));
	must(link->opened_by_peer <= kc_live_sent(link->open));
	must(kc_live_sent(link->open) - link->opened_by_peer <= KC_LIVE_WINDOW);
	must(link->acknowledged <= kc_live_received(link->open));
}

static void check_box(const struct kc_live_mailbox *box)
{
	must(box->said_count <= KC_LIVE_MAX_SAID && box->offered_count == 0);
	for (size_t i = 0; i < box->said_count; i++) {
		struct kc_live_payload payload;

		must(kc_live_payload_parse(kc_buf_bytes(&box->said[i].plain), &payload) == KC_OK);
	}
	for (size_t i = 0; i < box->link_count; i++)
		check_link(box->links[i]);
}

/* --- what happens -------------------------------------------------------------------------------
 */

static void take_turn(int device, bool news)
{
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	struct kc_live_turn turn = {
		cloud, trio_circles[device], &trio_trusts[device], now_ms, NULL};
	const struct kc_live_counts *counts = kc_live_mailbox_counts(boxes[device]);
	struct kc_live_counts before = *counts;

	must(kc_cloud_list(cloud, &logs) == KC_OK);
	kc_live_mailbox_listen(boxes[device], &turn, &logs);
	kc_live_mailbox_speak(boxes[device], &turn, news);
	must(counts->read - before.read <= KC_LIVE_MAX_READS);
	must(counts->sent - before.sent < TRIO_SIZE);
	check_box(boxes[device]);
}

static void either_turn(void)
{
	uint8_t how = take_byte();

	take_turn(how & 1 ? ANN : BOB, how & 2);
}

static void time_passes(void)
{
	static const uint64_t spans[] = {MINUTE, 11 * MINUTE, 61 * MINUTE, DAY};

	now_ms += spans[take_byte() % KC_COUNT_OF(spans)];
}

static void is_taken(void)
{
	size_t count;
	struct kc_live_mailbox *box = boxes[take_byte() & 1];
	struct kc_live_said *said = kc_live_mailbox_said(box, &count);

	for (size_t i = 0; i < count; i++)
		said[i].weighed = said[i].settled = true;
	kc_live_mailbox_settle(box, now_ms);
	must(box->said_count == 0);
}

static void starts_again(void)
{
	size_t device = take_byte() & 1;

	kc_live_mailbox_free(boxes[device]);
	must(kc_live_mailbox_new(&boxes[device]) == KC_OK);
}

static void is_locked(void)
{
	struct kc_live_mailbox *box = boxes[take_byte() & 1];

	kc_live_mailbox_forget(box);
	must(box->said_count == 0);
}

/* Items are offered just before they are spoken of. */
static void has_items(void)
{
	int device = take_byte() & 1 ? ANN : BOB;
	const struct kc_writer_id writer = kc_circle_writer(trio_id(device));
	const struct kc_log_position start = {0};
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_BUF struct kc_buf operation = KC_BUF_INIT;
	struct kc_log_position ignored;
	size_t count = take_byte() % (KC_LIVE_MAX_ITEMS + 2);

	kc_op_builder_init(&builder, &writer, &start, false);
	for (size_t i = 0; i < count; i++)
		kc_op_builder_put(&builder, kc_bytes_str("i/00"), kc_bytes_str("an item"));
	must(kc_op_builder_end(&builder, &start, &operation, &ignored) == KC_OK);
	kc_live_mailbox_offer(boxes[device], &writer, 1, kc_buf_bytes(&operation));
	take_turn(device, true);
}

/* --- what the store does ------------------------------------------------------------------------
 */

static const int slots[][2] = {{ANN, BOB}, {BOB, ANN}, {CAT, BOB}, {BOB, CAT}};

struct place {
	struct kc_writer_id writer;
	uint64_t last; /* 0: nothing is there */
};

static struct place take_place(void)
{
	const int *slot = slots[take_byte() % KC_COUNT_OF(slots)];
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	const struct kc_cloud_log *log;
	struct place place = {.last = 0};

	must(kc_account_live_slot(kc_circle_keys(trio_circles[slot[0]]),
		     &trio_circles[slot[0]]->account, trio_id(slot[0]), trio_id(slot[1]),
		     now_ms / DAY, place.writer.bytes) == KC_OK);
	must(kc_cloud_list(cloud, &logs) == KC_OK);
	log = kc_cloud_logs_find(&logs, &place.writer);
	if (log)
		place.last = log->last;
	return place;
}

/* The message that stands last somewhere; false when there is none. */
static bool find_last(const struct place *place, struct kc_buf *ret)
{
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_op_write write;
	struct kc_op op;

	if (!place->last || kc_cloud_read(cloud, &place->writer, place->last, &bytes) != KC_OK ||
		kc_op_parse(kc_buf_bytes(&bytes), &place->writer, place->last, &op) != KC_OK ||
		!kc_op_next(&op, &write))
		return false;
	kc_buf_push(ret, write.value.data, write.value.len);
	must(kc_buf_check(ret) == KC_OK);
	return true;
}

static void put_message(const struct place *place, uint64_t number, struct kc_bytes message)
{
	const struct kc_log_position before = {.number = number - 1};
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
	struct kc_log_position ignored;

	kc_op_builder_init(&builder, &place->writer, &before, false);
	kc_op_builder_put(&builder, kc_bytes_str(KC_LIVE_KEY), message);
	must(kc_op_builder_end(&builder, &before, &bytes, &ignored) == KC_OK);
	memory_cloud_put(0, &place->writer, number, kc_buf_bytes(&bytes));
	is_altered = true;
}

/* In the place of the last one, behind it, or behind a hole. */
static uint64_t take_number(const struct place *place)
{
	uint64_t number = place->last + take_byte() % 24;

	return number ? number : 1;
}

static void store_puts_message(void)
{
	struct place place = take_place();
	uint64_t number = take_number(&place);

	put_message(&place, number, take_bytes());
}

static void store_puts_operation(void)
{
	struct place place = take_place();
	uint64_t number = take_number(&place);

	memory_cloud_put(0, &place.writer, number, take_bytes());
	is_altered = true;
}

static void store_keeps(void)
{
	struct place place = take_place();

	if (kept_count < KEPT_MAX && find_last(&place, &kept[kept_count]))
		kept_count++;
}

static void store_repeats(void)
{
	struct place place = take_place();
	uint64_t number = take_number(&place);
	size_t which = take_byte();

	if (kept_count)
		put_message(&place, number, kc_buf_bytes(&kept[which % kept_count]));
}

static void store_alters(void)
{
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT;
	struct place place = take_place();
	size_t at = take_byte();
	uint8_t change = take_byte();

	if (!find_last(&place, &message) || !message.len)
		return;
	message.data[at % message.len] ^= change;
	put_message(&place, place.last, kc_buf_bytes(&message));
}

static void store_drops(void)
{
	struct place place = take_place();
	uint64_t number = take_number(&place);

	must(kc_cloud_drop(cloud, &place.writer, number) == KC_OK);
}

/* --- what a member says that says anything ------------------------------------------------------
 */

/* Ann's next data message to Bob: she does not know of it, so her session ends with Bob's answer,
 * and he has had it. */
static void member_says(void)
{
	KC_CLEANUP_BUF struct kc_buf message = KC_BUF_INIT, box = KC_BUF_INIT;
	struct kc_live_link *link = kc_live_mailbox_find_link(boxes[BOB], trio_id(ANN));
	struct kc_bytes plain;
	struct place place = {.last = 0};
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	const struct kc_cloud_log *log;
	struct kc_der_writer w;

	plain = take_bytes();
	if (!link || !link->open)
		return;
	must(kc_account_live_slot(kc_circle_keys(trio_circles[ANN]), &trio_circles[ANN]->account,
		     trio_id(ANN), trio_id(BOB), now_ms / DAY, place.writer.bytes) == KC_OK);
	must(kc_cloud_list(cloud, &logs) == KC_OK);
	log = kc_cloud_logs_find(&logs, &place.writer);
	kc_buf_push(&box, plain.data, plain.len);
	kc_buf_extend(&box, KC_GCM_TAG_LEN);
	kc_frame_begin(&w, &message, kc_live_session(link->open)->bytes, KC_LIVE_DATA);
	kc_der_put_uint(&w, link->open->lanes[kc_live_other(link->open->role)].generation);
	kc_der_put_uint(&w, kc_live_received(link->open));
	kc_der_put_bytes(&w, kc_buf_bytes(&box));
	must(kc_frame_end(&w) == KC_OK);
	put_message(&place, log ? log->last + 1 : 1, kc_buf_bytes(&message));
	take_turn(BOB, false);
}

/* --- all of it ----------------------------------------------------------------------------------
 */

static void (*const events[])(void) = {
	either_turn,
	time_passes,
	is_taken,
	starts_again,
	is_locked,
	has_items,
	store_puts_message,
	store_puts_operation,
	store_keeps,
	store_repeats,
	store_alters,
	store_drops,
	member_says,
};

static void end_world(void)
{
	for (size_t i = 0; i < SPOKEN; i++) {
		kc_live_mailbox_free(boxes[i]);
		boxes[i] = NULL;
	}
	for (size_t i = 0; i < kept_count; i++)
		kc_buf_done(&kept[i]);
	kept_count = 0;
}

/* Ann and Bob have a session, and each has said what it knows. */
static void begin_world(void)
{
	chance_seed_random(SEED);
	memory_cloud_clear(0);
	now_ms = NOW;
	is_altered = false;
	for (size_t i = 0; i < SPOKEN; i++)
		must(kc_live_mailbox_new(&boxes[i]) == KC_OK);
	take_turn(ANN, true);
	for (int i = 0; i < 3; i++) {
		take_turn(BOB, false);
		take_turn(ANN, false);
	}
	must(kc_live_mailbox_counts(boxes[ANN])->opened == 1 &&
		kc_live_mailbox_counts(boxes[BOB])->received == 1);
}

static void leave(void)
{
	kc_cloud_close(cloud);
	memory_cloud_done();
	trio_free();
}

static void start(void)
{
	char url[MEMORY_CLOUD_URL];

	chance_seed_random(SEED);
	trio_make();
	fast_keys_believe = true;
	memory_cloud_register(false);
	memory_cloud_url(0, url);
	must(kc_cloud_open(url, &cloud) == KC_OK);
	must(atexit(leave) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (!cloud)
		start();
	begin_world();
	input = kc_bytes(data, len);
	for (int i = 0; i < EVENTS_MAX && input.len; i++)
		events[take_byte() % KC_COUNT_OF(events)]();
	end_world();
	return 0;
}
