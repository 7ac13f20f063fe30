/* SPDX-License-Identifier: ISC */
/* The model, the steps, and what must hold at the end. */
#include "tests/circle/model.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/circle/circle_impl.h"
#include "backend/keychain_sync.h"
#include "backend/store/trie.h"
#include "backend/sync/absorb/absorb.h"
#include "backend/sync/memory.h"
#include "tests/check.h"
#include "tests/circle/chance.h"
#include "tests/circle/spy.h"
#include "tests/circle/world.h"

#define GENP KC_CLASS_GENERIC
#define DAY_MS INT64_C(86400000)
#define YEAR_MS (365 * DAY_MS)

enum { KEYS = 6, CHANGES_MAX = 64, STEPS_LEAST = 24, SECRET_MAX = 24, ROUNDS_MAX = 24 };
enum { OFFERS_MAX = 10 };
enum { HEALING = 1000 }; /* the numbers of what comes after the steps */

static const char *const services[KEYS] = {
	"svce=mail", "svce=bank", "svce=AirPort", "svce=news", "svce=home", "svce=work"};

/* --- the model ----------------------------------------------------------------------------------
 */

/* Changes that a device knows of, by their numbers. */
typedef uint64_t known_set;

struct change {
	size_t device, key;
	bool deletes;
	char secret[SECRET_MAX]; /* that it wrote */
	known_set known;	 /* to its device, before it was made */
	/* 0: its device has not sent it. Where logs are carried: the operation of its device's log
	 * that has it; else which exchange of all sent it at the latest. */
	uint64_t sent;
};

static struct {
	struct change changes[CHANGES_MAX];
	size_t count;
	known_set known[WORLD_MAX];
	const struct model_plan *plan;
	size_t step;
	uint64_t exchanges; /* that went well, of all devices */
	unsigned passwords; /* the account has had */
	unsigned removals;
	unsigned removed[WORLD_MAX]; /* by whom, whose word may not count: bits */
	bool out[WORLD_MAX];	     /* as it found itself the last time */
	/* Whom each device knew to be out when it was done the last time: bits. */
	unsigned knows_out[WORLD_MAX];
	/* What stands in its outbox is sent as it is: whom it knew to be out when that was made. */
	struct unsent {
		struct kc_buf contents;
		unsigned knew_out;
	} unsent[WORLD_MAX];
	/* Changes of devices that were put out, which the one who did it had not seen: they may
	 * count, where others have taken them, and need not. */
	known_set doubtful;
	char failure[400];   /* the first; empty: none */
	const char *kind_of; /* failure: what it was told with */
} model;

__attribute__((format(printf, 1, 2))) static void fail(const char *format, ...)
{
	va_list args;
	int len;

	if (model.failure[0])
		return;
	model.kind_of = format;
	len = snprintf(model.failure, sizeof model.failure, "step %zu: ", model.step);
	va_start(args, format);
	vsnprintf(model.failure + len, sizeof model.failure - (size_t)len, format, args);
	va_end(args);
}

__attribute__((format(printf, 1, 2))) static void tell(const char *format, ...)
{
	va_list args;

	if (!model.plan->tell)
		return;
	printf("  %2zu: ", model.step);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/* Whether one that is in has put a device out, having seen what is not in doubt. */
static bool is_removed(size_t device)
{
	for (size_t i = 0; i < WORLD_MAX; i++)
		if ((model.removed[device] >> i & 1) && !model.out[i])
			return true;
	return false;
}

static bool is_doubtful(size_t number)
{
	size_t device = model.changes[number].device;

	return (model.doubtful >> number & 1) || (model.out[device] && !is_removed(device));
}

/* Whether some change of the same item was made in knowledge of this one. */
static bool is_superseded(size_t number)
{
	for (size_t i = 0; i < model.count; i++)
		if (model.changes[i].key == model.changes[number].key &&
			model.changes[i].known >> number & 1 && !is_doubtful(i))
			return true;
	return false;
}

/* Whether an item may end with this secret (empty: not be there). What strangers keep is theirs. */
static bool may_be(size_t key, const char *secret)
{
	bool changed = false;

	for (size_t i = 0; i < model.count; i++) {
		const struct change *c = &model.changes[i];

		if (c->key != key || !world.member[c->device])
			continue;
		changed = changed || !is_doubtful(i);
		if (!is_superseded(i) && strcmp(c->deletes ? "" : c->secret, secret) == 0)
			return true;
	}
	return !changed && secret[0] == 0;
}

/* Who sees what another wrote knows of it, and of what that was made on top of. */
static void note_seen(size_t device, size_t key, const char *secret)
{
	for (size_t i = 0; i < model.count; i++) {
		const struct change *c = &model.changes[i];

		if (c->key == key && !c->deletes && strcmp(c->secret, secret) == 0)
			model.known[device] |= (known_set)1 << i;
	}
}

/* --- changes ------------------------------------------------------------------------------------
 */

static struct home *home_of(size_t device)
{
	return &world.house.homes[device];
}

/* The secret that a device has under a key; empty when there is none. */
static void look(size_t device, size_t key, char ret[static SECRET_MAX])
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	kc_err err = words_find(home_of(device), GENP, services[key], &found);

	if ((err != KC_OK && err != KC_E_NOT_FOUND) || found.count > 1)
		fail("device %zu finds %zu of %s: %s", device, found.count, services[key],
			kc_err_name(err));
	snprintf(ret, SECRET_MAX, "%.*s", found.count ? (int)found.rows[0].secret.len : 0,
		found.count ? (const char *)found.rows[0].secret.data : "");
}

