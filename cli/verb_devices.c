/* SPDX-License-Identifier: ISC */
/* kc devices and devices add: who may read what syncs, seen from a device that may. */
#include "base/clock.h"
#include "cli/ask.h"
#include "cli/columns.h"
#include "cli/password.h"
#include "cli/pick.h"
#include "cli/verb.h"
#include "cli/wait.h"
#include "cli/when.h"

static const char *const standings[] = {
	[KC_DEVICE_MEMBER] = "member",
	[KC_DEVICE_REMOVED] = "removed",
	[KC_DEVICE_STALE] = "stale",
	[KC_DEVICE_RETIRED] = "left",
	[KC_DEVICE_WAITING] = "waiting",
};

static void push_hex(struct kc_buf *out, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		kc_buf_printf(out, "%02x", data[i]);
}

static json_t *device_json(const struct kc_device *device)
{
	KC_CLEANUP_BUF struct kc_buf id = KC_BUF_INIT;
	json_t *object = json_object();

	push_hex(&id, device->id, sizeof device->id);
	kc_json_set(object, "id", kc_json_text(kc_buf_bytes(&id)));
	kc_json_set(object, "name", kc_json_text(kc_bytes_str(device->name)));
	kc_json_set(object, "this", json_boolean(device->is_this));
	kc_json_set(object, "added", kc_json_ms(device->added_ms));
	kc_json_set(object, "added_by",
		device->added_by[0] ? kc_json_text(kc_bytes_str(device->added_by)) : json_null());
	kc_json_set(object, "last_seen", kc_json_ms(device->last_seen_ms));
	kc_json_set(object, "status", json_string(standings[device->standing]));
	return object;
}

static kc_err answer_list(struct kc_run *run, const struct kc_device_list *list)
{
	json_t *object = kc_json_object(), *items = json_array();

	for (size_t i = 0; i < list->count; i++)
		kc_json_append(items, device_json(&list->rows[i]));
	kc_json_set(object, "items", items);
	return kc_run_answer(run, object);
}

static void add_time(struct kc_columns *columns, uint64_t ms)
{
	char when[KC_WHEN_LEN] = "";

	if (ms)
		kc_when_ago((int64_t)(ms / 1000), kc_clock_wall_ms() / 1000, when);
	kc_columns_add_str(columns, when);
}

static kc_err print_list(struct kc_run *run, const struct kc_device_list *list)
{
	static const char *const headers[] = {
		"NAME", "NUMBER", "ADDED", "BY", "LAST SEEN", "STATUS"};
	KC_CLEANUP_COLUMNS struct kc_columns columns;

	kc_columns_init(&columns, headers, KC_COUNT_OF(headers), &run->out.look);
	for (size_t i = 0; i < list->count; i++) {
		const struct kc_device *device = &list->rows[i];
		KC_CLEANUP_BUF struct kc_buf id = KC_BUF_INIT, status = KC_BUF_INIT;
		push_hex(&id, device->id, 4);
		kc_buf_printf(&status, "%s%s", standings[device->standing],
			device->is_this ? ", this one" : "");
		kc_columns_add_str(&columns, device->name);
		kc_columns_add(&columns, kc_buf_bytes(&id));
		add_time(&columns, device->added_ms);
		kc_columns_add_str(&columns, device->added_by);
		add_time(&columns, device->last_seen_ms);
		kc_columns_add(&columns, kc_buf_bytes(&status));
	}
	return kc_columns_print(&columns, &run->out);
}

kc_err kc_verb_devices(struct kc_run *run)
{
	KC_CLEANUP_DEVICE_LIST struct kc_device_list list = {0};

	KC_TRY(kc_client_devices(run->client, &list));
	if (kc_run_json(run))
		KC_TRY(answer_list(run, &list));
	else if (list.count)
		KC_TRY(print_list(run, &list));
	return list.count ? KC_OK : KC_ERR(NOT_FOUND);
}

/* --- devices add --------------------------------------------------------------------------------
 */

struct sponsor {
	struct kc_run *run;
	struct kc_secret password;
	struct kc_device applicant;
};

static void sponsor_done(struct sponsor *sponsor)
{
	kc_secret_done(&sponsor->password);
}

