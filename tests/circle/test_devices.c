/* SPDX-License-Identifier: ISC */
/* Devices that exchange items through a folder, by the door. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "backend/keychain_sync.h"
#include "backend/store/store_impl.h"
#include "base/clock.h"
#include "tests/check.h"
#include "tests/circle/house.h"

#define GENP KC_CLASS_GENERIC
#define INET KC_CLASS_INTERNET

static void a_second_device_gets_what_is_marked(void)
{
	CLEANUP_HOUSE struct house house;
	struct home *laptop = &house.homes[0], *desktop = &house.homes[1];

	house_init(&house);
	CHECK_OK(words_add(laptop, GENP, "svce=mail acct=ada sync=#1", "synced secret"));
	CHECK_OK(words_add(laptop, GENP, "svce=local acct=ada", "local secret"));
	CHECK_OK(words_add(laptop, INET, "srvr=example.org acct=ada sync=#1", "web secret"));
	house_add(&house, 0);
	CHECK(words_has_secret(desktop, GENP, "svce=mail", "synced secret"));
	CHECK(words_has_secret(desktop, INET, "srvr=example.org", "web secret"));
	CHECK(words_count(desktop, GENP, "svce=local") == 0);
	/* And the other way. */
	CHECK_OK(words_add(desktop, GENP, "svce=chat acct=ada sync=#1", "from desktop"));
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK(words_has_secret(laptop, GENP, "svce=chat", "from desktop"));
	CHECK(house_agrees(&house));
}

static void changes_and_deletions_travel(void)
{
	CLEANUP_HOUSE struct house house;
	struct kc_sync_report report = {0};

	house_init(&house);
	house_add(&house, 0);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=mail acct=ada sync=#1", "first"));
	CHECK_OK(house_sync(&house, 0, &report));
	CHECK(report.sent == 1 && report.pending == 0);
	report = (struct kc_sync_report){0};
	CHECK_OK(house_sync(&house, 1, &report));
	CHECK(report.received == 1 && report.sent == 0);
	CHECK_OK(words_update(&house.homes[1], GENP, "svce=mail", "acct=ada2", "second"));
	house_settle(&house);
	CHECK(words_has_secret(&house.homes[0], GENP, "svce=mail acct=ada2", "second"));
	CHECK(words_count(&house.homes[0], GENP, "svce=mail") == 1);
	CHECK_OK(words_delete(&house.homes[0], GENP, "svce=mail"));
	house_settle(&house);
	CHECK(words_count(&house.homes[1], GENP, "svce=mail") == 0);
	/* Taken off the circle: it goes elsewhere, and stays here. */
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=bank acct=ada sync=#1", "money"));
	house_settle(&house);
	CHECK(words_count(&house.homes[1], GENP, "svce=bank") == 1);
	CHECK_OK(words_update(&house.homes[0], GENP, "svce=bank sync=#1", "sync=#0", NULL));
	house_settle(&house);
	CHECK(words_count(&house.homes[1], GENP, "svce=bank") == 0);
	CHECK(words_count(&house.homes[0], GENP, "svce=bank") == 1);
}

static void what_is_bound_stays(void)
{
	static const char *const bound[] = {"aku", "cku", "dku", "akpu"};
	CLEANUP_HOUSE struct house house;
	struct kc_sync_report report = {0};

	house_init(&house);
	house_add(&house, 0);
	for (size_t i = 0; i < KC_COUNT_OF(bound); i++) {
		char attrs[80];

		snprintf(attrs, sizeof attrs, "svce=%s acct=ada sync=#1 pdmn=%s", bound[i],
			bound[i]);
		CHECK_OK(words_add(&house.homes[0], GENP, attrs, "stays here"));
	}
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=goes acct=ada sync=#1 pdmn=ck", "goes"));
	CHECK_OK(house_sync(&house, 0, &report));
	CHECK(report.sent == 1);
	CHECK_OK(house_sync(&house, 1, NULL));
	CHECK(words_count(&house.homes[1], GENP, "acct=ada") == 1);
	CHECK(words_has_secret(&house.homes[1], GENP, "svce=goes", "goes"));
}

