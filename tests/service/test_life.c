/* SPDX-License-Identifier: ISC */
/* The service as a process: how it starts, whom it serves, and how it ends. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "tests/check.h"
#include "tests/wire/device.h"
#include "tests/wire/raw.h"

#define NOBODY 65534
#define ACCOUNT KC_NAME('a', 'c', 'c', 't')

static void sleep_ms(long ms)
{
	struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	nanosleep(&time, NULL);
}

static void stop_service(void)
{
	struct kc_client *client;

	CHECK_OK_FATAL(kc_client_new(&client));
	(void)!kc_client_stop(client);
	kc_client_free(client);
	CHECK(device_wait_until_gone());
}

static void write_conf(const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s/config", device_path());
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/config/kc.conf", device_path());
	file = fopen(path, "w");
	CHECK_FATAL(file != NULL);
	fputs(text, file);
	fclose(file);
}

/* Runs the service in the foreground. */
static pid_t run_service(const char *option)
{
	const char *program = getenv("KEYCIRCLED");
	pid_t child = fork();

	if (child == 0) {
		int null = open("/dev/null", O_RDWR);
		dup2(null, 1);
		dup2(null, 2);
		execl(program, program, option, (char *)NULL);
		_exit(99);
	}
	return child;
}

/* Its exit status within ten seconds; -1 when it is still running, or was killed. */
static int exit_of(pid_t child)
{
	int how;

	for (unsigned i = 0; i < 1000; i++) {
		if (waitpid(child, &how, WNOHANG) == child)
			return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
		sleep_ms(10);
	}
	return -1;
}

static kc_err status_of(struct kc_client *client, enum kc_lock_state *ret)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	KC_TRY(kc_client_status(client, &status));
	*ret = status.lock;
	return KC_OK;
}

static bool comes_to(struct kc_client *client, enum kc_lock_state wanted)
{
	enum kc_lock_state lock;

	for (unsigned i = 0; i < 1000; i++) {
		if (status_of(client, &lock) == KC_OK && lock == wanted)
			return true;
		sleep_ms(10);
	}
	return false;
}

static kc_err add(struct kc_client *client, const char *account)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	struct kc_client_item item = {.class = KC_CLASS_GENERIC,
		.attrs = &attrs,
		.has_secret = true,
		.secret = kc_bytes_str("secret")};

	kc_attrs_set_str(&attrs, ACCOUNT, account);
	return kc_client_item_add(client, &item, 0, NULL);
}

static kc_err count_items(struct kc_client *client, size_t *ret)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;

	query.class = KC_CLASS_GENERIC;
	query.sync = KC_SYNC_ANY;
	KC_TRY(kc_client_item_find(client, &query, &found));
	*ret = found.count;
	return KC_OK;
}

/* --- starting -------------------------------------------------------------------------------- */

static void options(void)
{
	CHECK(exit_of(run_service("--version")) == 0);
	CHECK(exit_of(run_service("--help")) == 0);
	CHECK(exit_of(run_service("--nonsense")) == 2);
	CHECK(exit_of(run_service("word")) == 2);
	CHECK(device_service() == 0);
}

static void files_are_private(void)
{
	struct kc_client *client = device_client();
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;
	struct stat status;
	char path[128], line[256];
	bool no_core = false;
	FILE *limits;

	CHECK_OK_FATAL(kc_place_find(&place));
	CHECK(stat(place.runtime, &status) == 0 && (status.st_mode & 07777) == 0700);
	CHECK(stat(place.data, &status) == 0 && (status.st_mode & 07777) == 0700);
	CHECK(stat(place.state, &status) == 0 && (status.st_mode & 07777) == 0700);
	CHECK(stat(place.socket, &status) == 0 && S_ISSOCK(status.st_mode) &&
		(status.st_mode & 07777) == 0600);
	snprintf(path, sizeof path, "/proc/%d/limits", (int)device_service());
	limits = fopen(path, "r");
	CHECK_FATAL(limits != NULL);
	while (fgets(line, sizeof line, limits)) {
		unsigned long soft = 1, hard = 1;
		if (sscanf(line, "Max core file size %lu %lu", &soft, &hard) == 2)
			no_core = soft == 0 && hard == 0;
	}
	fclose(limits);
	CHECK(no_core);
	kc_client_free(client);
}

static void second_start_finds_the_first(void)
{
	struct kc_client *client = device_client();
	pid_t first = device_service();
	pid_t others[5];

	CHECK(first > 0);
	for (size_t i = 0; i < KC_COUNT_OF(others); i++)
		others[i] = run_service(NULL);
	for (size_t i = 0; i < KC_COUNT_OF(others); i++)
		CHECK(exit_of(others[i]) == 0);
	CHECK(device_service() == first);
	kc_client_free(client);
}