/* The change itself, and how it is called. */
static kc_err make(struct change *c, const char *there, const char **ret_how)
{
	struct home *home = home_of(c->device);
	const char *service = services[c->key];
	char attrs[64], target[SECRET_MAX];
	size_t to = chance(KEYS);

	snprintf(attrs, sizeof attrs, "%s acct=a sync=#1", service);
	if (!there[0]) {
		*ret_how = "adds";
		return words_add(home, GENP, attrs, c->secret);
	}
	c->deletes = chance(3) == 0;
	if (c->deletes) {
		*ret_how = "deletes";
		return words_delete(home, GENP, service);
	}
	look(c->device, to, target);
	if (model.plan->mode == MODEL_WANDERING && !target[0] && chance(2)) {
		*ret_how = "moves another to";
		c->key = to;
		return words_update(home, GENP, service, services[to], c->secret);
	}
	*ret_how = "changes";
	return words_update(home, GENP, service, "labl=x", c->secret);
}

static void record(const struct change *c)
{
	model.changes[model.count] = *c;
	if (model.removed[c->device])
		model.doubtful |= (known_set)1 << model.count;
	model.known[c->device] |= (known_set)1 << model.count++;
}

/* Of a change that was cut short all is there or nothing. */
static bool has_happened(const struct change *c)
{
	char there[SECRET_MAX];

	look(c->device, c->key, there);
	return strcmp(there, c->deletes ? "" : c->secret) == 0;
}

static void change(size_t device, bool cut_short)
{
	struct change c = {.device = device, .key = chance(KEYS)};
	char there[SECRET_MAX];
	const char *how = "";
	kc_err err;

	if (model.count == CHANGES_MAX)
		return;
	look(device, c.key, there);
	note_seen(device, c.key, there);
	c.known = model.known[device];
	snprintf(c.secret, sizeof c.secret, "%08" PRIx32, (uint32_t)chance_bits());
	if (cut_short)
		world_doom(device, WORLD_CUT_DATABASE, 1 + chance(30));
	err = home_of(device)->keychain ? make(&c, there, &how) : KC_ERR(IO);
	if (cut_short)
		world_revive(device, chance_bits());
	else if (err != KC_OK)
		fail("device %zu %s %s: %s", device, how, services[c.key], kc_err_name(err));
	tell("change %zu: device %zu %s %s %s%s%s", model.count, device, how, services[c.key],
		c.deletes ? "" : c.secret, cut_short ? ", cut short: " : "",
		cut_short ? kc_err_name(err) : "");
	if (err == KC_OK || (how[0] && has_happened(&c)))
		record(&c);
	if (err == KC_OK && !has_happened(&c))
		fail("device %zu: what was acknowledged is not there", device);
}

/* --- exchanges ----------------------------------------------------------------------------------
 */

/* How far a device sees what another has sent. */
static uint64_t sees(size_t device, size_t of)
{
	if (!world.member[of])
		return 0;
	return world.layout == WORLD_CARRIED
		       ? memory_cloud_complete(world_place(device), &world.writers[of])
		       : model.exchanges;
}

/* A device has sent its changes now, but for those that a key has yet to come for, and knows what
 * it sees of the others'. Which have stayed is not told: all do that have not gone before. */
static void learn(size_t device, const struct kc_sync_report *report)
{
	bool all_settled = report->waiting == 0;

	model.exchanges++;
	for (size_t i = 0; i < model.count; i++) {
		struct change *c = &model.changes[i];
		uint64_t here = sees(device, c->device);

		if (c->device == device && c->sent == 0 && report->pending == 0)
			c->sent = here;
		if (all_settled && c->sent && c->sent <= here)
			model.known[device] |= (known_set)1 << i;
	}
}

/* A piece that a clock says has been missing for long is an alarm, after all else is done. */
static bool is_late(kc_err err, const struct kc_sync_report *report)
{
	return err == KC_E_STORE_SUSPECT && report->alarm &&
	       strcmp(report->alarm, "omission") == 0 && report->waiting > 0;
}

/* Where somebody was put out, who finds itself out is no failure, and what is sealed for those who
 * are out is refused by whoever knows of it first. */
static bool is_put_out(size_t device, kc_err err)
{
	model.out[device] = err == KC_E_NOT_MEMBER;
	return model.out[device] && model.removals;
}

static struct kc_circle *recall(size_t device)
{
	KC_CLEANUP_BUF struct kc_buf place = KC_BUF_INIT;
	struct kc_circle *circle = NULL;

	CHECK_OK_FATAL(kc_keychain_sync_recall(home_of(device)->keychain, &place, &circle));
	return circle;
}

/* Whether one of those who are in has put out who let a device in, and it fell with that. */
static bool is_fallen_by(size_t remover, const struct kc_peer_id *id)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = recall(remover);
	const struct kc_list *own = kc_circle_self(circle)->list;
	kc_peer_set fallen = 0;
	struct kc_trust trust;

	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	if (own && kc_circle_is_trusted(circle, &trust, &circle->identity.id))
		CHECK_OK_FATAL(kc_circle_find_fallen(circle, own, &fallen));
	return kc_peer_set_has(
		fallen & trust.known & ~trust.introduced, kc_circle_number(circle, id));
}