static void a_third_device_by_either(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_DEVICE_LIST struct kc_device_list list = {0};

	house_init(&house);
	house_add(&house, 0);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=a acct=x sync=#1", "from laptop"));
	CHECK_OK(words_add(&house.homes[1], GENP, "svce=b acct=x sync=#1", "from desktop"));
	house_settle(&house);
	house_add(&house, 1);
	CHECK(words_has_secret(&house.homes[2], GENP, "svce=a", "from laptop"));
	CHECK(words_has_secret(&house.homes[2], GENP, "svce=b", "from desktop"));
	CHECK_OK(words_add(&house.homes[2], GENP, "svce=c acct=x sync=#1", "from phone"));
	house_settle(&house);
	CHECK(words_has_secret(&house.homes[0], GENP, "svce=c", "from phone"));
	CHECK(house_agrees(&house));
	CHECK_OK(kc_keychain_devices(house.homes[0].keychain, &list));
	CHECK_FATAL(list.count == 3);
	for (size_t i = 0; i < 3; i++)
		CHECK(list.rows[i].standing == KC_DEVICE_MEMBER && list.rows[i].name[0] &&
			list.rows[i].added_ms && list.rows[i].last_seen_ms && list.rows[i].entry);
	CHECK(list.rows[0].is_this && !list.rows[0].added_by[0]);
	CHECK(list.rows[2].added_by[0]);
}

static void one_edit_each_at_the_same_time(void)
{
	CLEANUP_HOUSE struct house house;

	house_clock_set(1800000000000);
	house_init(&house);
	house_add(&house, 0);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=mail acct=ada sync=#1", "first"));
	house_settle(&house);
	house_clock_move(1000);
	CHECK_OK(words_update(&house.homes[0], GENP, "svce=mail", "labl=L", "laptop's"));
	house_clock_move(1000);
	CHECK_OK(words_update(&house.homes[1], GENP, "svce=mail", "labl=D", "desktop's"));
	house_settle(&house);
	CHECK(house_agrees(&house));
	CHECK(words_has_secret(
		&house.homes[0], GENP, "svce=mail", "desktop's")); /* the later one */
	/* An edit against a deletion: the greater version, on both. */
	house_clock_move(1000);
	CHECK_OK(words_delete(&house.homes[0], GENP, "svce=mail"));
	house_clock_move(1000);
	CHECK_OK(words_update(&house.homes[1], GENP, "svce=mail", "labl=E", "again"));
	house_settle(&house);
	CHECK(house_agrees(&house));
	CHECK(words_has_secret(&house.homes[0], GENP, "svce=mail", "again"));
}

static void the_same_item_made_twice(void)
{
	CLEANUP_HOUSE struct house house;

	house_clock_set(1800000000000);
	house_init(&house);
	house_add(&house, 0);
	house_add(&house, 0);
	house_clock_set(kc_clock_wall_ms());
	for (size_t i = 0; i < 3; i++) {
		char secret[20];

		house_clock_move(1000); /* a repair of the first two is 1 ms later than both */
		snprintf(secret, sizeof secret, "secret of %zu", i);
		CHECK_OK(words_add(&house.homes[i], GENP, "svce=wifi acct=home sync=#1", secret));
	}
	house_settle(&house);
	CHECK(house_agrees(&house));
	for (size_t i = 0; i < 3; i++) {
		CHECK(words_count(&house.homes[i], GENP, "svce=wifi") == 1);
		CHECK(words_has_secret(&house.homes[i], GENP, "svce=wifi", "secret of 2"));
	}
	/* The survivor is an item like others. */
	CHECK_OK(words_update(&house.homes[1], GENP, "svce=wifi", "labl=x", "new"));
	house_settle(&house);
	CHECK(house_agrees(&house));
	CHECK_OK(words_delete(&house.homes[2], GENP, "svce=wifi"));
	house_settle(&house);
	CHECK(words_count(&house.homes[0], GENP, "svce=wifi") == 0);
	CHECK(house_agrees(&house));
}

