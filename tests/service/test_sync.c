/* SPDX-License-Identifier: ISC */
/* The sync loop: it exchanges after a change and now and then, also after a lock. */
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/check.h"
#include "tests/wire/device.h"

static void sleep_s(time_t seconds)
{
	struct timespec time = {.tv_sec = seconds};
	nanosleep(&time, NULL);
}

/* A client of a service that began with these settings, of a device with a store or without. */
static struct kc_client *client_with(const char *settings, bool has_store)
{
	struct kc_client *client;
	char path[128];
	FILE *file;

	CHECK_OK_FATAL(kc_client_new(&client));
	(void)!kc_client_stop(client);
	kc_client_free(client);
	CHECK(device_wait_until_gone());
	snprintf(path, sizeof path, "%s/config", device_path());
	mkdir(path, 0700);
	snprintf(path, sizeof path, "%s/config/kc.conf", device_path());
	file = fopen(path, "w");
	CHECK_FATAL(file != NULL);
	fputs(settings, file);
	fclose(file);
	client = device_client();
	if (has_store)
		CHECK_OK(kc_client_sync_use(client, "/counted", true, kc_bytes_str("account")));
	return client;
}

static uint64_t exchanges(struct kc_client *client)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	CHECK_OK(kc_client_sync_status(client, &report));
	return report.pending;
}

static bool exchanges_pass(struct kc_client *client, uint64_t before)
{
	for (unsigned i = 0; i < 15; i++) {
		if (exchanges(client) > before)
			return true;
		sleep_s(1);
	}
	return false;
}

static void now_and_then(void)
{
	struct kc_client *client = client_with("sync-every = 1\n", true);

	CHECK(exchanges_pass(client, 0));
	CHECK(exchanges_pass(client, exchanges(client)));
	CHECK_OK(kc_client_lock(client));
	sleep_s(3); /* one may have begun */
	CHECK(exchanges_pass(client, exchanges(client)));
	kc_client_free(client);
}

static void after_changes_alone(void)
{
	struct kc_client *client = client_with("sync-every = 0\n", true);
	struct kc_attrs none = KC_ATTRS_INIT;
	struct kc_client_item item = {.class = KC_CLASS_GENERIC, .attrs = &none};
	uint64_t before;

	CHECK(exchanges_pass(client, 0)); /* the first use is a change */
	sleep_s(3);
	before = exchanges(client);
	sleep_s(4);
	CHECK(exchanges(client) == before);
	CHECK_OK(kc_client_item_add(client, &item, 0, NULL));
	CHECK(exchanges_pass(client, before));
	kc_client_free(client);
}

static void never_without_a_store(void)
{
	struct kc_client *client = client_with("sync-every = 1\n", false);

	sleep_s(5);
	CHECK(exchanges(client) == 0);
	kc_client_free(client);
}

int main(void)
{
	static const struct check_test tests[] = {
		CHECK_TEST(now_and_then),
		CHECK_TEST(after_changes_alone),
		CHECK_TEST(never_without_a_store),
	};
	int status;

	device_make("tests/wire/keycircled-fake");
	status = check_main("service/sync", tests, KC_COUNT_OF(tests));
	device_remove();
	return status;
}
