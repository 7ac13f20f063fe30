/* SPDX-License-Identifier: ISC */
/* The clock of a service that is only for tests: ahead of the true one by as many seconds as the
 * file says that KC_TEST_AHEAD names, as soon as it says so. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

static int64_t ahead(void)
{
	const char *path = getenv("KC_TEST_AHEAD");
	FILE *file = path ? fopen(path, "re") : NULL;
	struct timespec now;
	long seconds = 0;

	if (file && fscanf(file, "%ld", &seconds) != 1)
		seconds = 0;
	if (file)
		fclose(file);
	clock_gettime(CLOCK_REALTIME, &now);
	return ((int64_t)now.tv_sec + seconds) * 1000 + now.tv_nsec / 1000000;
}

__attribute__((constructor)) static void begin(void)
{
	if (getenv("KC_TEST_AHEAD"))
		kc_clock_set_wall(ahead);
}