static void items_that_were_there_before_joining(void)
{
	CLEANUP_HOUSE struct house house;
	size_t newcomer;

	house_clock_set(1800000000000);
	house_init(&house);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=both acct=x sync=#1", "laptop's"));
	newcomer = house_add_home(&house);
	house_clock_move(1000);
	CHECK_OK(words_add(&house.homes[newcomer], GENP, "svce=both acct=x sync=#1", "desktop's"));
	CHECK_OK(words_add(&house.homes[newcomer], GENP, "svce=own acct=x sync=#1", "own"));
	house_pair(&house, 0, newcomer);
	house_settle(&house);
	CHECK(house_agrees(&house));
	CHECK(words_has_secret(&house.homes[0], GENP, "svce=own", "own"));
	CHECK(words_has_secret(&house.homes[0], GENP, "svce=both", "desktop's"));
}

static void wrong_passwords_and_codes(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	char code[KC_PAIRING_CODE_LEN + 1], wrong[KC_PAIRING_CODE_LEN + 1];
	struct kc_bytes password = kc_bytes_str(HOUSE_PASSWORD);
	struct kc_keychain *sponsor, *newcomer;
	struct kc_device applicant;

	house_init(&house);
	house_add_home(&house);
	sponsor = house.homes[0].keychain;
	newcomer = house.homes[1].keychain;
	CHECK_ERR(kc_keychain_pair_start(sponsor, kc_bytes_str("wrong"), code),
		KC_E_ACCOUNT_PASSWORD);
	CHECK_ERR(kc_keychain_pair_start(newcomer, password, code), KC_E_NO_STORE);
	CHECK_OK_FATAL(kc_keychain_pair_start(sponsor, password, code));
	/* A wrong password costs no code. */
	CHECK_ERR(kc_keychain_join_start(newcomer, house.url, code, kc_bytes_str("another one")),
		KC_E_ACCOUNT_PASSWORD);
	CHECK_ERR(
		kc_keychain_join_start(newcomer, "/nonexistent", code, password), KC_E_STORE_GONE);
	CHECK_ERR(kc_keychain_join_start(newcomer, house.url, "12345", password), KC_E_PARAM);
	CHECK_ERR(kc_keychain_pair_poll(sponsor, &applicant), KC_E_WAITING);
	/* A wrong code burns it, on both sides. */
	memcpy(wrong, code, sizeof wrong);
	wrong[0] = wrong[0] == '9' ? '0' : (char)(wrong[0] + 1);
	CHECK_OK_FATAL(kc_keychain_join_start(newcomer, house.url, wrong, password));
	CHECK_ERR(kc_keychain_pair_poll(sponsor, &applicant), KC_E_WAITING);
	CHECK_ERR(kc_keychain_join_poll(newcomer, &report), KC_E_PAIRING_CODE);
	CHECK_ERR(kc_keychain_pair_poll(sponsor, &applicant), KC_E_PAIRING_CODE);
	CHECK_ERR(kc_keychain_pair_decide(sponsor, true), KC_E_TIMED_OUT);
	CHECK_ERR(kc_keychain_join_poll(newcomer, &report), KC_E_NO_STORE);
}

static void three_burnt_codes(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_bytes password = kc_bytes_str(HOUSE_PASSWORD);
	char code[KC_PAIRING_CODE_LEN + 1];
	struct kc_device applicant;

	house_clock_set(1800000000000);
	house_init(&house);
	house_add_home(&house);
	for (int i = 0; i < 3; i++) {
		CHECK_OK_FATAL(kc_keychain_pair_start(house.homes[0].keychain, password, code));
		code[0] = code[0] == '9' ? '0' : (char)(code[0] + 1);
		CHECK_OK_FATAL(
			kc_keychain_join_start(house.homes[1].keychain, house.url, code, password));
		CHECK_ERR(kc_keychain_pair_poll(house.homes[0].keychain, &applicant), KC_E_WAITING);
		CHECK_ERR(
			kc_keychain_join_poll(house.homes[1].keychain, &report), KC_E_PAIRING_CODE);
		CHECK_ERR(kc_keychain_pair_poll(house.homes[0].keychain, &applicant),
			KC_E_PAIRING_CODE);
		house_clock_move(60 * 1000);
	}
	CHECK_ERR(kc_keychain_pair_start(house.homes[0].keychain, password, code),
		KC_E_PAIRING_LOCKED);
	house_clock_move(9 * 60 * 1000 + 1);
	house_pair(&house, 0, 1);
}

