/* SPDX-License-Identifier: ISC */
/* The past of the family, and how it is put back. */
#include "tests/circle/family.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "backend/item/policy.h"
#include "backend/keychain_sync.h"
#include "tests/check.h"
#include "tests/file.h"

#define GENP KC_CLASS_GENERIC
#define INET KC_CLASS_INTERNET

/* --- what there is ------------------------------------------------------------------------------
 */

struct fact {
	kc_name class;
	const char *query, *secret; /* no secret: there is no such item */
};

/* clang-format off */
static const struct fact of_sleeper[] = {
	{GENP, "svce=local", "stays with the sleeper"},
	{GENP, "svce=mine",  "changed while asleep"},
};
static const struct fact sleeper_before[] = {
	{GENP, "svce=early", "first"},
	{GENP, "svce=gone",  "to be deleted"},
	{GENP, "svce=mail",  NULL},
	{INET, "srvr=example.org", NULL},
	{GENP, "svce=late",  NULL},
	{GENP, "svce=AirPort", NULL},
	{GENP, "svce=own",   NULL},
};
static const struct fact of_newcomer[] = {
	{GENP, "svce=own", "of the newcomer"},
	{GENP, "svce=private", "stays with the newcomer"},
};
static const struct fact newcomer_before[] = {
	{GENP, "svce=early", NULL},
	{GENP, "svce=gone",  NULL},
	{GENP, "svce=mail",  NULL},
	{INET, "srvr=example.org", NULL},
	{GENP, "svce=late",  NULL},
	{GENP, "svce=AirPort", NULL},
	{GENP, "svce=mine",  NULL},
};
static const struct fact after[] = {
	{GENP, "svce=early", "second"},
	{GENP, "svce=gone",  NULL},
	{GENP, "svce=mail",  "changed by the third"},
	{INET, "srvr=example.org", "web"},
	{GENP, "svce=late",  "under the new key"},
	{GENP, "svce=AirPort", "air"},
};
/* clang-format on */

static bool holds(struct home *home, const struct fact *facts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool right = facts[i].secret
				     ? words_has_secret(home, facts[i].class, facts[i].query,
					       facts[i].secret)
				     : words_count(home, facts[i].class, facts[i].query) == 0;

		if (!right) {
			printf("%s: not %s\n", facts[i].query,
				facts[i].secret ? facts[i].secret : "absent");
			return false;
		}
	}
	return true;
}

bool family_keeps_own(struct family *family, size_t device)
{
	struct home *home = &family->house.homes[device];

	if (device == FAMILY_SLEEPER)
		return holds(home, of_sleeper, KC_COUNT_OF(of_sleeper));
	return holds(home, of_newcomer, KC_COUNT_OF(of_newcomer));
}

bool family_is_untouched(struct family *family, size_t device)
{
	struct home *home = &family->house.homes[device];

	if (!family_keeps_own(family, device))
		return false;
	if (device == FAMILY_SLEEPER)
		return holds(home, sleeper_before, KC_COUNT_OF(sleeper_before));
	return holds(home, newcomer_before, KC_COUNT_OF(newcomer_before));
}

bool family_is_complete(struct family *family, size_t device)
{
	return family_keeps_own(family, device) &&
	       holds(&family->house.homes[device], after, KC_COUNT_OF(after));
}

/* --- how it came about --------------------------------------------------------------------------
 */

static void sync_one(struct house *house, size_t device)
{
	CHECK_OK_FATAL(house_sync(house, device, NULL));
}

/* What removing a device will do: new keys for the passwords; and shares of them for everybody. */
static void say(struct home *home, bool epoch)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_txn_begin(home->keychain->store, KC_TXN_WRITE, &txn));
	CHECK_OK_FATAL(kc_memory_get_circle(&txn, &circle));
	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	CHECK_OK_FATAL(
		epoch ? kc_circle_begin_epoch(circle, &trust, KC_VIEW_PASSWORDS, KC_EPOCH_ASKED)
		      : kc_circle_queue_shares(circle, &trust));
	CHECK_OK_FATAL(kc_memory_put_circle(&txn, circle));
	CHECK_OK_FATAL(kc_txn_commit(&txn));
}

