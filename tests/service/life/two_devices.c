/* SPDX-License-Identifier: ISC */
/*
 * Two devices that sync through a folder, from their making to the end of their services, with
 * every call about a circle: for a script that watches the services meanwhile.
 *
 *   two_devices FOLDER      KEYCIRCLED says what serves; FOLDER is empty
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/check.h"
#include "tests/wire/device.h"

#define GENP KC_CLASS_GENERIC
#define SVCE KC_NAME('s', 'v', 'c', 'e')

static const char account_password[] = "one password for all devices";
static char store[256];

enum which { LAPTOP, DESKTOP, DEVICES };
static struct device {
	const char *name;
	char home[256];
	struct kc_client *client;
} devices[DEVICES] = {[LAPTOP] = {.name = "laptop"}, [DESKTOP] = {.name = "desktop"}};

/* A service that has to be started is this device's. */
static struct kc_client *on(enum which which)
{
	if (setenv("KEYCIRCLE_HOME", devices[which].home, 1) != 0)
		exit(99);
	return devices[which].client;
}

static void init_query(struct kc_query *query, const char *name)
{
	query->class = GENP;
	query->sync = KC_SYNC_ANY;
	query->want = KC_WANT_ATTRS | KC_WANT_SECRET;
	kc_attrs_set_str(&query->attrs, SVCE, name);
}

static kc_err add(enum which which, const char *name, const char *secret)
{
	KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
	struct kc_client_item item = {
		.class = GENP, .attrs = &attrs, .has_secret = true, .secret = kc_bytes_str(secret)};

	kc_attrs_set_str(&attrs, SVCE, name);
	kc_attrs_set_number(&attrs, KC_NAME('s', 'y', 'n', 'c'), 1);
	return kc_client_item_add(on(which), &item, 0, NULL);
}

static kc_err change(enum which which, const char *name, const char *secret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_ATTRS struct kc_attrs none = KC_ATTRS_INIT;
	struct kc_client_item changes = {
		.attrs = &none, .has_secret = true, .secret = kc_bytes_str(secret)};

	init_query(&query, name);
	return kc_client_item_update(on(which), &query, &changes, NULL);
}

static kc_err delete (enum which which, const char *name)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;

	init_query(&query, name);
	return kc_client_item_delete(on(which), &query, NULL);
}

/* NULL: it is not there. */
static bool has(enum which which, const char *name, const char *secret)
{
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	kc_err err;

	init_query(&query, name);
	err = kc_client_item_find(on(which), &query, &found);
	if (!secret)
		return err == KC_E_NOT_FOUND;
	return err == KC_OK && found.count == 1 &&
	       kc_bytes_equal(kc_secret_bytes(&found.rows[0].secret), kc_bytes_str(secret));
}

/* The services exchange by themselves, too, so a report may say that there was nothing left. */
static void exchange(enum which which)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_OK(kc_client_sync_now(on(which), &report));
	CHECK(report.refused == 0 && !report.alarm);
}

static void exchange_all(void)
{
	exchange(LAPTOP);
	exchange(DESKTOP);
	exchange(LAPTOP);
}

/* --- the life ----------------------------------------------------------------------------------
 */

static void without_a_store(void)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;

	for (enum which which = LAPTOP; which < DEVICES; which++) {
		(void)on(which); /* there is none yet, but it belongs there */
		CHECK_OK_FATAL(kc_client_new(&devices[which].client));
		CHECK_OK_FATAL(kc_client_setup(
			on(which), kc_bytes_str("a password"), devices[which].name));
	}
	CHECK_ERR(kc_client_sync_now(on(LAPTOP), &report), KC_E_NO_STORE);
	CHECK_ERR(kc_client_pair_start(on(LAPTOP), kc_bytes_str(account_password), &code),
		KC_E_NO_STORE);
	CHECK_ERR(kc_client_sync_status(on(LAPTOP), &report), KC_E_NO_STORE);
	CHECK_OK(kc_client_rename(on(LAPTOP), "the lap"));
}

static void a_store(void)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	const struct kc_bytes password = kc_bytes_str(account_password);

	CHECK(kc_client_sync_use(on(LAPTOP), "/nowhere/at/all", true, password) != KC_OK);
	CHECK_ERR(kc_client_sync_use(on(LAPTOP), store, true, kc_bytes_str("short")),
		KC_E_WEAK_PASSWORD);
	CHECK_OK_FATAL(kc_client_sync_use(on(LAPTOP), store, true, password));
	CHECK_OK(add(LAPTOP, "mail", "from the laptop"));
	exchange(LAPTOP);
	CHECK_OK(kc_client_sync_status(on(LAPTOP), &report));
	CHECK(report.last_ms > 0);
}

/* Starts both sides, up to where the sponsor knows who asks. */
static void ask_to_come_in(void)
{
	KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	const struct kc_bytes password = kc_bytes_str(account_password);
	struct kc_device applicant;

	CHECK_OK_FATAL(kc_client_pair_start(on(LAPTOP), password, &code));
	CHECK_ERR(kc_client_pair_poll(on(LAPTOP), &applicant), KC_E_WAITING);
	CHECK_OK_FATAL(kc_client_join_start(on(DESKTOP), store, kc_buf_text(&code), password));
	CHECK_ERR(kc_client_pair_poll(on(LAPTOP), &applicant), KC_E_WAITING);
	CHECK_ERR(kc_client_join_poll(on(DESKTOP), &report), KC_E_WAITING);
	CHECK_OK_FATAL(kc_client_pair_poll(on(LAPTOP), &applicant));
	CHECK(strcmp(applicant.name, "desktop") == 0);
}

