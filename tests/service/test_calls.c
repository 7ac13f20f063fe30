/* SPDX-License-Identifier: ISC */
/* Calls to the whole service: what a client gets, whatever else goes on. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/wire/device.h"

#define SERVICE KC_NAME('s', 'v', 'c', 'e')
#define COMMENT KC_NAME('i', 'c', 'm', 't')

static kc_err add(struct kc_client *client, unsigned number, struct kc_bytes comment)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	struct kc_client_item item = {.class = KC_CLASS_GENERIC,
		.attrs = &attrs,
		.has_secret = true,
		.secret = kc_bytes_str("secret")};
	char name[16];

	snprintf(name, sizeof name, "%u", number);
	kc_attrs_set_str(&attrs, SERVICE, name);
	kc_attrs_set_text(&attrs, COMMENT, comment);
	return kc_client_item_add(client, &item, 0, NULL);
}

/* What a caller does not want does not hide what it does. */
static void a_list_is_whole_whatever_is_wanted_of_it(void)
{
	static const uint32_t wants[] = {0, KC_WANT_ATTRS, KC_WANT_SECRET, KC_WANT_HIDDEN,
		KC_WANT_ATTRS | KC_WANT_SECRET | KC_WANT_HIDDEN};
	enum { COUNT = 60, SOME = 50 };
	struct kc_client *client = device_client();
	KC_CLEANUP_BUF struct kc_buf comment = KC_BUF_INIT;

	for (unsigned i = 0; i < 60000; i++)
		kc_buf_push_byte(&comment, 'x');
	for (unsigned i = 0; i < COUNT; i++)
		CHECK_OK_FATAL(add(client, i, kc_buf_bytes(&comment)));
	for (size_t i = 0; i < KC_COUNT_OF(wants); i++) {
		KC_CLEANUP_QUERY struct kc_query query = {
			.class = KC_CLASS_GENERIC, .sync = KC_SYNC_ANY, .want = wants[i]};
		KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;

		CHECK_OK(kc_client_item_find(client, &query, &found));
		CHECK(found.count == COUNT);
		query.limit = SOME; /* more than a page */
		CHECK_OK(kc_client_item_find(client, &query, &found));
		CHECK(found.count == SOME);
	}
	kc_client_free(client);
}

/* --- a program that tries passwords all the time ------------------------------------------------
 */

enum { TRIERS = 12 };

static void *try_passwords(void *wrong)
{
	struct kc_client *client;

	if (kc_client_new(&client) == KC_OK)
		while (kc_client_login(client, kc_bytes_str("wrong")) == KC_E_AUTH)
			atomic_fetch_add((atomic_uint *)wrong, 1);
	return NULL;
}

static pid_t start_triers(atomic_uint *wrong)
{
	pid_t child = fork();
	pthread_t thread;

	if (child != 0)
		return child;
	for (unsigned i = 1; i < TRIERS; i++)
		if (pthread_create(&thread, NULL, try_passwords, wrong) != 0)
			_exit(1);
	try_passwords(wrong);
	_exit(1);
}

/* Whoever has the right password waits for one of the other program's tries, not for all. */
static void the_right_password_gets_its_turn(void)
{
	static const struct timespec moment = {.tv_nsec = 10000000};
	struct kc_client *client = device_client();
	atomic_uint *wrong = mmap(
		NULL, sizeof *wrong, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned before;
	pid_t triers;

	CHECK_FATAL(wrong != MAP_FAILED);
	CHECK_OK(kc_client_lock(client));
	triers = start_triers(wrong);
	CHECK_FATAL(triers > 0);
	while (atomic_load(wrong) < 2)
		nanosleep(&moment, NULL);
	before = atomic_load(wrong);
	CHECK_OK(kc_client_unlock(client, kc_bytes_str("fake")));
	CHECK(atomic_load(wrong) - before <= 2);
	kill(triers, SIGKILL);
	waitpid(triers, NULL, 0);
	munmap(wrong, sizeof *wrong);
	kc_client_free(client);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_list_is_whole_whatever_is_wanted_of_it),
		CHECK_TEST(the_right_password_gets_its_turn),
	};
	int status;

	device_make("tests/service/keycircled-fast");
	status = check_main("service/calls", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