static void add(struct family *family)
{
	family->store->call(&family->house, family->house.count);
	house_add(&family->house, FAMILY_ELDER);
}

static void first_days(struct family *family)
{
	struct house *house = &family->house;
	struct home *elder = &house->homes[FAMILY_ELDER], *sleeper = &house->homes[FAMILY_SLEEPER];

	CHECK_OK_FATAL(words_add(elder, GENP, "svce=early acct=ada sync=#1", "first"));
	CHECK_OK_FATAL(words_add(elder, GENP, "svce=gone acct=ada sync=#1", "to be deleted"));
	add(family);
	CHECK_OK_FATAL(words_add(sleeper, GENP, "svce=local acct=ada", "stays with the sleeper"));
	CHECK_OK_FATAL(words_add(sleeper, GENP, "svce=mine acct=ada sync=#1", "sent"));
	house_settle(house);
	CHECK_OK_FATAL(
		words_update(sleeper, GENP, "svce=mine", "labl=changed", "changed while asleep"));
}

static void while_one_sleeps(struct family *family)
{
	struct house *house = &family->house;
	struct home *elder = &house->homes[FAMILY_ELDER], *third = &house->homes[FAMILY_THIRD];

	CHECK_OK_FATAL(words_add(elder, GENP, "svce=mail acct=ada sync=#1", "mail"));
	CHECK_OK_FATAL(words_add(elder, INET, "srvr=example.org acct=ada sync=#1", "web"));
	CHECK_OK_FATAL(words_update(elder, GENP, "svce=early", "labl=changed", "second"));
	sync_one(house, FAMILY_ELDER);
	CHECK_OK_FATAL(words_delete(elder, GENP, "svce=gone"));
	sync_one(house, FAMILY_ELDER);
	say(elder, true);
	sync_one(house, FAMILY_ELDER);
	say(elder, false);
	sync_one(house, FAMILY_ELDER);
	CHECK_OK_FATAL(words_add(elder, GENP, "svce=late acct=ada sync=#1", "under the new key"));
	sync_one(house, FAMILY_ELDER);
	add(family);
	CHECK_OK_FATAL(
		words_update(third, GENP, "svce=mail", "labl=third", "changed by the third"));
	CHECK_OK_FATAL(words_add(third, GENP, "svce=AirPort acct=home sync=#1", "air"));
	sync_one(house, FAMILY_THIRD);
	sync_one(house, FAMILY_ELDER);
}

/* Hides the logs of all members from whoever looks, or shows them again: a name with a dot is
 * passed over. */
static void hide_logs(struct house *house, const struct kc_circle *circle, bool hide)
{
	char shown[128], hidden[128], name[33];

	for (size_t i = 0; i < circle->member_count; i++) {
		for (size_t k = 0; k < 16; k++)
			snprintf(name + 2 * k, 3, "%02x", circle->members[i]->id.bytes[k]);
		snprintf(shown, sizeof shown, "%s/%s", house->store, name);
		snprintf(hidden, sizeof hidden, "%s/.%s", house->store, name);
		CHECK_FATAL(rename(hide ? shown : hidden, hide ? hidden : shown) == 0);
	}
}

/* As house_pair, but the newcomer sees nothing that members wrote when it enters. */
static void pair_unseeing(struct family *family, size_t sponsor, size_t newcomer)
{
	struct house *house = &family->house;
	struct kc_keychain *s = house->homes[sponsor].keychain;
	struct kc_keychain *n = house->homes[newcomer].keychain;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_CIRCLE struct kc_circle *circle = NULL;
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	char code[KC_PAIRING_CODE_LEN + 1];
	struct kc_device applicant;

	CHECK_OK_FATAL(kc_keychain_sync_recall(s, &place, &circle));
	CHECK_OK_FATAL(kc_keychain_pair_start(s, kc_bytes_str(HOUSE_PASSWORD), code));
	CHECK_OK_FATAL(kc_keychain_join_start(n, house->url, code, kc_bytes_str(HOUSE_PASSWORD)));
	CHECK_ERR(kc_keychain_pair_poll(s, &applicant), KC_E_WAITING);
	CHECK_ERR(kc_keychain_join_poll(n, &report), KC_E_WAITING);
	CHECK_OK_FATAL(kc_keychain_pair_poll(s, &applicant));
	CHECK_OK_FATAL(kc_keychain_pair_decide(s, true));
	family->store->hide(house, circle, true);
	CHECK_ERR(kc_keychain_join_poll(n, &report), family->store->unseeing);
	family->store->hide(house, circle, false);
}

