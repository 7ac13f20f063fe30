/* SPDX-License-Identifier: ISC */
/* kc sync and its kin: the store, the exchange, and which items take part. */
#include <string.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "cli/attr.h"
#include "cli/device.h"
#include "cli/parts.h"
#include "cli/password.h"
#include "cli/pick.h"
#include "cli/pubkey.h"
#include "cli/store.h"
#include "cli/verb.h"
#include "cli/when.h"

static kc_err answer_report(struct kc_run *run, const struct kc_sync_report *report)
{
	json_t *object = kc_json_object();

	kc_store_set_report(object, report);
	return kc_run_answer(run, object);
}

/* How it stands at this moment, looked at without an exchange; whether it can be written only an
 * exchange knows, the last one. Before the first unlock nobody knows. */
static kc_err look_at_store(struct kc_run *run, const char *store, struct kc_sync_report *report,
	struct kc_store_view *view)
{
	const struct kc_store_part *damaged;
	kc_err err;

	if (report->removed_by[0])
		return KC_ERR(NOT_MEMBER);
	err = kc_client_store_view(run->client, false, view);
	if (report->alarm) /* of a store that is away by now nobody knows better */
		return err == KC_OK && !view->reached && !view->suspect ? KC_ERR(STORE_GONE)
									: KC_ERR(STORE_SUSPECT);
	if (err == KC_E_LOCKED)
		return KC_OK;
	KC_TRY(err);
	report->stuck = view->reached ? report->stuck : kc_store_is_shut(store);
	damaged = kc_parts_find_damaged(view);
	if (!view->reached)
		return view->suspect ? KC_ERR(STORE_SUSPECT) : KC_ERR(STORE_GONE);
	if (!kc_parts_are_older(view, report->layout == KC_SYNC_RECORDS) && !damaged)
		return report->stuck ? KC_ERR(STORE_GONE) : KC_OK;
	if (!kc_parts_are_older(view, report->layout == KC_SYNC_RECORDS)) {
		kc_parts_tell_damaged(run, damaged);
		return KC_ERR(STORE_SUSPECT);
	}
	kc_facts_set_str(&run->facts, KC_FACT_ROLLED_BACK,
		"your store is older than what this device has already seen");
	return KC_ERR(STORE_SUSPECT);
}

/* An exchange that went on may have left behind what is damaged. */
static kc_err look_after_exchange(struct kc_run *run)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_STORE_VIEW struct kc_store_view view = {.parts = NULL};

	KC_TRY(kc_client_status(run->client, &status));
	KC_TRY(kc_client_sync_status(run->client, &report));
	return status.store ? look_at_store(run, status.store, &report, &view) : KC_OK;
}

kc_err kc_verb_sync(struct kc_run *run)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	kc_err state, err = kc_client_sync_now(run->client, &report);

	if (err == KC_E_STORE_SUSPECT && kc_run_json(run)) {
		KC_CLEANUP_SYNC_REPORT struct kc_sync_report found = {0};
		if (kc_client_sync_status(run->client, &found) == KC_OK)
			KC_TRY(answer_report(run, &found));
	}
	KC_TRY(err);
	state = look_after_exchange(run);
	if (kc_run_json(run)) {
		KC_TRY(answer_report(run, &report));
		return state;
	}
	kc_out_print(&run->out, "%llu sent, %llu received, %llu waiting, %llu refused\n",
		(unsigned long long)report.sent, (unsigned long long)report.received,
		(unsigned long long)report.waiting, (unsigned long long)report.refused);
	if (report.for_unlock) {
		kc_facts_print(&run->facts, KC_FACT_HOW_MANY, "%llu item%s",
			(unsigned long long)report.for_unlock, report.for_unlock == 1 ? "" : "s");
		kc_run_note(run, KC_NOTE_FOR_UNLOCK);
	}
	if (report.pending_password)
		kc_run_note(run, KC_NOTE_PENDING_PASSWORD);
	return state;
}

