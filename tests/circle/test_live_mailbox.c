/* SPDX-License-Identifier: ISC */
/* The live channel through a store: it finds its way, takes no more than its share, and stops for
 * whatever is not the other's. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "backend/sync/line/live_mailbox_impl.h"
#include "tests/check.h"
#include "tests/circle/trio.h"
#include "tests/file.h"

#define NOW UINT64_C(1800000000000)
#define MINUTE UINT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* --- a store, and a mailbox for each device ------------------------------------------------------
 */

struct post {
	char store[64];
	struct kc_cloud *cloud;
	struct kc_live_mailbox *boxes[TRIO_SIZE];
	uint64_t now_ms;
};

static void post_done(struct post *post)
{
	for (size_t i = 0; i < TRIO_SIZE; i++)
		kc_live_mailbox_free(post->boxes[i]);
	kc_cloud_close(post->cloud);
	file_remove_tree(post->store);
}
#define CLEANUP_POST KC_CLEANUP(post_done)

static void post_init(struct post *post)
{
	KC_CLEANUP_BUF struct kc_buf marker = KC_BUF_INIT;
	const char *base = getenv("TMPDIR");

	*post = (struct post){.now_ms = NOW};
	snprintf(post->store, sizeof post->store, "%s/kc-post-XXXXXX",
		base && strlen(base) < 40 ? base : "/tmp");
	CHECK_FATAL(mkdtemp(post->store) != NULL);
	CHECK_OK_FATAL(kc_cloud_open(post->store, &post->cloud));
	CHECK_OK_FATAL(kc_account_put_marker(&trio_circles[ANN]->account, KC_LAYOUT_LOGS, &marker));
	CHECK_OK_FATAL(kc_cloud_put_marker(post->cloud, kc_buf_bytes(&marker)));
	for (size_t i = 0; i < TRIO_SIZE; i++)
		CHECK_OK_FATAL(kc_live_mailbox_new(&post->boxes[i]));
}

/* One exchange of a device that trusts so; news: it has something to say. */
static void turn_with(struct post *post, int device, const struct kc_trust *trust, bool news)
{
	struct kc_live_turn turn = {post->cloud, trio_circles[device], trust, post->now_ms, NULL};
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};

	CHECK_OK_FATAL(kc_cloud_list(post->cloud, &logs));
	kc_live_mailbox_listen(post->boxes[device], &turn, &logs);
	kc_live_mailbox_speak(post->boxes[device], &turn, news);
}

static void turn(struct post *post, int device, bool news)
{
	turn_with(post, device, &trio_trusts[device], news);
}

static const struct kc_live_counts *counts(const struct post *post, int device)
{
	return kc_live_mailbox_counts(post->boxes[device]);
}

/* How many messages a device has heard and not yet taken. */
static size_t heard(const struct post *post, int device)
{
	size_t count;

	(void)kc_live_mailbox_said(post->boxes[device], &count);
	return count;
}

/* Nothing is held any more. */
static void take_all(struct post *post, int device)
{
	size_t count;
	struct kc_live_said *said = kc_live_mailbox_said(post->boxes[device], &count);

	for (size_t i = 0; i < count; i++)
		said[i].weighed = said[i].settled = true;
	kc_live_mailbox_settle(post->boxes[device], post->now_ms);
}

static size_t count_logs(const struct post *post)
{
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};

	CHECK_OK_FATAL(kc_cloud_list(post->cloud, &logs));
	return logs.count;
}

/* A session between two, and what each has to say first. Cat is not there. */
static void meet(struct post *post)
{
	turn(post, ANN, true);
	for (int i = 0; i < 3; i++) {
		turn(post, BOB, false);
		turn(post, ANN, false);
	}
	CHECK_FATAL(counts(post, ANN)->opened == 1 && counts(post, BOB)->opened == 1);
	CHECK_FATAL(heard(post, ANN) == 1 && heard(post, BOB) == 1);
	take_all(post, ANN);
	take_all(post, BOB);
}

