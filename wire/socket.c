/* SPDX-License-Identifier: ISC */
/* Unix sockets. */
#include "wire/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/buf.h"
#include "base/clock.h"

#define BACKLOG 128
#define CONNECT_SECONDS 10 /* a full backlog is waited for so long */

kc_deadline kc_socket_deadline(unsigned seconds)
{
	return kc_clock_monotonic_us() + (uint64_t)seconds * 1000000;
}

int kc_socket_left_ms(kc_deadline deadline)
{
	uint64_t now, left;

	if (deadline == KC_DEADLINE_NEVER)
		return -1;
	now = kc_clock_monotonic_us();
	left = deadline > now ? (deadline - now + 999) / 1000 : 0;
	return left > INT32_MAX ? INT32_MAX : (int)left;
}

/* A path that does not fit into a socket address is reached through its folder's descriptor, which
 * *ret_folder keeps open for as long as the address is used. */
static kc_err address_of(const char *path, struct sockaddr_un *ret, int *ret_folder)
{
	KC_CLEANUP_FREE char *folder = NULL;
	const char *name = strrchr(path, '/');
	int len;

	memset(ret, 0, sizeof *ret);
	ret->sun_family = AF_UNIX;
	if (strlen(path) < sizeof ret->sun_path) {
		memcpy(ret->sun_path, path, strlen(path));
		return KC_OK;
	}
	if (!name || name == path)
		return KC_ERR(PARAM);
	folder = strndup(path, (size_t)(name - path));
	if (!folder)
		return KC_ERR(NO_MEMORY);
	*ret_folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*ret_folder < 0)
		return kc_err_from_errno(errno);
	len = snprintf(
		ret->sun_path, sizeof ret->sun_path, "/proc/self/fd/%d%s", *ret_folder, name);
	return len > 0 && (size_t)len < sizeof ret->sun_path ? KC_OK : KC_ERR(PARAM);
}

kc_err kc_socket_connect(const char *path, int *ret_fd)
{
	static const struct timeval patience = {.tv_sec = CONNECT_SECONDS};
	KC_CLEANUP_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	KC_CLEANUP_FD int folder = -1;
	struct sockaddr_un address;

	if (fd < 0)
		return kc_err_from_errno(errno);
	if (address_of(path, &address, &folder) != KC_OK)
		return KC_ERR(SERVICE);
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	while (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
		if (errno != EINTR)
			return KC_ERR(SERVICE);
	*ret_fd = fd;
	fd = -1;
	return KC_OK;
}

kc_err kc_socket_listen(const char *path, int *ret_fd)
{
	KC_CLEANUP_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	KC_CLEANUP_BUF struct kc_buf fresh = KC_BUF_INIT;
	KC_CLEANUP_FD int folder = -1;
	struct sockaddr_un address;

	if (fd < 0)
		return kc_err_from_errno(errno);
	kc_buf_printf(&fresh, "%s.new", path);
	if (!kc_buf_text(&fresh))
		return KC_ERR(NO_MEMORY);
	KC_TRY(address_of(kc_buf_text(&fresh), &address, &folder));
	unlink(kc_buf_text(&fresh));
	if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
		chmod(kc_buf_text(&fresh), 0600) != 0 || listen(fd, BACKLOG) != 0 ||
		rename(kc_buf_text(&fresh), path) != 0)
		return kc_err_from_errno(errno);
	*ret_fd = fd;
	fd = -1;
	return KC_OK;
}

kc_err kc_socket_peer(int fd, uid_t *ret_uid, pid_t *ret_pid)
{
	struct ucred peer;
	socklen_t len = sizeof peer;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return kc_err_from_errno(errno);
	*ret_uid = peer.uid;
	*ret_pid = peer.pid;
	return KC_OK;
}

/* Waits until fd is ready for events. */
static kc_err await(int fd, short events, kc_deadline deadline)
{
	struct pollfd wait = {.fd = fd, .events = events};
	int ready;

	do
		ready = poll(&wait, 1, kc_socket_left_ms(deadline));
	while (ready < 0 && errno == EINTR);
	if (ready < 0)
		return kc_err_from_errno(errno);
	return ready ? KC_OK : KC_ERR(TIMED_OUT);
}

kc_err kc_socket_send(int fd, struct kc_bytes data, kc_deadline deadline)
{
	while (data.len) {
		ssize_t sent = send(fd, data.data, data.len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent > 0)
			data = kc_bytes(data.data + sent, data.len - (size_t)sent);
		else if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			KC_TRY(await(fd, POLLOUT, deadline));
		else if (sent == 0 || errno != EINTR)
			return KC_ERR(SERVICE);
	}
	return KC_OK;
}

kc_err kc_socket_receive(int fd, uint8_t *ret, size_t len, kc_deadline deadline)
{
	while (len) {
		ssize_t got = recv(fd, ret, len, MSG_DONTWAIT);
		if (got > 0) {
			ret += got;
			len -= (size_t)got;
		} else if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			KC_TRY(await(fd, POLLIN, deadline));
		} else if (got == 0 || errno != EINTR) {
			return KC_ERR(SERVICE);
		}
	}
	return KC_OK;
}

bool kc_socket_is_hung_up(int fd)
{
	struct pollfd wait = {.fd = fd, .events = POLLRDHUP};

	return poll(&wait, 1, 0) > 0 && (wait.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL));
}