/* Whether a device fell by the word of such alone whom it does not know: its sponsor had not heard
 * of their coming. Nobody reaches it (doc/protocol.md 11), and it waits for ever. */
static bool is_lost(size_t device)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = recall(device);
	bool fallen = false;

	for (size_t i = 0; i < world.house.count; i++) {
		KC_CLEANUP_CIRCLE struct kc_circle *other = NULL;

		if (i == device || !world.member[i] || !is_fallen_by(i, &circle->identity.id))
			continue;
		other = recall(i);
		if (kc_circle_find(circle, &other->identity.id))
			return false;
		fallen = true;
	}
	return fallen;
}

/* What was said before somebody heard of a removal. */
static bool may_refuse(void)
{
	return model.removals;
}

/* Whether others have begun an epoch, and the share of its key has yet to come: until then a change
 * waits. */
static bool awaits_keys(size_t device)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = recall(device);
	const struct kc_held_epoch *held;
	struct kc_trust trust;
	bool awaits = false;

	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++)
		awaits = awaits ||
			 kc_circle_usable_epoch(circle, &trust, view, &held) == KC_E_WAITING;
	return awaits;
}

/* Before it is noted who is out now. */
static void note_unsent(size_t device)
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;
	KC_CLEANUP_BUF struct kc_buf contents = KC_BUF_INIT;
	struct unsent *unsent = &model.unsent[device];
	kc_err err;

	CHECK_OK_FATAL(kc_txn_begin(home_of(device)->keychain->store, KC_TXN_READ, &txn));
	err = kc_memory_get_outbox_contents(&txn, &contents);
	CHECK_FATAL(err == KC_OK || err == KC_E_NOT_FOUND);
	if (kc_bytes_equal(kc_buf_bytes(&contents), kc_buf_bytes(&unsent->contents)))
		return;
	kc_buf_reset(&unsent->contents);
	kc_buf_push(&unsent->contents, contents.data, contents.len);
	CHECK_OK_FATAL(kc_buf_check(&unsent->contents));
	unsent->knew_out = model.knows_out[device];
}

/* From now on nothing that it makes may be for those. */
static void note_who_is_out(size_t device)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = model.removals ? recall(device) : NULL;
	struct kc_trust trust;

	if (!circle)
		return;
	note_unsent(device);
	CHECK_OK_FATAL(kc_circle_judge(circle, &trust));
	model.knows_out[device] = 0;
	for (size_t i = 0; i < circle->member_count; i++) {
		const struct kc_peer_id *id = &circle->members[i]->id;
		struct kc_writer_id writer = kc_circle_writer(id);

		for (size_t k = 0; k < world.house.count; k++)
			if (world.member[k] && kc_circle_is_excluded(circle, &trust, id) &&
				memcmp(&world.writers[k], &writer, sizeof writer) == 0)
				model.knows_out[device] |= 1u << k;
	}
}

/* Whether changes may stay: a key has yet to come, or one is of an item that waits. */
static bool may_be_pending(size_t device, const struct kc_sync_report *report)
{
	return report->waiting || awaits_keys(device);
}

static void exchange(size_t device, struct kc_sync_report *report)
{
	kc_err err = kc_keychain_sync_now(home_of(device)->keychain, report);
	bool good = err == KC_OK || is_late(err, report);

	note_who_is_out(device);
	tell("device %zu exchanges: %s, %d sent, %d received, %d waiting%s%s", device,
		kc_err_name(err), (int)report->sent, (int)report->received, (int)report->waiting,
		report->alarm ? ", " : "", report->alarm ? report->alarm : "");
	if (!world.cut_off[device] && is_put_out(device, err))
		return;
	if (world.cut_off[device] ? err != KC_E_STORE_GONE : !good)
		fail("device %zu exchanges: %s %s", device, kc_err_name(err),
			report->alarm ? report->alarm : "");
	if (good && ((report->refused && !may_refuse()) ||
			    (report->pending && !may_be_pending(device, report))))
		fail("device %zu exchanges: %d refused, %d pending", device, (int)report->refused,
			(int)report->pending);
	if (good)
		learn(device, report);
	if (good && report->waiting && model.removals)
		model.out[device] = is_lost(device);
}

static void exchange_once(size_t device)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	exchange(device, &report);
}

/* One that loses power somewhere: what was decided must be sent as it is. */
static void exchange_cut_short(size_t device)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	enum world_cut where = (enum world_cut)chance(WORLD_CUT_AFTER_CALL + 1);
	uint64_t at = 1 + chance(where == WORLD_CUT_DATABASE ? 60 : 8);
	kc_err err = KC_ERR(IO);

	world_doom(device, where, at);
	if (home_of(device)->keychain)
		err = kc_keychain_sync_now(home_of(device)->keychain, &report);
	world_revive(device, chance_bits());
	note_who_is_out(device);
	tell("device %zu loses power at %s %d: %s", device,
		where == WORLD_CUT_DATABASE ? "operation" : "call", (int)at, kc_err_name(err));
	if ((report.refused && !may_refuse()) || (report.alarm && !is_late(err, &report)))
		fail("device %zu loses power: %s, %d refused", device,
			report.alarm ? report.alarm : "", (int)report.refused);
}

/* --- the account's password ---------------------------------------------------------------------
 */

enum { PASSWORD_MAX = 40 };