/* Whose store it is, is looked at before the password is: an empty one is never right. */
static kc_err check_account(struct kc_run *run, const char *url)
{
	kc_err err = kc_client_sync_use(run->client, url, false, kc_bytes_str(""));

	return err == KC_E_ACCOUNT_PASSWORD ? KC_OK : err;
}

kc_err kc_verb_sync_use(struct kc_run *run)
{
	KC_CLEANUP_BUF struct kc_buf url = KC_BUF_INIT;
	KC_CLEANUP_SECRET struct kc_secret password = KC_SECRET_INIT;
	KC_CLEANUP_STATUS struct kc_status status = {0};
	json_t *object;
	bool create;

	KC_TRY(kc_store_url(run, run->args[0], &url));
	KC_TRY(kc_client_status(run->client, &status));
	/* A device that syncs already has moved its store, unless it says that this is a new one.
	 */
	create = kc_run_has(run, KC_OPTION_NEW) || !status.store;
	if (!create && status.is_out)
		return KC_ERR(NOT_MEMBER);
	if (create)
		KC_TRY(kc_store_check_free(run, kc_buf_text(&url)));
	else if (strcmp(kc_buf_text(&url), status.store) == 0)
		KC_TRY(kc_store_check_own(run, status.store));
	else
		KC_TRY(kc_store_check_move(run, kc_buf_text(&url)));
	if (!create && !kc_password_is_given(run, KC_PASSWORD_ACCOUNT))
		KC_TRY(check_account(run, kc_buf_text(&url)));
	KC_TRY(kc_password_get(
		run, create ? KC_PASSWORD_ACCOUNT_FIRST : KC_PASSWORD_ACCOUNT, &password));
	KC_TRY(kc_client_sync_use(
		run->client, kc_buf_text(&url), create, kc_secret_bytes(&password)));
	kc_run_note(run, create ? KC_NOTE_STORE_NEW : KC_NOTE_STORE_MOVED);
	if (!kc_run_json(run))
		return KC_OK;
	object = kc_json_object();
	kc_json_set(object, "store", kc_json_text(kc_buf_bytes(&url)));
	kc_json_set(object, "new", json_boolean(create));
	return kc_run_answer(run, object);
}

/* Sets the mark of an item, of a key on both halves. */
static kc_err mark(struct kc_run *run, const struct kc_found_list *found, bool synced)
{
	for (size_t i = 0; i < found->count; i++) {
		KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
		KC_CLEANUP_ATTRS struct kc_attrs attrs = KC_ATTRS_INIT;
		const struct kc_found *item = &found->rows[i];
		struct kc_client_item changes = {.class = item->class, .attrs = &attrs};
		uint64_t count;
		if (kc_item_is_synced(item) == synced ||
			(i && !kc_item_is_same_key(&found->rows[0], item)))
			continue;
		if (synced && kc_item_is_bound(item))
			return KC_ERR(SYNC_BOUND);
		kc_find_query(item, &query);
		kc_attrs_set_number(&attrs, KC_ATTR_SYNC, synced);
		KC_TRY(kc_attrs_check(&attrs));
		KC_TRY(kc_client_item_update(run->client, &query, &changes, &count));
	}
	return KC_OK;
}

/* A synced key is in the other of the two tokens, so whoever names it by its address has to change
 * that. */
static kc_err tell_address(struct kc_run *run, const struct kc_found *item, bool synced)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list again = KC_FOUND_LIST_INIT;
	KC_CLEANUP_BUF struct kc_buf uri = KC_BUF_INIT;
	const struct kc_attrs *attrs;

	if (item->class != KC_CLASS_KEY)
		return KC_OK;
	KC_TRY(kc_find_again(run, item, KC_WANT_ATTRS | KC_WANT_HIDDEN, &again));
	attrs = &again.rows[0].attrs;
	kc_pubkey_push_uri(synced, kc_attrs_get_bytes(attrs, KC_ATTR_LABEL),
		kc_attrs_get_bytes(attrs, KC_ATTR_CKID), &uri);
	kc_facts_set(&run->facts, KC_FACT_ADDRESS, kc_buf_bytes(&uri));
	return KC_OK;
}

