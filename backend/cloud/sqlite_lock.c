/* SPDX-License-Identifier: ISC */
/* Locks of single bytes, and a byte that is written. */
#include "backend/cloud/sqlite_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { TURNSTILE, STORE };
#define LOOK_EVERY_US 500

static kc_err check_plain(int fd)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return KC_ERR(STORE_GONE);
	return S_ISREG(status.st_mode) && status.st_nlink == 1 ? KC_OK : KC_ERR(STORE_SUSPECT);
}

/* The descriptor has locks of its own: they hold between threads too, and go with it. */
static kc_err open_lock(const char *path, mode_t mode, int *ret)
{
	int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	int fd = open(path, flags | O_CREAT | O_EXCL, mode);
	kc_err err;

	if (fd >= 0)
		(void)fchmod(fd, mode); /* who may use the store may use its lock */
	else if (errno == EEXIST)
		fd = open(path, flags);
	if (fd < 0)
		return errno == ELOOP || errno == EISDIR ? KC_ERR(STORE_SUSPECT)
							 : KC_ERR(STORE_GONE);
	err = check_plain(fd);
	if (err != KC_OK) {
		close(fd);
		return err;
	}
	*ret = fd;
	return KC_OK;
}

static kc_err take(int fd, off_t byte, uint64_t until_us)
{
	static const struct timespec pause = {.tv_nsec = LOOK_EVERY_US * 1000};
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

	while (fcntl(fd, F_OFD_SETLK, &lock) != 0) {
		if ((errno != EAGAIN && errno != EACCES && errno != EINTR) ||
			kc_clock_monotonic_us() > until_us)
			return KC_ERR(STORE_GONE);
		nanosleep(&pause, NULL);
	}
	return KC_OK;
}

static kc_err give_back(int fd, off_t byte)
{
	struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

	return fcntl(fd, F_OFD_SETLK, &lock) == 0 ? KC_OK : KC_ERR(STORE_GONE);
}

kc_err kc_sqlite_lock_take(const char *path, mode_t mode, uint64_t until_us, int *ret)
{
	int fd;
	kc_err err;

	KC_TRY(open_lock(path, mode, &fd));
	err = take(fd, TURNSTILE, until_us);
	if (err == KC_OK)
		err = take(fd, STORE, until_us);
	if (err == KC_OK)
		err = give_back(fd, TURNSTILE);
	if (err != KC_OK) {
		close(fd);
		return err;
	}
	*ret = fd;
	return KC_OK;
}

void kc_sqlite_lock_ring(int lock)
{
	(void)!pwrite(lock, "", 1, 0);
}

int kc_sqlite_lock_listen(const char *path, mode_t mode)
{
	int fd;

	if (open_lock(path, mode, &fd) != KC_OK)
		return -1;
	close(fd);
	fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (fd >= 0 && inotify_add_watch(fd, path, IN_MODIFY | IN_DONT_FOLLOW) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

bool kc_sqlite_lock_hear(int bell)
{
	_Alignas(struct inotify_event) char events[4096];
	bool rang = false;

	while (read(bell, events, sizeof events) > 0)
		rang = true;
	return rang;
}