static void sessions_end(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_bytes password = kc_bytes_str(HOUSE_PASSWORD);
	char code[KC_PAIRING_CODE_LEN + 1];
	struct kc_keychain *sponsor, *newcomer;
	struct kc_device applicant;

	house_clock_set(1800000000000);
	house_init(&house);
	house_add_home(&house);
	sponsor = house.homes[0].keychain;
	newcomer = house.homes[1].keychain;
	/* No answer for ten minutes. */
	CHECK_OK_FATAL(kc_keychain_pair_start(sponsor, password, code));
	house_clock_move(10 * 60 * 1000 + 1);
	CHECK_ERR(kc_keychain_pair_poll(sponsor, &applicant), KC_E_TIMED_OUT);
	/* The sponsor says no. */
	CHECK_OK_FATAL(kc_keychain_pair_start(sponsor, password, code));
	CHECK_OK_FATAL(kc_keychain_join_start(newcomer, house.url, code, password));
	CHECK_ERR(kc_keychain_pair_poll(sponsor, &applicant), KC_E_WAITING);
	CHECK_ERR(kc_keychain_join_poll(newcomer, &report), KC_E_WAITING);
	CHECK_OK(kc_keychain_pair_poll(sponsor, &applicant));
	CHECK_OK(kc_keychain_pair_poll(sponsor, &applicant));
	CHECK(applicant.name[0] != 0);
	CHECK_OK(kc_keychain_pair_decide(sponsor, false));
	CHECK_ERR(kc_keychain_join_poll(newcomer, &report), KC_E_CANCELED);
	/* The sponsor goes away. */
	CHECK_OK_FATAL(kc_keychain_pair_start(sponsor, password, code));
	CHECK_OK_FATAL(kc_keychain_join_start(newcomer, house.url, code, password));
	CHECK_ERR(kc_keychain_pair_poll(sponsor, &applicant), KC_E_WAITING);
	CHECK_ERR(kc_keychain_join_poll(newcomer, &report), KC_E_WAITING);
	kc_keychain_pair_cancel(sponsor);
	CHECK_ERR(kc_keychain_join_poll(newcomer, &report), KC_E_CANCELED);
	/* A code of a session that is over. */
	house_clock_move(60 * 1000);
	CHECK_OK(kc_keychain_join_start(newcomer, house.url, code, password));
	kc_keychain_join_cancel(newcomer);
	/* Old sessions leave the store. */
	house_clock_move(30 * 60 * 1000);
	house_pair(&house, 0, 1);
	CHECK_ERR(kc_keychain_join_start(newcomer, house.url, code, password), KC_E_DUPLICATE);
}

/* A device whose clock is ahead made an offer and lost power; a code does not say of which offer it
 * is. A change of password in between makes no difference. */
