/* SPDX-License-Identifier: ISC */
/* One octet for a client, one datagram for a service manager. */
#include "service/ready.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "wire/start.h"

static void tell_manager(const char *path)
{
	static const char message[] = "READY=1";
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(path);
	int fd;

	if (len >= sizeof address.sun_path)
		return;
	memcpy(address.sun_path, path, len);
	if (address.sun_path[0] == '@') /* an abstract address */
		address.sun_path[0] = 0;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, message, sizeof message - 1, MSG_NOSIGNAL, (struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	close(fd);
}

void kc_ready_tell(bool has_fd, kc_err err)
{
	const char *manager = secure_getenv("NOTIFY_SOCKET");
	uint8_t octet = (uint8_t)err;

	if (has_fd) {
		(void)!write(KC_START_READY_FD, &octet, 1);
		close(KC_START_READY_FD);
	}
	if (manager && err == KC_OK)
		tell_manager(manager);
}
