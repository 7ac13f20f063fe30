/* SPDX-License-Identifier: ISC */
/* Who may use what, from made-up process folders. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "service/access.h"
#include "tests/check.h"

#define PLAIN_STATUS "Name:\tssh-agent\nNSpid:\t77\nNoNewPrivs:\t0\n"
#define PLAIN_GROUP "0::/user.slice/user-1000.slice/session-1.scope\n"

static char proc[64];

static void put(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", proc, name);
	if (!text) {
		unlink(path);
		return;
	}
	file = fopen(path, "w");
	if (!file)
		abort();
	fputs(text, file);
	fclose(file);
}

/* info "hidden": the root folder cannot be looked into. */
static void judges_by_the_evidence(void)
{
	static const struct {
		const char *what, *cgroup, *info, *status, *group; /* group NULL: refused */
		bool sandboxed;
	} rows[] = {
		{"a shell", PLAIN_GROUP, NULL, NULL, "user", false},
		{"no control groups", NULL, NULL, NULL, "user", false},
		{"a Flatpak application", PLAIN_GROUP,
			"[Application]\nname=org.example.App\nruntime=r\n", NULL,
			"flatpak.org.example.App", true},
		{"a Flatpak runtime", PLAIN_GROUP, "[Runtime]\nname=org.example.R\n", NULL, NULL,
			false},
		{"no name", PLAIN_GROUP, "[Application]\nruntime=r\n", NULL, NULL, false},
		{"an empty name", PLAIN_GROUP, "[Application]\nname=\n", NULL, NULL, false},
		{"a name with a slash", PLAIN_GROUP, "[Application]\nname=a/b\n", NULL, NULL,
			false},
		{"a name without an end", PLAIN_GROUP, "[Application]\nname=org.a", NULL, NULL,
			false},
		{"an empty file", PLAIN_GROUP, "", NULL, NULL, false},
		{"a snap", "0::/user.slice/app.slice/snap.firefox.firefox-1a2b.scope\n", NULL, NULL,
			"snap.firefox", true},
		{"a snap's service", "0::/system.slice/snap.lxd.daemon.service\n", NULL, NULL,
			"snap.lxd", true},
		{"a snap without a name", "0::/x/snap..y\n", NULL, NULL, NULL, false},
		{"a snap's name alone", "0::/x/snap.firefox\n", NULL, NULL, NULL, false},
		{"undumpable, plain", PLAIN_GROUP, "hidden", PLAIN_STATUS, "user", false},
		{"undumpable, barred", PLAIN_GROUP, "hidden", "NSpid:\t77\nNoNewPrivs:\t1\n", NULL,
			false},
		{"undumpable, other namespace", PLAIN_GROUP, "hidden",
			"NSpid:\t77\t2\nNoNewPrivs:\t0\n", NULL, false},
		{"undumpable, nothing known", PLAIN_GROUP, "hidden", NULL, NULL, false},
	};
	for (size_t i = 0; i < KC_COUNT_OF(rows); i++) {
		bool hidden = rows[i].info && strcmp(rows[i].info, "hidden") == 0;
		struct kc_access access = {0};
		kc_err err;

		put("cgroup", rows[i].cgroup);
		put("status", rows[i].status);
		put("root/.flatpak-info", hidden ? NULL : rows[i].info);
		if (hidden) /* a link to itself cannot be followed, not even by root */
			CHECK(symlink(".flatpak-info", "root/.flatpak-info") == 0);
		err = kc_access_judge(proc, &access);
		put("root/.flatpak-info", NULL);
		if (!rows[i].group) {
			CHECK_MSG(err == KC_E_NOT_ALLOWED, rows[i].what);
			continue;
		}
		CHECK_MSG(err == KC_OK, rows[i].what);
		CHECK_MSG(strcmp(access.group, rows[i].group) == 0, rows[i].what);
		CHECK_MSG(access.sandboxed == rows[i].sandboxed, rows[i].what);
	}
}

static void a_name_that_is_too_long(void)
{
	char info[400];
	struct kc_access access;

	memset(info, 'a', sizeof info);
	memcpy(info, "[Application]\nname=", 19);
	memcpy(info + 300, "\n", 2);
	put("root/.flatpak-info", info);
	CHECK_ERR(kc_access_judge(proc, &access), KC_E_NOT_ALLOWED);
	memcpy(info + 200, "\n", 2);
	put("root/.flatpak-info", info);
	CHECK_OK(kc_access_judge(proc, &access));
	put("root/.flatpak-info", NULL);
}

static void the_dead_are_refused(void)
{
	struct kc_access access;
	pid_t child = fork();
	int pidfd;

	if (child == 0) {
		pause();
		_exit(0);
	}
	pidfd = (int)syscall(SYS_pidfd_open, child, 0);
	CHECK_FATAL(pidfd >= 0);
	CHECK(!kc_access_has_ended(pidfd));
	CHECK_OK(kc_access_decide(child, pidfd, &access));
	CHECK(strcmp(access.group, "user") == 0);
	kill(child, SIGKILL);
	CHECK(waitpid(child, NULL, 0) == child);
	CHECK(kc_access_has_ended(pidfd));
	CHECK_ERR(kc_access_decide(child, pidfd, &access), KC_E_NOT_ALLOWED);
	/* The number's next owner is not taken for the first. */
	CHECK_ERR(kc_access_decide(getpid(), pidfd, &access), KC_E_NOT_ALLOWED);
	close(pidfd);
}

/* The only thread that goes on is not the first. */
static void *stay(void *argument)
{
	(void)argument;
	while (pause() != 0)
		continue;
	return NULL;
}

static bool first_thread_has_ended(pid_t process)
{
	static const struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};
	char path[64], line[256];

	snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
	for (unsigned i = 0; i < 500; i++) {
		FILE *file = fopen(path, "r");
		bool ended = file && fgets(line, sizeof line, file) && strstr(line, ") Z ");
		if (file)
			fclose(file);
		if (ended)
			return true;
		nanosleep(&moment, NULL);
	}
	return false;
}

/* A sandboxed program can end its first thread, and then /proc/PID shows no root folder that its
 * evidence could be in. */
static void a_program_without_its_first_thread_is_refused(void)
{
	struct kc_access access;
	pid_t child = fork();
	int pidfd;

	if (child == 0) {
		pthread_t thread;
		if (pthread_create(&thread, NULL, stay, NULL) == 0)
			syscall(SYS_exit, 0); /* of this thread alone */
		_exit(1);
	}
	pidfd = (int)syscall(SYS_pidfd_open, child, 0);
	CHECK_FATAL(pidfd >= 0);
	CHECK(first_thread_has_ended(child));
	CHECK(!kc_access_has_ended(pidfd));
	CHECK_ERR(kc_access_decide(child, pidfd, &access), KC_E_NOT_ALLOWED);
	kill(child, SIGKILL);
	CHECK(waitpid(child, NULL, 0) == child);
	close(pidfd);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(judges_by_the_evidence),
		CHECK_TEST(a_name_that_is_too_long),
		CHECK_TEST(the_dead_are_refused),
		CHECK_TEST(a_program_without_its_first_thread_is_refused),
	};
	int status;

	snprintf(proc, sizeof proc, "/tmp/kc-access-XXXXXX");
	if (!mkdtemp(proc) || chdir(proc) != 0 || mkdir("root", 0700) != 0)
		return 99;
	put("cgroup", PLAIN_GROUP);
	status = check_main("service/access", tests, KC_COUNT_OF(tests));
	put("cgroup", NULL);
	put("status", NULL);
	(void)!rmdir("root");
	(void)!rmdir(proc);
	return status;
}