/* Many programs start at once, and nobody is there yet. */
static void one_of_many_starts_wins(void)
{
	pid_t children[8];
	int how;

	stop_service();
	for (size_t i = 0; i < KC_COUNT_OF(children); i++) {
		children[i] = fork();
		if (children[i] == 0) {
			struct kc_client *client;
			enum kc_lock_state lock;
			_exit(kc_client_new(&client) == KC_OK && status_of(client, &lock) == KC_OK
					? 0
					: 1);
		}
	}
	for (size_t i = 0; i < KC_COUNT_OF(children); i++)
		CHECK(waitpid(children[i], &how, 0) == children[i] && how == 0);
	CHECK(device_service() > 0);
}

/* A session that looks for the socket elsewhere still finds the service of the same data. */
static void found_from_another_session(void)
{
	struct kc_client *client = device_client(), *other;
	pid_t first = device_service();
	enum kc_lock_state lock;
	char path[128];

	snprintf(path, sizeof path, "%s/session", device_path());
	CHECK(mkdir(path, 0700) == 0);
	setenv("XDG_RUNTIME_DIR", path, 1);
	CHECK(device_service() == 0);
	CHECK_OK_FATAL(kc_client_new(&other));
	CHECK_OK(status_of(other, &lock));
	CHECK(device_service() == first);
	kc_client_free(other);
	unsetenv("XDG_RUNTIME_DIR");
	CHECK(device_service() == first);
	kc_client_free(client);
}

/* Two data folders are two keychains, also when they share a state folder. */
static void two_data_folders_never_meet(void)
{
	static const char *const variables[] = {"XDG_CONFIG_HOME", "XDG_STATE_HOME"};
	const char *home = device_path();
	enum kc_lock_state lock[2];
	pid_t services[2];
	char path[128];

	unsetenv("KEYCIRCLE_HOME");
	for (size_t i = 0; i < KC_COUNT_OF(variables); i++) {
		snprintf(path, sizeof path, "%s/shared", home);
		setenv(variables[i], path, 1);
	}
	for (unsigned i = 0; i < 2; i++) {
		struct kc_client *client;

		snprintf(path, sizeof path, "%s/data-%u", home, i);
		setenv("XDG_DATA_HOME", path, 1);
		CHECK_OK_FATAL(kc_client_new(&client));
		CHECK_OK(status_of(client, &lock[i]));
		services[i] = device_service();
		if (i == 0)
			CHECK_OK(kc_client_setup(client, kc_bytes_str("fake"), "test"));
		kc_client_free(client);
	}
	CHECK(services[0] > 0 && services[1] > 0 && services[0] != services[1]);
	CHECK(lock[1] == KC_LOCK_NONE);
	for (unsigned i = 0; i < 2; i++) {
		snprintf(path, sizeof path, "%s/data-%u", home, i);
		setenv("XDG_DATA_HOME", path, 1);
		stop_service();
	}
	for (size_t i = 0; i < KC_COUNT_OF(variables); i++)
		unsetenv(variables[i]);
	unsetenv("XDG_DATA_HOME");
	setenv("KEYCIRCLE_HOME", home, 1);
}

static void long_paths_work(void)
{
	const char *home = device_path();
	char path[300];
	struct kc_client *client;
	enum kc_lock_state lock;

	snprintf(path, sizeof path, "%s/%0150d", home, 7);
	CHECK(mkdir(path, 0700) == 0);
	setenv("KEYCIRCLE_HOME", path, 1);
	CHECK_OK_FATAL(kc_client_new(&client));
	CHECK_OK(status_of(client, &lock));
	CHECK(lock == KC_LOCK_NONE);
	kc_client_free(client);
	stop_service();
	setenv("KEYCIRCLE_HOME", home, 1);
}

/* As at the end of a session, when the runtime folder is cleaned up: a service that nobody finds
 * any more gives way to one that is found. */
static void gives_way_when_the_socket_is_gone(void)
{
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;
	struct kc_client *first = device_client(), *second;
	pid_t lost = device_service();
	enum kc_lock_state lock;

	CHECK_OK_FATAL(kc_place_find(&place));
	CHECK(unlink(place.socket) == 0);
	CHECK_OK_FATAL(kc_client_new(&second));
	CHECK_OK(status_of(second, &lock));
	CHECK(lock == KC_LOCK_NEVER);
	CHECK(device_service() != 0 && device_service() != lost);
	CHECK_OK(status_of(first, &lock));
	kc_client_free(first);
	kc_client_free(second);
}