/* The outcome of something that begins or ends with an exchange. */
static bool is_expected(size_t device, kc_err err, const struct kc_sync_report *report)
{
	return err == KC_OK || is_late(err, report) ||
	       (world.cut_off[device] && err == KC_E_STORE_GONE) || is_put_out(device, err);
}

/* Password number number of the account, from 0. */
static struct kc_bytes password(unsigned number)
{
	static char text[PASSWORD_MAX];

	if (number == 0)
		return kc_bytes_str(HOUSE_PASSWORD);
	snprintf(text, sizeof text, "password number %u", number);
	return kc_bytes_str(text);
}

static void change_password(size_t device)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	char new[PASSWORD_MAX];
	kc_err err = KC_ERR(ACCOUNT_PASSWORD);

	if (!world.member[device])
		return;
	snprintf(new, sizeof new, "password number %u", model.passwords);
	for (unsigned i = model.passwords; i-- > 0 && err == KC_E_ACCOUNT_PASSWORD;)
		err = kc_keychain_account_password(
			home_of(device)->keychain, password(i), kc_bytes_str(new), &report);
	model.passwords++;
	tell("device %zu changes the account password: %s", device, kc_err_name(err));
	if (!is_expected(device, err, &report))
		fail("device %zu changes the account password: %s", device, kc_err_name(err));
	if (err == KC_OK)
		learn(device, &report);
}

/* --- what is written ----------------------------------------------------------------------------
 */

/* All values since the first removal, in the order of writing. */
static struct written {
	char name[KC_RECORDS_MAX_NAME + 1];
	struct kc_buf value;
	size_t device;	    /* that wrote it */
	unsigned knows_out; /* when it was made */
} * written;
static size_t written_count, written_allocated;

/* Whom its writer knew to be out when it made this. */
static unsigned knew_out(struct kc_bytes value)
{
	const struct unsent *unsent = &model.unsent[world.turn];

	return unsent->contents.len && value.len &&
			       memmem(unsent->contents.data, unsent->contents.len, value.data,
				       value.len)
		       ? unsent->knew_out
		       : model.knows_out[world.turn];
}

static void keep_written(void *context, const char *name, struct kc_bytes value)
{
	struct written *w;

	(void)context;
	if (written_count == written_allocated) {
		written_allocated = written_allocated ? 2 * written_allocated : 64;
		written = reallocarray(written, written_allocated, sizeof *written);
		CHECK_FATAL(written != NULL);
	}
	w = &written[written_count++];
	*w = (struct written){
		.value = KC_BUF_INIT, .device = world.turn, .knows_out = knew_out(value)};
	snprintf(w->name, sizeof w->name, "%s", name);
	kc_buf_push(&w->value, value.data, value.len);
	CHECK_OK_FATAL(kc_buf_check(&w->value));
}

static void forget_written(void)
{
	memory_cloud_set_witness(NULL, NULL);
	while (written_count)
		kc_buf_done(&written[--written_count].value);
	for (size_t i = 0; i < WORLD_MAX; i++)
		kc_buf_done(&model.unsent[i].contents);
}

/* --- putting out, and new keys ------------------------------------------------------------------
 */

/* What the remover has not seen of the other is in doubt, and all that the other will still do. */
static void doubt(size_t remover, size_t target)
{
	memory_cloud_set_witness(keep_written, NULL);
	model.removals++;
	model.removed[target] |= 1u << remover;
	for (size_t i = 0; i < model.count; i++)
		if (model.changes[i].device == target && !(model.known[remover] >> i & 1))
			model.doubtful |= (known_set)1 << i;
}

static kc_err put_out(size_t device, size_t target, struct kc_sync_report *report)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = recall(target);
	struct kc_keychain *keychain = home_of(device)->keychain;
	kc_err err = KC_ERR(ACCOUNT_PASSWORD);

	if (chance(2)) /* the password is not at hand */
		return kc_keychain_device_remove(
			keychain, circle->identity.id.bytes, kc_bytes(NULL, 0), false, 0, report);
	for (unsigned i = model.passwords; i-- > 0 && err == KC_E_ACCOUNT_PASSWORD;)
		err = kc_keychain_device_remove(
			keychain, circle->identity.id.bytes, password(i), false, 0, report);
	return err;
}

/* Two of them, by whoever it is: it may be cut off, and know as little of the others as they of it.
 */
static void remove_another(size_t device)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	size_t target = chance(world.house.count);
	kc_err err;

	if (!world.member[device] || !world.member[target] || target == device ||
		model.removals == 2)
		return;
	doubt(device, target);
	err = put_out(device, target, &report);
	note_who_is_out(device);
	tell("device %zu puts device %zu out: %s", device, target, kc_err_name(err));
	/* It may not have heard of the other yet, or have done it already. */
	if (!is_expected(device, err, &report) && err != KC_E_NOT_FOUND && err != KC_E_DUPLICATE)
		fail("device %zu puts device %zu out: %s", device, target, kc_err_name(err));
}

static void rotate(size_t device)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	kc_err err;

	if (!world.member[device])
		return;
	err = kc_keychain_rotate(home_of(device)->keychain, &report);
	tell("device %zu makes new keys: %s", device, kc_err_name(err));
	if (!is_expected(device, err, &report))
		fail("device %zu makes new keys: %s", device, kc_err_name(err));
	if (err == KC_OK)
		learn(device, &report);
}

