/* SPDX-License-Identifier: ISC */
/* Devices for tests. */
#include "tests/wire/device.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/file.h"
#include "wire/socket.h"

static char path[64];

void device_make(const char *service)
{
	const char *build = getenv("top_builddir");
	char program[4096];

	snprintf(path, sizeof path, "/tmp/kc-device-XXXXXX");
	snprintf(program, sizeof program, "%s/%s", build ? build : ".", service);
	if (!mkdtemp(path) || setenv("KEYCIRCLE_HOME", path, 1) != 0 ||
		setenv("KEYCIRCLED", program, 1) != 0 || access(program, X_OK) != 0) {
		perror(program);
		exit(99);
	}
	unsetenv("XDG_RUNTIME_DIR");
}

const char *device_path(void)
{
	return path;
}

pid_t device_service(void)
{
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;
	KC_CLEANUP_FD int fd = -1;
	uid_t uid;
	pid_t pid;

	if (kc_place_find(&place) != KC_OK || kc_socket_connect(place.socket, &fd) != KC_OK ||
		kc_socket_peer(fd, &uid, &pid) != KC_OK)
		return 0;
	return pid;
}

/* A service gives up its lock last of all. */
static bool is_lock_free(void)
{
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;
	KC_CLEANUP_FD int fd = -1;

	if (kc_place_find(&place) != KC_OK)
		return false;
	fd = open(place.lock, O_RDONLY | O_CLOEXEC);
	return fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0;
}

bool device_wait_until_gone(void)
{
	static const struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};

	for (unsigned i = 0; i < 1000; i++) {
		if (device_service() == 0 && is_lock_free())
			return true;
		nanosleep(&moment, NULL);
	}
	return false;
}

void device_remove(void)
{
	pid_t service = device_service();

	if (service) {
		kill(service, SIGTERM);
		(void)device_wait_until_gone();
	}
	file_remove_tree(path);
}

struct kc_client *device_client(void)
{
	struct kc_client *client;
	kc_err err;

	CHECK_OK_FATAL(kc_client_new(&client));
	err = kc_client_setup(client, kc_bytes_str("fake"), "test");
	CHECK(err == KC_OK || err == KC_E_KEYCHAIN_EXISTS);
	return client;
}