static void open_folders_are_refused(void)
{
	static const char *const folders[] = {"data", "state", "state/run"};

	for (size_t i = 0; i < 2 * KC_COUNT_OF(folders); i++) {
		struct kc_client *client;
		enum kc_lock_state lock;
		char path[128];

		if (i & 1) /* whether or not there is a service */
			stop_service();
		snprintf(path, sizeof path, "%s/%s", device_path(), folders[i / 2]);
		CHECK(chmod(path, 0750) == 0);
		CHECK_OK_FATAL(kc_client_new(&client));
		CHECK_ERR(status_of(client, &lock), KC_E_EXPOSED);
		CHECK(chmod(path, 0700) == 0);
		CHECK_OK(status_of(client, &lock));
		kc_client_free(client);
	}
}

static void not_started_from_a_snap(void)
{
	struct kc_client *client;
	enum kc_lock_state lock;

	stop_service();
	CHECK_OK_FATAL(kc_client_new(&client));
	setenv("SNAP", "/snap/x/1", 1);
	CHECK_ERR(status_of(client, &lock), KC_E_SERVICE);
	unsetenv("SNAP");
	setenv("KEYCIRCLED", "/nonexistent", 1);
	CHECK_ERR(status_of(client, &lock), KC_E_SERVICE);
	kc_client_free(client);
	CHECK(device_service() == 0);
}

/* As a service manager starts it (sd_listen_fds(3), sd_notify(3)). */
static void started_by_a_service_manager(const char *program)
{
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;
	struct sockaddr_un notify = {.sun_family = AF_UNIX}, listen_at = notify;
	struct kc_client *client;
	enum kc_lock_state lock;
	char text[64] = "";
	int listener, notified;
	pid_t child;

	setenv("KEYCIRCLED", program, 1);
	CHECK_OK_FATAL(kc_place_find(&place));
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(listen_at.sun_path, sizeof listen_at.sun_path, "%s", place.socket);
	CHECK_FATAL(bind(listener, (struct sockaddr *)&listen_at, sizeof listen_at) == 0 &&
		    listen(listener, 8) == 0);
	notified = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	snprintf(notify.sun_path, sizeof notify.sun_path, "%s/notify", device_path());
	CHECK_FATAL(bind(notified, (struct sockaddr *)&notify, sizeof notify) == 0);
	child = fork();
	if (child == 0) {
		snprintf(text, sizeof text, "%d", (int)getpid());
		setenv("LISTEN_PID", text, 1);
		setenv("LISTEN_FDS", "1", 1);
		setenv("NOTIFY_SOCKET", notify.sun_path, 1);
		if (listener == 3) /* it stays, but shall live on */
			fcntl(3, F_SETFD, 0);
		else
			dup2(listener, 3);
		execl(program, program, (char *)NULL);
		_exit(99);
	}
	CHECK(recv(notified, text, sizeof text - 1, 0) == 7 && strcmp(text, "READY=1") == 0);
	CHECK_OK_FATAL(kc_client_new(&client));
	CHECK_OK(status_of(client, &lock));
	CHECK_OK(kc_client_stop(client));
	CHECK(exit_of(child) == 0);
	CHECK(access(place.socket, F_OK) == 0); /* the manager's, who listens on */
	unlink(place.socket);
	close(listener);
	close(notified);
	kc_client_free(client);
}

static void under_a_service_manager(void)
{
	char program[4096];

	snprintf(program, sizeof program, "%s/tests/service/keycircled-fast",
		getenv("top_builddir") ? getenv("top_builddir") : ".");
	started_by_a_service_manager(program);
}

/* --- whom it serves -------------------------------------------------------------------------- */

static void other_users_are_refused(void)
{
	struct kc_client *client = device_client();
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;
	pid_t child;

	if (geteuid() != 0) {
		printf(" (only root can try it)");
		kc_client_free(client);
		return;
	}
	CHECK_OK_FATAL(kc_place_find(&place));
	child = fork();
	if (child == 0) {
		struct raw raw;
		if (setuid(NOBODY) != 0)
			_exit(1);
		_exit(raw_open_at(place.socket, &raw) == KC_E_SERVICE ? 0 : 2);
	}
	CHECK(exit_of(child) == 0);
	/* Even if every folder and the socket itself were open to all. */
	char run[128], state[128];
	snprintf(state, sizeof state, "%s/state", device_path());
	snprintf(run, sizeof run, "%s/state/run", device_path());
	CHECK(chmod(device_path(), 0755) == 0 && chmod(state, 0755) == 0 && chmod(run, 0755) == 0 &&
		chmod(place.socket, 0666) == 0);
	child = fork();
	if (child == 0) {
		struct raw raw;
		if (setuid(NOBODY) != 0)
			_exit(1);
		_exit(raw_open_at(place.socket, &raw) == KC_E_NOT_ALLOWED ? 0 : 2);
	}
	CHECK(exit_of(child) == 0);
	CHECK(chmod(device_path(), 0700) == 0 && chmod(state, 0700) == 0 && chmod(run, 0700) == 0 &&
		chmod(place.socket, 0600) == 0);
	kc_client_free(client);
}