/* An operation of Ann's with items, each of so many bytes. */
static void offer_items(struct post *post, size_t count, size_t len)
{
	const struct kc_writer_id writer = kc_circle_writer(trio_id(ANN));
	const struct kc_log_position start = {0};
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_FREE uint8_t *item = calloc(len, 1);
	KC_CLEANUP_BUF struct kc_buf operation = KC_BUF_INIT;
	struct kc_log_position position;

	kc_op_builder_init(&builder, &writer, &start, false);
	kc_op_builder_put(&builder, kc_bytes_str("p"), kc_bytes_str("a list"));
	for (size_t i = 0; i < count; i++)
		kc_op_builder_put(&builder, kc_bytes_str("i/00"), kc_bytes(item, len));
	CHECK_OK_FATAL(kc_op_builder_end(&builder, &start, &operation, &position));
	kc_live_mailbox_offer(post->boxes[ANN], &writer, 1, kc_buf_bytes(&operation));
}

/* Items in the only message that a device has heard. */
static size_t items_heard(const struct post *post, int device)
{
	struct kc_live_payload payload;
	size_t count;
	struct kc_live_said *said = kc_live_mailbox_said(post->boxes[device], &count);

	CHECK_FATAL(count == 1);
	CHECK_OK_FATAL(kc_live_payload_parse(kc_buf_bytes(&said->plain), &payload));
	CHECK(payload.head_count == TRIO_SIZE);
	return payload.item_count;
}

/* --- as it should be ----------------------------------------------------------------------------
 */

static void two_devices_meet(void)
{
	CLEANUP_POST struct post post;

	post_init(&post);
	meet(&post);
	/* What is offered is said at once; what is too much is not, but that there is something. */
	offer_items(&post, 2, 100);
	turn(&post, ANN, true);
	turn(&post, BOB, false);
	CHECK(items_heard(&post, BOB) == 2);
	take_all(&post, BOB);
	offer_items(&post, KC_LIVE_MAX_ITEMS, KC_LIVE_MAX_ITEMS_LEN / KC_LIVE_MAX_ITEMS);
	turn(&post, ANN, true);
	turn(&post, BOB, false);
	CHECK(items_heard(&post, BOB) == KC_LIVE_MAX_ITEMS);
	take_all(&post, BOB);
	offer_items(&post, KC_LIVE_MAX_ITEMS + 1, 10);
	offer_items(&post, 1, KC_LIVE_MAX_ITEM + 1);
	post.now_ms += KC_LIVE_TELL_MS;
	turn(&post, ANN, true);
	turn(&post, BOB, false);
	CHECK(items_heard(&post, BOB) == 0);
	CHECK(counts(&post, ANN)->refused == 0 && counts(&post, BOB)->refused == 0);
	CHECK(counts(&post, ANN)->failed == 0 && counts(&post, BOB)->failed == 0);
}

/* Nothing happens as long as nobody has anything to say, and what is said is not said too often. */
static void idle_devices_do_nothing(void)
{
	CLEANUP_POST struct post post;
	struct kc_live_counts before[TRIO_SIZE];

	post_init(&post);
	turn(&post, ANN, false);
	CHECK(count_logs(&post) == 0);
	meet(&post);
	turn(&post, ANN, false);
	for (int device = ANN; device <= BOB; device++)
		before[device] = *counts(&post, device);
	for (int i = 0; i < 5; i++)
		for (int device = ANN; device <= BOB; device++)
			turn(&post, device, false);
	for (int device = ANN; device <= BOB; device++)
		CHECK(memcmp(&before[device], counts(&post, device), sizeof before[device]) == 0);
	/* News without items: now and then. */
	for (int i = 0; i < 5; i++)
		turn(&post, ANN, true);
	CHECK(counts(&post, ANN)->sent == before[ANN].sent);
	post.now_ms += KC_LIVE_TELL_MS;
	turn(&post, ANN, false);
	CHECK(counts(&post, ANN)->sent == before[ANN].sent + 1);
}

/* Both say hello before either has heard the other. */
static void hellos_that_cross(void)
{
	CLEANUP_POST struct post post;

	post_init(&post);
	turn(&post, ANN, true);
	/* Bob's look at the store is from before. */
	struct kc_live_turn blind = {
		post.cloud, trio_circles[BOB], &trio_trusts[BOB], post.now_ms, NULL};
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs none = {0};
	kc_live_mailbox_listen(post.boxes[BOB], &blind, &none);
	kc_live_mailbox_speak(post.boxes[BOB], &blind, true);
	for (int i = 0; i < 4; i++) {
		turn(&post, ANN, false);
		turn(&post, BOB, false);
	}
	CHECK(counts(&post, ANN)->opened == 1 && counts(&post, BOB)->opened == 1);
	CHECK(heard(&post, ANN) == 1 && heard(&post, BOB) == 1);
	CHECK(counts(&post, ANN)->refused == 0 && counts(&post, BOB)->refused == 0);
}

