/* SPDX-License-Identifier: ISC */
/*
 * Clients that lie, stop, tear, flood and die: the service serves the others all the time, and
 * nothing of them stays behind.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "tests/check.h"
#include "tests/wire/device.h"
#include "tests/wire/raw.h"
#include "tests/wire/sample.h"

#define WELL_BEHAVED_US 2000000 /* a call of another client never takes longer */
#define NOT_ANSWERED KC_E_SERVICE

static void sleep_ms(long ms)
{
	struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	nanosleep(&time, NULL);
}

/* Threads of the service: one for each connection, and its own. */
static unsigned service_threads(void)
{
	char path[64];
	unsigned count = 0;
	DIR *list;

	snprintf(path, sizeof path, "/proc/%d/task", (int)device_service());
	list = opendir(path);
	while (list && readdir(list))
		count++;
	if (list)
		closedir(list);
	return count;
}

static bool threads_come_down_to(unsigned wanted)
{
	for (unsigned i = 0; i < 500; i++) {
		if (service_threads() <= wanted)
			return true;
		sleep_ms(10);
	}
	return false;
}

/* Another client is served as ever. */
static bool others_are_well(void)
{
	struct kc_client *client = device_client();
	KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT;
	struct kc_sign_params params = {.scheme = KC_SIGN_EDDSA};
	uint64_t start = kc_clock_monotonic_us();
	bool good = kc_client_key_sign(client, 1, &params, kc_bytes_str("ab"), &out) == KC_OK &&
		    kc_bytes_equal(kc_buf_bytes(&out), kc_bytes_str("ba"));

	kc_client_free(client);
	return good && kc_clock_monotonic_us() - start < WELL_BEHAVED_US;
}

static void every_call_is_answered(void)
{
	size_t count;
	const struct kc_call_row *rows = kc_calls_all(&count);
	struct raw raw;

	CHECK(others_are_well());
	CHECK_OK_FATAL(raw_open(&raw));
	for (size_t i = 0; i < count; i++) {
		KC_CLEANUP_BUF struct kc_buf request = KC_BUF_INIT;
		kc_err err;

		if (rows[i].call == KC_CALL_STOP)
			continue;
		CHECK_OK(sample_request(&rows[i], &request));
		CHECK_OK(raw_send(&raw, kc_buf_bytes(&request)));
		err = raw_receive(&raw, rows[i].call);
		CHECK_MSG(err != NOT_ANSWERED && err != KC_E_DECODE && err != KC_E_TIMED_OUT &&
				  err != KC_E_UNSUPPORTED && err != KC_E_BUG,
			rows[i].name);
	}
	raw_close(&raw);
}

static void wrong_requests_get_errors(void)
{
	static const struct {
		const char *bytes;
		size_t len;
		kc_err wanted;
	} rows[] = {
#define ROW(literal, wanted) {literal, sizeof(literal) - 1, wanted}
		ROW("", KC_E_DECODE), ROW("\x30", KC_E_DECODE),
		ROW("GET / HTTP/1.1\r\n\r\n", KC_E_DECODE),
		ROW("\x30\x08\x02\x01\x02\x02\x01\x02\x30\x00", KC_E_VERSION),
		ROW("\x30\x08\x02\x01\x01\x02\x01\x7f\x30\x00", KC_E_UNSUPPORTED),
		ROW("\x30\x0a\x02\x01\x01\x02\x01\x02\x30\x02\x05\x00", KC_E_DECODE),
		ROW("\x30\x08\x02\x01\x01\x02\x01\x05\x30\x00", KC_OK), /* LOCK */
	};
	struct raw raw;

	CHECK_OK_FATAL(raw_open(&raw));
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		CHECK_OK(raw_send(&raw, kc_bytes(rows[i].bytes, rows[i].len)));
		CHECK_ERR(raw_receive(&raw, KC_CALL_LOCK), rows[i].wanted);
	}
	raw_close(&raw);
	CHECK(others_are_well());
}