static kc_err raw_unlock(struct raw *raw)
{
	KC_CLEANUP_BUF struct kc_buf request = KC_BUF_INIT;
	const struct kc_field password = KC_FIELD_B(kc_bytes_str("fake"));

	KC_TRY(kc_message_build_request(kc_calls_find(KC_CALL_UNLOCK), &password, 1, &request));
	KC_TRY(raw_send(raw, kc_buf_bytes(&request)));
	return raw_receive(raw, KC_CALL_UNLOCK);
}

/* What runs in the sandbox; path is of the socket there. Answers an exit status. */
typedef int (*sandboxed)(const char *path);

/* A program whose root folder has a Flatpak's mark: chroot(2) stands in for the sandbox. */
static int exit_of_sandboxed(sandboxed run)
{
	KC_CLEANUP_PLACE struct kc_place place = KC_PLACE_INIT;
	char path[128];
	pid_t child;
	FILE *file;
	int status;

	snprintf(path, sizeof path, "%s/.flatpak-info", device_path());
	file = fopen(path, "w");
	CHECK_FATAL(file != NULL);
	fputs("[Application]\nname=org.example.App\n", file);
	fclose(file);
	CHECK_OK_FATAL(kc_place_find(&place));
	child = fork();
	if (child == 0) {
		if (chroot(device_path()) != 0 || chdir("/") != 0)
			_exit(1);
		_exit(run(place.socket + strlen(device_path())));
	}
	status = exit_of(child);
	unlink(path);
	return status;
}

static int tries_what_is_the_users(const char *path)
{
	struct raw raw;

	if (raw_open_at(path, &raw) != KC_OK)
		return 2;
	if (raw_call(&raw, KC_CALL_STATUS) != KC_OK)
		return 3;
	return raw_call(&raw, KC_CALL_DEVICES) == KC_E_NOT_ALLOWED &&
			       raw_unlock(&raw) == KC_E_NOT_ALLOWED &&
			       raw_call(&raw, KC_CALL_STOP) == KC_E_NOT_ALLOWED
		       ? 0
		       : 4;
}

static unsigned open_many(const char *path, unsigned count)
{
	struct raw raw; /* left to the end of the process */
	unsigned open = 0;

	for (unsigned i = 0; i < count; i++)
		open += raw_open_at(path, &raw) == KC_OK;
	return open;
}

static int forks_for_more_connections(const char *path)
{
	if (open_many(path, 40) != 40)
		return 2;
	for (unsigned i = 0; i < 3; i++) {
		pid_t child = fork();
		if (child == 0)
			_exit((int)open_many(path, 40));
		if (exit_of(child) != 24) /* of 64 */
			return 3;
		sleep_ms(300); /* until its connections are forgotten */
	}
	return 0;
}

static void sandboxed_programs_may_do_less(void)
{
	struct kc_client *client = device_client();

	if (geteuid() != 0) {
		printf(" (only root can try it)");
	} else {
		CHECK(exit_of_sandboxed(tries_what_is_the_users) == 0);
		CHECK(exit_of_sandboxed(forks_for_more_connections) == 0);
	}
	kc_client_free(client);
}

/* --- ending ---------------------------------------------------------------------------------- */

/* Adds until the service locks itself by ending. Writes how many adds were answered with success.
 */
static _Noreturn void add_until_locked(unsigned number, int pipe_end)
{
	struct kc_client *client;
	unsigned good = 0;
	kc_err err = KC_OK;

	if (kc_client_new(&client) != KC_OK)
		_exit(1);
	while (err == KC_OK) {
		char account[32];
		snprintf(account, sizeof account, "%u-%u", number, good);
		err = add(client, account);
		good += err == KC_OK;
	}
	_exit(write(pipe_end, &good, sizeof good) == sizeof good &&
				(err == KC_E_LOCKED || err == KC_E_SERVICE)
			? 0
			: 1);
}