/* Where the others hear that it is to be deleted. */
static kc_err tell_where_heard(struct kc_run *run)
{
	KC_CLEANUP_DEVICE_LIST struct kc_device_list devices = {0};
	KC_CLEANUP_STATUS struct kc_status status = {0};

	KC_TRY(kc_client_status(run->client, &status));
	if (!status.store || status.is_out)
		return KC_OK;
	KC_TRY(kc_client_devices(run->client, &devices));
	if (kc_device_count_in(&devices) > 1)
		kc_facts_set_str(&run->facts, KC_FACT_HEARD, status.store);
	return KC_OK;
}

/* Of one that syncs and one that doesn't neither can be marked, whichever is meant. */
static kc_err pick(struct kc_run *run, struct kc_found_list *ret)
{
	struct kc_find find;
	kc_err err;

	KC_TRY(kc_find_asked(run, &find));
	err = kc_pick_one(run, &find, ret);
	if (err == KC_E_AMBIGUOUS && run->facts.known[KC_FACT_LOCAL_TWIN])
		kc_facts_set_str(&run->facts, KC_FACT_SYNCED_TWIN, find.name);
	return err;
}

static kc_err switch_sync(struct kc_run *run, bool synced)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	json_t *object;
	bool did_sync;

	KC_TRY(pick(run, &found));
	did_sync = kc_item_is_synced(&found.rows[0]);
	KC_TRY(tell_address(run, &found.rows[0], synced)); /* a row that is marked is another */
	KC_TRY(mark(run, &found, synced));
	if (did_sync && !synced)
		KC_TRY(tell_where_heard(run));
	if (synced)
		KC_TRY(kc_store_tell_marked(run, KC_NOTE_SYNC_ON, KC_NOTE_SYNC_MARKED));
	else
		kc_run_note(run, KC_NOTE_SYNC_OFF);
	if (!kc_run_json(run))
		return KC_OK;
	object = kc_json_object();
	kc_json_set(object, "name", kc_item_name_json(&found.rows[0]));
	kc_json_set(object, "user", kc_json_text(kc_item_user(&found.rows[0])));
	kc_json_set(object, "sync", json_boolean(synced));
	return kc_run_answer(run, object);
}

kc_err kc_verb_sync_on(struct kc_run *run)
{
	return switch_sync(run, true);
}

kc_err kc_verb_sync_off(struct kc_run *run)
{
	return switch_sync(run, false);
}

/* What was changed elsewhere, and did not come in force by itself. */
kc_err kc_verb_sync_password(struct kc_run *run)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_SECRET struct kc_secret password = KC_SECRET_INIT;

	KC_TRY(kc_password_get(run, KC_PASSWORD_ACCOUNT, &password));
	KC_TRY(kc_client_account_accept(run->client, kc_secret_bytes(&password), &report));
	kc_run_note(run, KC_NOTE_SYNC_PASSWORD);
	return kc_run_json(run) ? answer_report(run, &report) : KC_OK;
}

/* Whether there is anything to be mended, here or on the others. */
static bool is_unharmed(struct kc_run *run)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_STORE_VIEW struct kc_store_view view = {.parts = NULL};

	return kc_client_sync_status(run->client, &report) == KC_OK && !report.alarm &&
	       !report.refused && kc_client_store_view(run->client, true, &view) == KC_OK &&
	       !view.evidence && kc_parts_are_whole(&view, report.layout == KC_SYNC_RECORDS);
}

/* After a backup of the store was restored. */
kc_err kc_verb_sync_repair(struct kc_run *run)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	bool unharmed;

	if (!kc_run_has(run, KC_OPTION_PUSH_FROM_HERE))
		return kc_run_misused(run,
			"sync repair needs --push-from-here, so that nobody does "
			"it by mistake");
	KC_TRY(kc_ask_check_consent(run));
	kc_run_note(run, KC_NOTE_REPAIRING);
	KC_TRY(kc_ask_typed_yes(run));
	unharmed = is_unharmed(run);
	KC_TRY(kc_client_sync_repair(run->client, &report));
	kc_run_note(run, unharmed ? KC_NOTE_UNHARMED : KC_NOTE_REPAIRED);
	return kc_run_json(run) ? answer_report(run, &report) : KC_OK;
}

