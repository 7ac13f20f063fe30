/* SPDX-License-Identifier: ISC */
/* SIGKILL at random moments, of the service and sometimes of a client, while four clients write. */
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/service/life/ledger.h"
#include "tests/service/life/warden.h"
#include "tests/wire/device.h"

enum {
#ifdef KC_SANITIZED
	KILLS = 60, /* there a start takes longer; it is the same code that is killed */
#else
	KILLS = 200,
#endif
	WRITERS = 4,
	SLOTS_EACH = 24,
	EARLY = 4,     /* one kill in so many comes while the service starts */
	CLIENTS = 10,  /* one kill in so many takes a client along */
	FIRST_MS = 12, /* a start takes about so long */
	SERVING_MS = 150,
	PATIENCE_MS = 10 * 1000,
};

static const char password[] = "a password";
static struct ledger *ledger;
static pid_t writers[WRITERS];

static void rest_ms(long ms)
{
	struct timespec rest = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&rest, NULL);
}

/* --- writers --------------------------------------------------------------------------------- */

/* A restarted service is locked. What it opens must be as the last one left it. */
static kc_err open_keychain(struct kc_client *client)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	KC_TRY(kc_client_unlock(client, kc_bytes_str(password)));
	KC_TRY(kc_client_status(client, &status));
	return status.altered || status.quarantined ? KC_E_DAMAGED : KC_OK;
}

/* Writes until it is killed, or something is not as it must be. */
static _Noreturn void write_on(size_t writer, unsigned short incarnation)
{
	unsigned short seed[3] = {(unsigned short)writer, incarnation, 2026};
	struct kc_client *client;
	kc_err err = kc_client_new(&client);

	while (err == KC_OK) {
		size_t slot = writer * SLOTS_EACH + (size_t)nrand48(seed) % SLOTS_EACH;
		err = ledger_step(ledger, client, slot, seed);
		if (err == KC_E_LOCKED)
			err = open_keychain(client);
		if (err == KC_E_SERVICE || err == KC_E_LOCKED)
			err = KC_OK; /* it was killed; the next call starts another */
	}
	fprintf(stderr, "writer %zu: %s\n", writer, kc_err_name(err));
	_exit(1);
}

static void start_writer(size_t writer)
{
	static unsigned short incarnation;
	pid_t child = warden_fork();

	incarnation++;
	if (child == 0)
		write_on(writer, incarnation);
	writers[writer] = child;
}

/* A request of its last moment may still be carried out, until the service is gone too. */
static void kill_writer(size_t writer)
{
	warden_kill(writers[writer]);
	ledger_hold(ledger, writer * SLOTS_EACH, SLOTS_EACH);
}

/* --- killing --------------------------------------------------------------------------------- */

/* Waits until some change is acknowledged after so many. */
static bool await_work(uint64_t before)
{
	for (long ms = 0; ms < PATIENCE_MS; ms++) {
		if (ledger->acknowledged > before)
			return true;
		rest_ms(1);
	}
	return false;
}

/* One that found another service there already may end before it is killed. */
static void kill_service(void)
{
	bool killed = false;

	while (!killed) {
		pid_t service = warden_find_service();
		CHECK_FATAL(service != 0);
		killed = warden_kill_service(service);
	}
}

static void kill_once(unsigned number, unsigned short seed[3])
{
	size_t writer = (size_t)nrand48(seed) % WRITERS;
	bool early = nrand48(seed) % EARLY == 0, both = nrand48(seed) % CLIENTS == 0;
	long wait_ms = nrand48(seed) % (early ? FIRST_MS : SERVING_MS);
	uint64_t before = ledger->acknowledged;

	if (!early)
		CHECK_FATAL(await_work(before));
	CHECK_FATAL(warden_find_service() != 0);
	rest_ms(wait_ms);
	if (both)
		kill_writer(writer);
	kill_service();
	atomic_fetch_add(&ledger->round, 1);
	if (both)
		start_writer(writer);
	CHECK(warden_count_failed() == 0);
	if (ledger->faults)
		fprintf(stderr, "that was kill %u\n", number);
}

/* SQLite's own opinion of the file. */
static void check_database(void)
{
	static const char sql[] = "PRAGMA integrity_check";
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	char path[128];

	snprintf(path, sizeof path, "%s/data/keychain.db", device_path());
	CHECK_FATAL(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK);
	CHECK_FATAL(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK);
	CHECK_FATAL(sqlite3_step(stmt) == SQLITE_ROW);
	CHECK(strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") == 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

static void check_items(struct kc_client *client)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};
	uint64_t live = 0;

	CHECK_OK_FATAL(kc_client_unlock(client, kc_bytes_str(password)));
	CHECK_OK(ledger_check(ledger, client, &live));
	CHECK_OK_FATAL(kc_client_status(client, &status));
	CHECK(status.items == live);
	CHECK(status.quarantined == 0);
	CHECK(!status.altered);
}

static void what_was_acknowledged_stays(void)
{
	unsigned short seed[3] = {1, 9, 77};
	struct kc_client *client;

	CHECK_OK_FATAL(kc_client_new(&client));
	CHECK_OK_FATAL(kc_client_setup(client, kc_bytes_str(password), "kill"));
	ledger = ledger_new((size_t)WRITERS * SLOTS_EACH);
	for (size_t i = 0; i < WRITERS; i++)
		start_writer(i);
	for (unsigned i = 0; i < KILLS && ledger->faults == 0; i++)
		kill_once(i, seed);
	for (size_t i = 0; i < WRITERS; i++)
		kill_writer(i);
	CHECK_OK_FATAL(open_keychain(client)); /* so that there is one to be killed */
	kill_service();
	atomic_fetch_add(&ledger->round, 1);
	check_database();
	check_items(client);
	CHECK(ledger->faults == 0);
	CHECK(warden_count_failed() == 0);
	CHECK_OK(kc_client_stop(client));
	CHECK(device_wait_until_gone());
	check_database();
	CHECK(warden_count_failed() == 0);
	printf("%u kills, %llu changes acknowledged, none lost; of those cut off %llu had happened "
	       "and "
	       "%llu had not ",
		KILLS + 1, (unsigned long long)ledger->acknowledged,
		(unsigned long long)ledger->happened, (unsigned long long)ledger->not_happened);
	kc_client_free(client);
}

int main(void)
{
	static const struct check_test tests[] = {CHECK_TEST(what_was_acknowledged_stays)};
	int status;

	/* LeakSanitizer's helper outlives a service that is killed while it looks. What the
	 * sanitizers find ends a service with 99, which nothing else does. */
	(void)setenv("ASAN_OPTIONS", "detect_leaks=0:exitcode=99", 1);
	(void)setenv("UBSAN_OPTIONS", "exitcode=99", 1);
	device_make("tests/service/keycircled-fast");
	warden_begin();
	status = check_main("kill", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
