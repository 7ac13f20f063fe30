/* SPDX-License-Identifier: ISC */
/* A child process at the other end of a socket pair, which unlike a pipe raises no SIGPIPE. */
#include "cli/program.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Which of the child's descriptors is the socket, and which go to /dev/null. */
struct wiring {
	int socket_at;
	bool is_silent;
};

static int wire(posix_spawn_file_actions_t *actions, int socket, const struct wiring *wiring)
{
	int error = posix_spawn_file_actions_adddup2(actions, socket, wiring->socket_at);

	for (int fd = STDOUT_FILENO; !error && wiring->is_silent && fd <= STDERR_FILENO; fd++)
		error = posix_spawn_file_actions_addopen(actions, fd, "/dev/null", O_WRONLY, 0);
	return error;
}

static int start(const char *const *argv, int socket, const struct wiring *wiring, pid_t *ret)
{
	union {
		const char *const *given;
		char *const *wanted;
	} args = {.given = argv}; /* posix_spawnp does not write to them */
	posix_spawn_file_actions_t actions;
	int error = posix_spawn_file_actions_init(&actions);

	if (error)
		return error;
	error = wire(&actions, socket, wiring);
	if (!error)
		error = posix_spawnp(ret, argv[0], &actions, NULL, args.wanted, environ);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/* Starts it; *ret_fd is our end of the socket. */
static kc_err open_program(
	const char *const *argv, const struct wiring *wiring, pid_t *ret_child, int *ret_fd)
{
	int ends[2], error;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return KC_ERR(IO);
	error = start(argv, ends[1], wiring, ret_child);
	close(ends[1]);
	if (error) {
		close(ends[0]);
		return KC_ERR(IO);
	}
	*ret_fd = ends[0];
	return KC_OK;
}

static bool succeeded(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static kc_err read_all(int fd, struct kc_buf *output)
{
	uint8_t piece[256];
	ssize_t got;

	while ((got = recv(fd, piece, sizeof piece, 0)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return KC_ERR(IO);
		kc_buf_push(output, piece, (size_t)got);
		kc_mem_wipe(piece, (size_t)got);
		KC_TRY(kc_buf_check(output));
	}
	return KC_OK;
}

static kc_err write_all(int fd, struct kc_bytes input)
{
	while (input.len) {
		ssize_t sent = send(fd, input.data, input.len, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return KC_ERR(IO);
		input = kc_bytes(input.data + sent, input.len - (size_t)sent);
	}
	return KC_OK;
}

kc_err kc_program_read(const char *const *argv, size_t most, struct kc_buf *ret)
{
	static const struct wiring wiring = {STDOUT_FILENO, false};
	KC_CLEANUP_BUF struct kc_buf output = KC_BUF_INIT_MAX(most);
	pid_t child;
	int fd;
	kc_err err;

	KC_TRY(open_program(argv, &wiring, &child, &fd));
	err = read_all(fd, &output);
	close(fd); /* one that says too much fails to write now, and ends */
	if (!succeeded(child) && err == KC_OK)
		err = KC_ERR(CANCELED);
	KC_TRY(err);
	kc_buf_done(ret);
	*ret = output;
	output = (struct kc_buf)KC_BUF_INIT;
	return KC_OK;
}

kc_err kc_program_write(const char *const *argv, struct kc_bytes input)
{
	static const struct wiring wiring = {STDIN_FILENO, true};
	pid_t child;
	int fd;
	kc_err err;

	KC_TRY(open_program(argv, &wiring, &child, &fd));
	err = write_all(fd, input);
	close(fd);
	if (!succeeded(child) && err == KC_OK)
		err = KC_ERR(CANCELED);
	return err;
}