static void an_offer_that_was_left_standing(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_bytes old = kc_bytes_str(HOUSE_PASSWORD), new = kc_bytes_str("another one");
	char code[KC_PAIRING_CODE_LEN + 1];
	struct kc_keychain *sponsor, *newcomer;
	struct kc_device applicant;

	house_clock_set(1800000000000);
	house_init(&house);
	house_add(&house, 0);
	house_settle(&house);
	house_add_home(&house);
	sponsor = house.homes[1].keychain;
	newcomer = house.homes[2].keychain;
	for (int i = 0; i < 2; i++) {
		house_clock_set(1800000000000 + INT64_C(86400000));
		CHECK_OK_FATAL(kc_keychain_pair_start(house.homes[0].keychain, old, code));
		home_close(&house.homes[0]);
		home_open(&house.homes[0]);
		home_unlock(&house.homes[0]);
		house_clock_set(1800000001000);
		if (i == 1)
			CHECK_OK_FATAL(kc_keychain_account_password(sponsor, old, new, &report));
		CHECK_OK_FATAL(kc_keychain_pair_start(sponsor, i == 0 ? old : new, code));
		CHECK_OK_FATAL(
			kc_keychain_join_start(newcomer, house.url, code, i == 0 ? old : new));
		CHECK_ERR(kc_keychain_join_poll(newcomer, &report), KC_E_WAITING);
		house_clock_move(21 * 1000);
		CHECK_ERR(kc_keychain_join_poll(newcomer, &report), KC_E_WAITING);
		CHECK_ERR(kc_keychain_pair_poll(sponsor, &applicant), KC_E_WAITING);
		CHECK_ERR(kc_keychain_join_poll(newcomer, &report), KC_E_WAITING);
		CHECK_OK(kc_keychain_pair_poll(sponsor, &applicant));
		CHECK_OK(kc_keychain_pair_decide(sponsor, i == 1));
		CHECK_ERR(kc_keychain_join_poll(newcomer, &report), i == 1 ? KC_OK : KC_E_CANCELED);
	}
}

#ifndef HOUSE_ON_SQLITE
/* Files are taken out of the store by this one call, which looks whether anybody could use the
 * keychain meanwhile: a store may be slow. */
static struct kc_keychain *watched;
static unsigned taken_out, held_up;

int unlinkat(int folder, const char *name, int flags)
{
	if (watched) {
		taken_out++;
		if (pthread_mutex_trylock(&watched->store->mutex) == 0)
			pthread_mutex_unlock(&watched->store->mutex);
		else
			held_up++;
	}
	return (int)syscall(SYS_unlinkat, folder, name, flags);
}

static void a_slow_store_holds_up_nobody(void)
{
	CLEANUP_HOUSE struct house house;
	struct kc_bytes password = kc_bytes_str(HOUSE_PASSWORD);
	char code[KC_PAIRING_CODE_LEN + 1];

	house_clock_set(1800000000000);
	house_init(&house);
	CHECK_OK_FATAL(kc_keychain_pair_start(house.homes[0].keychain, password, code));
	house_clock_move(30 * 60 * 1000);
	watched = house.homes[0].keychain;
	CHECK_OK(kc_keychain_pair_start(watched, password, code));
	CHECK(taken_out > 0);
	CHECK(held_up == 0);
	watched = NULL;
}
#endif

/* A lock ends a pairing, with all that was held for it, on both sides. */
static void a_lock_ends_a_pairing(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_bytes password = kc_bytes_str(HOUSE_PASSWORD);
	char code[KC_PAIRING_CODE_LEN + 1];
	struct kc_keychain *sponsor, *newcomer;
	struct kc_device applicant;

	house_init(&house);
	house_add_home(&house);
	sponsor = house.homes[0].keychain;
	newcomer = house.homes[1].keychain;
	CHECK_OK_FATAL(kc_keychain_pair_start(sponsor, password, code));
	CHECK_OK_FATAL(kc_keychain_join_start(newcomer, house.url, code, password));
	CHECK(newcomer->sync->applicant.password.len == password.len);
	kc_keychain_lock(newcomer);
	CHECK(newcomer->sync->applicant.password.len == 0 && !newcomer->sync->applicant.url &&
		!newcomer->sync->applicant.pairing);
	CHECK_ERR(kc_keychain_join_poll(newcomer, &report), KC_E_LOCKED);
	home_unlock(&house.homes[1]);
	CHECK_ERR(kc_keychain_join_poll(newcomer, &report), KC_E_NO_STORE);
	kc_keychain_lock(sponsor);
	CHECK(!sponsor->sync->sponsor.pairing);
	CHECK_ERR(kc_keychain_pair_poll(sponsor, &applicant), KC_E_LOCKED);
	home_unlock(&house.homes[0]);
	CHECK_ERR(kc_keychain_pair_poll(sponsor, &applicant), KC_E_TIMED_OUT);
	/* Locked while somebody holds the mutex: it waits for nobody, and nothing stays. */
	CHECK_OK_FATAL(kc_keychain_pair_start(sponsor, password, code));
	CHECK_FATAL(pthread_mutex_lock(&sponsor->sync->mutex) == 0);
	kc_keychain_lock(sponsor);
	CHECK(sponsor->sync->sponsor.pairing != NULL);
	kc_keychain_sync_unlock(&sponsor->sync);
	CHECK(!sponsor->sync->sponsor.pairing);
	home_unlock(&house.homes[0]);
	house_pair(&house, 0, 1);
}