static const char *layout_name(enum kc_sync_layout layout)
{
	return layout == KC_SYNC_RECORDS ? "record" : "key-value";
}

/* The store's engine: what its URL begins with. */
static struct kc_bytes engine_of(const struct kc_status *status)
{
	const char *end = status->store ? strstr(status->store, "://") : NULL;

	return end ? kc_bytes(status->store, (size_t)(end - status->store)) : kc_bytes_str("file");
}

/* Whoever waits for an exchange counts its seconds. */
static void push_last(struct kc_buf *out, uint64_t last_ms, bool is_well)
{
	const char *which = is_well ? "last exchange" : "last good exchange";
	int64_t now = kc_clock_wall_ms(), ago = (now - (int64_t)last_ms) / 1000;
	char when[KC_WHEN_LEN];

	kc_when_ago((int64_t)(last_ms / 1000), now / 1000, when);
	if (!last_ms)
		kc_buf_push_str(out, "no exchange yet");
	else if (ago >= 0 && ago < 60)
		kc_buf_printf(out, "%s %d s ago", which, (int)ago);
	else
		kc_buf_printf(out, "%s %s", which, when);
}

static void push_waiting(struct kc_buf *out, const struct kc_sync_report *report)
{
	if (report->pending)
		kc_buf_printf(out, "%llu not sent yet", (unsigned long long)report->pending);
	if (report->waiting)
		kc_buf_printf(out, "%s%llu waiting", report->pending ? ", " : "",
			(unsigned long long)report->waiting);
	if (!report->pending && !report->waiting)
		kc_buf_push_str(out, "nothing waiting");
}

/* The path as its owner writes it. */
static void print_store(struct kc_out *out, const char *store)
{
	const char *home = getenv("HOME");
	size_t len = home ? strlen(home) : 0;

	if (len > 1 && strncmp(store, home, len) == 0 && store[len] == '/') {
		kc_out_push(out, kc_bytes_str("~"));
		store += len;
	}
	kc_out_name(out, kc_bytes_str(store));
}

static void print_rest(struct kc_run *run, const struct kc_sync_report *report)
{
	struct kc_out *out = &run->out;

	if (report->for_unlock)
		kc_out_print(out, "For the unlock %llu, which %s with it\n",
			(unsigned long long)report->for_unlock,
			report->for_unlock == 1 ? "is here and opens" : "are here and open");
	if (report->left_out)
		kc_out_print(out,
			"Left out       %llu, of nobody who is known, until more is known: "
			"somebody "
			"writes into the store\n",
			(unsigned long long)report->left_out);
	if (report->refused)
		kc_out_print(out,
			"Refused        %llu, as none of your devices has made %s so; left out "
			"until the store shows what was made\n",
			(unsigned long long)report->refused, report->refused == 1 ? "it" : "them");
	if (report->pending_password)
		kc_out_print(out,
			"Password       changed on another device. If it was you, say the new "
			"one here:  kc sync password\n");
	kc_store_tell_alarm(run, report);
	if (report->alarm) {
		kc_out_push(out, kc_bytes_str("Alarm          "));
		kc_out_push(out, kc_facts_get(&run->facts, KC_FACT_ALARM));
		kc_out_push(out, kc_bytes_str("\n"));
	}
	if (report->removed_by[0]) {
		kc_out_push(out, kc_bytes_str("Removed by     "));
		kc_out_name(out, kc_bytes_str(report->removed_by));
		kc_out_push(out, kc_bytes_str("; nothing new arrives\n"));
	}
}

