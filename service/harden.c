/* SPDX-License-Identifier: ISC */
/* prctl(2), setrlimit(2), mallopt(3). */
#include "service/harden.h"

#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define DESCRIPTORS 4096
#define MALLOC_ARENAS 4 /* glibc would make eight a core, each keeping what it once had */

void kc_harden_process(void)
{
	const struct rlimit no_core = {0, 0};
	struct rlimit files;

	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)setrlimit(RLIMIT_CORE, &no_core);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < DESCRIPTORS) {
		files.rlim_cur = files.rlim_max < DESCRIPTORS ? files.rlim_max : DESCRIPTORS;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	(void)mallopt(M_ARENA_MAX, MALLOC_ARENAS);
	(void)signal(SIGPIPE, SIG_IGN);
	umask(077);
	(void)!chdir("/");
}
