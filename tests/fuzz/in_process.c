/* SPDX-License-Identifier: ISC */
/* Calling the service. */
#include "tests/fuzz/in_process.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/dispatch.h"
#include "wire/pool.h"

#define PASSWORD "fake"
/* The history of what was deleted grows; a new keychain has none. */
#define MOST_RESETS 5000

static char home[256];
static struct kc_service service;
static struct kc_application application;
static unsigned resets;

static void must(kc_err err)
{
	if (err == KC_OK)
		return;
	fprintf(stderr, "in process: %s\n", kc_err_text(err));
	abort();
}

/* --- in place of wire/pool.c ----------------------------------------------------------------- */

struct kc_pool {
	bool exists;
};

kc_err kc_pool_new(const struct kc_place *place, struct kc_pool **ret)
{
	(void)place;
	*ret = calloc(1, sizeof **ret);
	return *ret ? KC_OK : KC_ERR(NO_MEMORY);
}

void kc_pool_free(struct kc_pool *pool)
{
	free(pool);
}

kc_err kc_pool_exchange(struct kc_pool *pool, const struct kc_call_row *call,
	struct kc_bytes request, struct kc_buf *reply, struct kc_bulletin_issue *ret_issue)
{
	(void)pool;
	(void)call;
	if (ret_issue)
		*ret_issue = (struct kc_bulletin_issue){0};
	return kc_dispatch(&service, &application, -1, request, reply);
}

bool kc_pool_is_current(struct kc_pool *pool, const struct kc_bulletin_issue *issue)
{
	(void)pool;
	(void)issue;
	return false;
}

/* --- the keychain ---------------------------------------------------------------------------- */

static int remove_one(const char *name, const struct stat *status, int type, struct FTW *walk)
{
	(void)status;
	(void)type;
	(void)walk;
	return remove(name);
}

static void remove_home(void)
{
	nftw(home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_home(void)
{
	const char *folder = getenv("TMPDIR");

	snprintf(home, sizeof home, "%s/kc-fuzz-XXXXXX", folder ? folder : "/tmp");
	if (!mkdtemp(home) || setenv("KEYCIRCLE_HOME", home, 1) != 0) {
		perror(home);
		abort();
	}
}

static void open_service(void)
{
	struct kc_place place = KC_PLACE_INIT;

	make_home();
	must(kc_place_find(&place));
	must(kc_service_init(&service, &place));
	must(kc_service_create(&service, kc_bytes_str(PASSWORD), kc_bytes(NULL, 0), "fuzz"));
}

static void close_service(void)
{
	kc_service_done(&service);
	remove_home();
}

void in_process_start(void)
{
	must(kc_keychain_init());
	open_service();
	atexit(close_service);
	pthread_mutex_init(&application.trying, NULL);
	application.number = 1;
	in_process_set_sandboxed(false);
}

void in_process_lock(bool locked)
{
	struct kc_keychain *keychain;

	must(kc_service_keychain(&service, &keychain));
	if (locked)
		kc_keychain_lock(keychain);
	else if (!kc_service_is_unlocked(&service))
		must(kc_keychain_unlock(keychain, kc_bytes_str(PASSWORD)));
}

void in_process_set_sandboxed(bool sandboxed)
{
	application.access.sandboxed = sandboxed;
	snprintf(application.access.group, sizeof application.access.group, "%s",
		sandboxed ? "flatpak.fuzz" : KC_ACCESS_USER_GROUP);
}

static void delete_everything(void)
{
	static const char *const groups[] = {KC_ACCESS_USER_GROUP};
	const struct kc_caller everybody = {groups, 1, true, 1, true};
	struct kc_query query = KC_QUERY_INIT;
	struct kc_keychain *keychain;
	uint64_t count;
	kc_err err;

	query.sync = KC_SYNC_ANY;
	query.tomb = KC_TOMB_ANY;
	query.tomb_use = KC_TOMB_USE_NEVER;
	must(kc_service_keychain(&service, &keychain));
	err = kc_keychain_item_delete(keychain, &everybody, &query, &count);
	must(err == KC_E_NOT_FOUND ? KC_OK : err);
}

void in_process_reset(void)
{
	kc_handle_gone(&service, application.number);
	in_process_lock(false);
	in_process_set_sandboxed(false);
	if (++resets % MOST_RESETS == 0) {
		close_service();
		open_service();
		return;
	}
	delete_everything();
}
