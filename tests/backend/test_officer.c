/* SPDX-License-Identifier: ISC */
/* The security officer behind the door: a forgotten password, wrong PINs, races, kills, erasing. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "backend/tries.h"
#include "tests/backend/words.h"
#include "tests/check.h"

#define GENP KC_CLASS_GENERIC
#define PIN kc_bytes_str("officer")
#define NOTHING kc_bytes(NULL, 0)

static uint64_t slept_ms;

static void note_sleep(uint64_t ms)
{
	slept_ms += ms;
}

/* The usual home, with an officer. */
static void init(struct home *home)
{
	home_init(home);
	CHECK_OK_FATAL(kc_keychain_officer_set(home->keychain, kc_bytes_str("password"), PIN));
}

static void reopen(struct home *home)
{
	home_close(home);
	home_open(home);
}

static struct kc_status status_of(const struct home *home)
{
	struct kc_status status = {.lock = KC_LOCK_NONE};

	CHECK_OK(kc_keychain_status(home->keychain, &status));
	return status;
}

static kc_err check(const struct home *home, struct kc_bytes pin)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;

	return kc_keychain_officer_check(home->keychain, pin, &key);
}

static kc_err reset(const struct home *home, struct kc_bytes pin, struct kc_bytes password)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;

	KC_TRY(kc_keychain_officer_check(home->keychain, pin, &key));
	return kc_keychain_officer_reset(home->keychain, &key, password);
}

static void set_and_change(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;

	home_init(&home);
	CHECK(status_of(&home).has_password && !status_of(&home).has_officer);
	CHECK_ERR(check(&home, PIN), KC_E_NO_OFFICER);
	kc_keychain_lock(home.keychain);
	kc_tries_set_sleep(note_sleep);
	CHECK_ERR(kc_keychain_officer_set(home.keychain, PIN, PIN), KC_E_AUTH);
	CHECK_OK(kc_keychain_officer_set(home.keychain, kc_bytes_str("password"), PIN));
	CHECK(kc_keychain_lock_state(home.keychain) == KC_LOCK_LOCKED);
	CHECK(status_of(&home).has_officer);
	CHECK_OK(check(&home, PIN));
	CHECK_ERR(
		kc_keychain_officer_change(home.keychain, PIN, NOTHING, &key), KC_E_WEAK_PASSWORD);
	CHECK_ERR(kc_keychain_officer_change(
			  home.keychain, kc_bytes_str("password"), kc_bytes_str("2"), &key),
		KC_E_AUTH);
	CHECK_OK(kc_keychain_officer_change(home.keychain, PIN, kc_bytes_str("2"), &key));
	CHECK_OK(kc_keychain_officer_reset(home.keychain, &key, kc_bytes_str("new")));
	reopen(&home);
	CHECK_ERR(check(&home, PIN), KC_E_AUTH);
	CHECK_OK(check(&home, kc_bytes_str("2")));
	CHECK(kc_keychain_lock_state(home.keychain) == KC_LOCK_NEVER);
	CHECK_OK(kc_keychain_officer_set(home.keychain, kc_bytes_str("new"), NOTHING));
	CHECK_ERR(check(&home, kc_bytes_str("2")), KC_E_NO_OFFICER);
	CHECK(!status_of(&home).has_officer);
	kc_tries_set_sleep(NULL);
}

/* What the owner of a forgotten password saved is all there under the new one. */
static void a_forgotten_password(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	init(&home);
	CHECK_OK(words_add(&home, GENP, "svce=s acct=a pdmn=ak", "x"));
	kc_keychain_lock(home.keychain);
	CHECK_ERR(reset(&home, PIN, NOTHING), KC_E_WEAK_PASSWORD);
	CHECK_OK(reset(&home, PIN, kc_bytes_str("new")));
	CHECK(kc_keychain_lock_state(home.keychain) == KC_LOCK_LOCKED);
	CHECK(words_find(&home, GENP, "svce=s", &(struct kc_found_list)KC_FOUND_LIST_INIT) ==
		KC_E_LOCKED);
	kc_tries_set_sleep(note_sleep);
	CHECK_ERR(kc_keychain_unlock(home.keychain, kc_bytes_str("password")), KC_E_AUTH);
	CHECK(status_of(&home).user_failed);
	CHECK_OK(reset(&home, PIN, kc_bytes_str("newer")));
	CHECK(!status_of(&home).user_failed);
	kc_tries_set_sleep(NULL);
	reopen(&home);
	CHECK_OK(kc_keychain_unlock(home.keychain, kc_bytes_str("newer")));
	CHECK(words_has_secret(&home, GENP, "svce=s", "x"));
}