/* A log never holds more than so many operations, however much is said. */
static void logs_stay_short(void)
{
	CLEANUP_POST struct post post;

	post_init(&post);
	meet(&post);
	for (int i = 0; i < 100; i++) {
		KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};

		offer_items(&post, 1, 10);
		turn(&post, ANN, true);
		turn(&post, BOB, false);
		CHECK(heard(&post, BOB) == 1);
		take_all(&post, BOB);
		take_all(&post, ANN);
		CHECK_OK_FATAL(kc_cloud_list(post.cloud, &logs));
		for (size_t k = 0; k < logs.count; k++)
			CHECK(logs.rows[k].last - logs.rows[k].first < KC_LIVE_MAX_STANDING);
	}
	CHECK(counts(&post, ANN)->refused == 0 && counts(&post, BOB)->refused == 0);
	CHECK(counts(&post, ANN)->sent == 101);
}

/* Whoever does not answer is not told more and more; and is found again when it is back. */
static void silence_is_borne(void)
{
	CLEANUP_POST struct post post;

	post_init(&post);
	meet(&post);
	for (int i = 0; i < 3 * KC_LIVE_WINDOW; i++) {
		offer_items(&post, 1, 10);
		turn(&post, ANN, true);
	}
	CHECK(counts(&post, ANN)->sent <= 1 + KC_LIVE_WINDOW);
	/* Bob comes back in time. */
	turn(&post, BOB, false);
	CHECK(heard(&post, BOB) >= KC_LIVE_WINDOW - 1);
	CHECK(counts(&post, BOB)->refused == 0);
	turn(&post, ANN, false);
	CHECK(counts(&post, ANN)->ended == 0);
	/* Bob does not come back, and then as one that has forgotten everything. */
	for (int i = 0; i < 3 * KC_LIVE_WINDOW; i++) {
		offer_items(&post, 1, 10);
		turn(&post, ANN, true);
	}
	post.now_ms += HOUR;
	turn(&post, ANN, true);
	CHECK(counts(&post, ANN)->ended == 1);
	kc_live_mailbox_free(post.boxes[BOB]);
	post.boxes[BOB] = NULL;
	CHECK_OK_FATAL(kc_live_mailbox_new(&post.boxes[BOB]));
	for (int i = 0; i < 4; i++) {
		turn(&post, BOB, false);
		turn(&post, ANN, false);
	}
	CHECK(counts(&post, ANN)->opened == 2 && counts(&post, BOB)->opened == 1);
	CHECK(counts(&post, ANN)->refused == 0 && counts(&post, BOB)->refused == 0);
}

/* A service that is started again goes on in its log, and what it knows no more is passed over. */
static void a_restart_loses_the_session_alone(void)
{
	CLEANUP_POST struct post post;

	for (int device = ANN; device <= BOB; device++) {
		post_init(&post);
		meet(&post);
		kc_live_mailbox_free(post.boxes[device]);
		post.boxes[device] = NULL;
		CHECK_OK_FATAL(kc_live_mailbox_new(&post.boxes[device]));
		turn(&post, device, true);
		for (int i = 0; i < 4; i++) {
			turn(&post, ANN, false);
			turn(&post, BOB, false);
		}
		CHECK(counts(&post, device)->opened == 1);
		CHECK(counts(&post, device == ANN ? BOB : ANN)->opened == 2);
		CHECK(counts(&post, ANN)->refused == 0 && counts(&post, BOB)->refused == 0);
		CHECK(counts(&post, ANN)->failed == 0 && counts(&post, BOB)->failed == 0);
		if (device == ANN)
			post_done(&post);
	}
}