static void refused(void)
{
	KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_ERR(kc_client_pair_start(on(LAPTOP), kc_bytes_str("a wrong password"), &code),
		KC_E_ACCOUNT_PASSWORD);
	ask_to_come_in();
	CHECK_OK(kc_client_pair_decide(on(LAPTOP), false));
	CHECK(kc_client_join_poll(on(DESKTOP), &report) != KC_OK);
	(void)!kc_client_join_cancel(on(DESKTOP));
	ask_to_come_in();
	CHECK_OK(kc_client_pair_cancel(on(LAPTOP)));
	CHECK_OK(kc_client_join_cancel(on(DESKTOP)));
}

static void let_in(void)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_DEVICE_LIST struct kc_device_list list = {0};

	ask_to_come_in();
	CHECK_OK_FATAL(kc_client_pair_decide(on(LAPTOP), true));
	CHECK_OK_FATAL(kc_client_join_poll(on(DESKTOP), &report));
	CHECK(has(DESKTOP, "mail", "from the laptop"));
	for (enum which which = LAPTOP; which < DEVICES; which++) {
		exchange(which);
		CHECK_OK(kc_client_devices(on(which), &list));
		CHECK(list.count == 2);
	}
}

static void changes_travel(void)
{
	CHECK_OK(change(DESKTOP, "mail", "changed on the desktop"));
	CHECK_OK(add(DESKTOP, "chat", "from the desktop"));
	exchange(DESKTOP);
	exchange_all();
	CHECK(has(LAPTOP, "mail", "changed on the desktop"));
	CHECK(has(LAPTOP, "chat", "from the desktop"));
	CHECK_OK(delete (LAPTOP, "chat"));
	exchange_all();
	CHECK(has(DESKTOP, "chat", NULL));
	/* Both at once: one of them stays, on both. */
	CHECK_OK(change(LAPTOP, "mail", "one"));
	CHECK_OK(change(DESKTOP, "mail", "two"));
	CHECK_OK(add(LAPTOP, "wifi", "one"));
	CHECK_OK(add(DESKTOP, "wifi", "two"));
	exchange_all();
	exchange_all();
	for (int i = 0; i < 2; i++) {
		const char *name = i == 0 ? "mail" : "wifi";
		const char *secret = has(LAPTOP, name, "one") ? "one" : "two";
		CHECK(has(LAPTOP, name, secret) && has(DESKTOP, name, secret));
	}
}

static void the_store_is_away(void)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	char away[300];

	snprintf(away, sizeof away, "%s.away", store);
	CHECK_FATAL(rename(store, away) == 0);
	CHECK(kc_client_sync_now(on(LAPTOP), &report) != KC_OK);
	CHECK_OK(add(LAPTOP, "meanwhile", "written at home"));
	CHECK_FATAL(rename(away, store) == 0);
	exchange_all();
	CHECK(has(DESKTOP, "meanwhile", "written at home"));
}

static void locked_and_started_again(void)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	/* After a lock exchanges go on; before the first unlock there are none. */
	CHECK_OK(kc_client_lock(on(DESKTOP)));
	CHECK_OK(kc_client_sync_now(on(DESKTOP), &report));
	CHECK_OK(kc_client_stop(on(DESKTOP)));
	CHECK_FATAL(device_wait_until_gone());
	CHECK_OK(change(LAPTOP, "mail", "while the desktop slept"));
	exchange(LAPTOP);
	CHECK(kc_client_sync_now(on(DESKTOP), &report) == KC_E_LOCKED);
	CHECK_OK_FATAL(kc_client_unlock(on(DESKTOP), kc_bytes_str("a password")));
	exchange(DESKTOP);
	CHECK(has(DESKTOP, "mail", "while the desktop slept"));
	CHECK_OK(kc_client_status(on(DESKTOP), &status));
	CHECK(status.quarantined == 0 && !status.altered);
}

static bool end(enum which which)
{
	pid_t service;

	kc_client_free(on(which));
	service = device_service();
	return service && kill(service, SIGTERM) == 0 && device_wait_until_gone();
}

int main(int argc, char **argv)
{
	static const struct check_test tests[] = {
		CHECK_TEST(without_a_store),
		CHECK_TEST(a_store),
		CHECK_TEST(refused),
		CHECK_TEST(let_in),
		CHECK_TEST(changes_travel),
		CHECK_TEST(the_store_is_away),
		CHECK_TEST(locked_and_started_again),
	};
	int failed;

	if (argc != 2)
		return 2;
	snprintf(store, sizeof store, "%s/store", argv[1]);
	if (mkdir(store, 0700) != 0)
		return 2;
	for (enum which which = LAPTOP; which < DEVICES; which++) {
		snprintf(devices[which].home, sizeof devices[which].home, "%s/%s", argv[1],
			devices[which].name);
		if (mkdir(devices[which].home, 0700) != 0)
			return 2;
	}
	failed = check_main("two devices", tests, KC_COUNT_OF(tests));
	for (enum which which = LAPTOP; which < DEVICES; which++)
		failed = !end(which) || failed;
	return failed;
}
