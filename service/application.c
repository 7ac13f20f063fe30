/* SPDX-License-Identifier: ISC */
/* Who is at the other end of a socket (unix(7), pidfd_open(2), proc(5)). */
#include "service/application.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "wire/socket.h"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* Linux 6.5 */
#endif

#define START_TIME_FIELD 22 /* of /proc/PID/stat, where the command is field 2 */

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct kc_application *applications;

/* The kernel's own answer where it has one; else the number's process, which is the right one as
 * long as the number was not given anew between connect(2) and now. */
static kc_err open_pidfd(int socket, pid_t process, int *ret)
{
	socklen_t len = sizeof *ret;
	int fd;

	if (getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &fd, &len) != 0)
		fd = (int)syscall(SYS_pidfd_open, process, 0);
	if (fd < 0)
		return KC_ERR(NOT_ALLOWED);
	*ret = fd;
	return KC_OK;
}

static kc_err read_start_time(pid_t process, uint64_t *ret)
{
	char path[32], line[1024];
	const char *at;
	FILE *file;
	bool read;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
	file = fopen(path, "re");
	if (!file)
		return KC_ERR(NOT_ALLOWED);
	read = fgets(line, sizeof line, file);
	fclose(file);
	at = read ? strrchr(line, ')') : NULL; /* the command may hold anything */
	for (unsigned field = 2; at && field < START_TIME_FIELD; field++)
		at = strchr(at + 1, ' ');
	if (!at || sscanf(at, " %" SCNu64, ret) != 1)
		return KC_ERR(NOT_ALLOWED);
	return KC_OK;
}

static struct kc_application *find_inlock(const struct kc_application *like)
{
	struct kc_application *at = applications;

	while (at && (at->process != like->process || at->started != like->started))
		at = at->next;
	return at;
}

static kc_err join_inlock(const struct kc_application *like, struct kc_application **ret)
{
	struct kc_application *found = find_inlock(like);

	if (!found) {
		found = malloc(sizeof *found);
		if (!found)
			return KC_ERR(NO_MEMORY);
		*found = *like;
		found->next = applications;
		applications = found;
	}
	if (found->connections == KC_APPLICATION_CONNECTIONS)
		return KC_ERR(BUSY);
	found->connections++;
	*ret = found;
	return KC_OK;
}

kc_err kc_application_join(int socket, struct kc_application **ret, int *ret_pidfd)
{
	struct kc_application like = {0};
	KC_CLEANUP_FD int pidfd = -1;
	uid_t uid;
	kc_err err;

	KC_TRY(kc_socket_peer(socket, &uid, &like.process));
	if (uid != geteuid() || like.process <= 0)
		return KC_ERR(NOT_ALLOWED);
	KC_TRY(open_pidfd(socket, like.process, &pidfd));
	if (kc_socket_is_hung_up(socket))
		return KC_ERR(NOT_ALLOWED);
	KC_TRY(read_start_time(like.process, &like.started));
	pthread_mutex_lock(&mutex);
	err = join_inlock(&like, ret);
	pthread_mutex_unlock(&mutex);
	KC_TRY(err);
	*ret_pidfd = pidfd;
	pidfd = -1;
	return KC_OK;
}

void kc_application_leave(struct kc_application *application)
{
	pthread_mutex_lock(&mutex);
	if (--application->connections == 0) {
		struct kc_application **at = &applications;
		while (*at != application)
			at = &(*at)->next;
		*at = application->next;
		free(application);
	}
	pthread_mutex_unlock(&mutex);
}