static void oversize_ends_the_connection(void)
{
	struct raw raw;

	CHECK_OK_FATAL(raw_open(&raw));
	atomic_store(&raw.channel.slot->len, (unsigned)KC_MESSAGE_MAX + 1);
	atomic_store(&raw.channel.slot->turn, KC_SLOT_POSTED);
	CHECK(write(raw.channel.bell, &(uint64_t){1}, 8) == 8);
	CHECK_ERR(raw_receive(&raw, KC_CALL_LOCK), KC_E_SERVICE);
	raw_close(&raw);
	CHECK(others_are_well());
}

/* The request just fits into a message, and its result does not. */
static void a_result_too_large_is_an_error(void)
{
	struct kc_client *client = device_client();
	KC_CLEANUP_FOUND_LIST struct kc_found_list made = KC_FOUND_LIST_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	KC_CLEANUP_BUF struct kc_buf file = KC_BUF_INIT;

	CHECK_OK(kc_client_unlock(client, kc_bytes_str("fake")));
	kc_buf_extend(&file, KC_MESSAGE_MAX - 40);
	CHECK_ERR(kc_client_import(client, kc_buf_bytes(&file), kc_bytes(NULL, 0), &attrs, &made),
		KC_E_TOO_LARGE);
	CHECK_OK(kc_client_item_delete(
		client, &(struct kc_query){.class = KC_CLASS_KEY, .sync = KC_SYNC_ANY}, NULL));
	kc_client_free(client);
}

/* A long message that stops half way, and then a client that goes, or stays. */
static void torn_long_messages(void)
{
	KC_CLEANUP_BUF struct kc_buf half = KC_BUF_INIT;
	struct raw raws[4];
	unsigned before;

	CHECK(others_are_well());
	before = service_threads();
	kc_buf_extend(&half, 100000);
	for (size_t i = 0; i < KC_COUNT_OF(raws); i++) {
		CHECK_OK_FATAL(raw_open(&raws[i]));
		atomic_store(&raws[i].channel.slot->len, 200000);
		atomic_store(&raws[i].channel.slot->turn, KC_SLOT_POSTED);
		CHECK(write(raws[i].channel.bell, &(uint64_t){1}, 8) == 8);
		CHECK_OK(kc_socket_send(
			raws[i].channel.socket, kc_buf_bytes(&half), kc_socket_deadline(5)));
	}
	CHECK(others_are_well()); /* while they are stuck */
	for (size_t i = 0; i < KC_COUNT_OF(raws); i++)
		raw_close(&raws[i]);
	CHECK(threads_come_down_to(before));
	CHECK(others_are_well());
}

static kc_err build_sign(size_t len, struct kc_buf *out)
{
	KC_CLEANUP_BUF struct kc_buf input = KC_BUF_INIT;
	const struct kc_sign_params params = {.scheme = KC_SIGN_EDDSA};

	kc_buf_extend(&input, len);
	const struct kc_field fields[] = {
		KC_FIELD_U(1), KC_FIELD_P(&params), KC_FIELD_B(kc_buf_bytes(&input))};
	return kc_message_build_request(
		kc_calls_find(KC_CALL_KEY_SIGN), fields, KC_COUNT_OF(fields), out);
}

/* Another program gets a long message through. */
static bool another_program_is_well(void)
{
	pid_t child = fork();
	int how;

	if (child == 0) {
		KC_CLEANUP_BUF struct kc_buf request = KC_BUF_INIT;
		struct raw raw;
		_exit(build_sign((size_t)1 << 20, &request) == KC_OK && raw_open(&raw) == KC_OK &&
					raw_send(&raw, kc_buf_bytes(&request)) == KC_OK &&
					raw_receive(&raw, KC_CALL_KEY_SIGN) == KC_OK
				? 0
				: 1);
	}
	return waitpid(child, &how, 0) == child && how == 0;
}

/* Asks for much and reads nothing of it: its own budget is used up, and it is turned away, while
 * nobody else notices. */