/* A day later the logs are others, and those of before are gone. */
static void days_go_by(void)
{
	CLEANUP_POST struct post post;

	post_init(&post);
	meet(&post);
	for (int i = 0; i < 3; i++) {
		post.now_ms += DAY;
		offer_items(&post, 1, 10);
		turn(&post, ANN, true);
		for (int k = 0; k < 4; k++) {
			turn(&post, BOB, false);
			turn(&post, ANN, false);
		}
		CHECK(counts(&post, ANN)->refused == 0 && counts(&post, BOB)->refused == 0);
		CHECK(heard(&post, BOB) >= 1);
		take_all(&post, ANN);
		take_all(&post, BOB);
		CHECK(count_logs(&post) <=
			6); /* Ann's to Bob and Cat, Bob's; and as many of yesterday */
	}
	/* What a service has left behind that was not there for days is swept away by the next. */
	kc_live_mailbox_free(post.boxes[ANN]);
	kc_live_mailbox_free(post.boxes[BOB]);
	post.boxes[ANN] = post.boxes[BOB] = NULL;
	CHECK_OK_FATAL(kc_live_mailbox_new(&post.boxes[ANN]));
	CHECK_OK_FATAL(kc_live_mailbox_new(&post.boxes[BOB]));
	post.now_ms += 20 * DAY;
	turn(&post, ANN, false);
	turn(&post, BOB, false);
	CHECK(count_logs(&post) == 0);
}

/* --- as it should not ---------------------------------------------------------------------------
 */

static void who_is_out_is_parted_from(void)
{
	struct kc_trust no_bob = trio_without(ANN, BOB);
	CLEANUP_POST struct post post;
	size_t logs;

	post_init(&post);
	meet(&post);
	turn(&post, BOB, true);
	logs = count_logs(&post);
	offer_items(&post, 1, 10);
	turn_with(&post, ANN, &no_bob, true);
	CHECK(counts(&post, ANN)->ended == 1 && count_logs(&post) == logs - 1);
	post.now_ms += HOUR;
	for (int i = 0; i < 3; i++) {
		turn(&post, BOB, true);
		turn_with(&post, ANN, &no_bob, true);
	}
	CHECK(heard(&post, ANN) == 0 && heard(&post, BOB) == 0);
	CHECK(counts(&post, ANN)->opened == 1);
}

/* Where an operation of a log is. */
static void op_path(const struct post *post, const struct kc_writer_id *writer, uint64_t number,
	char ret[static 160])
{
	KC_CLEANUP_BUF struct kc_buf hex = KC_BUF_INIT;

	kc_op_put_hex(&hex, KC_BYTES_OF(writer->bytes));
	snprintf(ret, 160, "%s/%s/%016" PRIu64 ".op", post->store, kc_buf_text(&hex), number);
}

static struct kc_writer_id slot(const struct post *post, int from, int to)
{
	struct kc_writer_id writer;

	CHECK_OK_FATAL(kc_account_live_slot(kc_circle_keys(trio_circles[from]),
		&trio_circles[from]->account, trio_id(from), trio_id(to), post->now_ms / DAY,
		writer.bytes));
	return writer;
}

/* The last message from one to another: it is replaced by bytes as its value, or follows itself. */
static void forge(struct post *post, int from, int to, bool follow,
	void (*change)(void *context, struct kc_buf *message), void *context)
{
	struct kc_writer_id writer = slot(post, from, to);
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
	KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT, message = KC_BUF_INIT;
	const struct kc_cloud_log *log;
	struct kc_log_position before = {0};
	struct kc_op_write write;
	struct kc_op op;
	char path[160];

	CHECK_OK_FATAL(kc_cloud_list(post->cloud, &logs));
	log = kc_cloud_logs_find(&logs, &writer);
	CHECK_FATAL(log != NULL);
	CHECK_OK_FATAL(kc_cloud_read(post->cloud, &writer, log->last, &bytes));
	CHECK_OK_FATAL(kc_op_parse(kc_buf_bytes(&bytes), &writer, log->last, &op));
	CHECK_FATAL(kc_op_next(&op, &write));
	kc_buf_push(&message, write.value.data, write.value.len);
	change(context, &message);
	before.number = follow ? log->last : log->last - 1;
	kc_op_builder_init(&builder, &writer, &before, false);
	kc_op_builder_put(&builder, kc_bytes_str("q"), kc_buf_bytes(&message));
	kc_buf_reset(&bytes);
	CHECK_OK_FATAL(kc_op_builder_end(&builder, &before, &bytes, &before));
	op_path(post, &writer, before.number, path);
	CHECK_FATAL(file_write(path, kc_buf_bytes(&bytes)));
}

static void flip(void *context, struct kc_buf *message)
{
	message->data[*(size_t *)context % message->len] ^= 0x04;
}

static void leave(void *context, struct kc_buf *message)
{
	(void)context;
	(void)message;
}

static void copy(void *context, struct kc_buf *message)
{
	const struct kc_buf *other = context;

	kc_buf_reset(message);
	kc_buf_push(message, other->data, other->len);
}

