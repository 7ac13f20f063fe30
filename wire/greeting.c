/* SPDX-License-Identifier: ISC */
/* Two octets, the error's number and the version, and with them the descriptors (unix(7)). */
#include "wire/greeting.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "wire/message.h"

#define FD_COUNT 3

union control {
	char bytes[CMSG_SPACE(FD_COUNT * sizeof(int))];
	struct cmsghdr header; /* for its alignment */
};

kc_err kc_greeting_send(int fd, const struct kc_greeting *greeting)
{
	const int fds[FD_COUNT] = {greeting->slot, greeting->bell, greeting->bulletin};
	uint8_t octets[2] = {KC_OK, KC_WIRE_VERSION};
	struct iovec part = {octets, sizeof octets};
	union control control = {0};
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control,
	};
	struct cmsghdr *rights = CMSG_FIRSTHDR(&message);

	rights->cmsg_level = SOL_SOCKET;
	rights->cmsg_type = SCM_RIGHTS;
	rights->cmsg_len = CMSG_LEN(sizeof fds);
	memcpy(CMSG_DATA(rights), fds, sizeof fds);
	if (sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) != (ssize_t)sizeof octets)
		return KC_ERR(SERVICE);
	return KC_OK;
}

void kc_greeting_refuse(int fd, kc_err err)
{
	const uint8_t octets[2] = {(uint8_t)err, KC_WIRE_VERSION};

	/* A client that has gone away already needs no answer. */
	(void)!send(fd, octets, sizeof octets, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* How many descriptors came with a message; they are the caller's. */
static size_t take_descriptors(struct msghdr *message, int ret[static FD_COUNT])
{
	struct cmsghdr *rights = CMSG_FIRSTHDR(message);
	size_t len;

	if (!rights || rights->cmsg_level != SOL_SOCKET || rights->cmsg_type != SCM_RIGHTS)
		return 0;
	len = rights->cmsg_len - CMSG_LEN(0);
	memcpy(ret, CMSG_DATA(rights), len); /* the control buffer has room for FD_COUNT */
	return len / sizeof *ret;
}

static kc_err judge(const uint8_t octets[static 2], size_t fd_count)
{
	if (octets[0] != KC_OK)
		return kc_err_from_number(octets[0]);
	if (octets[1] != KC_WIRE_VERSION)
		return KC_ERR(VERSION);
	return fd_count == FD_COUNT ? KC_OK : KC_ERR(SERVICE);
}

kc_err kc_greeting_receive(int fd, kc_deadline deadline, struct kc_greeting *ret)
{
	uint8_t octets[2];
	struct iovec part = {octets, sizeof octets};
	union control control;
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control,
	};
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	int fds[FD_COUNT], ready;
	size_t count;
	ssize_t got;
	kc_err err;

	do
		ready = poll(&wait, 1, kc_socket_left_ms(deadline));
	while (ready < 0 && errno == EINTR);
	if (ready <= 0)
		return KC_ERR(TIMED_OUT);
	do
		got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof octets)
		return KC_ERR(SERVICE);
	count = take_descriptors(&message, fds);
	err = judge(octets, count);
	if (err == KC_OK)
		*ret = (struct kc_greeting){fds[0], fds[1], fds[2]};
	else
		for (size_t i = 0; i < count; i++)
			close(fds[i]);
	return err;
}
