/* SPDX-License-Identifier: ISC */
/* Before anything is opened, and before there is a secret. */
#include "cli/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/err.h"

/* A crash must not leave secrets in a core file. (Not PR_SET_DUMPABLE: the service looks at our
 * /proc entry.) */
static void forbid_core_files(void)
{
	const struct rlimit none = {0, 0};
	(void)setrlimit(RLIMIT_CORE, &none);
}

/* A standard stream that is closed would be the next thing that is opened: a socket that then gets
 * the secret, or the words. As in a set-uid program of the C library it becomes one that only
 * fails. */
static void hold_standard_streams(void)
{
	static const int useless[] = {O_WRONLY, O_RDONLY, O_RDONLY};

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", useless[fd]) != fd)
			_exit(kc_err_exit(KC_E_IO));
}

void kc_process_begin(void)
{
	hold_standard_streams();
	forbid_core_files();
}