/* --- letting in ---------------------------------------------------------------------------------
 */

/* Until the sponsor has heard who asks; there may be offers of before, by a clock that is ahead,
 * whose sessions have not been carried to their ends. */
static kc_err meet(size_t sponsor, size_t stranger)
{
	struct kc_keychain *s = home_of(sponsor)->keychain, *n = home_of(stranger)->keychain;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	struct kc_device applicant;
	kc_err err = KC_ERR(WAITING);

	for (int i = 0; i < OFFERS_MAX && err == KC_E_WAITING; i++) {
		world_turn_to(sponsor);
		err = kc_keychain_pair_poll(s, &applicant);
		if (err != KC_E_WAITING)
			return err;
		world_turn_to(stranger);
		err = kc_keychain_join_poll(n, &report);
		if (i > 0) /* it has looked for long enough */
			world_now_ms += 21 * 1000;
	}
	return err == KC_OK ? KC_ERR(BUG) : err;
}

/* Until one of the two has to wait for what does not come, or the stranger is in. */
static kc_err pair(
	size_t sponsor, size_t stranger, const char *url, struct kc_bytes account_password)
{
	struct kc_keychain *s = home_of(sponsor)->keychain, *n = home_of(stranger)->keychain;
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	char code[KC_PAIRING_CODE_LEN + 1];

	world_turn_to(sponsor);
	KC_TRY(kc_keychain_pair_start(s, account_password, code));
	world_turn_to(stranger);
	KC_TRY(kc_keychain_join_start(n, url, code, account_password));
	KC_TRY(meet(sponsor, stranger));
	world_turn_to(sponsor);
	KC_TRY(kc_keychain_pair_decide(s, true));
	world_turn_to(stranger);
	return kc_keychain_join_poll(n, &report);
}

/* It may still have to wait for pieces of what its sponsor had. */
static bool has_entered(size_t stranger)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

	return kc_keychain_sync_status(home_of(stranger)->keychain, &report) == KC_OK;
}

static void let_in(size_t sponsor, size_t stranger)
{
	char url[MEMORY_CLOUD_URL];
	unsigned number = model.passwords;
	kc_err err;

	memory_cloud_url(world_place(sponsor), url);
	world.cut_off[stranger] = world.cut_off[sponsor];
	do
		err = pair(sponsor, stranger, url, password(--number));
	while (err == KC_E_ACCOUNT_PASSWORD && number > 0);
	tell("device %zu lets device %zu in: %s", sponsor, stranger, kc_err_name(err));
	if (world.cut_off[sponsor]) {
		if (err != KC_E_STORE_GONE)
			fail("letting in through no store: %s", kc_err_name(err));
		world.cut_off[stranger] = false;
		return;
	}
	/* The sponsor may be told of an omission, or be out. */
	if (err == KC_E_STORE_SUSPECT || (err == KC_E_NOT_MEMBER && model.removals)) {
		kc_keychain_pair_cancel(home_of(sponsor)->keychain);
		kc_keychain_join_cancel(home_of(stranger)->keychain);
		return;
	}
	if (err != KC_OK && (err != KC_E_WAITING || !has_entered(stranger))) {
		fail("device %zu lets device %zu in: %s", sponsor, stranger, kc_err_name(err));
		return;
	}
	world_welcome(stranger, sponsor, password(number));
}

static size_t any_member(void)
{
	size_t device;

	do
		device = chance(world.house.count);
	while (!world.member[device]);
	return device;
}

/* world.house.count when there is none. */
static size_t first_stranger(void)
{
	size_t device = 0;

	while (device < world.house.count && world.member[device])
		device++;
	return device;
}

static void maybe_let_in(size_t sponsor)
{
	size_t stranger = first_stranger();

	if (stranger < world.house.count)
		let_in(sponsor, stranger);
}

/* --- the carrier --------------------------------------------------------------------------------
 */

static enum memory_portion everything(void *context)
{
	(void)context;
	return MEMORY_ALL;
}

static enum memory_portion by_chance(void *context)
{
	(void)context;
	if (chance(2))
		return MEMORY_NOTHING;
	return chance(6) == 0 ? MEMORY_PART : MEMORY_ALL;
}

static void carry(void)
{
	size_t from = any_member(), to = any_member(), brought;
	bool all = chance(2);

	if (from == to)
		return;
	brought = memory_cloud_carry(
		world_place(from), world_place(to), all ? everything : by_chance, NULL);
	tell("%zu operations from device %zu to device %zu", brought, from, to);
}

/* Who is cut off comes back, and the other way round. */
static void turn_the_wire(size_t device)
{
	world.cut_off[device] = !world.cut_off[device];
	tell("device %zu is %s", device, world.cut_off[device] ? "cut off" : "back");
}

static void move_clock(size_t device)
{
	if (model.plan->mode != MODEL_SKEWED)
		return;
	world.skews[device] = ((int64_t)chance(5) - 2) * YEAR_MS + (int64_t)chance(DAY_MS);
	tell("device %zu has its clock at %" PRId64 " days", device, world.skews[device] / DAY_MS);
}

/* --- a life -------------------------------------------------------------------------------------
 */

static void exchange_any(size_t device)
{
	if (world.member[device])
		exchange_once(device);
}

static void exchange_any_cut_short(size_t device)
{
	if (world.member[device] && !world.cut_off[device])
		exchange_cut_short(device);
}

