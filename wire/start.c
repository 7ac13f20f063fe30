/* SPDX-License-Identifier: ISC */
/* Two forks make the service a child of nobody here. */
#include "wire/start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "wire/socket.h"

#define START_SECONDS 15
#define HOME_VARIABLE "KEYCIRCLE_HOME="
#define FIRST_OTHER_FD (KC_START_READY_FD + 1)

extern char **environ;

struct start {
	const char *program;
	char **environment;
	int ready;
};

static bool may_start(void)
{
	return !getauxval(AT_SECURE) && access("/.flatpak-info", F_OK) != 0 &&
	       !secure_getenv("SNAP");
}

static bool begins(const char *variable, const char *prefix)
{
	return strncmp(variable, prefix, strlen(prefix)) == 0;
}

/* What a program was told about itself, by whoever started it. */
static bool is_personal(const char *variable)
{
	static const char *const prefixes[] = {"LD_", "LISTEN_", "NOTIFY_SOCKET=", "WATCHDOG_"};

	for (size_t i = 0; i < KC_COUNT_OF(prefixes); i++)
		if (begins(variable, prefixes[i]))
			return true;
	return false;
}

/* home is the whole variable, or NULL. */
static char **clean_environment(char *home)
{
	size_t count = 0, kept = 0;
	char **clean;

	while (environ[count])
		count++;
	clean = calloc(count + 2, sizeof *clean);
	if (!clean)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (!is_personal(environ[i]) && !(home && begins(environ[i], HOME_VARIABLE)))
			clean[kept++] = environ[i];
	if (home)
		clean[kept] = home;
	return clean;
}

static kc_err new_variable(const char *home, char **ret)
{
	if (home && asprintf(ret, HOME_VARIABLE "%s", home) < 0)
		return KC_ERR(NO_MEMORY);
	return KC_OK;
}

/* fork(2) as the kernel has it: no handlers of the program we live in run, and the parent gets no
 * signal when the child ends. */
static pid_t bare_fork(void)
{
	return (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
}

/* _exit(2), past whatever the program we live in has put in its way. */
static _Noreturn void bare_exit(void)
{
	for (;;)
		syscall(SYS_exit_group, 1);
}

static void close_others(void)
{
	if (syscall(SYS_close_range, FIRST_OTHER_FD, ~0u, 0) == 0)
		return;
	for (long fd = FIRST_OTHER_FD; fd < sysconf(_SC_OPEN_MAX); fd++)
		close((int)fd);
}

static void forget_signals(void)
{
	struct sigaction normal = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int signal = 1; signal < NSIG; signal++)
		sigaction(signal, &normal, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Runs in the grandchild of a program with threads: calls only what is safe after a fork. */
static _Noreturn void become_service(const struct start *start)
{
	static char name[] = "keycircled", option[] = "--ready-fd";
	char *const arguments[] = {name, option, NULL};
	/* Both out of the way of the numbers that they shall have. */
	int null = fcntl(open("/dev/null", O_RDWR), F_DUPFD, FIRST_OTHER_FD);
	int ready = fcntl(start->ready, F_DUPFD, FIRST_OTHER_FD);

	for (int fd = 0; fd < KC_START_READY_FD; fd++)
		if (dup2(null, fd) < 0)
			bare_exit();
	if (dup2(ready, KC_START_READY_FD) < 0)
		bare_exit();
	close_others();
	forget_signals();
	execve(start->program, arguments, start->environment);
	bare_exit();
}

static kc_err run_detached(const struct start *start)
{
	pid_t child = bare_fork();

	if (child < 0)
		return kc_err_from_errno(errno);
	if (child == 0) {
		setsid();
		if (bare_fork() == 0)
			become_service(start);
		bare_exit();
	}
	while (waitpid(child, NULL, (int)__WCLONE) < 0 && errno == EINTR)
		;
	return KC_OK;
}

kc_err kc_start_service(const char *home)
{
	const char *chosen = secure_getenv("KEYCIRCLED");
	KC_CLEANUP_FREE char *variable = NULL;
	KC_CLEANUP_FREE char **environment = NULL;
	int ends[2];
	uint8_t answer;
	kc_err err;

	if (!may_start())
		return KC_ERR(SERVICE);
	KC_TRY(new_variable(home, &variable));
	environment = clean_environment(variable);
	if (!environment)
		return KC_ERR(NO_MEMORY);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return kc_err_from_errno(errno);
	err = run_detached(&(struct start){
		.program = chosen && *chosen ? chosen : KC_LIBEXECDIR "/keycircled",
		.environment = environment,
		.ready = ends[1],
	});
	close(ends[1]);
	if (err == KC_OK)
		err = kc_socket_receive(ends[0], &answer, 1, kc_socket_deadline(START_SECONDS));
	close(ends[0]);
	return err == KC_OK ? kc_err_from_number(answer) : KC_ERR(SERVICE);
}
