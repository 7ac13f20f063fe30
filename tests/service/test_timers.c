/* SPDX-License-Identifier: ISC */
/* Timers that a test cannot wait for: a computer that slept. */
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "service/timers.h"
#include "tests/check.h"

static int64_t slept_us;

static int64_t made_up(void)
{
	return slept_us;
}

static void make_service(struct kc_service *service)
{
	struct kc_place place = {0};

	CHECK_OK_FATAL(kc_place_find(&place));
	CHECK_OK_FATAL(kc_service_init(service, &place));
	CHECK_OK_FATAL(kc_service_create(service, kc_bytes_str("fake"), kc_bytes(NULL, 0), "test"));
}

static void locks_after_a_suspend(void)
{
	struct kc_service service;
	struct kc_timers timers;

	kc_clock_set_suspended(made_up);
	slept_us = 5000000;
	make_service(&service);
	kc_timers_init(&timers);
	(void)kc_timers_run(&timers, &service);
	CHECK(kc_service_is_unlocked(&service)); /* it slept before we were there */
	slept_us += 1000;
	(void)kc_timers_run(&timers, &service);
	CHECK(kc_service_is_unlocked(&service)); /* no sleep, but two clocks */
	slept_us += 30000000;
	(void)kc_timers_run(&timers, &service);
	CHECK(!kc_service_is_unlocked(&service));
	kc_timers_done(&timers);
	kc_service_done(&service);
	kc_clock_set_suspended(NULL);
}

static void does_not_lock_when_told_not_to(void)
{
	struct kc_service service;
	struct kc_timers timers;

	kc_clock_set_suspended(made_up);
	make_service(&service);
	service.settings.lock_on_suspend = 0;
	kc_timers_init(&timers);
	slept_us += 30000000;
	CHECK(kc_timers_run(&timers, &service) == -1); /* open: nothing to wait for */
	CHECK(kc_service_is_unlocked(&service));
	kc_timers_done(&timers);
	kc_service_done(&service);
	kc_clock_set_suspended(NULL);
}

static void says_when_to_look_again(void)
{
	struct kc_service service;
	struct kc_timers timers;
	int left_ms;

	make_service(&service);
	service.settings.lock_after_idle_s = 100;
	kc_timers_init(&timers);
	left_ms = kc_timers_run(&timers, &service);
	CHECK(left_ms > 99000 && left_ms <= 100001);
	service.used_us -= 99 * 1000000;
	left_ms = kc_timers_run(&timers, &service);
	CHECK(left_ms > 0 && left_ms <= 1001);
	service.used_us -= 1000000;
	left_ms = kc_timers_run(&timers, &service);
	CHECK(!kc_service_is_unlocked(&service));
	CHECK(left_ms > 59000 && left_ms <= 60001); /* to the end of a service that is alone */
	CHECK(!service.stopping);
	timers.alone_us -= 61 * 1000000;
	(void)kc_timers_run(&timers, &service);
	CHECK(service.stopping);
	kc_timers_done(&timers);
	kc_service_done(&service);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(locks_after_a_suspend),
		CHECK_TEST(does_not_lock_when_told_not_to),
		CHECK_TEST(says_when_to_look_again),
	};

	setenv("KEYCIRCLE_HOME", "/nonexistent/kc-timers", 1); /* the door is a fake */
	return check_main("service/timers", tests, KC_COUNT_OF(tests));
}
