/* SPDX-License-Identifier: ISC */
/*
 * Runs a test of a sanitized build and fails, too, when a sanitizer had something to say about any
 * of its processes: also about a service, which nobody waits for and whose output nobody sees.
 *
 *   sanitized TEST [ARGUMENT…]
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LOOKS 3000 /* a hundredth of a second apart, for what ends after the test */

static char folder[] = "/tmp/kc-reports-XXXXXX";

static _Noreturn void give_up(const char *what)
{
	perror(what);
	exit(99);
}

/* Adds where to report to what the options of a sanitizer are already. */
static void set_options(const char *variable)
{
	const char *before = getenv(variable);
	char options[512];

	snprintf(options, sizeof options, "%s%slog_path=%s/report", before ? before : "",
		before ? ":" : "", folder);
	if (setenv(variable, options, 1) != 0)
		give_up(variable);
}

static int run_test(char **arguments)
{
	pid_t child = fork(), ended;
	int status;

	if (child == 0) {
		execvp(arguments[0], arguments);
		give_up(arguments[0]);
	}
	if (child < 0)
		give_up("fork");
	do {
		ended = waitpid(-1, &status, __WALL); /* of others, too: they are ours now */
		if (ended < 0 && errno != EINTR)
			give_up("waitpid");
	} while (ended != child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Leaks are looked for at the end of a process. */
static bool all_end(void)
{
	static const struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};
	pid_t ended = 0;

	for (unsigned i = 0; i < LOOKS && ended >= 0; i++) {
		ended = waitpid(-1, NULL, WNOHANG | __WALL);
		if (ended == 0)
			nanosleep(&moment, NULL);
	}
	return ended < 0;
}

static void print_file(const char *path)
{
	FILE *file = fopen(path, "re");
	int byte;

	if (!file)
		give_up(path);
	while ((byte = fgetc(file)) != EOF)
		putchar(byte);
	fclose(file);
}

/* Prints and deletes them. */
static unsigned count_reports(void)
{
	DIR *list = opendir(folder);
	const struct dirent *entry;
	unsigned count = 0;

	if (!list)
		give_up(folder);
	while ((entry = readdir(list))) {
		char path[512];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		print_file(path);
		unlink(path);
		count++;
	}
	closedir(list);
	rmdir(folder);
	return count;
}

int main(int argc, char **argv)
{
	int status;
	bool ended;
	unsigned reports;

	if (argc < 2)
		return 99;
	if (!mkdtemp(folder) || prctl(PR_SET_CHILD_SUBREAPER, 1L) != 0)
		give_up(folder);
	set_options("ASAN_OPTIONS");
	set_options("TSAN_OPTIONS");
	set_options("UBSAN_OPTIONS");
	status = run_test(argv + 1);
	ended = all_end();
	reports = count_reports();
	if (!ended)
		printf("%s has left a process behind\n", argv[1]);
	if (reports > 0)
		printf("%s: %u reports of sanitizers\n", argv[1], reports);
	if (status == 0 && (reports > 0 || !ended))
		status = 1;
	return status;
}