static void a_client_that_does_not_read(void)
{
	KC_CLEANUP_BUF struct kc_buf request = KC_BUF_INIT;
	struct raw raws[5], one_more;
	unsigned before;
	uint64_t start;

	CHECK(others_are_well());
	before = service_threads();
	CHECK_OK(build_sign((size_t)3 << 20, &request));
	for (size_t i = 0; i < KC_COUNT_OF(raws); i++) {
		CHECK_OK_FATAL(raw_open(&raws[i]));
		CHECK_OK(raw_send(&raws[i], kc_buf_bytes(&request)));
	}
	sleep_ms(1000); /* until the answers are made, and stuck */
	CHECK(others_are_well());
	start = kc_clock_monotonic_us();
	CHECK(another_program_is_well());
	CHECK(kc_clock_monotonic_us() - start < WELL_BEHAVED_US);
	CHECK_OK_FATAL(raw_open(&one_more));
	CHECK_ERR(raw_send(&one_more, kc_buf_bytes(&request)), KC_E_SERVICE);
	raw_close(&one_more);
	CHECK_OK(raw_receive(&raws[3], KC_CALL_KEY_SIGN)); /* one that reads after all */
	for (size_t i = 0; i < KC_COUNT_OF(raws); i++)
		raw_close(&raws[i]);
	CHECK(threads_come_down_to(before));
}

/* --- the segment changes while the service reads it ------------------------------------------- */

struct vandal {
	struct kc_slot *slot;
	atomic_bool stop;
};

/* The race is the point, so the thread sanitizer looks away. */
__attribute__((no_sanitize("thread"))) static void *scribble(void *argument)
{
	struct vandal *vandal = argument;
	uint32_t seed = 7;

	while (!atomic_load(&vandal->stop)) {
		seed = seed * 1664525 + 1013904223;
		vandal->slot->payload[seed % 64] ^= (uint8_t)(seed >> 8);
		atomic_store(&vandal->slot->len, (seed >> 4) % 300);
		atomic_store(&vandal->slot->sides[1].asleep, seed >> 31);
		atomic_store(&vandal->slot->sides[1].core, seed >> 30);
	}
	return NULL;
}

static void segment_changes_while_read(void)
{
	KC_CLEANUP_BUF struct kc_buf request = KC_BUF_INIT;
	unsigned connections = 1, answers = 0;
	struct vandal vandal = {0};
	struct raw raw;
	pthread_t thread;

	CHECK_OK(sample_request(kc_calls_find(KC_CALL_ITEM_ADD), &request));
	CHECK_OK_FATAL(raw_open(&raw));
	vandal.slot = raw.channel.slot;
	CHECK_FATAL(pthread_create(&thread, NULL, scribble, &vandal) == 0);
	for (unsigned i = 0; i < 3000; i++) {
		kc_deadline soon = kc_clock_monotonic_us() + 50000;
		size_t len;

		/* Only the turn is left alone. The bell is rung always: the service may sleep
		 * although the slot does not say so. */
		if (kc_channel_send(&raw.channel, kc_buf_bytes(&request), soon) == KC_OK &&
			write(raw.channel.bell, &(uint64_t){1}, 8) == 8 &&
			kc_channel_wait(&raw.channel, soon, &len) == KC_OK) {
			answers++;
			continue;
		}
		atomic_store(&vandal.stop, true);
		pthread_join(thread, NULL);
		raw_close(&raw);
		CHECK_OK_FATAL(raw_open(&raw));
		vandal.slot = raw.channel.slot;
		atomic_store(&vandal.stop, false);
		CHECK_FATAL(pthread_create(&thread, NULL, scribble, &vandal) == 0);
		connections++;
	}
	atomic_store(&vandal.stop, true);
	pthread_join(thread, NULL);
	raw_close(&raw);
	printf(" %u answers on %u connections;", answers, connections);
	CHECK(answers > 1000);
	CHECK(others_are_well());
}