static kc_err look_for_applicant(void *context)
{
	struct sponsor *sponsor = context;
	return kc_client_pair_poll(sponsor->run->client, &sponsor->applicant);
}

static void cancel_pairing(void *context)
{
	struct sponsor *sponsor = context;
	(void)(kc_client_pair_cancel(sponsor->run->client) ==
		KC_OK); /* it ends in ten minutes anyway */
}

/* The code goes out at once: whoever reads it must carry it to the other device now. */
static kc_err show_code(struct kc_run *run, struct kc_buf *code)
{
	json_t *object;

	if (kc_run_json(run)) {
		object = kc_json_object();
		kc_json_set(object, "code", kc_json_text(kc_buf_bytes(code)));
		KC_TRY(kc_run_answer(run, object));
	} else {
		kc_out_push(&run->out, kc_buf_bytes(code));
		kc_out_push(&run->out, kc_bytes_str("\n"));
	}
	KC_TRY(kc_out_flush(&run->out));
	kc_run_note(run, KC_NOTE_CODE);
	kc_run_note(run, KC_NOTE_WAITING);
	return KC_OK;
}

static kc_err offer(void *context)
{
	struct sponsor *sponsor = context;
	KC_CLEANUP_BUF struct kc_buf code = KC_BUF_INIT;

	KC_TRY(kc_client_pair_start(
		sponsor->run->client, kc_secret_bytes(&sponsor->password), &code));
	return show_code(sponsor->run, &code);
}

static const struct kc_wait for_applicant = {
	offer, look_for_applicant, cancel_pairing, KC_WAIT_FOR_PAIRING};

/* Asks about the applicant and says yes or no to it. When that cannot be said, it is told that it
 * is over. */
static kc_err decide(struct sponsor *sponsor)
{
	struct kc_run *run = sponsor->run;
	kc_err consent, err;

	kc_facts_set_str(&run->facts, KC_FACT_DEVICE, sponsor->applicant.name);
	kc_run_note(run, KC_NOTE_APPLICANT);
	consent = kc_ask_yes(run, "Let it in?");
	err = kc_client_pair_decide(run->client, consent == KC_OK);
	if (err != KC_OK)
		cancel_pairing(sponsor);
	KC_TRY(err);
	kc_run_note(run, consent == KC_OK ? KC_NOTE_LET_IN : KC_NOTE_KEPT_OUT);
	return consent;
}

/* As many as `kc list` shows, where the two halves of a key are one. */
static kc_err tell_count(struct kc_run *run)
{
	KC_CLEANUP_FOUND_LIST struct kc_found_list found = KC_FOUND_LIST_INIT;
	KC_CLEANUP_QUERY struct kc_query query = KC_QUERY_INIT;
	kc_err err;

	query.sync = KC_SYNC_SYNCED;
	query.want = KC_WANT_ATTRS;
	err = kc_client_item_find(run->client, &query, &found);
	if (err != KC_E_NOT_FOUND)
		KC_TRY(err);
	kc_pick_tell_count(run, &found);
	return KC_OK;
}

static kc_err tell_facts(struct kc_run *run)
{
	KC_CLEANUP_STATUS struct kc_status status = {0};

	KC_TRY(kc_client_status(run->client, &status));
	if (!status.store)
		return KC_ERR(NO_STORE);
	kc_facts_set_str(&run->facts, KC_FACT_URL, status.store);
	return tell_count(run);
}

kc_err kc_verb_devices_add(struct kc_run *run)
{
	KC_CLEANUP(sponsor_done)
	struct sponsor sponsor = {.run = run, .password = KC_SECRET_INIT};
	json_t *object;

	KC_TRY(tell_facts(run));
	KC_TRY(kc_ask_check_consent(run)); /* before there is a code that nobody could follow up */
	KC_TRY(kc_password_get(run, KC_PASSWORD_ACCOUNT, &sponsor.password));
	KC_TRY(kc_wait_for(&for_applicant, &sponsor));
	KC_TRY(decide(&sponsor));
	if (!kc_run_json(run))
		return KC_OK;
	object = kc_json_object();
	kc_json_set(object, "added", device_json(&sponsor.applicant));
	return kc_run_answer(run, object);
}