static void change_one(size_t device)
{
	change(device, false);
}

static void change_cut_short(size_t device)
{
	change(device, true);
}

static void restart(size_t device)
{
	tell("device %zu restarts", device);
	world_restart(device);
}

static void move_pieces(size_t device)
{
	if (world.layout == WORLD_CARRIED)
		carry();
	else if (chance(4) == 0)
		turn_the_wire(device);
	else
		exchange_any(device);
}

static void let_one_in(size_t device)
{
	if (world.member[device])
		maybe_let_in(device);
}

/* clang-format off */
static const struct {
	unsigned weight;
	void (*happen)(size_t device);
} steps[] = {
	{26, change_one},
	{ 3, change_cut_short},
	{22, exchange_any},
	{ 8, exchange_any_cut_short},
	{22, move_pieces},
	{ 3, restart},
	{ 3, move_clock},
	{ 4, let_one_in},
	{ 1, change_password},
	{ 2, rotate},
	{ 6, remove_another},
};
/* clang-format on */
enum { WEIGHTS = 100 };

static void step(void)
{
	size_t device = chance(world.house.count), at = chance(WEIGHTS);

	world_now_ms += 10 + (int64_t)chance(2000);
	world_turn_to(device);
	for (size_t i = 0; i < KC_COUNT_OF(steps); i++) {
		if (at < steps[i].weight) {
			steps[i].happen(device);
			return;
		}
		at -= steps[i].weight;
	}
}

/* Grows with whatever is written anywhere. */
static uint64_t all_that_is_written(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < world.house.count; i++)
		sum += memory_cloud_version(world_place(i));
	return sum;
}

static void gather_everything(size_t device)
{
	for (size_t k = 0; k < world.house.count; k++)
		if (world.layout == WORLD_CARRIED && world.member[k] && k != device)
			(void)memory_cloud_carry(
				world_place(k), world_place(device), everything, NULL);
}

static bool is_in(size_t device)
{
	return world.member[device] && !model.out[device];
}

/* One exchange of each; how much still waits, and is still to be sent. */
static uint64_t one_round(uint64_t *ret_pending)
{
	uint64_t waiting = 0;

	*ret_pending = 0;

	for (size_t i = 0; i < world.house.count; i++) {
		KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};

		if (!world.member[i])
			continue;
		world.cut_off[i] = false;
		gather_everything(i);
		world_turn_to(i);
		exchange(i, &report);
		waiting += model.out[i] ? 0 : report.waiting;
		*ret_pending += model.out[i] ? 0 : report.pending;
	}
	return waiting;
}

/* Everything everywhere, until nobody has anything to say; what waits then, and is not sent. */
static void go_round(uint64_t *ret_waiting, uint64_t *ret_pending)
{
	uint64_t before, after = UINT64_MAX;
	int round = 0;

	do {
		model.step++;
		chance_seed_random(chance_derive(model.plan->seed, model.step));
		before = after;
		*ret_waiting = one_round(ret_pending);
		after = all_that_is_written();
	} while (before != after && ++round < ROUNDS_MAX && !model.failure[0]);
	if (round == ROUNDS_MAX)
		fail("they do not come to an end");
}

/* What nobody has the key of is given up after the grace time: one who is out may have written it
 * over an item, and what others have to say of that item waits so long. */
static void heal(void)
{
	uint64_t waiting, pending;

	go_round(&waiting, &pending);
	if ((waiting || pending) && !model.failure[0]) {
		world_now_ms += (int64_t)KC_ABSORB_GRACE_MS + 1000;
		go_round(&waiting, &pending);
	}
	if (waiting)
		fail("%d records still wait", (int)waiting);
	if (pending)
		fail("%d changes are never sent", (int)pending);
}

/* The roots of what a device holds, and whether it has a reason to doubt one. */
static void find_roots(size_t device, struct kc_trie_root ret[static KC_VIEW_COUNT])
{
	KC_CLEANUP_TXN struct kc_txn txn = KC_TXN_INIT;

	CHECK_OK_FATAL(kc_txn_begin(home_of(device)->keychain->store, KC_TXN_WRITE, &txn));
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++)
		CHECK_OK_FATAL(kc_trie_get_root(&txn, (enum kc_view)view, &ret[view]));
}

static bool is_doubting(size_t device)
{
	struct kc_trie_root roots[KC_VIEW_COUNT];
	bool doubting = false;

	find_roots(device, roots);
	for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++)
		doubting = doubting || roots[view].doubted;
	return doubting;
}

/* Doubt of a root ends with what the others say a day later, who have had nothing else to say; that
 * is two days for one whose clock was set back by almost a day since. */
static void live_on(void)
{
	bool doubting = false;

	for (size_t i = 0; i < world.house.count; i++)
		doubting = doubting || (is_in(i) && is_doubting(i));
	if (!doubting)
		return;
	world_now_ms += 2 * DAY_MS + 1000;
	heal();
}

/* --- what must hold -----------------------------------------------------------------------------
 */

/* Whether what was written last is there: by clocks that agree it has nothing above it. */
static bool is_last_right(size_t key, const char *secret)
{
	const struct change *last = &model.changes[model.count - 1];

	return model.count == 0 || last->key != key || last->deletes || !is_in(last->device) ||
	       model.removals || strcmp(last->secret, secret) == 0;
}

