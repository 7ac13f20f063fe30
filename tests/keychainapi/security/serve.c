/* SPDX-License-Identifier: ISC */
/* serve COMMAND [ARGUMENT ...]: runs a command beside an unlocked keychain of its own. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/wire/device.h"

static int run(char **command)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		execvp(command[0], command);
		perror(command[0]);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static kc_err make_keychain(void)
{
	struct kc_client *client;

	KC_TRY(kc_client_shared(&client));
	return kc_client_setup(client, kc_bytes_str("serve"), "test");
}

int main(int argc, char **argv)
{
	int status = 1;

	if (argc < 2) {
		fprintf(stderr, "usage: serve COMMAND [ARGUMENT ...]\n");
		return 2;
	}
	device_make("keycircled");
	if (make_keychain() == KC_OK)
		status = run(argv + 1);
	device_remove();
	return status;
}