static kc_err print_status(struct kc_run *run, const struct kc_status *status,
	const struct kc_sync_report *report, size_t devices, kc_err state)
{
	const char *between = run->out.look.utf8 && !run->out.look.plain ? " · " : ", ";
	KC_CLEANUP_BUF struct kc_buf rest = KC_BUF_INIT;
	struct kc_out *out = &run->out;

	if (!status->store) {
		kc_out_push(out, kc_bytes_str("no store; nothing leaves this device\n"));
		return KC_OK;
	}
	if (state == KC_E_STORE_GONE)
		kc_buf_printf(
			&rest, "%scan't be %s now", between, report->stuck ? "written" : "reached");
	else if (state == KC_E_STORE_SUSPECT)
		kc_buf_printf(&rest, "%slooks wrong", between);
	kc_buf_push_str(&rest, between);
	push_last(&rest, report->last_ms, state == KC_OK);
	kc_buf_push_str(&rest, between);
	push_waiting(&rest, report);
	kc_buf_push_byte(&rest, '\n');
	KC_TRY(kc_buf_check(&rest));
	if (devices)
		kc_out_print(out, "%zu device%s%s", devices, devices == 1 ? "" : "s", between);
	kc_out_push(out, kc_bytes_str("store "));
	print_store(out, status->store);
	kc_out_push(out, kc_buf_bytes(&rest));
	if (report->layout)
		kc_out_print(out, "Layout         %s (%.*s)\n", layout_name(report->layout),
			(int)engine_of(status).len, (const char *)engine_of(status).data);
	print_rest(run, report);
	return KC_OK;
}

/* While the keychain is locked nobody knows: 0. */
static kc_err count_devices(struct kc_run *run, size_t *ret)
{
	KC_CLEANUP_DEVICE_LIST struct kc_device_list devices = {0};
	kc_err err = kc_client_devices(run->client, &devices);

	if (err == KC_E_LOCKED)
		return KC_OK;
	KC_TRY(err);
	*ret = kc_device_count_in(&devices);
	return KC_OK;
}

static kc_err answer_status(struct kc_run *run, const struct kc_status *status,
	const struct kc_sync_report *report, const struct kc_store_view *view, size_t devices,
	kc_err state)
{
	json_t *object = kc_json_object();
	bool is_gone = state == KC_E_STORE_GONE && !report->stuck;
	json_t *reached = status->store ? json_boolean(!is_gone) : json_null();
	json_t *writable = status->store && !is_gone ? json_boolean(!report->stuck) : json_null();

	kc_json_set(object, "store",
		status->store ? kc_json_text(kc_bytes_str(status->store)) : json_null());
	kc_json_set(
		object, "engine", report->layout ? kc_json_text(engine_of(status)) : json_null());
	kc_json_set(object, "layout",
		report->layout ? json_string(layout_name(report->layout)) : json_null());
	kc_json_set(object, "devices", devices ? json_integer((json_int_t)devices) : json_null());
	kc_json_set(object, "reached", reached);
	kc_json_set(object, "writable", writable);
	kc_json_set(object, "missing", kc_parts_missing_array(view));
	kc_store_set_report(object, report);
	return kc_run_answer(run, object);
}

kc_err kc_verb_sync_status(struct kc_run *run)
{
	KC_CLEANUP_SYNC_REPORT struct kc_sync_report report = {0};
	KC_CLEANUP_STATUS struct kc_status status = {0};
	KC_CLEANUP_STORE_VIEW struct kc_store_view view = {.parts = NULL};
	size_t devices = 0;
	kc_err err, state = KC_OK;

	KC_TRY(kc_client_status(run->client, &status));
	if (status.lock == KC_LOCK_NONE)
		return KC_ERR(NO_KEYCHAIN);
	err = kc_client_sync_status(run->client, &report);
	if (err == KC_E_NO_STORE) /* which is told like other states */
		state = err;
	else
		KC_TRY(err);
	if (err == KC_OK) {
		KC_TRY(count_devices(run, &devices));
		state = look_at_store(run, status.store, &report, &view);
	}
	if (kc_run_json(run))
		KC_TRY(answer_status(run, &status, &report, &view, devices, state));
	else
		KC_TRY(print_status(run, &status, &report, devices, state));
	if (!kc_run_json(run))
		kc_parts_print_missing(run, &view);
	return state;
}