/* The bell's state is shared: full and blocking, it must hold up nobody but its owner. */
static void the_bell_is_jammed(void)
{
	unsigned before = service_threads();
	struct raw raw;

	CHECK_OK_FATAL(raw_open(&raw));
	CHECK(write(raw.channel.bell, &(uint64_t){UINT64_MAX - 1}, 8) == 8);
	CHECK(fcntl(raw.channel.bell, F_SETFL, 0) == 0);
	CHECK_OK(raw_call(&raw, KC_CALL_STATUS));
	sleep_ms(50);
	CHECK_OK(raw_call(&raw, KC_CALL_STATUS));
	raw_close(&raw);
	CHECK(threads_come_down_to(before));
	CHECK(others_are_well());
}

/* --- a call that holds up the keychain ---------------------------------------------------------
 */

#define HELD_UP_MS "3000"

static atomic_bool import_has_ended;

static void *import_for_long(void *argument)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list made = KC_FOUND_LIST_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;

	if (kc_client_import(
		    argument, kc_bytes_str(HELD_UP_MS), kc_bytes(NULL, 0), &attrs, &made) == KC_OK)
		atomic_store(&import_has_ended, true);
	return NULL;
}

/* The service goes on to greet others, though what they ask of the keychain must wait. */
static void a_long_transaction_holds_up_no_greeting(void)
{
	struct kc_client *client = device_client();
	struct raw raws[3];
	pthread_t thread;

	CHECK_OK(kc_client_unlock(client, kc_bytes_str("fake")));
	CHECK_FATAL(pthread_create(&thread, NULL, import_for_long, client) == 0);
	sleep_ms(300);
	for (size_t i = 0; i < KC_COUNT_OF(raws); i++) { /* each end wakes the main loop */
		CHECK_OK_FATAL(raw_open(&raws[i]));
		raw_close(&raws[i]);
		sleep_ms(100);
	}
	CHECK(!atomic_load(&import_has_ended));
	pthread_join(thread, NULL);
	CHECK(atomic_load(&import_has_ended)); /* it did work */
	kc_client_free(client);
}

/* --- many, and dying -------------------------------------------------------------------------- */

static void a_process_has_its_limit(void)
{
	enum { TRIED = 80 };
	struct raw raws[TRIED];
	unsigned before = service_threads(), open = 0, busy = 0;

	for (unsigned i = 0; i < TRIED; i++) {
		kc_err err = raw_open(&raws[open]);
		if (err == KC_OK)
			open++;
		else if (err == KC_E_BUSY)
			busy++;
	}
	CHECK(open == 64);
	CHECK(open + busy == TRIED);
	for (unsigned i = 0; i < open; i++)
		raw_close(&raws[i]);
	CHECK(threads_come_down_to(before));
	CHECK_OK(raw_open(&raws[0]));
	raw_close(&raws[0]);
}

static void call_on_many(unsigned count)
{
	struct raw raws[25];
	bool good = true;

	for (unsigned i = 0; i < count; i++)
		good = good && raw_open(&raws[i]) == KC_OK;
	for (unsigned round = 0; good && round < 20; round++)
		for (unsigned i = 0; i < count; i++)
			good = good && raw_call(&raws[i], KC_CALL_STATUS) == KC_OK;
	_exit(good ? 0 : 1); /* without a word to the service */
}

static void two_hundred_connections(void)
{
	pid_t children[8];
	unsigned before = service_threads();
	int how;

	for (size_t i = 0; i < KC_COUNT_OF(children); i++) {
		children[i] = fork();
		if (children[i] == 0)
			call_on_many(25);
	}
	for (size_t i = 0; i < KC_COUNT_OF(children); i++)
		CHECK(waitpid(children[i], &how, 0) == children[i] && how == 0);
	CHECK(threads_come_down_to(before));
	CHECK(others_are_well());
}