static void the_store_goes_and_comes_back(void)
{
	CLEANUP_HOUSE struct house house;
	struct kc_sync_report report = {0};
	char away[80], url[HOUSE_URL_MAX];

	house_init(&house);
	house_add(&house, 0);
	snprintf(away, sizeof away, "%s.away", house.store);
	house_url(away, url);
	CHECK(rename(house.store, away) == 0);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=offline acct=x sync=#1", "kept"));
	CHECK_ERR(house_sync(&house, 0, NULL), KC_E_STORE_GONE);
	/* An empty folder is not the store either. */
	CHECK(mkdir(house.store, 0700) == 0);
	CHECK_ERR(house_sync(&house, 0, NULL), KC_E_STORE_GONE);
	CHECK(rmdir(house.store) == 0);
	CHECK(rename(away, house.store) == 0);
	CHECK_OK(house_sync(&house, 0, &report));
	CHECK(report.sent == 1);
	house_settle(&house);
	CHECK(words_has_secret(&house.homes[1], GENP, "svce=offline", "kept"));
	/* Moved, with its contents. */
	CHECK(rename(house.store, away) == 0);
	CHECK_ERR(kc_keychain_sync_use(
			  house.homes[0].keychain, url, false, kc_bytes_str("not the password")),
		KC_E_ACCOUNT_PASSWORD);
	CHECK_OK(kc_keychain_sync_use(
		house.homes[0].keychain, url, false, kc_bytes_str(HOUSE_PASSWORD)));
	CHECK_OK(house_sync(&house, 0, NULL));
	CHECK(rename(away, house.store) == 0);
}

static void stores_of_others(void)
{
	CLEANUP_HOUSE struct house house, other;

	house_init(&house);
	house_init(&other);
	CHECK_ERR(kc_keychain_sync_use(
			  house.homes[0].keychain, other.url, false, kc_bytes_str(HOUSE_PASSWORD)),
		KC_E_OTHER_ACCOUNT);
	CHECK_ERR(kc_keychain_sync_use(
			  house.homes[0].keychain, other.url, true, kc_bytes_str(HOUSE_PASSWORD)),
		KC_E_DUPLICATE);
	CHECK_ERR(kc_keychain_sync_use(house.homes[0].keychain, "/tmp/kc-house-short", true,
			  kc_bytes_str("short")),
		KC_E_WEAK_PASSWORD);
	CHECK(access("/tmp/kc-house-short", F_OK) != 0);
	CHECK_OK(house_sync(&house, 0, NULL));
}

static void locked_devices_wait(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_STATUS struct kc_status status = {0};
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	house_init(&house);
	CHECK_OK(words_add(&house.homes[0], GENP, "svce=x acct=x sync=#1", "x"));
	kc_keychain_lock(house.homes[0].keychain);
	CHECK_OK(house_sync(&house, 0, NULL)); /* with nothing to send (test_locked.c) */
	CHECK_OK(kc_keychain_status(house.homes[0].keychain, &status));
	CHECK(status.store && strcmp(status.store, house.url) == 0);
	CHECK(status.pending == 1);
	CHECK_OK(kc_keychain_sync_status(house.homes[0].keychain, &report));
	CHECK(report.pending == 1 && !report.alarm && report.last_ms > 0);
	home_open(&house.homes[0]);
	CHECK_ERR(house_sync(&house, 0, NULL), KC_E_LOCKED);
	home_unlock(&house.homes[0]);
	CHECK_OK(house_sync(&house, 0, NULL));
}