/* As C_InitToken makes it: nobody's until the officer says whose. */
static void without_a_password(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	home_init_empty(&home);
	CHECK_ERR(kc_keychain_create_with_officer(
			  &home.place, NOTHING, NOTHING, "test", &home.keychain),
		KC_E_WEAK_PASSWORD);
	CHECK_OK_FATAL(
		kc_keychain_create_with_officer(&home.place, NOTHING, PIN, "test", &home.keychain));
	for (int i = 0; i < 2; i++) {
		CHECK(!status_of(&home).has_password && status_of(&home).has_officer);
		CHECK(kc_keychain_lock_state(home.keychain) == KC_LOCK_NEVER);
		CHECK_ERR(kc_keychain_unlock(home.keychain, PIN), KC_E_NO_PASSWORD);
		CHECK_ERR(kc_keychain_check_password(home.keychain, NOTHING), KC_E_NO_PASSWORD);
		CHECK_ERR(kc_keychain_change_password(home.keychain, PIN, PIN), KC_E_NO_PASSWORD);
		CHECK_ERR(kc_keychain_officer_set(home.keychain, PIN, NOTHING), KC_E_NO_PASSWORD);
		CHECK_ERR(words_add(&home, GENP, "acct=a pdmn=ak", "x"), KC_E_LOCKED);
		CHECK_OK(words_add(&home, GENP, i ? "acct=b pdmn=dk" : "acct=c pdmn=dk", "x"));
		CHECK(!status_of(&home).user_failed);
		reopen(&home);
	}
	CHECK_OK(reset(&home, PIN, kc_bytes_str("password")));
	CHECK(status_of(&home).has_password);
	CHECK_OK(kc_keychain_unlock(home.keychain, kc_bytes_str("password")));
	CHECK_OK(words_add(&home, GENP, "acct=a pdmn=ak", "x"));
}

/* Guessing goes no faster than guessing passwords, is remembered, and never locks anybody out. */
static void guesses_are_slowed_and_counted(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;
	uint64_t wanted = 0;

	init(&home);
	kc_tries_set_sleep(note_sleep);
	slept_ms = 0;
	for (uint64_t i = 1; i <= 12; i++) {
		CHECK_ERR(check(&home, kc_bytes_str("guess")), KC_E_AUTH);
		wanted += kc_tries_delay_ms(i);
		CHECK(status_of(&home).officer_failed && !status_of(&home).user_failed);
		CHECK_OK(kc_keychain_check_password(home.keychain, kc_bytes_str("password")));
		if (i == 6)
			reopen(&home);
	}
	CHECK_OK(check(&home, PIN));
	/* All but the first wait, for what is left of the last delay; of the long ones that is
	 * most. */
	CHECK(slept_ms > wanted / 2 && slept_ms <= wanted);
	CHECK(!status_of(&home).officer_failed);
	slept_ms = 0;
	CHECK_OK(check(&home, PIN));
	CHECK(slept_ms == 0);
	CHECK_ERR(kc_keychain_officer_erase(
			  home.keychain, &home_user, kc_bytes_str("guess"), KC_SYNC_LOCAL),
		KC_E_AUTH);
	CHECK(status_of(&home).officer_failed);
	kc_tries_set_sleep(NULL);
}

struct racer {
	pthread_t thread;
	const struct home *home;
	bool is_officer;
	kc_err err;
};

static void *race(void *argument)
{
	struct racer *racer = argument;

	racer->err = racer->is_officer ? reset(racer->home, PIN, kc_bytes_str("officer's"))
				       : kc_keychain_change_password(racer->home->keychain,
						 kc_bytes_str("password"), kc_bytes_str("user's"));
	return NULL;
}

/* The officer and the user give it another password at once: whoever is last has it, in memory as
 * on the disk; a user who comes second had the wrong old one. */
static void a_race_for_the_password(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	init(&home);
	kc_tries_set_sleep(note_sleep);
	for (int round = 0; round < 20; round++) {
		struct racer racers[2] = {{.is_officer = true}, {.is_officer = false}};
		bool is_users;

		for (size_t i = 0; i < 2; i++) {
			racers[i].home = &home;
			CHECK_FATAL(pthread_create(&racers[i].thread, NULL, race, &racers[i]) == 0);
		}
		for (size_t i = 0; i < 2; i++)
			pthread_join(racers[i].thread, NULL);
		CHECK_OK(racers[0].err);
		CHECK(racers[1].err == KC_OK || racers[1].err == KC_E_AUTH);
		is_users =
			kc_keychain_check_password(home.keychain, kc_bytes_str("user's")) == KC_OK;
		CHECK(is_users || kc_keychain_check_password(
					  home.keychain, kc_bytes_str("officer's")) == KC_OK);
		reopen(&home);
		CHECK_OK(kc_keychain_unlock(
			home.keychain, kc_bytes_str(is_users ? "user's" : "officer's")));
		CHECK_OK(reset(&home, PIN, kc_bytes_str("password")));
	}
	kc_tries_set_sleep(NULL);
}