static void compare_items(size_t first)
{
	for (size_t key = 0; key < KEYS; key++) {
		char one[SECRET_MAX], other[SECRET_MAX];

		look(first, key, one);
		if (model.plan->mode == MODEL_WANDERING ? !is_last_right(key, one)
							: !may_be(key, one))
			fail("%s is “%s”", services[key], one);
		for (size_t i = first + 1; i < world.house.count; i++) {
			if (!is_in(i))
				continue;
			look(i, key, other);
			if (strcmp(one, other) != 0)
				fail("%s is “%s” on device %zu and “%s” on device %zu",
					services[key], one, first, other, i);
		}
	}
}

/* Up to which of a writer's dots a device holds something; its own it need not write down. */
static uint64_t holds(const struct kc_circle *circle, size_t view, const struct kc_peer_id *writer)
{
	const struct kc_view_state *state = &circle->views[view];

	return kc_peer_id_equal(writer, &circle->identity.id)
		       ? state->counter
		       : kc_vector_get(&state->vector, writer);
}

static bool trusts(const struct kc_circle *circle, const struct kc_peer_id *id)
{
	struct kc_trust trust;

	return kc_circle_judge(circle, &trust) == KC_OK && kc_circle_is_trusted(circle, &trust, id);
}

/* Of those who are in. */
static bool has_same_dots(const struct kc_circle *a, const struct kc_circle *b)
{
	for (size_t view = 0; view < KC_CIRCLE_MAX_VIEWS; view++)
		for (size_t i = 0; i < a->member_count; i++)
			if (trusts(a, &a->members[i]->id) &&
				holds(a, view, &a->members[i]->id) !=
					holds(b, view, &a->members[i]->id))
				return false;
	return true;
}

static void compare_circles(size_t first)
{
	KC_CLEANUP_CIRCLE struct kc_circle *one = recall(first);

	for (size_t i = first + 1; i < world.house.count; i++) {
		KC_CLEANUP_CIRCLE struct kc_circle *other = NULL;

		if (!is_in(i))
			continue;
		other = recall(i);
		if ((one->member_count != other->member_count && !model.removals) || other->joining)
			fail("device %zu knows %zu devices, device %zu %zu", first,
				one->member_count, i, other->member_count);
		if (!trusts(one, &other->identity.id) || !trusts(other, &one->identity.id))
			fail("devices %zu and %zu do not trust each other", first, i);
		if (!kc_bytes_equal(kc_buf_bytes(&one->account_key_record),
			    kc_buf_bytes(&other->account_key_record)))
			fail("devices %zu and %zu hold different passwords of the account", first,
				i);
		if (!has_same_dots(one, other))
			fail("devices %zu and %zu hold different dots", first, i);
	}
}

static void compare_roots(size_t first)
{
	struct kc_trie_root one[KC_VIEW_COUNT], other[KC_VIEW_COUNT];

	find_roots(first, one);
	for (size_t i = first; i < world.house.count; i++) {
		if (!is_in(i))
			continue;
		find_roots(i, other);
		for (unsigned view = KC_VIEW_NEVER + 1; view < KC_VIEW_COUNT; view++)
			if (other[view].doubted)
				fail("device %zu still doubts its root of view %u", i, view);
			else if (one[view].count != other[view].count ||
				 memcmp(one[view].hash, other[view].hash, sizeof one[view].hash) !=
					 0)
				fail("devices %zu and %zu have different roots of view %u", first,
					i, view);
	}
}

/* --- what those who are out can read ------------------------------------------------------------
 * They have read all that the store has for them when this is tried.
 */

static void write_something(size_t device)
{
	world_turn_to(device);
	CHECK_OK_FATAL(words_add(home_of(device), GENP, "svce=after acct=a sync=#1", "afterwards"));
	exchange_once(device);
}

/* What of the values from one on opens with the keys of a device, but for what whoever was in can
 * open. */
static struct spy spy_with(size_t device, size_t from)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = recall(device);
	struct spy spy = {.circle = circle};

	for (size_t i = from; i < written_count; i++)
		spy_try(&spy, written[i].name, kc_buf_bytes(&written[i].value));
	spy.circle = NULL;
	spy.opened[SPY_FIRST] = 0;
	return spy;
}

static bool opens_any(const struct spy *spy)
{
	for (int kind = 0; kind < SPY_KINDS; kind++)
		if (spy->opened[kind])
			return true;
	return false;
}

/* What those who are in wrote in knowledge of a removal: no item, key or head of it is for who was
 * removed. The cells of the operation that begins new keys are under those before. */
static void check_what_was_written(size_t out)
{
	KC_CLEANUP_CIRCLE struct kc_circle *circle = recall(out);

	for (size_t i = 0; i < written_count && !model.failure[0]; i++) {
		struct spy spy = {.circle = circle};

		if (!(written[i].knows_out >> out & 1) || !is_in(written[i].device))
			continue;
		spy_try(&spy, written[i].name, kc_buf_bytes(&written[i].value));
		if (spy.opened[SPY_ITEM] || spy.opened[SPY_SHARES] || spy.opened[SPY_HEAD])
			fail("device %zu, which is out, opens %s, which device %zu wrote since",
				out, written[i].name, written[i].device);
	}
}

