/* SPDX-License-Identifier: ISC */
#include "wire/ending.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define GONE_CHECKS 1000
#define GONE_CHECK_MS 10

/* A service gives up its lock last of all. Who holds it now keeps another one from starting. */
static bool takes_lock(const struct kc_place *place, int *ret)
{
	*ret = open(place->lock, O_RDONLY | O_CLOEXEC);
	if (*ret < 0)
		return errno == ENOENT;
	if (flock(*ret, LOCK_EX | LOCK_NB) == 0)
		return true;
	close(*ret);
	*ret = -1;
	return false;
}

kc_err kc_end_service(struct kc_client *client, const struct kc_place *place, int *ret_lock)
{
	static const struct timespec moment = {.tv_nsec = GONE_CHECK_MS * 1000000L};

	KC_TRY(kc_client_stop(client));
	for (unsigned i = 0; i < GONE_CHECKS; i++) {
		if (takes_lock(place, ret_lock))
			return KC_OK;
		nanosleep(&moment, NULL);
	}
	return KC_ERR(BUSY);
}