/* Another password again and again, until it is killed. */
__attribute__((noreturn)) static void reset_for_ever(struct home *home)
{
	KC_CLEANUP_SECRET struct kc_secret key = KC_SECRET_INIT;

	home_open(home);
	if (kc_keychain_officer_check(home->keychain, PIN, &key) != KC_OK)
		_exit(1);
	for (unsigned i = 0;; i++)
		if (kc_keychain_officer_reset(
			    home->keychain, &key, kc_bytes_str(i % 2 ? "one" : "other")) != KC_OK)
			_exit(1);
}

/* Killed wherever: one of the passwords is right, and the officer can still give another. */
static void kills(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	init(&home);
	CHECK_OK(words_add(&home, GENP, "svce=s acct=a pdmn=ak", "x"));
	CHECK_OK(reset(&home, PIN, kc_bytes_str("one")));
	kc_tries_set_sleep(note_sleep);
	for (unsigned round = 0; round < 8; round++) {
		struct timespec while_it_works = {.tv_nsec = 7000000 + round * 1300000};
		unsigned right = 0;
		pid_t child;
		int end;

		home_close(&home);
		child = fork();
		if (child == 0)
			reset_for_ever(&home);
		CHECK_FATAL(child > 0);
		nanosleep(&while_it_works, NULL);
		kill(child, SIGKILL);
		CHECK(waitpid(child, &end, 0) == child && WIFSIGNALED(end));
		home_open(&home);
		right += kc_keychain_unlock(home.keychain, kc_bytes_str("one")) == KC_OK;
		right += kc_keychain_unlock(home.keychain, kc_bytes_str("other")) == KC_OK;
		CHECK(right == 1);
		CHECK(words_has_secret(&home, GENP, "svce=s", "x"));
		CHECK_OK(reset(&home, PIN, kc_bytes_str("one")));
	}
	kc_tries_set_sleep(NULL);
}

static void erasing(void)
{
	CLEANUP_HOME struct home home = HOME_INIT;

	init(&home);
	CHECK_OK(words_add(&home, GENP, "svce=s acct=here pdmn=ak", "x"));
	CHECK_OK(words_add(&home, GENP, "svce=s acct=open pdmn=dk", "x"));
	CHECK_OK(words_add(&home, GENP, "svce=s acct=everywhere sync=1 pdmn=ak", "x"));
	kc_tries_set_sleep(note_sleep);
	CHECK_ERR(kc_keychain_officer_erase(home.keychain, &home_user, NOTHING, KC_SYNC_LOCAL),
		KC_E_AUTH);
	kc_tries_set_sleep(NULL);
	CHECK(words_count(&home, GENP, "svce=s") == 3);
	kc_keychain_lock(home.keychain);
	CHECK_OK(kc_keychain_officer_erase(home.keychain, &home_user, PIN, KC_SYNC_LOCAL));
	CHECK(kc_keychain_lock_state(home.keychain) == KC_LOCK_LOCKED);
	home_unlock(&home);
	CHECK(words_count(&home, GENP, "svce=s") == 1);
	CHECK(words_has_secret(&home, GENP, "acct=everywhere", "x"));
	CHECK_OK(words_add(&home, GENP, "svce=s acct=new pdmn=ak", "x"));
	CHECK_OK(kc_keychain_officer_erase(home.keychain, &home_user, PIN, KC_SYNC_SYNCED));
	CHECK(words_count(&home, GENP, "svce=s") == 1);
	CHECK(words_has_secret(&home, GENP, "acct=new", "x"));
	CHECK_OK(kc_keychain_officer_erase(home.keychain, &home_user, PIN, KC_SYNC_SYNCED));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(set_and_change),
		CHECK_TEST(a_forgotten_password),
		CHECK_TEST(without_a_password),
		CHECK_TEST(guesses_are_slowed_and_counted),
		CHECK_TEST(a_race_for_the_password),
		CHECK_TEST(kills),
		CHECK_TEST(erasing),
	};
	return check_main("backend: the security officer", tests, KC_COUNT_OF(tests));
}