static void ends_cleanly_under_load(void)
{
	enum { COUNT = 4 };
	struct kc_client *client = device_client();
	pid_t children[COUNT], service;
	unsigned sum = 0, good;
	uint64_t start;
	size_t items = 0;
	int ends[2];

	CHECK_OK(kc_client_unlock(client, kc_bytes_str("fake")));
	(void)!count_items(client, &items);
	sum = (unsigned)items;
	CHECK_FATAL(pipe(ends) == 0);
	for (unsigned i = 0; i < COUNT; i++) {
		children[i] = fork();
		if (children[i] == 0)
			add_until_locked(i, ends[1]);
	}
	sleep_ms(500);
	service = device_service();
	start = kc_clock_monotonic_us();
	CHECK(kill(service, SIGTERM) == 0);
	while (kill(service, 0) == 0 && kc_clock_monotonic_us() - start < 10000000)
		sleep_ms(5);
	CHECK(kc_clock_monotonic_us() - start < 3000000);
	for (unsigned i = 0; i < COUNT; i++) {
		CHECK(exit_of(children[i]) == 0);
		CHECK(read(ends[0], &good, sizeof good) == sizeof good);
		CHECK(good > 5);
		sum += good;
	}
	/* What was answered is there; of each child one more may be, whose answer got lost. */
	CHECK_OK(kc_client_unlock(client, kc_bytes_str("fake")));
	CHECK_OK(count_items(client, &items));
	printf(" %u adds;", sum);
	CHECK(items >= sum && items <= sum + COUNT);
	close(ends[0]);
	close(ends[1]);
	kc_client_free(client);
}

/* Whoever comes while a service ends is served by the next one. */
static void one_that_ends_turns_nobody_away(void)
{
	for (unsigned i = 0; i < 40; i++) {
		struct kc_client *client;
		KC_CLEANUP_STATUS struct kc_status status = {0};

		CHECK_OK_FATAL(kc_client_new(&client));
		CHECK_OK(kc_client_stop(client));
		kc_client_free(client);
		CHECK_OK_FATAL(kc_client_new(&client));
		CHECK_OK(kc_client_status(client, &status));
		kc_client_free(client);
	}
	stop_service();
}

static void locks_when_idle(void)
{
	struct kc_client *client;
	enum kc_lock_state lock;

	stop_service();
	write_conf("lock-after-idle = 1\n");
	client = device_client();
	CHECK_OK(kc_client_unlock(client, kc_bytes_str("fake")));
	CHECK_OK(status_of(client, &lock));
	CHECK(lock == KC_LOCK_UNLOCKED);
	for (unsigned i = 0; i < 15; i++) { /* use keeps it open */
		char account[16];
		snprintf(account, sizeof account, "idle-%u", i);
		CHECK_OK(add(client, account));
		sleep_ms(100);
	}
	CHECK(comes_to(client, KC_LOCK_LOCKED)); /* asking for the status does not */
	kc_client_free(client);
}

static void ends_when_locked_and_alone(void)
{
	struct kc_client *client;
	uint64_t start;

	stop_service();
	write_conf("exit-after-locked = 1\n");
	client = device_client();
	CHECK_OK(kc_client_lock(client));
	sleep_ms(1500);
	CHECK(device_service() != 0); /* somebody is connected */
	start = kc_clock_monotonic_us();
	kc_client_free(client);
	while (device_service() && kc_clock_monotonic_us() - start < 8000000)
		sleep_ms(1200); /* looking is being a client, too */
	CHECK(device_service() == 0);

	client = device_client();
	CHECK_OK(kc_client_unlock(client, kc_bytes_str("fake")));
	kc_client_free(client);
	sleep_ms(2500);
	CHECK(device_service() != 0); /* open: it stays */
	write_conf("");
	stop_service();
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(options),
		CHECK_TEST(files_are_private),
		CHECK_TEST(second_start_finds_the_first),
		CHECK_TEST(one_of_many_starts_wins),
		CHECK_TEST(found_from_another_session),
		CHECK_TEST(two_data_folders_never_meet),
		CHECK_TEST(long_paths_work),
		CHECK_TEST(gives_way_when_the_socket_is_gone),
		CHECK_TEST(open_folders_are_refused),
		CHECK_TEST(not_started_from_a_snap),
		CHECK_TEST(under_a_service_manager),
		CHECK_TEST(other_users_are_refused),
		CHECK_TEST(sandboxed_programs_may_do_less),
		CHECK_TEST(ends_cleanly_under_load),
		CHECK_TEST(one_that_ends_turns_nobody_away),
		CHECK_TEST(locks_when_idle),
		CHECK_TEST(ends_when_locked_and_alone),
	};
	int status;

	device_make("tests/service/keycircled-fast");
	status = check_main("service/life", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