static void one_comes(struct family *family)
{
	struct house *house = &family->house;
	size_t number = house_add_home(house);
	struct home *newcomer = &house->homes[FAMILY_NEWCOMER];

	CHECK_FATAL(number == FAMILY_NEWCOMER);
	CHECK_OK_FATAL(words_add(newcomer, GENP, "svce=own acct=ada sync=#1", "of the newcomer"));
	CHECK_OK_FATAL(
		words_add(newcomer, GENP, "svce=private acct=ada", "stays with the newcomer"));
	family->store->call(house, FAMILY_NEWCOMER);
	pair_unseeing(family, FAMILY_THIRD, FAMILY_NEWCOMER);
	sync_one(house, FAMILY_ELDER);
}

/* --- putting back -------------------------------------------------------------------------------
 */

static const char *frozen_path(const struct family *family, const char *name)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%s", family->frozen, name);
	return path;
}

static const char *frozen_home(const struct family *family, size_t device)
{
	char name[16];

	snprintf(name, sizeof name, "home%zu", device);
	return frozen_path(family, name);
}

static void keep_folder(struct family *family)
{
	house_drop_sessions(&family->house);
	house_copy_tree(family->house.store, frozen_path(family, "store"));
}

static void put_back_folder(struct family *family)
{
	file_remove_tree(family->house.store);
	house_copy_tree(frozen_path(family, "store"), family->house.store);
}

/* It has one name for all. */
static void call_folder(struct house *house, size_t number)
{
	(void)house, (void)number;
}

const struct family_store family_in_folder = {
	.begin = house_init,
	.done = house_done,
	.call = call_folder,
	.hide = hide_logs,
	.unseeing = KC_E_WAITING,
	.keep = keep_folder,
	.put_back = put_back_folder,
};

void family_init(struct family *family, const struct family_store *store)
{
	const char *base = getenv("TMPDIR");
	struct house *house = &family->house;

	family->store = store;
	store->begin(house);
	first_days(family);
	while_one_sleeps(family);
	one_comes(family);
	snprintf(family->frozen, sizeof family->frozen, "%s/kc-frozen-XXXXXX",
		base && strlen(base) < 40 ? base : "/tmp");
	CHECK_FATAL(mkdtemp(family->frozen) != NULL);
	store->keep(family);
	for (size_t i = 0; i < FAMILY_SIZE; i++) {
		home_close(&house->homes[i]);
		house_copy_tree(house->homes[i].path, frozen_home(family, i));
		home_open(&house->homes[i]);
		home_unlock(&house->homes[i]);
	}
}

void family_done(struct family *family)
{
	file_remove_tree(family->frozen);
	family->store->done(&family->house);
}

void family_restore_store(struct family *family)
{
	family->store->put_back(family);
}

void family_restore_log(struct family *family, const struct kc_writer_id *writer)
{
	struct house then = {.count = 0};
	char from[HOUSE_PATH_MAX], to[HOUSE_PATH_MAX];

	snprintf(then.store, sizeof then.store, "%.50s/store", family->frozen);
	for (uint64_t number = 1;; number++) {
		KC_CLEANUP_BUF struct kc_buf contents = KC_BUF_INIT;

		house_path(&then, writer, number, from);
		house_path(&family->house, writer, number, to);
		if (!file_read(from, &contents))
			return;
		CHECK_FATAL(file_write(to, kc_buf_bytes(&contents)));
	}
}

void family_restore_device(struct family *family, size_t device)
{
	struct home *home = &family->house.homes[device];

	home_close(home);
	file_remove_tree(home->path);
	house_copy_tree(frozen_home(family, device), home->path);
	home_open(home);
	home_unlock(home);
}