/* Somebody took the entry for a change out of the database, so that nobody else should hear of it.
 */
static void a_change_cannot_be_kept_back(void)
{
	CLEANUP_HOUSE struct house house;
	KC_CLEANUP_STATUS struct kc_status status = {0};
	struct home *laptop = &house.homes[0];
	sqlite3 *db;

	house_init(&house);
	house_add(&house, 0);
	CHECK_OK(words_add(laptop, GENP, "svce=x acct=x sync=#1", "x"));
	home_close(laptop);
	CHECK_FATAL(sqlite3_open(home_database(laptop), &db) == SQLITE_OK);
	CHECK(sqlite3_exec(db, "DELETE FROM journal", NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
	home_open(laptop);
	home_unlock(laptop);
	CHECK_OK(kc_keychain_status(laptop->keychain, &status));
	CHECK(status.altered);
	CHECK(status.pending == 1);
	house_settle(&house);
	CHECK(words_has_secret(&house.homes[1], GENP, "svce=x", "x"));
}

static void a_restart_forgets_nothing(void)
{
	CLEANUP_HOUSE struct house house;

	house_init(&house);
	house_add(&house, 0);
	for (size_t round = 0; round < 3; round++) {
		char attrs[40];

		snprintf(attrs, sizeof attrs, "svce=r%zu acct=x sync=#1", round);
		CHECK_OK(words_add(&house.homes[round % 2], GENP, attrs, "kept"));
		for (size_t i = 0; i < 2; i++)
			house_restart(&house, i);
		house_settle(&house);
		CHECK(house_agrees(&house));
	}
	CHECK(words_count(&house.homes[1], GENP, "acct=x") == 3);
}

static void many_items_at_once(void)
{
	CLEANUP_HOUSE struct house house;
	enum { MANY = 1300 }; /* more than two operations hold */

	house_init(&house);
	for (int i = 0; i < MANY; i++) {
		char attrs[60];

		snprintf(attrs, sizeof attrs, "svce=s%d acct=ada sync=#1", i);
		CHECK_OK_FATAL(words_add(&house.homes[0], GENP, attrs, "a secret of some length"));
	}
	CHECK_OK(house_sync(&house, 0, NULL));
	house_add(&house, 0);
	CHECK(words_count(&house.homes[1], GENP, "acct=ada") == MANY);
	CHECK(house_agrees(&house));
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(a_second_device_gets_what_is_marked),
		CHECK_TEST(changes_and_deletions_travel),
		CHECK_TEST(what_is_bound_stays),
		CHECK_TEST(a_third_device_by_either),
		CHECK_TEST(one_edit_each_at_the_same_time),
		CHECK_TEST(the_same_item_made_twice),
		CHECK_TEST(items_that_were_there_before_joining),
		CHECK_TEST(wrong_passwords_and_codes),
		CHECK_TEST(three_burnt_codes),
		CHECK_TEST(sessions_end),
#ifndef HOUSE_ON_SQLITE
		CHECK_TEST(a_slow_store_holds_up_nobody),
#endif
		CHECK_TEST(an_offer_that_was_left_standing),
		CHECK_TEST(a_lock_ends_a_pairing),
		CHECK_TEST(the_store_goes_and_comes_back),
		CHECK_TEST(stores_of_others),
		CHECK_TEST(locked_devices_wait),
		CHECK_TEST(a_change_cannot_be_kept_back),
		CHECK_TEST(a_restart_forgets_nothing),
		CHECK_TEST(many_items_at_once),
	};
	return check_main("devices", tests, KC_COUNT_OF(tests));
}