/* Whoever is in opens it: so the search finds what there is. */
static void check_secrecy(size_t first)
{
	size_t from;
	struct spy own;

	for (size_t i = 0; i < world.house.count && !model.failure[0]; i++)
		if (world.member[i] && model.out[i])
			check_what_was_written(i);
	if (model.failure[0])
		return;
	from = written_count;
	write_something(first);
	own = model.failure[0] ? (struct spy){.circle = NULL} : spy_with(first, from);
	if (!model.failure[0] && (own.opened[SPY_ITEM] == 0 || own.opened[SPY_CELL] == 0 ||
					 own.opened[SPY_HEAD] == 0))
		fail("device %zu does not open what it wrote", first);
	for (size_t i = 0; i < world.house.count && !model.failure[0]; i++) {
		struct spy spy;

		if (!world.member[i] || !model.out[i])
			continue;
		spy = spy_with(i, from);
		if (opens_any(&spy))
			fail("device %zu, which is out, opens what device %zu wrote", i, first);
	}
}

/* Nobody can be put out by those who are out: somebody stays. */
static void compare_all(void)
{
	size_t first = 0;

	while (first < world.house.count && !is_in(first))
		first++;
	if (first == world.house.count) {
		fail("nobody is left");
		return;
	}
	compare_items(first);
	if (!model.failure[0])
		compare_circles(first);
	if (!model.failure[0])
		compare_roots(first);
	if (!model.failure[0] && model.removals)
		check_secrecy(first);
}

static const char *const layout_names[WORLD_LAYOUTS] = {
	[WORLD_LOGS] = "one store",
	[WORLD_CARRIED] = "a store each",
	[WORLD_RECORDS] = "one store of records",
};

static void live(void)
{
	const struct model_plan *plan = model.plan;
	size_t members, strangers, count;

	chance_seed(chance_derive(plan->seed, 0));
	members = 2 + chance(4);
	strangers = chance(WORLD_MAX - members < 3 ? WORLD_MAX - members : 3);
	count = STEPS_LEAST + chance(MODEL_STEPS_MAX / 2 - STEPS_LEAST);
	world_restore(members, strangers, (enum world_layout)chance(WORLD_LAYOUTS));
	for (size_t i = 0; i < members + strangers && plan->mode == MODEL_SKEWED; i++)
		world.skews[i] = ((int64_t)chance(5) - 2) * (int64_t)chance(DAY_MS);
	tell("%zu devices and %zu strangers, %s", members, strangers, layout_names[world.layout]);
	for (model.step = 1; model.step <= count && !model.failure[0]; model.step++) {
		chance_seed(chance_derive(plan->seed, model.step));
		chance_seed_random(chance_derive(plan->seed, model.step));
		if (!(plan->left_out >> (model.step - 1) & 1))
			step();
	}
	model.step = HEALING;
	if (!model.failure[0])
		heal();
	if (!model.failure[0])
		live_on();
	if (!model.failure[0])
		compare_all();
}

const char *model_run(const struct model_plan *plan)
{
	memset(&model, 0, sizeof model);
	for (size_t i = 0; i < WORLD_MAX; i++)
		model.unsent[i].contents = (struct kc_buf)KC_BUF_INIT;
	model.plan = plan;
	model.passwords = 1;
	live();
	forget_written();
	return model.failure[0] ? model.failure : NULL;
}

/* --- many lives ---------------------------------------------------------------------------------
 */

/* Leaves out what it can be told without: the same must go wrong. */
static void shrink(struct model_plan *plan, const char *kind_of)
{
	plan->tell = false;
	for (size_t i = MODEL_STEPS_MAX; i-- > 0;) {
		struct model_plan less = *plan;

		less.left_out |= UINT64_C(1) << i;
		if (model_run(&less) && model.kind_of == kind_of)
			*plan = less;
	}
}

/* The first of many is told in full. */
static void report(struct model_plan *plan, bool in_full)
{
	char words[512];

	if (in_full) {
		shrink(plan, model.kind_of);
		plan->tell = true;
		printf("\nSCHEDULE=%" PRIu64 ", as short as it can be told:\n", plan->seed);
	}
	snprintf(words, sizeof words, "seed %" PRIu64 ": %s", plan->seed, model_run(plan));
	CHECK_MSG(false, words);
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

void model_check(enum model_mode mode, uint64_t first, uint64_t count)
{
	uint64_t only = number_from("SCHEDULE", UINT64_MAX), from;
	bool first_to_fail = true;

	count = number_from("KC_SCHEDULES", count);
	from = first + number_from("KC_SCHEDULES_FROM", 0);
	if (only >= first && only < first + MODEL_SEEDS) {
		from = only;
		count = 1;
	}
	for (uint64_t seed = from; seed < from + count; seed++) {
		struct model_plan plan = {.seed = seed, .mode = mode, .tell = seed == only};

		if (only != UINT64_MAX && seed != only)
			continue;
		if (!model_run(&plan))
			continue;
		report(&plan, first_to_fail);
		first_to_fail = false;
	}
}

void model_check_these(const uint64_t *seeds, size_t count)
{
	if (getenv("SCHEDULE") || getenv("KC_SCHEDULES_FROM"))
		return;
	for (size_t i = 0; i < count; i++) {
		struct model_plan plan = {
			.seed = seeds[i], .mode = (enum model_mode)(seeds[i] / MODEL_SEEDS)};

		if (model_run(&plan))
			report(&plan, true);
	}
}

void model_begin(void)
{
	world_begin();
}

void model_end(void)
{
	free(written);
	world_end();
}
