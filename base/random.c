/* SPDX-License-Identifier: ISC */
/* getrandom(2) behind a seam. */
#include "base/random.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

static kc_random_source replaced;

void kc_random_set_source(kc_random_source source)
{
	replaced = source;
}

/* No thread is cancelled here, where its callers may hold locks. */
static void fill(uint8_t *at, size_t len)
{
	int before;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
	while (len) {
		ssize_t got = getrandom(at, len, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			abort();
		at += got;
		len -= (size_t)got;
	}
	pthread_setcancelstate(before, NULL);
}

void kc_random_fill(void *data, size_t len)
{
	if (replaced)
		replaced(data, len);
	else
		fill(data, len);
}

uint32_t kc_random_below(uint32_t below)
{
	/* Values from this bound on would make the small remainders more likely. */
	uint32_t bound = UINT32_MAX - UINT32_MAX % below;
	uint32_t value;

	do
		kc_random_fill(&value, sizeof value);
	while (value >= bound);
	return value % below;
}
