/* SPDX-License-Identifier: ISC */
/*
 * Four processes write into one keychain and are killed at a random moment, many times over. What a
 * process had been told is there is there afterwards, at most one more of its items, and the
 * database is sound.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"
#include "tests/backend/words.h"
#include "tests/check.h"

#define GENP KC_CLASS_GENERIC
#define WRITERS 4
#ifdef KC_SANITIZED
#define ROUNDS 50 /* a sanitized process takes long to fork */
#else
#define ROUNDS 200
#endif
#define LONGEST_US 20000 /* from when all begin to write to the kill */

/* How far each writer is; in memory that outlives it. */
struct progress {
	volatile unsigned added;   /* acknowledged */
	volatile unsigned deleted; /* of these, from the first on */
	volatile unsigned changed;
	volatile bool ready, failed;
};

/* What the processes have in common. */
struct board {
	struct progress writers[WRITERS];
	volatile bool
		begun; /* what one wrote while others still opened would only have to be checked */
};

static void item_name(char *text, size_t len, unsigned writer, unsigned number)
{
	snprintf(text, len, "svce=writer-%u acct=%u", writer, number);
}

/* Another writer that copies the WAL back into the file makes it a file to open again. */
static kc_err open_keychain(struct home *home)
{
	kc_err err;

	do {
		home_close(home);
		err = kc_keychain_open(&home->place, &home->keychain);
		if (err == KC_OK)
			err = kc_keychain_unlock(home->keychain, kc_bytes_str("password"));
	} while (err == KC_E_REPLACED);
	return err;
}

/* Adds an item; deletes every third, changes every fifth. */
static kc_err write_one(struct home *home, unsigned writer, struct progress *progress)
{
	unsigned number = progress->added;
	char name[64];

	item_name(name, sizeof name, writer, number);
	KC_TRY(words_add(home, GENP, name, "secret of an item"));
	progress->added = number + 1;
	if (number % 3 == 2) {
		item_name(name, sizeof name, writer, progress->deleted);
		KC_TRY(words_delete(home, GENP, name));
		progress->deleted++;
	} else if (number % 5 == 4) {
		KC_TRY(words_update(home, GENP, name, "labl=changed", NULL));
		progress->changed++;
	}
	return KC_OK;
}

static void write_for_ever(struct home *home, unsigned writer, struct board *board)
{
	struct progress *progress = &board->writers[writer];
	kc_err err;

	home->keychain = NULL;
	err = open_keychain(home);
	progress->ready = true;
	while (!board->begun)
		usleep(100);
	while (err == KC_OK) {
		err = write_one(home, writer, progress);
		if (err == KC_E_REPLACED)
			err = open_keychain(home);
	}
	progress->failed = true;
	_exit(1);
}

static void check_writer(struct home *home, unsigned writer, const struct progress *progress)
{
	char query[64];
	size_t count, changed;

	snprintf(query, sizeof query, "svce=writer-%u", writer);
	count = words_count(home, GENP, query);
	/* One call of each may have been done and not yet been told. */
	CHECK(count + 1 >= progress->added - progress->deleted);
	CHECK(count <= progress->added - progress->deleted + 1);
	snprintf(query, sizeof query, "svce=writer-%u labl=changed", writer);
	changed = words_count(home, GENP, query);
	CHECK(changed <= progress->changed + 1);
	for (unsigned number = progress->deleted + 1; number < progress->added; number++) {
		item_name(query, sizeof query, writer, number);
		CHECK(words_has_secret(home, GENP, query, "secret of an item"));
	}
	for (unsigned number = 0; number < progress->deleted; number++) {
		item_name(query, sizeof query, writer, number);
		CHECK(words_count(home, GENP, query) == 0);
	}
}

static bool all_ready(const struct board *board)
{
	for (unsigned i = 0; i < WRITERS; i++)
		if (!board->writers[i].ready)
			return false;
	return true;
}

static void one_round(struct home *home, struct board *board)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};
	pid_t writers[WRITERS];

	home_close(home);
	*board = (struct board){.begun = false};
	for (unsigned i = 0; i < WRITERS; i++) {
		writers[i] = fork();
		CHECK_FATAL(writers[i] >= 0);
		if (writers[i] == 0)
			write_for_ever(home, i, board);
	}
	for (int wait = 0; wait < 10000 && !all_ready(board); wait++)
		usleep(1000);
	board->begun = true;
	usleep(kc_random_below(LONGEST_US));
	for (unsigned i = 0; i < WRITERS; i++)
		kill(writers[i], SIGKILL);
	for (unsigned i = 0; i < WRITERS; i++)
		CHECK_FATAL(waitpid(writers[i], NULL, 0) == writers[i]);
	home_open(home);
	home_unlock(home);
	for (unsigned i = 0; i < WRITERS; i++) {
		CHECK(!board->writers[i].failed);
		check_writer(home, i, &board->writers[i]);
	}
	CHECK_OK(kc_keychain_status(home->keychain, &status));
	CHECK(!status.altered && status.quarantined == 0);
	CHECK(words_delete(home, GENP, "") != KC_E_IO);
}

static void killed_at_random_moments(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	struct board *board = mmap(
		NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int rounds = getenv("KC_LONG") ? 2000 : ROUNDS;
	unsigned added = 0;

	CHECK_FATAL(board != MAP_FAILED);
	home_init(&home);
	for (int round = 0; round < rounds; round++) {
		one_round(&home, board);
		for (unsigned i = 0; i < WRITERS; i++)
			added += board->writers[i].added;
	}
	printf("%u items added in %d rounds ", added, rounds);
	CHECK(added > (unsigned)rounds);
	munmap(board, sizeof *board);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(killed_at_random_moments),
	};
	home_use_memory(); /* what a kill leaves, the kernel has: no disk is asked */
	return check_main("kill -9", tests, KC_COUNT_OF(tests));
}
