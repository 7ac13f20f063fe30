/* SPDX-License-Identifier: ISC */
/* Signals are blocked and taken by sigtimedwait, which is also the pause between two looks. */
#include "cli/wait.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#define PAUSE_NS 250000000L

/* Waits out one pause; the number of a signal that came, else 0. */
static int pause_a_while(const sigset_t *signals)
{
	const struct timespec pause = {0, PAUSE_NS};
	int number = sigtimedwait(signals, NULL, &pause);

	return number > 0 ? number : 0;
}

/* Those that would end the process; one that is ignored, as by nohup(1), stays so. */
static void interruptions(sigset_t *ret)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action;

	sigemptyset(ret);
	for (size_t i = 0; i < KC_COUNT_OF(numbers); i++)
		if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(ret, numbers[i]);
}

static bool is_over(uint64_t start, unsigned most_seconds)
{
	return most_seconds && kc_clock_monotonic_us() - start > (uint64_t)most_seconds * 1000000u;
}

kc_err kc_wait_for(const struct kc_wait *wait, void *context)
{
	uint64_t start = kc_clock_monotonic_us();
	sigset_t signals, before;
	int number = 0;
	kc_err err;

	interruptions(&signals);
	sigprocmask(SIG_BLOCK, &signals, &before);
	err = wait->begin ? wait->begin(context) : KC_OK;
	if (err == KC_OK)
		err = KC_E_WAITING;
	while (err == KC_E_WAITING && number == 0) {
		err = wait->look(context);
		if (err == KC_E_WAITING && is_over(start, wait->most_seconds))
			err = KC_ERR(TIMED_OUT);
		if (err == KC_E_WAITING)
			number = pause_a_while(&signals);
	}
	if (wait->give_up && (number || err == KC_E_TIMED_OUT))
		wait->give_up(context);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (number)
		kill(getpid(), number);
	return err;
}
