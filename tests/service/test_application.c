/* SPDX-License-Identifier: ISC */
/* What the connections of one program share: how much of it computes at once. */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service/application.h"
#include "tests/check.h"

static atomic_bool stopping;

static struct kc_application *join(pid_t process)
{
	const struct kc_peer peer = {.process = process, .started = 1, .pidfd = -1};
	struct kc_application *application;

	CHECK_OK_FATAL(kc_application_join(&peer, &application));
	return application;
}

static void take_all(struct kc_application *application)
{
	for (int i = 0; i < KC_APPLICATION_WORK; i++)
		CHECK_OK_FATAL(kc_application_begin_work(application, &stopping, -1));
}

static void give_all(struct kc_application *application)
{
	for (int i = 0; i < KC_APPLICATION_WORK; i++)
		kc_application_end_work(application);
}

static void *begin_and_end(void *argument)
{
	struct kc_application *application = argument;

	CHECK_OK(kc_application_begin_work(application, &stopping, -1));
	kc_application_end_work(application);
	return NULL;
}

/* However many connections a program has, others find the processors free. */
static void a_program_waits_for_its_own_work(void)
{
	struct kc_application *one = join(1), *two = join(2);
	pthread_t threads[8];

	take_all(one);
	for (size_t i = 0; i < KC_COUNT_OF(threads); i++)
		CHECK_FATAL(pthread_create(&threads[i], NULL, begin_and_end, one) == 0);
	take_all(two);
	give_all(two);
	give_all(one);
	for (size_t i = 0; i < KC_COUNT_OF(threads); i++)
		pthread_join(threads[i], NULL);
	take_all(one);
	give_all(one);
	CHECK(kc_application_leave(one));
	CHECK(kc_application_leave(two));
}

/* Nobody computes for those who will not hear of it. */
static void the_dead_wait_for_nothing(void)
{
	struct kc_application *one = join(1);
	pid_t child = fork();
	int process;

	if (child == 0)
		_exit(0);
	CHECK_FATAL(child > 0);
	process = (int)syscall(SYS_pidfd_open, child, 0);
	CHECK_FATAL(process >= 0 && waitpid(child, NULL, 0) == child);
	take_all(one);
	CHECK_ERR(kc_application_begin_work(one, &stopping, process), KC_E_BUSY);
	atomic_store(&stopping, true);
	CHECK_ERR(kc_application_begin_work(one, &stopping, -1), KC_E_BUSY);
	atomic_store(&stopping, false);
	give_all(one);
	close(process);
	CHECK(kc_application_leave(one));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_program_waits_for_its_own_work),
		CHECK_TEST(the_dead_wait_for_nothing),
	};
	return check_main("service/application", tests, KC_COUNT_OF(tests));
}
