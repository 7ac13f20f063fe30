/* SPDX-License-Identifier: ISC */
/*
 * The lock file (flock(2)) and the sockets.
 *
 * A service that waits for the lock and does not reach the one that has it touches the file. The
 * other, whom inotify(7) tells, looks whether its socket is still where programs look for it.
 */
#include "service/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#include "base/log.h"
#include "wire/socket.h"

#define FIRST_PASSED_FD 3 /* sd_listen_fds(3) */
#define OTHER_SECONDS 10  /* another service that is just starting gets so long to answer */

/* Whether a socket is bound to a path. */
static bool is_bound_to(int fd, const char *path)
{
	struct sockaddr_un address = {0};
	socklen_t len = sizeof address;

	return path && getsockname(fd, (struct sockaddr *)&address, &len) == 0 &&
	       address.sun_family == AF_UNIX &&
	       strncmp(address.sun_path, path, sizeof address.sun_path) == 0;
}

/* The one socket that a service manager passed on (sd_listen_fds(3)), if programs would look for
 * this place's service there; else -1. */
static int passed_listener(const struct kc_place *place)
{
	const char *process = secure_getenv("LISTEN_PID"), *number = secure_getenv("LISTEN_FDS");
	KC_CLEANUP_FREE char *activated = NULL;
	int fd = FIRST_PASSED_FD;

	if (!process || !number || strtol(process, NULL, 10) != getpid() ||
		strcmp(number, "1") != 0)
		return -1;
	(void)!kc_place_find_activated(place, &activated);
	if (!is_bound_to(fd, activated) && !is_bound_to(fd, place->socket)) {
		kc_log_error("the socket that was passed on is not for this place");
		return -1;
	}
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

/* Where nothing can be written, the file that an earlier service has left can be locked all the
 * same (flock(2) asks for no right to write). */
static kc_err open_lock(const struct kc_place *place, int *ret)
{
	static const int flags = O_CLOEXEC | O_NOFOLLOW;
	int fd = open(place->lock, flags | O_RDWR | O_CREAT, 0600);
	kc_err err;

	if (fd < 0) {
		err = kc_err_from_errno(errno);
		if (err == KC_E_READ_ONLY)
			fd = open(place->lock, flags | O_RDONLY);
		if (fd < 0)
			return err;
	}
	*ret = fd;
	return KC_OK;
}

static bool can_write(int fd)
{
	return (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR;
}

/* A file that cannot be written tells nobody where we are: programs that look at our place find us
 * there. */
static kc_err write_path(int lock, const char *path)
{
	size_t len = strlen(path);

	if (!can_write(lock))
		return KC_OK;
	if (ftruncate(lock, 0) != 0 || pwrite(lock, path, len, 0) != (ssize_t)len)
		return kc_err_from_errno(errno);
	return KC_OK;
}

/* Whether the service that has the lock answers; if so its socket is linked to from our place. */
static bool find_other(int lock, const struct kc_place *place)
{
	KC_CLEANUP_BUF struct kc_buf link = KC_BUF_INIT;
	KC_CLEANUP_FD int fd = -1;
	char path[4096];
	ssize_t len = pread(lock, path, sizeof path - 1, 0);

	if (len <= 0)
		return false;
	path[len] = 0;
	if (kc_socket_connect(path, &fd) != KC_OK)
		return false;
	if (strcmp(path, place->socket) == 0)
		return true;
	kc_buf_printf(&link, "%s.link", place->socket);
	if (!kc_buf_text(&link))
		return false;
	unlink(kc_buf_text(&link));
	return symlink(path, kc_buf_text(&link)) == 0 &&
	       rename(kc_buf_text(&link), place->socket) == 0;
}

/* Takes the lock. Another service that is ending gives it up soon, one that is starting answers
 * soon. */
static kc_err take_lock(int lock, const struct kc_place *place)
{
	static const struct timespec moment = {.tv_nsec = 20 * 1000 * 1000};
	kc_deadline deadline = kc_socket_deadline(OTHER_SECONDS);

	while (flock(lock, LOCK_EX | LOCK_NB) != 0) {
		if (find_other(lock, place))
			return KC_ERR(DUPLICATE);
		if (kc_socket_left_ms(deadline) == 0)
			return KC_ERR(BUSY);
		(void)futimens(lock, NULL);
		nanosleep(&moment, NULL);
	}
	return KC_OK;
}

/* Our own touches, as we took the lock, come before. */
static int open_knock(int lock)
{
	char path[32];
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	snprintf(path, sizeof path, "/proc/self/fd/%d", lock);
	if (fd >= 0)
		(void)inotify_add_watch(fd, path, IN_ATTRIB);
	return fd;
}

bool kc_instance_is_found(const struct kc_place *place, const struct kc_instance *instance)
{
	char events[4096];
	struct stat found;

	while (read(instance->knock, events, sizeof events) > 0)
		;
	return stat(place->socket, &found) == 0 && found.st_dev == instance->device &&
	       found.st_ino == instance->inode;
}

kc_err kc_instance_init(const struct kc_place *place, struct kc_instance *ret)
{
	KC_CLEANUP_FD int lock = -1;
	int own = -1, passed = passed_listener(place);
	struct stat name;

	KC_TRY(kc_place_make_folder(place->state));
	KC_TRY(kc_place_make_folder(place->runtime));
	KC_TRY(open_lock(place, &lock));
	KC_TRY(take_lock(lock, place));
	KC_TRY(write_path(lock, place->socket));
	if (passed < 0 || !is_bound_to(passed, place->socket))
		KC_TRY(kc_socket_listen(place->socket, &own));
	if (stat(place->socket, &name) != 0)
		return kc_err_from_errno(errno);
	*ret = (struct kc_instance){lock, own, passed, open_knock(lock), name.st_dev, name.st_ino};
	lock = -1;
	return KC_OK;
}

void kc_instance_stop_listening(const struct kc_place *place, struct kc_instance *instance)
{
	if (instance->own >= 0) {
		unlink(place->socket);
		close(instance->own);
	}
	if (instance->passed >= 0)
		close(instance->passed); /* the service manager keeps listening */
}

void kc_instance_release(struct kc_instance *instance)
{
	close(instance->lock);
	if (instance->knock >= 0) /* last: it takes its time */
		close(instance->knock);
}
