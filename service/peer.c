/* SPDX-License-Identifier: ISC */
/* unix(7), pidfd_open(2), proc(5). */
#include "service/peer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "wire/socket.h"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* Linux 6.5 */
#endif

#define START_TIME_FIELD 22 /* of /proc/PID/stat, where the command is field 2 */

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

kc_err kc_peer_identify(int socket, struct kc_peer *ret)
{
	KC_CLEANUP_FD int pidfd = -1;
	struct kc_peer peer;
	uid_t uid;

	KC_TRY(kc_socket_peer(socket, &uid, &peer.process));
	if (uid != geteuid() || peer.process <= 0)
		return KC_ERR(NOT_ALLOWED);
	KC_TRY(open_pidfd(socket, peer.process, &pidfd));
	if (kc_socket_is_hung_up(socket))
		return KC_ERR(NOT_ALLOWED);
	KC_TRY(read_start_time(peer.process, &peer.started));
	KC_TRY(kc_access_decide(peer.process, pidfd, &peer.access));
	peer.pidfd = pidfd;
	pidfd = -1;
	*ret = peer;
	return KC_OK;
}

void kc_peer_done(struct kc_peer *peer)
{
	close(peer->pidfd);
}
