/* SPDX-License-Identifier: ISC */
/* Children by choice, and by PR_SET_CHILD_SUBREAPER (prctl(2)). */
#include "tests/service/life/warden.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

#define OWN_MOST 32
#define LOOKS 5000 /* a millisecond or two apart */

static const char service_name[] = "keycircled";
static pid_t own[OWN_MOST];

static _Noreturn void give_up(const char *what)
{
	perror(what);
	exit(99);
}

void warden_begin(void)
{
	if (prctl(PR_SET_CHILD_SUBREAPER, 1L) != 0)
		give_up("prctl");
}

/* --- the test's own -------------------------------------------------------------------------- */

static pid_t *find_own(pid_t child)
{
	for (size_t i = 0; i < OWN_MOST; i++)
		if (own[i] == child)
			return &own[i];
	return NULL;
}

pid_t warden_fork(void)
{
	pid_t *place = find_own(0), child, parent = getpid();

	fflush(stdout); /* else the child prints it again */
	child = place ? fork() : -1;
	if (child < 0)
		give_up("fork");
	if (child > 0)
		*place = child;
	/* A child that works until it is killed must not outlive a test that was. */
	if (child == 0 &&
		(prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL) != 0 || getppid() != parent))
		_exit(1);
	return child;
}

static int wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, __WALL) != child)
		if (errno != EINTR)
			give_up("waitpid");
	return status;
}

int warden_wait(pid_t child)
{
	int status = wait_for(child);

	*find_own(child) = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void warden_kill(pid_t child)
{
	kill(child, SIGKILL);
	(void)warden_wait(child);
}

/* --- services -------------------------------------------------------------------------------- */

/* Whether a process is a service, and a child of ours that has not ended: proc(5), "stat". */
static bool is_service(const char *number)
{
	char path[64], line[512];
	int parent = 0;
	char state = 0;
	const char *name, *rest;
	ssize_t len;
	int file;

	snprintf(path, sizeof path, "/proc/%.20s/stat", number);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	len = read(file, line, sizeof line - 1);
	close(file);
	line[len > 0 ? len : 0] = 0;
	name = strchr(line, '(');
	rest = strrchr(line, ')');
	return name && rest && sscanf(rest, ") %c %d", &state, &parent) == 2 &&
	       parent == getpid() && state != 'Z' && state != 'X' &&
	       strncmp(name + 1, service_name, sizeof service_name - 1) == 0;
}

static pid_t look_for_service(void)
{
	DIR *processes = opendir("/proc");
	const struct dirent *entry;
	pid_t found = 0;

	if (!processes)
		give_up("/proc");
	while (!found && (entry = readdir(processes)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && is_service(entry->d_name))
			found = (pid_t)strtol(entry->d_name, NULL, 10);
	closedir(processes);
	return found;
}

pid_t warden_find_service(void)
{
	static const struct timespec moment = {.tv_nsec = 1000 * 1000};
	pid_t found = look_for_service();

	for (unsigned i = 0; !found && i < LOOKS; i++) {
		nanosleep(&moment, NULL);
		found = look_for_service();
	}
	return found;
}

bool warden_kill_service(pid_t service)
{
	int status;

	kill(service, SIGKILL);
	status = wait_for(service);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

unsigned warden_count_failed(void)
{
	unsigned failed = 0;
	siginfo_t info;

	for (;;) {
		memset(&info, 0, sizeof info);
		if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) != 0 ||
			info.si_pid == 0 || find_own(info.si_pid))
			return failed;
		(void)wait_for(info.si_pid);
		/* SIGKILL comes from this test, also to what a sanitizer leaves at the end. With 1
		 * ends a service that found another one, which was killed before it answered. */
		if (info.si_code == CLD_EXITED ? info.si_status > 1 : info.si_status != SIGKILL) {
			fprintf(stderr, "a service ended with %s %d\n",
				info.si_code == CLD_EXITED ? "exit status" : "signal",
				info.si_status);
			failed++;
		}
	}
}
