/* SPDX-License-Identifier: ISC */
/* Unix sockets by path, of any length, and whole transfers on them that end in time. */
#ifndef KC_WIRE_SOCKET_H
#define KC_WIRE_SOCKET_H

#include <sys/types.h>
#include <unistd.h>

#include "base/mem.h"

/* A moment on kc_clock_monotonic_us after which waiting is over. */
typedef uint64_t kc_deadline;
#define KC_DEADLINE_NEVER UINT64_MAX
kc_deadline kc_socket_deadline(unsigned seconds);
/* Milliseconds until then, rounded up, for poll(2): -1 for never, 0 when it has passed. */
int kc_socket_left_ms(kc_deadline deadline);

/* For KC_CLEANUP on a descriptor; -1 is none. */
static inline void kc_socket_close_cleanup(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}
#define KC_CLEANUP_FD KC_CLEANUP(kc_socket_close_cleanup)

/* A stream socket connected to path, close-on-exec. Errors: SERVICE. */
KC_MUST kc_err kc_socket_connect(const char *path, int *ret_fd);
/* A listening socket at path with mode 0600, replacing whatever socket was there in one step, so
 * that no client ever finds a socket that is not ready. Errors: IO. */
KC_MUST kc_err kc_socket_listen(const char *path, int *ret_fd);
/* Who is at the other end, by the kernel: at a listening service, who called listen(2). */
KC_MUST kc_err kc_socket_peer(int fd, uid_t *ret_uid, pid_t *ret_pid);

/* All of data, or an error: SERVICE when the peer is gone, TIMED_OUT. No SIGPIPE. */
KC_MUST kc_err kc_socket_send(int fd, struct kc_bytes data, kc_deadline deadline);
KC_MUST kc_err kc_socket_receive(int fd, uint8_t *ret, size_t len, kc_deadline deadline);
/* Whether the other end has closed or is gone; never waits. */
bool kc_socket_is_hung_up(int fd);

#endif