/* A message that is altered, shown twice, or shown to its sender: nothing of it is heard, and the
 * session is over on that side. Another follows in time. */
static void the_store_cannot_speak(void)
{
	for (int way = 0; way < 3; way++) {
		CLEANUP_POST struct post post;
		size_t at = 40;

		post_init(&post);
		meet(&post);
		offer_items(&post, 1, 10);
		turn(&post, ANN, true);
		if (way == 0) {
			forge(&post, ANN, BOB, false, flip, &at);
		} else if (way == 1) {
			turn(&post, BOB, false);
			take_all(&post, BOB);
			forge(&post, ANN, BOB, true, leave, NULL);
		} else {
			KC_CLEANUP_BUF struct kc_buf own = KC_BUF_INIT;
			/* Bob's own last message, as Ann's. */
			post.now_ms += KC_LIVE_TELL_MS;
			turn(&post, BOB, true);
			take_all(&post, BOB);
			struct kc_writer_id writer = slot(&post, BOB, ANN);
			KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
			KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
			struct kc_op_write write;
			struct kc_op op;

			CHECK_OK_FATAL(kc_cloud_list(post.cloud, &logs));
			uint64_t last = kc_cloud_logs_find(&logs, &writer)->last;
			CHECK_OK_FATAL(kc_cloud_read(post.cloud, &writer, last, &bytes));
			CHECK_OK_FATAL(kc_op_parse(kc_buf_bytes(&bytes), &writer, last, &op));
			CHECK_FATAL(kc_op_next(&op, &write));
			kc_buf_push(&own, write.value.data, write.value.len);
			forge(&post, ANN, BOB, true, copy, &own);
		}
		uint64_t refused = counts(&post, BOB)->refused;
		turn(&post, BOB, false);
		CHECK(counts(&post, BOB)->refused == refused + 1);
		CHECK(heard(&post, BOB) == 0 && counts(&post, BOB)->ended == 1);
		post.now_ms += HOUR;
		/* Ann's log has more than she wrote; she finds its end on another day. */
		post.now_ms += DAY;
		turn(&post, BOB, true);
		for (int i = 0; i < 4; i++) {
			turn(&post, ANN, false);
			turn(&post, BOB, false);
		}
		CHECK(counts(&post, BOB)->opened == 2);
	}
}

/* Ann says that she has opened so many messages. */
static void say_received(struct post *post, uint64_t received)
{
	struct kc_live_turn turn = {
		post->cloud, trio_circles[ANN], &trio_trusts[ANN], post->now_ms, NULL};
	struct kc_live_link *link = kc_live_mailbox_find_link(post->boxes[ANN], trio_id(BOB));
	struct kc_live_payload payload = {.received = received};
	KC_CLEANUP_BUF struct kc_buf plain = KC_BUF_INIT, message = KC_BUF_INIT;

	CHECK_OK_FATAL(kc_live_payload_build(&payload, &plain));
	CHECK_OK_FATAL(kc_live_seal(
		link->open, turn.circle, turn.trust, kc_buf_bytes(&plain), post->now_ms, &message));
	CHECK(kc_live_mailbox_post(post->boxes[ANN], link, &turn, &message));
}

/* A member that takes back what it said it had opened, or says it of what was not sent, is heard no
 * more: how much of its log this device keeps hangs on that number. */
static void a_member_that_miscounts(void)
{
	for (unsigned way = 0; way < 3; way++) {
		static const uint64_t received[] = {1, 0, 2};
		CLEANUP_POST struct post post;

		post_init(&post);
		meet(&post);
		say_received(&post, 1);
		say_received(&post, received[way]);
		turn(&post, BOB, false);
		CHECK(counts(&post, BOB)->refused == (way > 0));
		CHECK(counts(&post, BOB)->ended == (way > 0));
		CHECK(heard(&post, BOB) == 2u - (way > 0));
	}
}