static void killed_in_the_middle(void)
{
	unsigned before = service_threads();

	for (unsigned i = 0; i < 30; i++) {
		pid_t child = fork();
		if (child == 0) {
			struct kc_client *client = device_client();
			KC_CLEANUP_BUF struct kc_buf out = KC_BUF_INIT, input = KC_BUF_INIT;
			struct kc_sign_params params = {.scheme = KC_SIGN_EDDSA};
			kc_buf_extend(&input, i % 2 ? 100 : 2000000);
			for (;;)
				(void)!kc_client_key_sign(client, i % 3 ? 1 : 1050, &params,
					kc_buf_bytes(&input), &out);
		}
		sleep_ms(20 + i % 7);
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	CHECK(threads_come_down_to(before));
	CHECK(others_are_well());
}

/* The owner of a connection dies while a child of its still holds the socket. */
static void held_by_an_orphan(void)
{
	unsigned before = service_threads();
	int ends[2];
	pid_t owner, orphan = 0;

	CHECK_FATAL(pipe(ends) == 0);
	owner = fork();
	if (owner == 0) {
		struct raw raw;
		if (raw_open(&raw) != KC_OK || raw_call(&raw, KC_CALL_STATUS) != KC_OK)
			_exit(1);
		orphan = fork();
		if (orphan == 0) {
			sleep_ms(20000);
			_exit(0);
		}
		_exit(write(ends[1], &orphan, sizeof orphan) == sizeof orphan ? 0 : 1);
	}
	CHECK(read(ends[0], &orphan, sizeof orphan) == sizeof orphan);
	close(ends[0]);
	close(ends[1]);
	CHECK(threads_come_down_to(before));
	CHECK(kill(orphan, 0) == 0); /* it still held the socket */
	kill(orphan, SIGKILL);
	waitpid(owner, NULL, 0);
	CHECK(others_are_well());
}

/* The other way round: a service that is stopped holds up no client for ever. */
static void a_stuck_service(void)
{
	pid_t service = device_service();
	KC_CLEANUP_BUF struct kc_buf request = KC_BUF_INIT, big = KC_BUF_INIT;
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;
	KC_CLEANUP_FD int fd = -1;
	struct kc_channel channel;
	struct raw raws[2];
	size_t len;

	CHECK_OK(sample_request(kc_calls_find(KC_CALL_STATUS), &request));
	kc_buf_extend(&big, (size_t)2 << 20);
	CHECK_OK_FATAL(kc_place_find(&place));
	CHECK_OK_FATAL(raw_open(&raws[0]));
	CHECK_OK_FATAL(raw_open(&raws[1]));
	CHECK_OK(raw_call(&raws[0], KC_CALL_STATUS));
	CHECK_FATAL(kill(service, SIGSTOP) == 0);
	sleep_ms(300); /* its threads stop one by one */
	CHECK_OK(kc_channel_send(&raws[0].channel, kc_buf_bytes(&request), kc_socket_deadline(1)));
	CHECK_ERR(kc_channel_wait(&raws[0].channel, kc_socket_deadline(1), &len), KC_E_TIMED_OUT);
	CHECK(kc_channel_is_untaken(&raws[0].channel));
	CHECK_ERR(kc_channel_send(&raws[1].channel, kc_buf_bytes(&big), kc_socket_deadline(1)),
		KC_E_TIMED_OUT);
	CHECK_OK(kc_socket_connect(place.socket, &fd));
	CHECK_ERR(kc_channel_accept(fd, kc_socket_deadline(1), &channel), KC_E_TIMED_OUT);
	CHECK(kill(service, SIGCONT) == 0);
	raw_close(&raws[0]);
	raw_close(&raws[1]);
	CHECK(others_are_well());
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(every_call_is_answered),
		CHECK_TEST(wrong_requests_get_errors),
		CHECK_TEST(oversize_ends_the_connection),
		CHECK_TEST(a_result_too_large_is_an_error),
		CHECK_TEST(torn_long_messages),
		CHECK_TEST(a_client_that_does_not_read),
		CHECK_TEST(segment_changes_while_read),
		CHECK_TEST(the_bell_is_jammed),
		CHECK_TEST(a_long_transaction_holds_up_no_greeting),
		CHECK_TEST(a_process_has_its_limit),
		CHECK_TEST(two_hundred_connections),
		CHECK_TEST(killed_in_the_middle),
		CHECK_TEST(held_by_an_orphan),
		CHECK_TEST(a_stuck_service),
	};
	int status;

	device_make("tests/wire/keycircled-fake");
	status = check_main("wire/hostile", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