/* A log full of anything: a bounded look at each exchange. */
static void a_flood_is_not_waded_through(void)
{
	CLEANUP_POST struct post post;
	struct kc_writer_id writer;
	uint64_t before;

	post_init(&post);
	meet(&post);
	for (int to = ANN; to <= CAT; to++)
		for (int from = ANN; from <= CAT; from++) {
			if (from == to)
				continue;
			writer = slot(&post, from, to);
			for (uint64_t number = 100; number < 200; number++) {
				KC_CLEANUP_OP_BUILDER struct kc_op_builder builder;
				KC_CLEANUP_BUF struct kc_buf bytes = KC_BUF_INIT;
				struct kc_log_position at = {.number = number - 1};
				bool hello = number % 2;
				static const uint8_t like_hello[] = {0x30, 0x3d, 0x02, 0x01, 0x01,
					0x04, 0x10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
					15, 16, 0x02, 0x01, 0x00, 0x02, 0x01, 0x01, 0x04, 0x20,
					9, [62] = 0};

				kc_op_builder_init(&builder, &writer, &at, false);
				kc_op_builder_put(&builder, kc_bytes_str("q"),
					hello ? KC_BYTES_OF(like_hello) : kc_bytes_str("junk"));
				CHECK_OK_FATAL(kc_op_builder_end(&builder, &at, &bytes, &at));
				CHECK_OK_FATAL(kc_cloud_append(
					post.cloud, &writer, number, kc_buf_bytes(&bytes)));
			}
		}
	for (int i = 0; i < 5; i++) {
		before = counts(&post, BOB)->read;
		turn(&post, BOB, false);
		CHECK(counts(&post, BOB)->read - before <= KC_LIVE_MAX_READS);
	}
	/* All that was of use to look at is behind it. */
	for (int i = 0; i < 20; i++)
		turn(&post, BOB, false);
	before = counts(&post, BOB)->read;
	turn(&post, BOB, false);
	CHECK(counts(&post, BOB)->read == before);
	CHECK(counts(&post, BOB)->refused > 0 && heard(&post, BOB) == 0);
}

/* A store that takes nothing: counted, and tried again another time. */
static void a_store_that_fails_is_borne(void)
{
	CLEANUP_POST struct post post;
	struct kc_live_turn gone;
	KC_CLEANUP_CLOUD_LOGS struct kc_cloud_logs logs = {0};
	KC_CLEANUP_CLOUD struct kc_cloud *nowhere = NULL;

	post_init(&post);
	CHECK_OK_FATAL(kc_cloud_open("/nowhere/at/all", &nowhere));
	gone = (struct kc_live_turn){
		nowhere, trio_circles[ANN], &trio_trusts[ANN], post.now_ms, NULL};
	kc_live_mailbox_listen(post.boxes[ANN], &gone, &logs);
	kc_live_mailbox_speak(post.boxes[ANN], &gone, true);
	CHECK(counts(&post, ANN)->failed > 0);
	post.now_ms += HOUR;
	turn(&post, ANN, true);
	for (int i = 0; i < 3; i++) {
		turn(&post, BOB, false);
		turn(&post, ANN, false);
	}
	CHECK(counts(&post, ANN)->opened == 1 && counts(&post, BOB)->opened == 1);
}

/* A lock ends all, and nothing that was said is left. */
static void a_lock_ends_all(void)
{
	CLEANUP_POST struct post post;

	post_init(&post);
	meet(&post);
	offer_items(&post, 1, 10);
	turn(&post, ANN, true);
	turn(&post, BOB, false);
	CHECK(heard(&post, BOB) == 1);
	kc_live_mailbox_forget(post.boxes[BOB]);
	CHECK(heard(&post, BOB) == 0 && counts(&post, BOB)->ended == 1);
	offer_items(&post, 1, 10);
	turn(&post, ANN, true);
	turn(&post, BOB, false);
	CHECK(heard(&post, BOB) == 0 && counts(&post, BOB)->stale == 1);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(trio_make),
		CHECK_TEST(two_devices_meet),
		CHECK_TEST(idle_devices_do_nothing),
		CHECK_TEST(hellos_that_cross),
		CHECK_TEST(logs_stay_short),
		CHECK_TEST(silence_is_borne),
		CHECK_TEST(a_restart_loses_the_session_alone),
		CHECK_TEST(days_go_by),
		CHECK_TEST(who_is_out_is_parted_from),
		CHECK_TEST(the_store_cannot_speak),
		CHECK_TEST(a_member_that_miscounts),
		CHECK_TEST(a_flood_is_not_waded_through),
		CHECK_TEST(a_store_that_fails_is_borne),
		CHECK_TEST(a_lock_ends_all),
	};
	int status = check_main("live mailbox", tests, KC_COUNT_OF(tests));

	trio_free();
	return status;
}
